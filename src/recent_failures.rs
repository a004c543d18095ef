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
        self.0.iter().map(|at| u32::from(now < *at + MINUTE)).sum()
    }

    /// Whether another one may be sent in this minute.
    pub fn allow_another(&self, now: f64) -> bool {
        now >= self.0[0] + MINUTE
    }

    /// When the next one may be sent.
    pub fn next_at(&self, now: f64) -> f64 {
        now.max(self.0[0] + MINUTE)
    }
}
