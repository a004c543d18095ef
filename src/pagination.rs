//! Pagination: which page to request next, and when a list has ended.
//!
//! In: the URL of the first page, and what each response says about its page. Out: the URL of the next page, or the
//! end. Never: the end of a list whose latest response announces another page, a later page without the filters of the
//! first page, or a page outside the list for a page token that a caller passes back.
//!
//! Bitbucket has two types of lists: *numbered* ones, whose responses may have `page` and `size`, and *iterators*
//! with an opaque cursor (`ctx`). Both give the URL of the next page in `next`. Only `values` is always present.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::{Url, form_urlencoded};

use crate::endpoints::origin;
use crate::error::{Code, Error, Phase, Result};
use crate::pages_ahead::PagesAhead;
use crate::pasted::is_graphic;
use crate::retry_after::{self, MAX_PATIENCE};
use crate::{query, retry};

/// The parameter that selects the members of a response by comma-separated names. A name with a `+` or `-` adds to
/// the default members or removes from them; names without a sign replace them.
const FIELDS: &str = "fields";

/// The parameter for the page number.
pub(crate) const PAGE: &str = "page";

/// The parameter for an iterator's cursor, which includes the parameters of the list.
pub(crate) const CURSOR: &str = "ctx";

/// The maximum length of the query in a [`Paginator::page_token`]; Bitbucket's cursors have several hundred bytes.
const MAX_QUERY_LENGTH: usize = 4096;

/// The maximum number of times that the shim requests a page again because it is not ready.
const MAX_RETRIES: u32 = 5;

/// What a response says about its page. A number is `None` if it is absent or has another type.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page<'a> {
    /// The URL of the next page.
    pub next: Option<&'a str>,
    /// How many values this page has.
    pub values: usize,
    /// The number of this page.
    pub page: Option<f64>,
    /// How many values a full page has.
    pub pagelen: Option<f64>,
    /// How many values the list has.
    pub size: Option<f64>,
}

impl Page<'_> {
    /// The number of the next page, if `next` is missing although the list has more values than the pages up to this
    /// one.
    fn unannounced(&self) -> Option<u64> {
        let number = |number: Option<f64>| number.filter(|number| number.is_finite());
        let (page, size) = (number(self.page)?, number(self.size)?);
        let pagelen = number(self.pagelen).unwrap_or(self.values as f64);
        let is_sound = page >= 1.0 && page.fract() == 0.0 && page < MAX_PAGE_NUMBER;
        (is_sound && self.values > 0 && size > page * pagelen).then_some(page as u64 + 1)
    }
}

/// The largest safe integer of JavaScript.
pub(crate) const MAX_PAGE_NUMBER: f64 = 9_007_199_254_740_991.0;

/// A parameter's name, and the parameter in its original notation.
#[derive(Debug, Clone)]
struct Parameter {
    name: String,
    text: String,
}

/// Reads a list page by page.
#[derive(Debug, Clone)]
pub struct Paginator {
    /// The first page's URL up to its query.
    base: String,
    /// The first page's parameters; `fields` includes `next`.
    parameters: Vec<Parameter>,
    /// The URL of the next page to request.
    url: String,
    /// The URLs of all pages so far.
    seen: Vec<String>,
    ahead: PagesAhead,
}

impl Paginator {
    /// Takes the absolute URL of the first page. If its `fields` omit `next`, this function adds `next`: without it,
    /// the responses would not show whether there is another page. `concurrency`, from 1 to 6, limits how many pages
    /// are requested or buffered at once; the default is 6.
    pub fn new(first_page: &str, concurrency: Option<f64>) -> Result<Self> {
        let ahead = PagesAhead::new(concurrency)?;
        let (base, query) = query::split(first_page);
        let parameters: Vec<Parameter> = parameters(query)
            .into_iter()
            .filter_map(|parameter| match with_next(&parameter) {
                Some(fields) if fields.is_empty() => None,
                Some(fields) => Some(Parameter { text: [FIELDS, "=", &fields].concat(), ..parameter }),
                None => Some(parameter),
            })
            .collect();
        let url = join(base, parameters.iter());
        Ok(Self { base: base.to_owned(), parameters, seen: vec![url.clone()], ahead, url })
    }

    /// The URL of the next page to request.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes what a response says about its page, and advances to the next page. Returns whether there is a next page;
    /// [`Paginator::url`] is its URL.
    pub fn advance(&mut self, page: &Page<'_>) -> Result<bool> {
        let next = match page.next.filter(|next| !next.trim().is_empty()) {
            Some(next) => self.follow(next),
            None => match page.unannounced() {
                Some(number) => self.numbered(number),
                None => return Ok(false),
            },
        };
        let next = self.ahead.advance(&self.url, next, page);
        if self.seen.contains(&next) {
            return Err(malformed("leads to a page that was requested before"));
        }
        self.seen.push(next.clone());
        self.url = next;
        Ok(true)
    }

    /// The URLs that may be requested now: first [`Paginator::url`], then the URLs of the pages to prefetch. `held` is
    /// the number of pages that the caller is still consuming. [`Paginator::advance`] takes the responses in the order
    /// of the pages.
    pub fn fetchable_urls(&self, held: usize) -> Vec<String> {
        self.ahead.fetchable_urls(&self.url, held)
    }

    /// Whether one more page may be prefetched. `unused` is the number of prefetched pages whose values the caller
    /// has not used yet.
    pub fn may_prefetch(&self, unused: usize) -> bool {
        self.ahead.may_prefetch(unused)
    }

    /// Records a useless prefetch: Bitbucket rejected the request, or the list does not have the page.
    pub fn record_wasted_prefetch(&mut self) {
        self.ahead.record_wasted_prefetch();
    }

    /// Adds to a `next` URL those parameters of the first page that it lacks. For a list of pipelines, Bitbucket's
    /// `next` omits `sort` and all filters.
    fn follow(&self, next: &str) -> String {
        let (base, query) = query::split(next);
        let own = parameters(query);
        let has = |name: &str| own.iter().any(|parameter| parameter.name == name);
        // A cursor includes the parameters. If `next` is the URL of another resource, a redirect led to another list,
        // and `next` has that list's own parameters.
        if has(CURSOR) || resource(base) != resource(&self.base) {
            return next.to_owned();
        }
        let mut lost = self
            .parameters
            .iter()
            .filter(|parameter| !is_of_page(&parameter.name) && !has(&parameter.name))
            .peekable();
        if lost.peek().is_none() { next.to_owned() } else { join(base, own.iter().chain(lost)) }
    }

    /// The URL of the page with this number.
    fn numbered(&self, number: u64) -> String {
        let page = Parameter { name: PAGE.to_owned(), text: format!("{PAGE}={number}") };
        join(&self.base, self.parameters.iter().filter(|parameter| !is_of_page(&parameter.name)).chain([&page]))
    }

    /// An opaque token for the next page, which [`page_url`] turns back into a URL. It contains only the query, so a
    /// caller who passes it back chooses neither the server nor the list.
    pub fn page_token(&self) -> Result<String> {
        let (base, query) = query::split(&self.url);
        let origin_of = |url: &str| Url::parse(url).ok().map(|url| origin(&url).to_owned());
        let is_same_list = origin_of(base) == origin_of(&self.base) && resource(base) == resource(&self.base);
        if !is_same_list || !is_query(query) {
            return Err(malformed("is not the URL of a page of this list"));
        }
        Ok(URL_SAFE_NO_PAD.encode(query))
    }
}

/// The URL of the page that a token identifies in a list. `field` is the name of the argument with the token.
pub fn page_url(list: &str, token: &str, field: &str) -> Result<String> {
    let query = URL_SAFE_NO_PAD.decode(token).ok().and_then(|query| String::from_utf8(query).ok());
    match query.filter(|query| is_query(query)) {
        Some(query) => Ok([list, "?", &query].concat()),
        None => Err(Error::argument(Phase::Api, field, "must be the value of next from the previous page")),
    }
}

/// The URL of the page with this number in a list. Pages count from 1.
pub fn numbered_page_url(list: &str, number: f64) -> Result<String> {
    if number.fract() == 0.0 && (1.0..=MAX_PAGE_NUMBER).contains(&number) {
        Ok(format!("{list}?{PAGE}={}", number as u64))
    } else {
        Err(Error::argument(
            Phase::Api,
            PAGE,
            "must be a whole number from 1, or the value of next from the previous page",
        ))
    }
}

/// A request for a page that may not be ready.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The response's status.
    pub status: u16,
    /// The response's `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// How many times the page was requested.
    pub number: u32,
    /// How long the caller is willing to wait, in milliseconds.
    pub patience: f64,
    /// When the response arrived, in milliseconds since 1970.
    pub received_at: f64,
    /// A random number from 0 to 1.
    pub random: f64,
}

/// How many milliseconds to wait before requesting a page again. While Bitbucket is indexing, it responds with 202
/// and an empty page or an empty body. `None` means that the response is the page.
pub fn retry_delay(attempt: &Attempt<'_>) -> Result<Option<f64>> {
    if attempt.status != 202 {
        return Ok(None);
    }
    let requested_wait = retry_after::wait(attempt.retry_after, attempt.received_at);
    // The first pause takes half a second to a second, and each further pause twice as long. All pauses together take
    // at most about half a minute, unless Bitbucket asks for longer ones.
    let pause = (attempt.number <= MAX_RETRIES)
        .then(|| {
            retry::pause(attempt.number.saturating_add(1), requested_wait.map(|wait| wait as f64), attempt.random)
        })
        .filter(|pause| *pause <= attempt.patience.min(MAX_PATIENCE));
    pause.map(Some).ok_or_else(|| {
        let mut error = Error::new(Code::ApiNotReady, Phase::Api).with_status(attempt.status);
        error.retry_after = requested_wait;
        error
    })
}

/// Whether a parameter identifies a page of a list rather than the list.
fn is_of_page(name: &str) -> bool {
    matches!(name, PAGE | CURSOR)
}

fn malformed(reason: &'static str) -> Box<Error> {
    Error::new(Code::ResponseInvalid, Phase::Api).with_field("next").with_reason(reason)
}

fn parameters(query: &str) -> Vec<Parameter> {
    query::written(query).map(|(name, text)| Parameter { name: name.into_owned(), text: text.to_owned() }).collect()
}

fn join<'a>(base: &str, parameters: impl Iterator<Item = &'a Parameter>) -> String {
    query::join(base, parameters.map(|parameter| parameter.text.as_str()))
}

/// Returns the encoded value of the parameter `fields`, with `next` added to the selected members. Returns `None` if
/// the selection includes `next` already, or if the parameter is not `fields`.
fn with_next(fields: &Parameter) -> Option<String> {
    let (_, value) = query::pairs(&fields.text).flatten().next().filter(|(name, _)| name == FIELDS)?;
    let names = || value.split(',').map(str::trim).filter(|name| !name.is_empty());
    let is_named = |name: &str| names().any(|known| known.strip_prefix('+').unwrap_or(known) == name);
    let is_selection = names().any(|name| !name.starts_with(['+', '-']));
    let is_without = names().any(|name| matches!(name, "-next" | "-*"));
    let is_included = is_named("next") || is_named("*");
    if !is_without && (is_included || !is_selection) {
        return None;
    }
    let mut kept: Vec<&str> = names().filter(|name| *name != "-next").collect();
    if is_selection && !is_included {
        kept.push("next");
    } else if kept.contains(&"-*") && !is_named("next") {
        kept.push("+next");
    }
    Some(
        kept.into_iter()
            .map(|name| form_urlencoded::byte_serialize(name.as_bytes()).collect())
            .collect::<Vec<String>>()
            .join(","),
    )
}

/// Returns the path of a URL with wildcards for its workspace and repository, so that two paths of the same resource
/// are equal. A response may name a workspace or a repository by its slug where the request had its UUID, and a path
/// may end in a slash.
pub(crate) fn resource(url: &str) -> String {
    let path = Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.path().to_owned());
    let mut resource = String::new();
    let mut names = path.split('/').filter(|name| !name.is_empty());
    while let Some(name) = names.next() {
        resource.push('/');
        resource.push_str(name);
        let owners = match name {
            "repositories" => 2,
            "workspaces" => 1,
            _ => 0,
        };
        for _ in 0..owners {
            resource.push_str(if names.next().is_some() { "/*" } else { "" });
        }
    }
    resource
}

/// Whether a text can be the query of a page: it consists of visible ASCII and has a parameter.
fn is_query(query: &str) -> bool {
    query.len() <= MAX_QUERY_LENGTH && query.contains('=') && is_graphic(query) && !query.contains('#')
}
