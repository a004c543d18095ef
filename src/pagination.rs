//! The pages of a list: which one is asked for next, and when a list has ended.
//!
//! In: the address of the first page, and what each answer says of itself. Out: the address of the page to ask for, or
//! the end. What never happens here: a list ends although its last answer says that there is more, a filter of the
//! first page is missing on a later one, or an address is taken from a caller.
//!
//! Bitbucket has two kinds of lists: *numbered* ones, whose answers may tell `page` and `size`, and *iterators*, which go
//! by an opaque cursor (`ctx`). Both say by `next` where the next page is. Only `values` is sure to be there.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::{Url, form_urlencoded};

use crate::endpoints::origin;
use crate::error::{Code, Error, Phase, Result};
use crate::pages_ahead::PagesAhead;
use crate::pasted::is_graphic;
use crate::retry_after::{self, LONGEST_PATIENCE};
use crate::{query, retry};

/// The parameter that selects the members of an answer: names with commas between them. A name with `+` or `-` before it
/// changes the usual members; names without a sign replace them.
const FIELDS: &str = "fields";

/// The parameter that numbers a page. It is each page's own.
pub(crate) const PAGE: &str = "page";

/// The parameter of an iterator's cursor. Whatever belongs to the list is in it already.
pub(crate) const CURSOR: &str = "ctx";

/// The longest query that a token of [`List::token`] holds; Bitbucket's cursors have some hundred bytes.
const LONGEST_QUERY: usize = 4096;

/// How often a page that is not ready is asked for again.
const MOST_REPETITIONS: u32 = 5;

/// What an answer says of the page that it is. Numbers that are absent, or no numbers, are `None`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page<'a> {
    /// Where the next page is, as Bitbucket says.
    pub next: Option<&'a str>,
    /// How many values it has.
    pub values: usize,
    /// Its number.
    pub page: Option<f64>,
    /// How many values a page has.
    pub pagelen: Option<f64>,
    /// How many values the list has.
    pub size: Option<f64>,
}

impl Page<'_> {
    /// The number of the page that has to follow although `next` is missing: the list has more values than its pages up to
    /// this one hold.
    fn unannounced(&self) -> Option<u64> {
        let number = |number: Option<f64>| number.filter(|number| number.is_finite());
        let (page, size) = (number(self.page)?, number(self.size)?);
        let pagelen = number(self.pagelen).unwrap_or(self.values as f64);
        let is_sound = page >= 1.0 && page.fract() == 0.0 && page < LARGEST_PAGE;
        (is_sound && self.values > 0 && size > page * pagelen).then_some(page as u64 + 1)
    }
}

/// The largest number that JavaScript tells from its neighbours.
pub(crate) const LARGEST_PAGE: f64 = 9_007_199_254_740_991.0;

/// A parameter as it is written, and its name.
#[derive(Debug, Clone)]
struct Parameter {
    name: String,
    text: String,
}

/// A list that is read page by page.
#[derive(Debug, Clone)]
pub struct List {
    /// The first page's address up to its query.
    base: String,
    /// The first page's parameters, `fields` with `next`.
    parameters: Vec<Parameter>,
    /// The page to ask for.
    address: String,
    /// The pages that were asked for.
    seen: Vec<String>,
    ahead: PagesAhead,
}

impl List {
    /// A list whose first page is at this absolute address. Where its `fields` leave `next` out, that is added: without
    /// it nobody could tell whether there is more. `concurrency`: how many of its pages may be under way or kept at once, from
    /// 1 to 6; as many as that where it is absent.
    pub fn new(address: &str, concurrency: Option<f64>) -> Result<Self> {
        let ahead = PagesAhead::new(concurrency)?;
        let (base, query) = query::split(address);
        let parameters: Vec<Parameter> = parameters(query)
            .into_iter()
            .filter_map(|parameter| match with_next(&parameter) {
                Some(fields) if fields.is_empty() => None,
                Some(fields) => Some(Parameter { text: [FIELDS, "=", &fields].concat(), ..parameter }),
                None => Some(parameter),
            })
            .collect();
        let address = join(base, parameters.iter());
        Ok(Self { base: base.to_owned(), parameters, seen: vec![address.clone()], ahead, address })
    }

    /// The address of the page to ask for.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Takes an answer. Whether there is another page, whose address [`List::address`] then gives.
    pub fn answered(&mut self, page: &Page<'_>) -> Result<bool> {
        let next = match page.next.filter(|next| !next.trim().is_empty()) {
            Some(next) => self.follow(next),
            None => match page.unannounced() {
                Some(number) => self.numbered(number),
                None => return Ok(false),
            },
        };
        let next = self.ahead.answered(&self.address, next, page);
        if self.seen.contains(&next) {
            return Err(malformed("leads to a page that was asked for already"));
        }
        self.seen.push(next.clone());
        self.address = next;
        Ok(true)
    }

    /// The addresses that may be asked for while the caller holds so many pages that it consumes: that of [`List::address`],
    /// and those of pages whose turn comes after it. Each answer has to be taken in its turn.
    pub fn addresses(&self, held: usize) -> Vec<String> {
        self.ahead.addresses(&self.address, held)
    }

    /// Whether one more page may be asked for ahead where so many were, whose values nobody has yet.
    pub fn may_go_ahead(&self, ahead: usize) -> bool {
        self.ahead.may_go_ahead(ahead)
    }

    /// Takes note that a page was asked for ahead in vain: it was refused, or the list does not have it.
    pub fn wasted(&mut self) {
        self.ahead.wasted();
    }

    /// A `next` with the parameters of the first page that it lacks: those of pipelines have lost `sort` and all filters.
    fn follow(&self, next: &str) -> String {
        let (base, query) = query::split(next);
        let own = parameters(query);
        let has = |name: &str| own.iter().any(|parameter| parameter.name == name);
        // A redirect leads to a list of its own: what that one takes, it has told.
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

    /// The page of this number.
    fn numbered(&self, number: u64) -> String {
        let page = Parameter { name: PAGE.to_owned(), text: format!("{PAGE}={number}") };
        join(&self.base, self.parameters.iter().filter(|parameter| !is_of_page(&parameter.name)).chain([&page]))
    }

    /// What stands for the page to ask for, to be handed out and taken back by [`page_address`]. It holds the query only:
    /// the server and the list are not up to whoever brings it back.
    pub fn token(&self) -> Result<String> {
        let (base, query) = query::split(&self.address);
        let origin_of = |address: &str| Url::parse(address).ok().map(|url| origin(&url).to_owned());
        let is_own = origin_of(base) == origin_of(&self.base) && resource(base) == resource(&self.base);
        if !is_own || !is_query(query) {
            return Err(malformed("is not the address of a page of this list"));
        }
        Ok(URL_SAFE_NO_PAD.encode(query))
    }
}

/// The address of the page of a list that a token stands for. `field` is what the token is called.
pub fn page_address(list: &str, token: &str, field: &str) -> Result<String> {
    let query = URL_SAFE_NO_PAD.decode(token).ok().and_then(|query| String::from_utf8(query).ok());
    match query.filter(|query| is_query(query)) {
        Some(query) => Ok([list, "?", &query].concat()),
        None => Err(Error::argument(Phase::Api, field, "must be what the page before gave as next")),
    }
}

/// The address of the page of a list that has this number, counted from 1.
pub fn numbered_address(list: &str, number: f64) -> Result<String> {
    if number.fract() == 0.0 && (1.0..=LARGEST_PAGE).contains(&number) {
        Ok(format!("{list}?{PAGE}={}", number as u64))
    } else {
        Err(Error::argument(Phase::Api, PAGE, "must be a whole number from 1, or what the page before gave as next"))
    }
}

/// A page that was asked for and may not be ready.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The status of the answer.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// How often the page was asked for.
    pub number: u32,
    /// How long the caller goes on waiting, in milliseconds.
    pub patience: f64,
    /// When the answer arrived, in milliseconds since 1970.
    pub received_at: f64,
    /// From 0 to 1.
    pub random: f64,
}

/// In how many milliseconds a page is asked for again, because Bitbucket is still indexing: it answers 202 then, with a
/// page of no values or with nothing. `None`: the answer is the page.
pub fn repetition(attempt: &Attempt<'_>) -> Result<Option<f64>> {
    if attempt.status != 202 {
        return Ok(None);
    }
    let told = retry_after::wait(attempt.retry_after, attempt.received_at);
    // From half a second to a second, then twice as long each time: half a minute in all.
    let pause = (attempt.number <= MOST_REPETITIONS)
        .then(|| retry::pause(attempt.number.saturating_add(1), told.map(|told| told as f64), attempt.random))
        .filter(|pause| *pause <= attempt.patience.min(LONGEST_PATIENCE));
    pause.map(Some).ok_or_else(|| {
        let mut error = Error::new(Code::ApiNotReady, Phase::Api).with_status(attempt.status);
        error.retry_after = told;
        error
    })
}

/// Whether a parameter says which page of a list is meant, and nothing of the list.
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

/// The value of `fields`, encoded, with `next` among the selected members; `None` when it is among them already, and for any other
/// parameter.
fn with_next(fields: &Parameter) -> Option<String> {
    let (_, value) = query::pairs(&fields.text).flatten().next().filter(|(name, _)| name == FIELDS)?;
    let names = || value.split(',').map(str::trim).filter(|name| !name.is_empty());
    let is_named = |name: &str| names().any(|known| known.strip_prefix('+').unwrap_or(known) == name);
    let is_selection = names().any(|name| !name.starts_with(['+', '-']));
    let is_without = names().any(|name| matches!(name, "-next" | "-*"));
    let is_there = is_named("next") || is_named("*");
    if !is_without && (is_there || !is_selection) {
        return None;
    }
    let mut kept: Vec<&str> = names().filter(|name| *name != "-next").collect();
    if is_selection && !is_there {
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

/// What a path says beside whose it is: an answer may name a workspace or a repository by its slug where the request had
/// its UUID, and a path may end in a slash.
pub(crate) fn resource(address: &str) -> String {
    let path = Url::parse(address).map_or_else(|_| address.to_owned(), |url| url.path().to_owned());
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

/// Whether a text can be the query of a page: visible ASCII, with a parameter in it.
fn is_query(query: &str) -> bool {
    query.len() <= LONGEST_QUERY && query.contains('=') && is_graphic(query) && !query.contains('#')
}
