//! How often a token endpoint that fails is asked.
//!
//! In: when requests failed. Out: when the next one may be sent. What never happens here: a look at a clock.

const MINUTE: f64 = 60.0 * 1000.0;

/// How many requests may fail in any minute.
const MOST: usize = 4;

/// When the last requests of a connection failed, the earliest first, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecentFailures([f64; MOST]);

impl Default for RecentFailures {
    fn default() -> Self {
        Self([f64::NEG_INFINITY; MOST])
    }
}

impl RecentFailures {
    /// A request has failed.
    pub fn note(&mut self, now: f64) {
        self.0.rotate_left(1);
        self.0[MOST - 1] = now;
    }

    /// How many failed in the minute before.
    pub fn count(&self, now: f64) -> u32 {
        self.0.iter().map(|at| u32::from(is_recent(*at, now))).sum()
    }

    /// Whether another one may be sent in this minute.
    pub fn allow_another(&self, now: f64) -> bool {
        !is_recent(self.0[0], now)
    }

    /// When the next one may be sent.
    pub fn next_at(&self, now: f64) -> f64 {
        if self.allow_another(now) { now } else { self.0[0] + MINUTE }
    }
}

/// What failed later than now was noted before a clock was set back.
fn is_recent(at: f64, now: f64) -> bool {
    at <= now && now < at + MINUTE
}
