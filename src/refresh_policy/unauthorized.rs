//! Decides what follows a 401 of the API, or a failure of a caller's work that an expired access token may have
//! caused.
//!
//! In: the number of the token set that was used (its generation), and how often the request was repeated. Out:
//! whether to repeat the request with the newest token set. Never: a refresh for a 401 that a new access token has
//! just failed to fix.

use super::{MINUTE, RefreshPolicy};

/// If a new access token does not fix a 401, then for this long no further 401 counts as a sign of an expired access
/// token. This time applies to token sets whose expiry is unknown.
const DISTRUST: f64 = 10.0 * MINUTE;

impl RefreshPolicy {
    /// The API returned 401 to a request with the token set of this number. The request had been repeated `repetitions`
    /// times by then. Returns whether to repeat the request with the newest token set. A request is repeated once. It is
    /// repeated twice if the first repetition used a token set that another process had refreshed, or that is no
    /// longer the newest.
    pub fn on_unauthorized(&mut self, generation: u32, repetitions: u32, now: f64) -> bool {
        if repetitions > 0 {
            if generation != self.generation {
                return repetitions == 1;
            }
            if self.is_refreshed_here {
                self.distrust(now);
                return false;
            }
            if now < self.distrust_until {
                return false;
            }
            // Another process refreshed this token set, and this process does not know when.
            self.is_rejected = true;
            return repetitions == 1;
        }
        if generation == self.generation && !self.is_rejected {
            if now < self.distrust_until {
                return false;
            }
            self.is_rejected = true;
        }
        true
    }

    /// A caller used the access token of this generation in its own requests, and its work failed with an error that
    /// an expired access token may cause. Returns whether to repeat the work with a newer token set. The plugin does
    /// not know what the caller requested from which server, so the token set stays in use until there is a newer
    /// one.
    pub fn on_work_failed(&mut self, generation: u32, repetitions: u32, now: f64) -> bool {
        let is_newest = generation == self.generation;
        if repetitions > 0 {
            if is_newest && self.is_refreshed_here {
                self.distrust(now);
            }
            return false;
        }
        !is_newest || now >= self.distrust_until
    }

    /// A new access token has not fixed the 401, so the access token had not expired: some URLs return 401 to every
    /// token of a type. Until the token set is due for a refresh, no 401 causes another refresh.
    fn distrust(&mut self, now: f64) {
        self.distrust_until = self.refresh_at.unwrap_or(now + DISTRUST);
    }
}
