//! Limits how often a connection sends token requests that fail.
//!
//! In: when requests failed. Out: when the next one may be sent. Never: reading a clock.

const MINUTE: f64 = 60.0 * 1000.0;

/// How many requests may fail within a minute.
const MAX_FAILURES: usize = 4;

/// When the last requests of a connection failed, the oldest first, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecentFailures([f64; MAX_FAILURES]);

impl Default for RecentFailures {
    fn default() -> Self {
        Self([f64::NEG_INFINITY; MAX_FAILURES])
    }
}

impl RecentFailures {
    /// Records a failed request.
    pub fn record(&mut self, now: f64) {
        self.0.rotate_left(1);
        self.0[MAX_FAILURES - 1] = now;
    }

    /// Returns how many requests failed in the last minute.
    pub fn count(&self, now: f64) -> u32 {
        self.0.iter().map(|at| u32::from(is_recent(*at, now))).sum()
    }

    /// Whether another request may be sent now.
    pub fn allow_another(&self, now: f64) -> bool {
        !is_recent(self.0[0], now)
    }

    /// Returns when the next request may be sent.
    pub fn next_at(&self, now: f64) -> f64 {
        if self.allow_another(now) { now } else { self.0[0] + MINUTE }
    }
}

/// Whether a failure was in the last minute. A time in the future was recorded before the clock was set back, so it
/// does not count.
fn is_recent(at: f64, now: f64) -> bool {
    at <= now && now < at + MINUTE
}
