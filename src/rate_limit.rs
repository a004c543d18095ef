//! Bitbucket's rate limit: how many requests Bitbucket allows, and what its responses say about the limit.
//!
//! In: paths, the header fields of responses, and when requests were sent. Out: which limit a request counts against, when
//! the next request may be sent, and how to adapt when other clients of the account use up the limit.
//! Never: waiting. The shim waits.
//!
//! Atlassian counts requests over a rolling hour, for each user (or access token) and group of resources. Only responses to
//! repository, project and workspace access tokens have the `X-RateLimit-` header fields.

use std::collections::VecDeque;

use serde::Serialize;
use tsify::Tsify;

use crate::retry_after::{MAX_PATIENCE, MAX_WAIT, wait};

/// How many requests may be sent in an hour, unless the configuration or Bitbucket names another limit.
pub const DEFAULT_LIMIT: u32 = 1000;

/// The largest plausible limit: a hundred times the largest one that Atlassian sells.
pub const MAX_LIMIT: u32 = 1_000_000;

/// The largest number of other clients' requests that one response may add to the log: the largest limit that Atlassian sells.
/// Each of these requests becomes an entry in the log, so a response that reports a million requests would block all callers.
const MAX_REPORTED_REQUESTS: u32 = 10_000;

/// An hour, in milliseconds.
const HOUR: u64 = MAX_WAIT;

/// For how long a request counts against the limit, in milliseconds. This is longer than an hour, because Bitbucket counts a
/// request when it arrives, and the time to connect varies. Without the margin, the second of two requests that were sent an
/// hour apart could arrive within an hour of the first, if the first connected slowly.
pub const WINDOW: f64 = HOUR as f64 + 5_000.0;

/// How long all requests pause after a 429 that has no `Retry-After`, in milliseconds. Each further such response in
/// a row doubles the pause, up to an hour.
const FIRST_PAUSE: u64 = 30_000;

/// Returns the group of resources that a path below the API's base URL belongs to.
pub fn resource_group(path: &str) -> &'static str {
    if path.starts_with("/repositories/") { "repositories" } else { "others" }
}

/// Returns how long all requests pause after a 429 without `Retry-After`, in milliseconds. `before` is the number of such
/// responses in a row before this one.
pub fn refusal_pause(before: u32) -> u64 {
    // Seven doublings exceed an hour.
    (FIRST_PAUSE << before.min(7)).min(HOUR)
}

/// Whether requests wait for the time that Bitbucket asks for. `retry_after` is this time in milliseconds. If Bitbucket asks
/// for more than a minute, requests do not wait: each caller gets the error at once and decides. If Bitbucket does not say how
/// long to wait, the request queue decides.
pub fn honors_retry_after(retry_after: f64) -> bool {
    retry_after <= MAX_PATIENCE
}

/// Whether a response with this status proves that Bitbucket accepted the credential of the request. Bitbucket may refuse a
/// request before it checks the credential.
pub fn proves_credential(status: u16) -> bool {
    (200..300).contains(&status)
}

/// What a response says about the rate limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Tsify)]
pub struct RateLimitUpdate {
    /// The new limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The account sent at least this many requests within the hour, from all of its clients together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<u32>,
    /// No request is sent for this many milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<u64>,
    /// The interval between two requests after the pause, for the rest of the hour, in milliseconds. The requests are spread
    /// because it is not known when the requests that used up the limit were sent. Absent when Bitbucket said how long to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pace: Option<u64>,
}

/// The rate-limit header fields of a response.
#[derive(Debug, Clone, Copy, Default)]
pub struct RateLimitHeaders<'a> {
    /// `X-RateLimit-Limit`
    pub limit: Option<&'a str>,
    /// `X-RateLimit-NearLimit`: less than a fifth of the limit is left.
    pub near_limit: Option<&'a str>,
    /// `Retry-After`
    pub retry_after: Option<&'a str>,
}

/// What the account's request queue knows when a response arrives.
#[derive(Debug, Clone, Copy)]
pub struct QueueState {
    /// The limit so far.
    pub limit: u32,
    /// The limit is configured, so it does not change.
    pub is_configured: bool,
    /// How many responses in a row, before this one, were a 429 without `Retry-After`.
    pub refusals: u32,
}

impl RateLimitUpdate {
    /// Reads a response.
    pub fn of(status: u16, headers: &RateLimitHeaders<'_>, queue: QueueState, received_at: f64) -> Self {
        let QueueState { limit: known, is_configured, refusals } = queue;
        let announced = headers.limit.and_then(|limit| limit.trim().parse().ok());
        let limit = announced.filter(|limit| !is_configured && (1..=MAX_LIMIT).contains(limit) && *limit != known);
        let is_near = headers.near_limit.is_some_and(|near| near.trim().eq_ignore_ascii_case("true"));
        let in_force = limit.unwrap_or(known);
        let is_limited = status == 429;
        let retry_after = wait(headers.retry_after, received_at);
        Self {
            limit,
            used: is_near.then(|| (in_force - in_force / 5).min(MAX_REPORTED_REQUESTS)),
            pause: is_limited.then(|| retry_after.unwrap_or_else(|| refusal_pause(refusals))),
            pace: (is_limited && retry_after.is_none()).then(|| HOUR / u64::from(in_force.max(1))),
        }
    }
}

/// A request that counts against the limit.
#[derive(Debug, Clone, Copy)]
struct Request {
    time: f64,
    number: f64,
    /// Whether the request may be missing from the shared log.
    is_unshared: bool,
}

impl Request {
    /// For how many milliseconds the request still counts.
    fn left(&self, now: f64) -> f64 {
        WINDOW - (now - self.time)
    }
}

/// When the requests of one account and group of resources were sent, oldest first.
///
/// Times are milliseconds of a monotonic clock. Processes exchange the entries of their logs through a shared log. Each request
/// has a number that is unique in its process, so that no request is counted twice.
#[derive(Debug, Default)]
pub struct RequestLog {
    requests: VecDeque<Request>,
    /// How many of the requests may be missing from the shared log.
    unshared: usize,
}

impl RequestLog {
    /// Returns for how many milliseconds no request may be sent: until enough requests have left the window to make room for
    /// one more.
    ///
    /// The Redis script in js/request-log.js does the same.
    pub fn wait_time(&mut self, limit: u32, now: f64) -> f64 {
        self.trim(now);
        let surplus = self.requests.len().checked_sub(limit.max(1) as usize);
        let leaving = surplus.and_then(|surplus| self.requests.get(surplus));
        leaving.map_or(0.0, |request| request.left(now).ceil())
    }

    /// Returns how many of the `used` requests are not in this log: other clients of the account sent them.
    pub fn unlogged_count(&mut self, used: u32, now: f64) -> u32 {
        self.trim(now);
        used.saturating_sub(u32::try_from(self.requests.len()).unwrap_or(u32::MAX))
    }

    /// Records a request. `is_unshared` says that the request may be missing from the shared log.
    pub fn record(&mut self, time: f64, number: f64, is_unshared: bool) {
        let at = self.requests.partition_point(|earlier| earlier.time <= time);
        self.requests.insert(at, Request { time, number, is_unshared });
        self.unshared += usize::from(is_unshared);
    }

    /// Removes a request that was recorded and then not sent.
    pub fn remove(&mut self, number: f64) {
        if let Some(at) = self.requests.iter().rposition(|request| request.number == number)
            && let Some(request) = self.requests.remove(at)
        {
            self.unshared -= usize::from(request.is_unshared);
        }
    }

    /// Returns how many requests the shared log contains at least, if it has lost none. The number is right even if the clock of
    /// the shared log is some seconds ahead.
    pub fn minimum_shared_count(&self, now: f64) -> usize {
        self.requests.len() - self.requests.partition_point(|request| request.time + HOUR as f64 <= now)
    }

    /// Returns the oldest requests that may be missing from the shared log, at most `most` of them. Returns for each request
    /// its number, and how long ago it was sent, in whole microseconds.
    pub fn unshared(&mut self, most: usize, now: f64) -> Vec<(f64, f64)> {
        self.trim(now);
        // Most logs have no such request.
        let requests = self.requests.iter().skip(if self.unshared == 0 { self.requests.len() } else { 0 });
        let unshared = requests.filter(|request| request.is_unshared).take(most);
        unshared.map(|request| (request.number, ((now - request.time) * 1000.0).round())).collect()
    }

    /// Marks requests as present in the shared log.
    pub fn mark_shared(&mut self, mut numbers: Vec<f64>) {
        // Most calls have nothing to mark, and the log may be long.
        if numbers.is_empty() {
            return;
        }
        numbers.sort_by(f64::total_cmp);
        for request in self.requests.iter_mut().filter(|request| request.is_unshared) {
            request.is_unshared = numbers.binary_search_by(|number| number.total_cmp(&request.number)).is_err();
            self.unshared -= usize::from(!request.is_unshared);
        }
    }

    /// Marks all requests as unshared, because the shared log may have lost any of them.
    pub fn mark_all_unshared(&mut self) {
        self.requests.iter_mut().for_each(|request| request.is_unshared = true);
        self.unshared = self.requests.len();
    }

    /// Records the requests of another log here, too.
    pub fn merge(&mut self, other: &Self) {
        for request in &other.requests {
            self.record(request.time, request.number, true);
        }
    }

    fn trim(&mut self, now: f64) {
        while let Some(oldest) = self.requests.front().filter(|request| request.left(now) <= 0.0) {
            self.unshared -= usize::from(oldest.is_unshared);
            self.requests.pop_front();
        }
    }
}
