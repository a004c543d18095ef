//! Endpoints that Atlassian removed from the API, and what is asked in their place.
//!
//! In: a request to such an endpoint, and Bitbucket's answers to the requests that took its place. Out: those requests, and the
//! answer in the shape of the removed endpoint. What never happens here: a request is answered that the endpoint would have
//! answered with something else, or a workspace is left out that the endpoint would have shown.
//!
//! Only what NocoDB's own packages ask for is among them. `/workspaces`, `/user/permissions/workspaces` and
//! `/user/permissions/repositories` keep Bitbucket's own 410, and so does `GET /repositories` without a role: that had all public
//! repositories of the world, and nothing lists those any more.

use serde::Serialize;
use tsify::Tsify;

use crate::api_response::{self, ApiResponse, is_workspace};
use crate::endpoints::Address;
use crate::error::Code;
use crate::query;

/// An endpoint that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// The repositories of all workspaces.
    Repositories,
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
const ROLES: [&str; 4] = [MEMBER, "contributor", "admin", "owner"];

/// Whoever belongs to something. With this role Bitbucket may refuse the list of a workspace.
const MEMBER: &str = "member";

/// How long a list is kept, in milliseconds: consumers ask for one page after the other.
pub const KEPT_MS: u32 = 60_000;

/// How many lists of a connection are kept: other parameters make another list.
pub const MOST_LISTS: u32 = 4;

/// How long a list may become as JSON, in UTF-16 code units: about 30,000 repositories.
pub const LONGEST_LIST: u32 = 128 * 1024 * 1024;

/// How many workspaces are read at the same time.
pub const MOST_AT_ONCE: u32 = 4;

impl Endpoint {
    /// The one that a path below the API's base belongs to.
    fn at(path: &str) -> Option<Self> {
        let below = path.strip_prefix("/repositories")?;
        let below = below.strip_suffix('/').unwrap_or(below);
        if below.is_empty() {
            return Some(Self::Repositories);
        }
        let mut names = below.strip_prefix('/')?.split('/');
        let is_repository = names.by_ref().take(2).filter(|name| !name.is_empty()).count() == 2;
        (is_repository && names.next() == Some("issues")).then_some(Self::Issues)
    }

    fn removal(self) -> Removal {
        match self {
            Self::Repositories => Removal {
                asked: "/repositories",
                date: "2026-04-14",
                change: Some("CHANGE-2770"),
                answered: "from /user/workspaces and /repositories/{workspace}",
            },
            Self::Issues => Removal {
                asked: "/repositories/{workspace}/{repository}/issues",
                date: "2026-08-20",
                change: None,
                answered: "as for a repository without an issue tracker (404)",
            },
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
    Collected(CollectedList),
    /// The request is sent, and its answer is judged by [`without_tracker`].
    Issues,
    /// The endpoint would have refused the request for a list, with 400 and these words.
    Refused(&'static str),
}

impl Replacement {
    /// The endpoint that was asked for.
    pub fn endpoint(&self) -> Endpoint {
        match self {
            Self::Collected(_) | Self::Refused(_) => Endpoint::Repositories,
            Self::Issues => Endpoint::Issues,
        }
    }
}

/// What takes the place of a request to the API; `None` where it is sent as it is. Nearly all are, so their address is only
/// compared with the API's base, not read.
pub fn replacement(api: &Address, method: &str, url: &str) -> Option<Replacement> {
    if method != "GET" {
        return None;
    }
    let api = api.as_str().trim_end_matches('/');
    let (path, query) = query::split(url.strip_prefix(api)?);
    match Endpoint::at(path)? {
        Endpoint::Repositories => repositories(api, query),
        Endpoint::Issues => Some(Replacement::Issues),
    }
}

/// What takes the place of a request for the repositories of all workspaces.
fn repositories(api: &str, query: &str) -> Option<Replacement> {
    let mut list =
        CollectedList { api: api.to_owned(), parameters: Vec::new(), sort: None, page: 1, pagelen: PAGELEN };
    let mut refusal = None;
    for pair in query::pairs(query) {
        let (name, value) = pair.ok()?;
        if list.parameter(&name).is_some() {
            return None;
        }
        match &*name {
            // Whoever selects members has all of them.
            "fields" => continue,
            "page" | "pagelen" | "sort" | "q" | "role" if value.is_empty() => continue,
            "page" => match number(&value, u64::MAX) {
                Some(page) => list.page = page,
                None => refusal = Some("Invalid page"),
            },
            "pagelen" => match number(&value, LONGEST_PAGE) {
                Some(pagelen) => list.pagelen = pagelen,
                None => refusal = Some("Invalid pagelen"),
            },
            "sort" => list.sort = Some(Sort::parse(&value)?),
            "q" | "role" => {}
            _ => return None,
        }
        list.parameters.push((name.into_owned(), value.into_owned()));
    }
    if !list.parameter("role").is_some_and(|role| ROLES.contains(&role)) {
        return None;
    }
    Some(refusal.map_or_else(|| Replacement::Collected(list), Replacement::Refused))
}

/// A number from 1 to this one.
fn number(text: &str, most: u64) -> Option<u64> {
    let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()?;
    (1..=most).contains(&number).then_some(number)
}

/// The body of a 404 in place of what Bitbucket answers where the issue trackers were; `None` for any other answer. Whoever
/// reads issues takes that for a tracker that is not enabled.
pub fn without_tracker(status: u16, is_foreign_origin: bool) -> Option<String> {
    (matches!(status, 404 | 410) && !is_foreign_origin).then(|| error_body(NO_TRACKER))
}

/// The API's own form of an error. These texts have nothing in them that JSON would escape.
pub fn error_body(message: &str) -> String {
    [r#"{"type":"error","error":{"message":""#, message, r#""}}"#].concat()
}

/// By which member a list is sorted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
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
pub struct CollectedList {
    /// The API's base.
    api: String,
    /// Those that are not empty, each once.
    parameters: Vec<(String, String)>,
    sort: Option<Sort>,
    page: u64,
    pagelen: u64,
}

/// A page of what was collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
pub struct CollectedPage {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What an answer that is no success means for the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkspaceOutcome {
    /// The list is answered with the same.
    Fail(Option<String>),
    /// There is nothing in this workspace that the removed endpoint would have shown.
    Skip(String),
    /// The same is to be asked for without a role.
    RetryWithoutRole,
}

impl CollectedList {
    /// What tells this list from others of the same connection, whatever its page: its address without that.
    pub fn key(&self) -> String {
        self.with_parameters([&self.api, "/repositories"].concat(), true)
    }

    /// An address with the parameters that say nothing of a page.
    fn with_parameters(&self, address: String, with_role: bool) -> String {
        let of_list = self.parameters.iter().filter(|(name, _)| match name.as_str() {
            "page" | "pagelen" => false,
            "role" => with_role,
            _ => true,
        });
        query::append(address, of_list.map(|(name, value)| (name.as_str(), value.as_str())))
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// By what the list is sorted.
    pub fn sort(&self) -> Option<&Sort> {
        self.sort.as_ref()
    }

    /// The address of the user's workspaces.
    pub fn workspaces_url(&self) -> String {
        [&self.api, "/user/workspaces?pagelen=100"].concat()
    }

    /// The address of what belongs to the list in a workspace, by its segment of a path.
    pub fn workspace_url(&self, segment: &str, with_role: bool) -> String {
        self.with_parameters([&self.api, "/repositories/", segment, "?pagelen=100"].concat(), with_role)
    }

    /// Judges an answer about a workspace. Where Bitbucket says that there is no such workspace, that this user may not see it
    /// (its owner may demand certain addresses, or two-step verification), or that it takes its repositories for spam, the
    /// removed endpoint listed the others. Anything else fails the whole list: nobody would see that a part of it is missing.
    pub fn workspace_outcome(
        &self,
        workspace: &str,
        with_role: bool,
        response: &ApiResponse<'_>,
    ) -> WorkspaceOutcome {
        let error = api_response::to_error(response);
        let is_announced = error.announcement_url.is_some();
        let is_spam = error.code == Code::ApiGone && !is_announced && response.path.is_some_and(is_workspace);
        let is_bitbuckets = !response.is_foreign_origin && !error.is_hearsay;
        if error.code == Code::ApiGone && is_announced && with_role && self.parameter("role") == Some(MEMBER) {
            return WorkspaceOutcome::RetryWithoutRole;
        }
        let status = response.status.to_string();
        let about = ["GET /repositories: Bitbucket answers ", &status, " for the workspace ", workspace].concat();
        // A scope that is missing is missing everywhere.
        let is_hidden =
            error.code == Code::ApiNotFound || response.status == 403 && error.code != Code::ApiInsufficientScope;
        if is_bitbuckets && (is_spam || is_hidden) {
            return WorkspaceOutcome::Skip(about + ", so it is left out.");
        }
        // What passes is tried again; a 400 is about the request, and whoever made that has the answer.
        let is_of_workspace = matches!(response.status, 402..=499) && error.code != Code::ApiRateLimited;
        WorkspaceOutcome::Fail(
            is_of_workspace.then(|| about + ", so the whole list fails: it would lack that workspace unnoticed."),
        )
    }

    /// The page that was asked for, of a list of this size. A page behind the last one is empty.
    pub fn page(&self, size: usize) -> CollectedPage {
        let place = |pages: u64| {
            let place = pages.checked_mul(self.pagelen).and_then(|place| usize::try_from(place).ok());
            place.map_or(size, |place| place.min(size))
        };
        let (from, to) = (place(self.page - 1), place(self.page));
        let next = (to < size).then(|| {
            let (pagelen, page) = (self.pagelen.to_string(), self.page.saturating_add(1).to_string());
            query::append(self.key(), [("pagelen", pagelen.as_str()), ("page", page.as_str())])
        });
        CollectedPage { from, to, page: self.page, pagelen: self.pagelen, size, next }
    }
}
