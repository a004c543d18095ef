//! Whether a request may be sent again, or work be done again, and when.
//!
//! In: what was sent and how it failed. Out: yes or no, and milliseconds. What never happens here: a second POST, or a
//! wait that nobody would sit out.

use crate::error::{Code, Phase, sounds_like_refresh};
use crate::rate_limit;
use crate::retry_after::{LONGEST_PATIENCE, wait};

/// The first pause where Bitbucket asks for no longer one, in milliseconds; each later one is twice as long.
const FIRST_PAUSE: f64 = 500.0;

/// The longest pause where Bitbucket asks for no longer one, in milliseconds.
const LONGEST_PAUSE: f64 = 30_000.0;

/// Whether a request that failed like this may be sent again as it is. Only methods that do the same when done twice
/// (RFC 9110 section 9.2.2), and only failures that pass by themselves. One that was not sent for want of tokens is not:
/// whoever keeps the tokens has tried that often enough, and each repetition would ask for them again.
pub fn may_repeat(method: &str, code: Code, status: Option<u16>, phase: Phase) -> bool {
    phase == Phase::Api
        && (is_safe(method) || matches!(method, "PUT" | "DELETE"))
        && match status {
            Some(status) => matches!(status, 429 | 502 | 503 | 504),
            None => code == Code::RequestFailed,
        }
}

/// Whether a request of this method changes nothing (RFC 9110 section 9.2.1).
pub fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
}

/// A request that failed in a way that passes.
#[derive(Debug, Clone, Copy)]
pub struct Failed<'a> {
    /// How often it was sent.
    pub attempts: u32,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// Whether its next attempt waits in the queue of the rate limit, which knows of the refusal.
    pub is_queued: bool,
    /// How long the caller goes on waiting, in milliseconds.
    pub patience: f64,
    /// When the answer arrived, in milliseconds since 1970.
    pub received_at: f64,
    /// From 0 to 1.
    pub random: f64,
}

/// Whether a request was refused because the account's hour is used up: what a 429 means that asks for no wait of its own.
/// In the queue, the request then takes its place like any other one, however often.
pub fn is_hour_used_up(status: Option<u16>, retry_after: Option<&str>, received_at: f64) -> bool {
    status == Some(429) && wait(retry_after, received_at).is_none()
}

impl Failed<'_> {
    /// How long to wait before it is sent again, in milliseconds. `None`: too long for it to wait.
    pub fn delay(&self) -> Option<f64> {
        let told = wait(self.retry_after, self.received_at).map(|told| told as f64);
        let (asked, wait) = match self.status {
            // The queue waits, and knows of other refusals; nobody is to wait twice.
            Some(429) if self.is_queued => {
                (told, if told.is_some() { pause(self.attempts, None, self.random) } else { 0.0 })
            }
            Some(429) if told.is_none() => {
                let wait = rate_limit::refusal_pause(self.attempts.saturating_sub(1)) as f64;
                (Some(wait), pause(self.attempts, Some(wait), self.random))
            }
            _ => (told, pause(self.attempts, told, self.random)),
        };
        asked.is_none_or(|asked| asked <= LONGEST_PATIENCE.min(self.patience)).then_some(wait)
    }
}

/// Work of a caller's that failed, with an error of whatever origin.
#[derive(Debug, Clone, Copy)]
pub struct FailedWork<'a> {
    /// The API's client threw the error, or one that the error is about. It has renewed the token by itself where that helps,
    /// and sent the request again …
    pub is_from_api_client: bool,
    /// … unless the body of the request was a stream.
    pub is_unrepeated: bool,
    /// The HTTP status that the error tells.
    pub status: Option<u16>,
    /// The message.
    pub message: &'a str,
}

impl FailedWork<'_> {
    /// Whether newer tokens may cure it: what NocoDB promises to whoever uses a connection. A 403 is no matter of the token's
    /// age at Bitbucket, whatever is said beside it.
    pub fn is_curable_by_refresh(&self) -> bool {
        if self.is_from_api_client {
            return self.is_unrepeated;
        }
        match self.status {
            Some(401) => true,
            Some(403) => false,
            _ => sounds_like_refresh(self.message),
        }
    }
}

/// The pause after an attempt, counted from 1, in milliseconds. `random` is from 0 to 1: many clients that failed together
/// must not come back together.
pub fn pause(attempt: u32, told: Option<f64>, random: f64) -> f64 {
    let doublings = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
    let pause = (FIRST_PAUSE * 2_f64.powi(doublings)).min(LONGEST_PAUSE) * (1.0 + random) / 2.0;
    // Never earlier than asked, and not at once where a clock that is ahead makes the wait none.
    told.map_or(pause, |wait| (wait * (1.0 + random / 10.0)).max(pause))
}
