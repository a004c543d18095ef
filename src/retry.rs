//! Decides whether and when to repeat a failed request, and whether newer tokens may fix a failure of a caller's work.
//!
//! In: what was sent, and how the request or the work failed. Out: whether to repeat it, and the wait in milliseconds.
//! Never: a repeated POST request, or a retry if Bitbucket asks for a longer wait than the caller accepts.

use crate::error::{Code, Phase, triggers_nocodb_refresh};
use crate::rate_limit;
use crate::retry_after::{MAX_PATIENCE, wait};

/// The first pause, in milliseconds, unless Bitbucket asks for a longer one. Each further pause is twice as long.
const FIRST_PAUSE: f64 = 500.0;

/// The longest pause, in milliseconds, unless Bitbucket asks for a longer one.
const MAX_PAUSE: f64 = 30_000.0;

/// Whether a failed request may be repeated unchanged: only idempotent methods (RFC 9110 section 9.2.2), and only
/// after temporary failures. A request that was not sent because the connection has no tokens is not repeated: the
/// refresh policy has made its own attempts, and each repetition would start them again.
pub fn may_repeat(method: &str, code: Code, status: Option<u16>, phase: Phase) -> bool {
    phase == Phase::Api
        && (is_safe(method) || matches!(method, "PUT" | "DELETE"))
        && match status {
            Some(status) => matches!(status, 429 | 502 | 503 | 504),
            None => code == Code::RequestFailed,
        }
}

/// Whether a method is safe: it changes nothing (RFC 9110 section 9.2.1).
pub fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
}

/// A request that failed temporarily.
#[derive(Debug, Clone, Copy)]
pub struct Failed<'a> {
    /// How many times the request was sent.
    pub attempts: u32,
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// The response's `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// Whether the next attempt goes through the request queue. After a 429, the queue itself delays the attempt.
    pub is_queued: bool,
    /// How long the caller is still willing to wait, in milliseconds.
    pub patience: f64,
    /// When the response arrived, in milliseconds since 1970.
    pub received_at: f64,
    /// A random number from 0 to 1.
    pub random: f64,
}

/// Whether Bitbucket limited a request because the account has used up its hourly limit: a 429 without `Retry-After`
/// means this. The request then enters the request queue again like any other request, as often as necessary.
pub fn is_hourly_limit_exhausted(status: Option<u16>, retry_after: Option<&str>, received_at: f64) -> bool {
    status == Some(429) && wait(retry_after, received_at).is_none()
}

impl Failed<'_> {
    /// Returns how long to wait before the next attempt, in milliseconds. `None` if `Retry-After` or an exhausted hourly
    /// limit requires a longer wait than the caller accepts, or than [`MAX_PATIENCE`].
    pub fn delay(&self) -> Option<f64> {
        let requested = wait(self.retry_after, self.received_at).map(|wait| wait as f64);
        let (limited, wait) = match self.status {
            // The queue has recorded this 429, and perhaps others, and delays the request. This function must not add
            // the same delay again.
            Some(429) if self.is_queued => {
                (requested, if requested.is_some() { pause(self.attempts, None, self.random) } else { 0.0 })
            }
            Some(429) if requested.is_none() => {
                let wait = rate_limit::refusal_pause(self.attempts.saturating_sub(1)) as f64;
                (Some(wait), pause(self.attempts, Some(wait), self.random))
            }
            _ => (requested, pause(self.attempts, requested, self.random)),
        };
        limited.is_none_or(|limited| limited <= MAX_PATIENCE.min(self.patience)).then_some(wait)
    }
}

/// A failure of the work that a caller does with a client. Any software may have thrown the error.
#[derive(Debug, Clone, Copy)]
pub struct FailedWork<'a> {
    /// The package's API client threw the error, or the error wraps an error of that client. The client has already
    /// refreshed the token if that helps, and has repeated the request unless `is_unrepeated`.
    pub is_from_api_client: bool,
    /// The API client could not repeat the request, because its body was a stream.
    pub is_unrepeated: bool,
    /// The HTTP status in the error.
    pub status: Option<u16>,
    /// The error's message.
    pub message: &'a str,
}

impl FailedWork<'_> {
    /// Whether newer tokens may fix the failure. NocoDB refreshes the tokens after such a failure, and code that uses a
    /// connection relies on that. A 403 from Bitbucket does not mean that the token has expired, whatever the message
    /// says.
    pub fn may_succeed_after_refresh(&self) -> bool {
        if self.is_from_api_client {
            return self.is_unrepeated;
        }
        match self.status {
            Some(401) => true,
            Some(403) => false,
            _ => triggers_nocodb_refresh(self.message),
        }
    }
}

/// Returns the pause after an attempt, in milliseconds. Attempts count from 1. `random`, from 0 to 1, spreads the
/// retries of many clients that failed at the same time.
pub fn pause(attempt: u32, requested: Option<f64>, random: f64) -> f64 {
    let doublings = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
    let pause = (FIRST_PAUSE * 2_f64.powi(doublings)).min(MAX_PAUSE) * (1.0 + random) / 2.0;
    // The next attempt never comes earlier than Bitbucket asked. It does not come at once either: if this machine's
    // clock is ahead, a date in `Retry-After` may seem to be in the past.
    requested.map_or(pause, |wait| (wait * (1.0 + random / 10.0)).max(pause))
}
