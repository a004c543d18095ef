//! Endpoints that Atlassian removed from the API, and what is asked in their place.
//!
//! In: a request to such an endpoint, and Bitbucket's answers to the requests that took its place. Out: those requests, and the
//! answer in the shape of the removed endpoint. What never happens here: a request is answered that the endpoint would have
//! answered with something else, or a workspace is left out that the endpoint would have shown.
//!
//! `GET /user/permissions/workspaces` is not among them: what is left of the API tells administrators from everybody else,
//! and not the roles that it told. Without a role, `GET /repositories` had all public repositories of the world, and nothing
//! lists those any more. Both keep Bitbucket's own 410.

use crate::api_request;
use crate::api_response::{self, ApiResponse, is_workspace};
use crate::endpoints::Address;
use crate::error::Code;
use crate::form;
use crate::text::{cut, find};

/// An endpoint that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// The repositories of all workspaces.
    Repositories,
    /// All workspaces.
    Workspaces,
    /// What the user may do with the repositories of all workspaces.
    RepositoryPermissions,
    /// The issues of a repository, and all below them.
    Issues,
}

/// What Atlassian announced, and what is done about it.
struct Removal {
    asked: &'static str,
    date: &'static str,
    /// The number of the announcement in Atlassian's changelog, where it is known.
    change: Option<&'static str>,
    answered: &'static str,
}

/// What Bitbucket said of the issues of a repository without an issue tracker.
const NO_TRACKER: &str = "Repository has no issue tracker.";

/// How many values a page has unless the request says so, and at most (Bitbucket Cloud, pagination).
const PAGELEN: u64 = 10;
const LONGEST_PAGE: u64 = 100;

/// The roles that `GET /repositories` knew; `/repositories/{workspace}` knows the same.
const REPOSITORY_ROLES: [&str; 4] = [MEMBER, "contributor", "admin", OWNER];

/// Whoever belongs to something. With this role Bitbucket may refuse the list of a workspace.
const MEMBER: &str = "member";

/// Who administers a workspace.
const OWNER: &str = "owner";

impl Endpoint {
    const ALL: [Self; 4] = [Self::Repositories, Self::Workspaces, Self::RepositoryPermissions, Self::Issues];

    /// Whether an address, without its query, may lead to one.
    fn may_be_at(address: &str) -> bool {
        let address = address.strip_suffix('/').unwrap_or(address);
        Self::ALL.iter().any(|endpoint| address.ends_with(endpoint.asked())) || find(address, "/issues").is_some()
    }

    /// The one that a path below the API's base belongs to.
    fn at(path: &str) -> Option<Self> {
        let path = path.strip_suffix('/').unwrap_or(path);
        Self::ALL.into_iter().find(|endpoint| endpoint.asked() == path).or_else(|| {
            let mut names = path.strip_prefix("/repositories/")?.split('/');
            let is_repository = names.by_ref().take(2).filter(|name| !name.is_empty()).count() == 2;
            (is_repository && names.next() == Some("issues")).then_some(Self::Issues)
        })
    }

    fn removal(self) -> Removal {
        let across_workspaces =
            |asked, answered| Removal { asked, date: "2026-04-14", change: Some("CHANGE-2770"), answered };
        match self {
            Self::Repositories => {
                across_workspaces("/repositories", "from /user/workspaces and /repositories/{workspace}")
            }
            Self::Workspaces => across_workspaces("/workspaces", "from /user/workspaces and /workspaces/{workspace}"),
            Self::RepositoryPermissions => across_workspaces(
                "/user/permissions/repositories",
                "from /user/workspaces and /user/workspaces/{workspace}/permissions/repositories",
            ),
            Self::Issues => Removal {
                asked: "/repositories/{workspace}/{repository}/issues",
                date: "2026-08-20",
                change: None,
                answered: "as for a repository without an issue tracker (404)",
            },
        }
    }

    /// Whether it had a parameter of this name that its replacement takes.
    fn knows(self, name: &str) -> bool {
        match name {
            "page" | "pagelen" | "sort" | "fields" => true,
            "q" => self != Self::Workspaces,
            "role" => self != Self::RepositoryPermissions,
            _ => false,
        }
    }

    /// Whether the replacement has what belongs to this role.
    fn answers(self, role: Option<&str>) -> bool {
        match self {
            Self::Repositories => role.is_some_and(|role| REPOSITORY_ROLES.contains(&role)),
            Self::Workspaces => matches!(role, None | Some(MEMBER | OWNER)),
            Self::RepositoryPermissions | Self::Issues => true,
        }
    }

    /// Its path below the API's base.
    pub fn asked(self) -> &'static str {
        self.removal().asked
    }

    /// What an administrator is told.
    pub fn notice(self) -> String {
        let Removal { asked, date, change, answered } = self.removal();
        let change = change.map_or(String::new(), |change| [" (", change, ")"].concat());
        [
            "Something asked for GET ",
            asked,
            ", which Atlassian removed from Bitbucket's API on ",
            date,
            &change,
            ". It is answered ",
            answered,
            ". INTEGRATION_AUTH_BITBUCKET_COMPAT=off turns that off.",
        ]
        .concat()
    }
}

/// What takes the place of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replacement {
    /// A list is collected from all workspaces.
    Collected(Collected),
    /// The request is sent, and its answer is judged by [`without_tracker`].
    Issues,
    /// The endpoint would have refused the request, with 400 and these words.
    Refused(Endpoint, &'static str),
}

impl Replacement {
    /// The endpoint that was asked for.
    pub fn endpoint(&self) -> Endpoint {
        match self {
            Self::Collected(collected) => collected.endpoint,
            Self::Issues => Endpoint::Issues,
            Self::Refused(endpoint, _) => *endpoint,
        }
    }
}

/// What takes the place of a request to the API; `None` where it is sent as it is.
pub fn replacement(api: &Address, method: &str, url: &str) -> Option<Replacement> {
    if method != "GET" {
        return None;
    }
    let address = cut(url, b'#').0;
    let (base, query) = cut(address, b'?');
    // Nearly all requests are for something else, and to tell that takes a fifth of the time of telling where they go.
    if !Endpoint::may_be_at(base) {
        return None;
    }
    let endpoint = Endpoint::at(&api_request::path(api, address).ok()?)?;
    if endpoint == Endpoint::Issues {
        return Some(Replacement::Issues);
    }
    let mut list = Collected {
        endpoint,
        api: api.as_str().trim_end_matches('/').to_owned(),
        base: base.to_owned(),
        parameters: Vec::new(),
        sort: None,
        page: 1,
        pagelen: PAGELEN,
    };
    let mut refusal = None;
    for pair in form::pairs(query.unwrap_or_default()) {
        let (name, value) = pair.ok()?;
        if !endpoint.knows(&name) || list.parameter(&name).is_some() {
            return None;
        }
        match name.as_str() {
            _ if value.is_empty() => continue,
            "page" => match number(&value, u64::MAX) {
                Some(page) => list.page = page,
                None => refusal = Some("Invalid page"),
            },
            "pagelen" => match number(&value, LONGEST_PAGE) {
                Some(pagelen) => list.pagelen = pagelen,
                None => refusal = Some("Invalid pagelen"),
            },
            "sort" => list.sort = Some(Sort::parse(&value)?),
            _ => {}
        }
        list.parameters.push((name, value));
    }
    if !endpoint.answers(list.parameter("role")) {
        return None;
    }
    Some(match refusal {
        Some(message) => Replacement::Refused(endpoint, message),
        None => Replacement::Collected(list),
    })
}

/// A number from 1 to this one.
fn number(text: &str, most: u64) -> Option<u64> {
    let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()?;
    (1..=most).contains(&number).then_some(number)
}

/// The body of a 404 in place of what Bitbucket answers where the issue trackers were; `None` for any other answer. Whoever
/// reads issues takes that for a tracker that is not enabled.
pub fn without_tracker(status: u16, is_elsewhere: bool) -> Option<String> {
    (matches!(status, 404 | 410) && !is_elsewhere).then(|| error_body(NO_TRACKER))
}

/// The API's own form of an error. These texts have nothing in them that JSON would escape.
pub fn error_body(message: &str) -> String {
    [r#"{"type":"error","error":{"message":""#, message, r#""}}"#].concat()
}

/// By which member a list is sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// The member, with dots between the names.
    pub member: String,
    /// Whether the largest comes first.
    pub is_descending: bool,
}

impl Sort {
    /// Reads `updated_on`, or `-updated_on`.
    pub fn parse(text: &str) -> Option<Self> {
        let member = text.strip_prefix('-').unwrap_or(text);
        let is_name =
            |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        member
            .split('.')
            .all(is_name)
            .then(|| Self { member: member.to_owned(), is_descending: member.len() < text.len() })
    }
}

/// A list that is collected from all workspaces of a user, or from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    endpoint: Endpoint,
    /// The API's base.
    api: String,
    /// The address of the removed endpoint.
    base: String,
    /// Those that are not empty, each once.
    parameters: Vec<(String, String)>,
    sort: Option<Sort>,
    page: u64,
    pagelen: u64,
}

/// A page of what was collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where its values begin.
    pub from: usize,
    /// Where they end.
    pub to: usize,
    /// Its number.
    pub page: u64,
    /// How many values a page has.
    pub pagelen: u64,
    /// How many values all pages have.
    pub size: usize,
    /// The address of the next page.
    pub next: Option<String>,
}

/// What an answer that is no success means for the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The list is answered with the same.
    Refused(Option<String>),
    /// There is nothing in this workspace that the removed endpoint would have shown.
    LeftOut(String),
    /// The same is to be asked for without a role.
    WithoutRole,
}

impl Collected {
    /// What tells this list from others of the same connection, whatever its page: its address without that.
    pub fn key(&self) -> String {
        self.with_parameters([&self.base, "?"].concat(), true, false)
    }

    /// An address with the parameters that say nothing of a page, as the request had them or as a workspace is asked.
    fn with_parameters(&self, mut address: String, with_role: bool, in_workspace: bool) -> String {
        for (name, value) in &self.parameters {
            match name.as_str() {
                "page" | "pagelen" => {}
                "role" if !with_role => {}
                "fields" if in_workspace => {
                    if let Some(fields) = self.selection(value) {
                        form::append_pair(&mut address, name, &fields);
                    }
                }
                _ => form::append_pair(&mut address, name, value),
            }
        }
        address
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// By what the list is sorted.
    pub fn sort(&self) -> Option<&Sort> {
        self.sort.as_ref()
    }

    /// Whether each workspace has a list of its own, rather than one value.
    pub fn has_lists(&self) -> bool {
        self.endpoint != Endpoint::Workspaces
    }

    /// Whether only workspaces belong to it that the user administers.
    pub fn is_of_owners(&self) -> bool {
        !self.has_lists() && self.parameter("role") == Some(OWNER)
    }

    /// The address of the user's workspaces.
    pub fn workspaces(&self) -> String {
        [&self.api, "/user/workspaces?pagelen=100"].concat()
    }

    /// The address of what belongs to the list in a workspace, by its segment of a path.
    pub fn in_workspace(&self, segment: &str, with_role: bool) -> String {
        let (before, after) = match self.endpoint {
            Endpoint::Workspaces => return [&self.api, "/workspaces/", segment].concat(),
            Endpoint::RepositoryPermissions => ("/user/workspaces/", "/permissions/repositories"),
            Endpoint::Repositories | Endpoint::Issues => ("/repositories/", ""),
        };
        self.with_parameters([&self.api, before, segment, after, "?pagelen=100"].concat(), with_role, true)
    }

    /// The `fields` that go along: those of the values, with the member by which they are sorted. What says something of the
    /// page is not Bitbucket's to answer, and is always there.
    fn selection(&self, fields: &str) -> Option<String> {
        let key = self.sort.as_ref().map(|sort| ["values.", &sort.member].concat());
        let is_selecting = |name: &str| !name.starts_with(['+', '-']);
        let is_of_values = |name: &str| matches!(name, "*" | "values") || name.starts_with("values.");
        let is_kept = |name: &&str| match name.strip_prefix('-') {
            // The values themselves, or what they are sorted by, cannot be done without.
            Some(hidden) => {
                hidden.starts_with("values.")
                    && key
                        .as_deref()
                        .and_then(|key| key.strip_prefix(hidden))
                        .is_none_or(|rest| !is_end_of_name(rest))
            }
            None => is_of_values(name.trim_start_matches('+')),
        };
        let names = || fields.split(',').map(str::trim).filter(|name| !name.is_empty());
        let mut kept: Vec<&str> = names().filter(is_kept).collect();
        if names().any(is_selecting) {
            if !kept.iter().any(|name| is_selecting(name)) {
                kept.push("values.uuid");
            }
            kept.extend(key.as_deref());
        }
        (!kept.is_empty()).then(|| kept.join(","))
    }

    /// Judges an answer about a workspace. Where Bitbucket says that there is no such workspace, or that it shows none of its
    /// repositories because it takes them for spam, the removed endpoint had nothing of it either. Anything else fails the
    /// whole list, as nobody would see that a part of it is missing.
    pub fn judge(&self, workspace: &str, with_role: bool, response: &ApiResponse<'_>) -> Verdict {
        let error = api_response::judge(response);
        let is_announced = error.announcement_url.is_some();
        let is_spam = error.code == Code::ApiGone && !is_announced && response.path.is_some_and(is_workspace);
        let is_bitbuckets = !response.is_elsewhere && !error.is_hearsay;
        if error.code == Code::ApiGone && is_announced && with_role && self.parameter("role") == Some(MEMBER) {
            return Verdict::WithoutRole;
        }
        let status = response.status.to_string();
        let about =
            ["GET ", self.endpoint.asked(), ": Bitbucket answers ", &status, " for the workspace ", workspace]
                .concat();
        if is_bitbuckets && (is_spam || error.code == Code::ApiNotFound) {
            return Verdict::LeftOut(about + ", so it is left out.");
        }
        // What passes is tried again.
        let is_lasting = matches!(response.status, 400..=499)
            && !matches!(error.code, Code::ApiUnauthenticated | Code::ApiRateLimited);
        Verdict::Refused(
            is_lasting.then(|| about + ", so the whole list fails: it would lack that workspace unnoticed."),
        )
    }

    /// The page that was asked for, of a list of this size. A page behind the last one is empty.
    pub fn page(&self, size: usize) -> Page {
        let place = |pages: u64| {
            let place = pages.checked_mul(self.pagelen).and_then(|place| usize::try_from(place).ok());
            place.map_or(size, |place| place.min(size))
        };
        let (from, to) = (place(self.page - 1), place(self.page));
        let next = (to < size).then(|| {
            let mut next = self.key();
            form::append_pair(&mut next, "pagelen", &self.pagelen.to_string());
            form::append_pair(&mut next, "page", &self.page.saturating_add(1).to_string());
            next
        });
        Page { from, to, page: self.page, pagelen: self.pagelen, size, next }
    }
}

/// Whether a name of which this is the rest ends before it.
fn is_end_of_name(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('.')
}
