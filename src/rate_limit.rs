//! How many requests Bitbucket takes, and what its answers tell of that.
//!
//! In: paths, and the header fields of answers. Out: which limit a request counts against, and how to adapt to what
//! others use of it. What never happens here: a request is counted; the shim does that.
//!
//! Atlassian counts over a rolling hour, for each user (or access token) and group of resources. The `X-RateLimit-`
//! fields come with repository, project and workspace access tokens only.

use crate::retry;

/// Requests in an hour where neither the configuration nor Bitbucket says another number.
pub const DEFAULT_LIMIT: u32 = 1000;

/// The largest limit that is believed: a hundred times the largest that Atlassian sells.
pub const LARGEST_LIMIT: u32 = 1_000_000;

/// For how long nobody sends after a refusal that does not say for how long, in milliseconds. It tells that others use
/// the account, but not how much.
const PAUSE: u64 = 2000;

/// The group of resources that a path below the API's base belongs to.
pub fn resource_group(path: &str) -> &'static str {
    if path.starts_with("/repositories/") { "repositories" } else { "others" }
}

/// What an answer tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct News {
    /// The limit is this one.
    pub limit: Option<u32>,
    /// At least so many requests were sent within the hour, by whomever.
    pub used: Option<u32>,
    /// Nobody is to send for so many milliseconds.
    pub pause: Option<u64>,
}

/// The header fields that matter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fields<'a> {
    /// `X-RateLimit-Limit`
    pub limit: Option<&'a str>,
    /// `X-RateLimit-NearLimit`: less than a fifth is left
    pub near_limit: Option<&'a str>,
    /// `Retry-After`
    pub retry_after: Option<&'a str>,
}

/// Reads an answer. `known` is the limit so far, which stays if it `is_configured`.
pub fn news(status: u16, fields: &Fields<'_>, known: u32, is_configured: bool, received_at: f64) -> News {
    let told = fields.limit.and_then(|limit| limit.trim().parse().ok());
    let limit = told.filter(|limit| !is_configured && (1..=LARGEST_LIMIT).contains(limit) && *limit != known);
    let is_near = fields.near_limit.is_some_and(|near| near.trim().eq_ignore_ascii_case("true"));
    let in_force = limit.unwrap_or(known);
    News {
        limit,
        used: is_near.then(|| in_force - in_force / 5),
        pause: (status == 429).then(|| retry::after(fields.retry_after, received_at).unwrap_or(PAUSE)),
    }
}
