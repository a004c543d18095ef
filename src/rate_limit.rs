//! How many requests Bitbucket takes, and what its answers tell of that.
//!
//! In: paths, and the header fields of answers. Out: which limit a request counts against, and how to adapt to what
//! others use of it. What never happens here: a request is counted; the shim does that.
//!
//! Atlassian counts over a rolling hour, for each user (or access token) and group of resources. The `X-RateLimit-`
//! fields come with repository, project and workspace access tokens only.

use serde::Serialize;
use tsify::Tsify;

use crate::retry_after::{LONGEST_PATIENCE, LONGEST_WAIT, wait};

/// Requests in an hour where neither the configuration nor Bitbucket says another number.
pub const DEFAULT_LIMIT: u32 = 1000;

/// The largest limit that is believed: a hundred times the largest that Atlassian sells.
pub const LARGEST_LIMIT: u32 = 1_000_000;

/// An hour, in milliseconds.
const HOUR: u64 = LONGEST_WAIT;

/// For how long nobody sends after a refusal that does not say for how long, in milliseconds. Each further one in a row
/// doubles it, up to an hour.
const FIRST_PAUSE: u64 = 30_000;

/// The group of resources that a path below the API's base belongs to.
pub fn resource_group(path: &str) -> &'static str {
    if path.starts_with("/repositories/") { "repositories" } else { "others" }
}

/// For how long nobody sends after a refusal that does not say for how long and had so many before it, in milliseconds.
pub fn refusal_pause(before: u32) -> u64 {
    // From the seventh on it is more than an hour.
    (FIRST_PAUSE << before.min(7)).min(HOUR)
}

/// Whether requests wait for that long, in milliseconds, because Bitbucket asks for it. Beyond a minute each caller is
/// told at once, and decides. A wait of which nobody knows how long it is, is another matter: that is the queue's.
pub fn is_waited_for(told: f64) -> bool {
    told <= LONGEST_PATIENCE
}

/// Whether an answer proves that Bitbucket knows the credential it was asked with. A refusal may come before anybody looks
/// at that.
pub fn proves_credential(status: u16) -> bool {
    (200..300).contains(&status)
}

/// What an answer tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Tsify)]
#[tsify(rename = "RateLimitNews")]
pub struct News {
    /// The limit is this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// At least so many requests were sent within the hour, by whomever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<u32>,
    /// Nobody is to send for so many milliseconds, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<u64>,
    /// … and then, for the rest of the hour, one request in so many: the hour is used up, and nobody knows when its requests
    /// were sent. Absent where Bitbucket said itself how long to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pace: Option<u64>,
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

/// The line of an account's requests that an answer came to.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// The limit so far, …
    pub limit: u32,
    /// … which stays if it is configured.
    pub is_configured: bool,
    /// The refusals in a row that did not say how long to wait, up to this answer.
    pub refusals: u32,
}

/// Reads an answer.
pub fn news(status: u16, fields: &Fields<'_>, line: Line, received_at: f64) -> News {
    let Line { limit: known, is_configured, refusals } = line;
    let told = fields.limit.and_then(|limit| limit.trim().parse().ok());
    let limit = told.filter(|limit| !is_configured && (1..=LARGEST_LIMIT).contains(limit) && *limit != known);
    let is_near = fields.near_limit.is_some_and(|near| near.trim().eq_ignore_ascii_case("true"));
    let in_force = limit.unwrap_or(known);
    let is_refused = status == 429;
    let told = wait(fields.retry_after, received_at);
    News {
        limit,
        used: is_near.then(|| in_force - in_force / 5),
        pause: is_refused.then(|| told.unwrap_or_else(|| refusal_pause(refusals))),
        pace: (is_refused && told.is_none()).then(|| HOUR / u64::from(in_force.max(1))),
    }
}
