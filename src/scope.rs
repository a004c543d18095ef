//! Scope sets (RFC 6749 section 3.3): requested, granted and missing scopes.
//!
//! In: lists in all notations that Bitbucket uses. Out: lists in their original order, each scope once. Never: the loss
//! of an unknown scope. Atlassian adds scopes, so this crate may not know all of them.

use core::fmt;

use serde::Serialize;

use crate::Reason;

/// The maximum number of scopes in a list; Bitbucket has about twenty-five OAuth scopes. Lists are compared scope by scope, so
/// a longer list could keep this thread busy.
pub const MAX_SCOPES: usize = 1000;

/// Why a longer list is rejected.
pub const TOO_MANY: Reason = "contains more than 1000 scopes";

/// The scopes that are requested by default, in this order.
pub const DEFAULT_SCOPES: [&str; 7] =
    ["repository", "repository:write", "pullrequest", "pullrequest:write", "issue", "issue:write", "account"];

/// Scopes that no operation of Bitbucket requires any more. Bitbucket removed issues and wikis on 2026-08-20. Bitbucket still
/// offers the last four scopes, but uses them nowhere. A newer OAuth client may be unable to get any of these scopes.
const RETIRED: [&str; 7] = ["issue", "issue:write", "wiki", "team", "team:write", "test", "test:write"];

/// The scopes that each of Bitbucket's OAuth scopes implies, as Atlassian documents them. Scopes without documented implications
/// count as implying none, so that a missing permission is reported rather than overlooked.
const IMPLICATIONS: [(&str, &[&str]); 6] = [
    ("project", &["repository"]),
    ("repository:write", &["repository"]),
    ("pullrequest", &["repository"]),
    ("pullrequest:write", &["pullrequest", "repository:write"]),
    ("issue:write", &["issue"]),
    ("snippet:write", &["snippet"]),
];

/// How to fix a request that was rejected with this error code because of its scopes; `None` for other codes (RFC 6749 sections
/// 4.1.2.1 and 5.2).
pub fn cure(error: &str) -> Option<&'static str> {
    (error == "invalid_scope").then_some(
        "the OAuth client at Bitbucket does not have one of the requested scopes. Set INTEGRATION_AUTH_BITBUCKET_SCOPES to the scopes that it has, or add the missing ones to the client",
    )
}

/// Tells a person who chooses scopes what each scope permits. The list contains the OAuth scopes of Bitbucket except `team` and
/// `test`, which permit nothing, and the API token scopes that users need first.
const PURPOSES: [(&str, &str); 26] = [
    ("account", "read the user's profile and workspaces"),
    ("account:write", "change the user's account"),
    ("email", "the user's e-mail addresses"),
    ("project", "read projects"),
    ("project:admin", "administer projects"),
    ("repository", "read repositories"),
    ("repository:write", "change repositories"),
    ("repository:admin", "administer repositories"),
    ("repository:delete", "delete repositories"),
    ("pullrequest", "read pull requests"),
    ("pullrequest:write", "create and change pull requests"),
    ("issue", "read issues"),
    ("issue:write", "create and change issues"),
    ("wiki", "read and change wikis"),
    ("webhook", "manage webhooks"),
    ("snippet", "read snippets"),
    ("snippet:write", "create and change snippets"),
    ("pipeline", "read pipelines"),
    ("pipeline:write", "run and stop pipelines"),
    ("pipeline:variable", "change pipeline variables"),
    ("runner", "read pipeline runners"),
    ("runner:write", "manage pipeline runners"),
    ("read:user:bitbucket", "read the user's profile"),
    ("read:workspace:bitbucket", "read workspaces"),
    ("read:repository:bitbucket", "read repositories"),
    ("read:pullrequest:bitbucket", "read pull requests"),
];

/// The resource that a client may read with each scope. A row contains the scope of OAuth and of access tokens (empty if there
/// is none), the middle part of the API token scope (as in `read:repository:bitbucket`), and the resource.
const READABLE: [(&str, &str, &str); 8] = [
    ("repository", "repository", "repositories"),
    ("pullrequest", "pullrequest", "pull requests"),
    ("pipeline", "pipeline", "pipelines"),
    ("project", "project", "projects"),
    ("webhook", "webhook", "webhooks"),
    ("snippet", "snippet", "snippets"),
    ("account", "workspace", "workspaces"),
    ("", "user", "the user"),
];

/// What a scope permits; `None` if the list of purposes does not contain the scope.
pub fn purpose(scope: &str) -> Option<&'static str> {
    PURPOSES.iter().find(|(name, _)| *name == scope).map(|(_, purpose)| *purpose)
}

/// Scopes in their original order, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ScopeSet(Vec<String>);

impl ScopeSet {
    /// The scopes requested by default.
    pub fn defaults() -> Self {
        DEFAULT_SCOPES.into_iter().collect()
    }

    /// Parses a list that is separated by white space or commas. Bitbucket separates scopes by spaces; other developers have seen
    /// commas.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        Self::read([text])
    }

    /// Parses several such lists. Together they may contain as many scopes as one list.
    pub fn read<'a>(lists: impl IntoIterator<Item = &'a str>) -> Result<Self, Reason> {
        let mut set = Self::default();
        for (count, scope) in lists.into_iter().flat_map(split).enumerate() {
            if count == MAX_SCOPES {
                return Err(TOO_MANY);
            }
            set.insert(scope);
        }
        Ok(set)
    }

    /// Adds the scopes that are not in the list yet, in order.
    pub fn extend<'a>(&mut self, scopes: impl IntoIterator<Item = &'a str>) {
        for scope in scopes {
            self.insert(scope);
        }
    }

    /// Adds a scope, unless it is in the list already.
    pub fn insert(&mut self, scope: &str) {
        if !self.contains(scope) {
            self.0.push(scope.to_owned());
        }
    }

    /// Whether the list contains a scope; implied scopes do not count.
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|known| known == scope)
    }

    /// Whether the list is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The scopes as owned strings.
    pub fn to_vec(&self) -> Vec<String> {
        self.0.clone()
    }

    /// The list with all implied scopes, which are appended in the order of discovery.
    pub fn expand(&self) -> Self {
        let mut expanded = self.clone();
        let mut next = 0;
        while let Some(scope) = expanded.0.get(next).cloned() {
            let implied = IMPLICATIONS.iter().find(|(name, _)| *name == scope).map(|(_, implied)| *implied);
            expanded.extend(implied.unwrap_or_default().iter().copied());
            next += 1;
        }
        expanded
    }

    /// The scopes of this list that `granted` neither contains nor implies.
    pub fn missing_from(&self, granted: &Self) -> Self {
        let granted = granted.expand();
        self.iter().filter(|scope| !granted.contains(scope)).collect()
    }

    /// The resources that a client may read with these scopes.
    pub fn readable(&self) -> Vec<&'static str> {
        let all = self.expand();
        let of_api_token = |middle: &str| all.contains(&["read:", middle, ":bitbucket"].concat());
        READABLE
            .iter()
            .filter(|(scope, middle, _)| all.contains(scope) || of_api_token(middle))
            .map(|(_, _, what)| *what)
            .collect()
    }

    /// The list without the scopes that Bitbucket no longer requires. Those scopes have no effect.
    pub fn without_retired(&self) -> Self {
        self.iter().filter(|scope| !Self::is_retired(scope)).collect()
    }

    /// Whether Bitbucket no longer requires a scope.
    pub fn is_retired(scope: &str) -> bool {
        RETIRED.contains(&scope)
    }

    /// The first scope with a character that RFC 6749 section 3.3 does not allow, if any.
    pub fn first_malformed(&self) -> Option<&str> {
        self.iter().find(|scope| !scope.bytes().all(is_scope_character))
    }
}

/// Splits a list into its scopes.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').flat_map(str::split_ascii_whitespace)
}

/// RFC 6749 section 3.3: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`.
fn is_scope_character(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}

impl<'a> FromIterator<&'a str> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = &'a str>>(scopes: I) -> Self {
        let mut set = Self::default();
        set.extend(scopes);
        set
    }
}

/// The notation in requests: scopes separated by single spaces.
impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}
