//! How many requests Bitbucket takes, and what its answers tell of that.
//!
//! In: paths, the header fields of answers, and when requests were sent. Out: which limit a request counts against, when the
//! next one may be sent, and how to adapt to what others use of the limit. What never happens here: a wait; the shim waits.
//!
//! Atlassian counts over a rolling hour, for each user (or access token) and group of resources. The `X-RateLimit-`
//! fields come with repository, project and workspace access tokens only.

use std::collections::VecDeque;

use serde::Serialize;
use tsify::Tsify;

use crate::retry_after::{LONGEST_PATIENCE, LONGEST_WAIT, wait};

/// Requests in an hour where neither the configuration nor Bitbucket says another number.
pub const DEFAULT_LIMIT: u32 = 1000;

/// The largest limit that is believed: a hundred times the largest that Atlassian sells.
pub const LARGEST_LIMIT: u32 = 1_000_000;

/// The most requests of others that an answer tells of: as many as the largest limit that Atlassian sells. Each is an entry in
/// the log, so one answer that tells of a million would hold up everybody.
const MOST_TOLD: u32 = 10_000;

/// An hour, in milliseconds.
const HOUR: u64 = LONGEST_WAIT;

/// For how long a request counts, in milliseconds. Bitbucket counts it when it arrives, so a quick one must not overtake the
/// hour of one that was counted here an hour before and took longer to connect.
pub const WINDOW: f64 = HOUR as f64 + 5_000.0;

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
        used: is_near.then(|| (in_force - in_force / 5).min(MOST_TOLD)),
        pause: is_refused.then(|| told.unwrap_or_else(|| refusal_pause(refusals))),
        pace: (is_refused && told.is_none()).then(|| HOUR / u64::from(in_force.max(1))),
    }
}

/// A request that counts.
#[derive(Debug, Clone, Copy)]
struct Request {
    time: f64,
    number: f64,
    is_missing: bool,
}

impl Request {
    /// For how many milliseconds it still counts.
    fn left(&self, now: f64) -> f64 {
        WINDOW - (now - self.time)
    }
}

/// When the requests of one account and group of resources were sent, oldest first.
///
/// Times are in milliseconds, of a clock that never goes back. Processes that share a log tell each other of its requests;
/// the numbers, of which a process gives none twice, keep them from counting one twice.
#[derive(Debug, Default)]
pub struct Log {
    requests: VecDeque<Request>,
    /// How many of them the shared log may not have.
    missing: usize,
}

impl Log {
    /// For how many milliseconds no request may be sent: until so many have left the window that there is room for one.
    ///
    /// The script of js/rate-log.js does the same in Redis.
    pub fn wait(&mut self, limit: u32, now: f64) -> f64 {
        self.trim(now);
        let surplus = self.requests.len().checked_sub(limit.max(1) as usize);
        let leaving = surplus.and_then(|surplus| self.requests.get(surplus));
        leaving.map_or(0.0, |request| request.left(now).ceil())
    }

    /// How many requests others must have sent, when so many were sent in all.
    pub fn unknown(&mut self, used: u32, now: f64) -> u32 {
        self.trim(now);
        used.saturating_sub(u32::try_from(self.requests.len()).unwrap_or(u32::MAX))
    }

    /// Counts a request. `is_missing`: the shared log may not have it.
    pub fn add(&mut self, time: f64, number: f64, is_missing: bool) {
        let at = self.requests.partition_point(|earlier| earlier.time <= time);
        self.requests.insert(at, Request { time, number, is_missing });
        self.missing += usize::from(is_missing);
    }

    /// Takes back a request that was counted and not sent.
    pub fn take_back(&mut self, number: f64) {
        if let Some(at) = self.requests.iter().rposition(|request| request.number == number)
            && let Some(request) = self.requests.remove(at)
        {
            self.missing -= usize::from(request.is_missing);
        }
    }

    /// How many requests a shared log has to have, even if its clock is seconds ahead.
    pub fn known(&self, now: f64) -> usize {
        self.requests.len() - self.requests.partition_point(|request| request.time + HOUR as f64 <= now)
    }

    /// The requests that the shared log may not have, the oldest first, and so many at most: of each its number, and how
    /// long ago it was sent, in whole microseconds.
    pub fn missing(&mut self, most: usize, now: f64) -> Vec<(f64, f64)> {
        self.trim(now);
        // Most have none.
        let requests = self.requests.iter().skip(if self.missing == 0 { self.requests.len() } else { 0 });
        let missing = requests.filter(|request| request.is_missing).take(most);
        missing.map(|request| (request.number, ((now - request.time) * 1000.0).round())).collect()
    }

    /// Notes that the shared log has these.
    pub fn passed_on(&mut self, mut numbers: Vec<f64>) {
        // Most requests pass on none, and the log may be long.
        if numbers.is_empty() {
            return;
        }
        numbers.sort_by(f64::total_cmp);
        for request in self.requests.iter_mut().filter(|request| request.is_missing) {
            request.is_missing = numbers.binary_search_by(|number| number.total_cmp(&request.number)).is_err();
            self.missing -= usize::from(!request.is_missing);
        }
    }

    /// Notes that the shared log may have lost any of them.
    pub fn lose(&mut self) {
        self.requests.iter_mut().for_each(|request| request.is_missing = true);
        self.missing = self.requests.len();
    }

    /// Counts the requests of another log here, too.
    pub fn absorb(&mut self, other: &Self) {
        for request in &other.requests {
            self.add(request.time, request.number, true);
        }
    }

    fn trim(&mut self, now: f64) {
        while let Some(oldest) = self.requests.front().filter(|request| request.left(now) <= 0.0) {
            self.missing -= usize::from(oldest.is_missing);
            self.requests.pop_front();
        }
    }
}
