//! Replaces requests to endpoints that Atlassian removed from the API.
//!
//! In: a request to such an endpoint, and Bitbucket's responses to the requests that replace it. Out: those requests,
//! and the response in the format of the removed endpoint. Never: a list that lacks a workspace which the removed
//! endpoint would have listed.
//!
//! Only endpoints that NocoDB's own packages use are replaced. `/workspaces`, `/user/permissions/workspaces` and
//! `/user/permissions/repositories` keep Bitbucket's own 410. So does `GET /repositories` without a role: it listed all
//! public repositories, and no other endpoint does that.

use serde::Serialize;
use tsify::Tsify;

use crate::api_response::{self, ApiResponse, is_workspace};
use crate::endpoints::WebUrl;
use crate::error::Code;
use crate::query;

/// A removed endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// The repositories of all workspaces.
    Repositories,
    /// The issues of a repository, and everything below them.
    Issues,
}

/// What Atlassian announced, and how the package replaces the endpoint.
struct Removal {
    path: &'static str,
    date: &'static str,
    /// The number of the announcement in Atlassian's changelog, where it is known.
    change: Option<&'static str>,
    replacement: &'static str,
}

/// Bitbucket's message about the issues of a repository without an issue tracker.
const NO_TRACKER: &str = "Repository has no issue tracker.";

/// The default and the largest number of values on a page (Bitbucket Cloud, pagination).
const PAGELEN: u64 = 10;
const MAX_PAGE_LENGTH: u64 = 100;

/// The roles that `GET /repositories` accepted. `/repositories/{workspace}` accepts the same roles.
const ROLES: [&str; 4] = [MEMBER, "contributor", "admin", "owner"];

/// The role of everybody who belongs to a repository. Bitbucket may reject this role in a request for the list of a workspace.
const MEMBER: &str = "member";

/// How long a list is cached, in milliseconds. Consumers request one page after the other.
pub const CACHE_MS: u32 = 60_000;

/// How many lists of a connection are cached. Requests with different parameters are for different lists.
pub const MAX_LISTS: u32 = 4;

/// The largest size of a list as JSON, in UTF-16 code units. That is about 30,000 repositories.
pub const MAX_LIST_LENGTH: u32 = 128 * 1024 * 1024;

/// How many workspaces are read at the same time.
pub const MAX_CONCURRENT: u32 = 4;

impl Endpoint {
    /// Returns the removed endpoint that a path below the API's base URL belongs to.
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
                path: "/repositories",
                date: "2026-04-14",
                change: Some("CHANGE-2770"),
                replacement: "with data from /user/workspaces and /repositories/{workspace}",
            },
            Self::Issues => Removal {
                path: "/repositories/{workspace}/{repository}/issues",
                date: "2026-08-20",
                change: None,
                replacement: "with a 404, as for a repository without an issue tracker",
            },
        }
    }

    /// The endpoint's path below the API's base URL.
    pub fn path(self) -> &'static str {
        self.removal().path
    }

    /// Returns the message for NocoDB's log.
    pub fn notice(self) -> String {
        let Removal { path, date, change, replacement } = self.removal();
        let change = change.map_or(String::new(), |change| [" (", change, ")"].concat());
        [
            "A consumer requested GET ",
            path,
            ", which Atlassian removed from Bitbucket's API on ",
            date,
            &change,
            ". The package responds ",
            replacement,
            ". INTEGRATION_AUTH_BITBUCKET_COMPAT=off disables the replacement.",
        ]
        .concat()
    }
}

/// What replaces a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replacement {
    /// A list that the package collects from all workspaces.
    Collected(CollectedList),
    /// The request is sent unchanged, and its response goes to [`issues_not_found_body`].
    Issues,
    /// A 400 with this message, as the removed endpoint would have returned for these parameters.
    Refused(&'static str),
}

impl Replacement {
    /// The endpoint that was requested.
    pub fn endpoint(&self) -> Endpoint {
        match self {
            Self::Collected(_) | Self::Refused(_) => Endpoint::Repositories,
            Self::Issues => Endpoint::Issues,
        }
    }
}

/// Returns what replaces a request to the API; `None` when it is sent unchanged. Nearly all requests are sent
/// unchanged, so their URLs are only compared with the API's base URL, and not parsed.
pub fn replacement(api: &WebUrl, method: &str, url: &str) -> Option<Replacement> {
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

/// Returns what replaces a request for the repositories of all workspaces.
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
            // This parameter is ignored: the values of the list have all members, whichever members the request selects.
            "fields" => continue,
            "page" | "pagelen" | "sort" | "q" | "role" if value.is_empty() => continue,
            "page" => match number(&value, u64::MAX) {
                Some(page) => list.page = page,
                None => refusal = Some("Invalid page"),
            },
            "pagelen" => match number(&value, MAX_PAGE_LENGTH) {
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

/// Parses a number from 1 to `most`.
fn number(text: &str, most: u64) -> Option<u64> {
    let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()?;
    (1..=most).contains(&number).then_some(number)
}

/// Returns the body of a 404 that replaces Bitbucket's response to a request for issues; `None` when the response stays as
/// it is. Consumers take this 404 to mean that the issue tracker is not enabled.
pub fn issues_not_found_body(status: u16, is_foreign_origin: bool) -> Option<String> {
    (matches!(status, 404 | 410) && !is_foreign_origin).then(|| error_body(NO_TRACKER))
}

/// Returns an error in the API's own format. The messages contain no character that JSON would escape.
pub fn error_body(message: &str) -> String {
    [r#"{"type":"error","error":{"message":""#, message, r#""}}"#].concat()
}

/// The order of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Sort {
    /// The member by which the list is sorted. Dots separate the names of nested members.
    pub member: String,
    /// Whether the order is descending.
    pub is_descending: bool,
}

impl Sort {
    /// Parses `updated_on`, or `-updated_on`.
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

/// A list that the package collects from all workspaces of a user, or from the only workspace of a credential without a
/// user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectedList {
    /// The API's base URL.
    api: String,
    /// The query parameters that are not empty, each once.
    parameters: Vec<(String, String)>,
    sort: Option<Sort>,
    page: u64,
    pagelen: u64,
}

/// A page of a collected list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
pub struct CollectedPage {
    /// The index of the page's first value.
    pub from: usize,
    /// The index after the page's last value.
    pub to: usize,
    /// The number of the page.
    pub page: u64,
    /// The number of values on a page.
    pub pagelen: u64,
    /// The number of values on all pages.
    pub size: usize,
    /// The URL of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What the failure of the request for one workspace means for the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkspaceOutcome {
    /// The whole list fails with the same error. NocoDB's log gets the message, if there is one.
    Fail(Option<String>),
    /// The list leaves this workspace out: the removed endpoint would have listed nothing of it. NocoDB's log gets the
    /// message.
    Skip(String),
    /// The request is repeated without a role.
    RetryWithoutRole,
}

impl CollectedList {
    /// Identifies this list among those of the connection: its URL without the parameters for a page.
    pub fn key(&self) -> String {
        self.with_parameters([&self.api, "/repositories"].concat(), true)
    }

    /// Appends the parameters to a URL, except those for a page.
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

    /// The order of the list.
    pub fn sort(&self) -> Option<&Sort> {
        self.sort.as_ref()
    }

    /// The URL of the user's workspaces.
    pub fn workspaces_url(&self) -> String {
        [&self.api, "/user/workspaces?pagelen=100"].concat()
    }

    /// The URL of one workspace's part of the list. `segment` is the workspace's path segment.
    pub fn workspace_url(&self, segment: &str, with_role: bool) -> String {
        self.with_parameters([&self.api, "/repositories/", segment, "?pagelen=100"].concat(), with_role)
    }

    /// Decides what the failure of the request for one workspace means. The removed endpoint left a workspace out if the
    /// workspace does not exist, if the user may not access it (the owner of the workspace may require certain IP
    /// addresses, or two-step verification), or if Bitbucket considers its repositories spam. After any other failure
    /// the whole list fails, because the user would not notice that a part is missing.
    pub fn workspace_outcome(
        &self,
        workspace: &str,
        with_role: bool,
        response: &ApiResponse<'_>,
    ) -> WorkspaceOutcome {
        let error = api_response::to_error(response);
        let is_announced = error.announcement_url.is_some();
        let is_spam = error.code == Code::ApiGone && !is_announced && response.path.is_some_and(is_workspace);
        let is_bitbuckets = !response.is_foreign_origin && !error.is_of_unknown_origin;
        if error.code == Code::ApiGone && is_announced && with_role && self.parameter("role") == Some(MEMBER) {
            return WorkspaceOutcome::RetryWithoutRole;
        }
        let status = response.status.to_string();
        let about =
            ["GET /repositories: Bitbucket responds with ", &status, " for the workspace ", workspace].concat();
        // A missing scope concerns all workspaces, so it is no reason to omit one of them.
        let is_hidden =
            error.code == Code::ApiNotFound || response.status == 403 && error.code != Code::ApiInsufficientScope;
        if is_bitbuckets && (is_spam || is_hidden) {
            return WorkspaceOutcome::Skip(about + ", so the list omits this workspace.");
        }
        // Only a failure that concerns the workspace is logged: temporary failures are retried, and a 400 concerns
        // the request, whose sender gets the response.
        let is_of_workspace = matches!(response.status, 402..=499) && error.code != Code::ApiRateLimited;
        WorkspaceOutcome::Fail(is_of_workspace.then(|| {
            about
                + ", so the whole list fails: without an error, a list that lacks this workspace would look complete."
        }))
    }

    /// Returns the requested page of a list of `size` values. A page after the last one is empty.
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
