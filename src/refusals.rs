//! Decides when a refused refresh token counts as *dead*, that is, no longer accepted by Bitbucket, and when a dead
//! refresh token is tried again.
//!
//! In: refusals, the refusals of other connections that may explain them, and the tombstones of other processes. Out:
//! whether the refresh token is dead, and the times of the next attempts. Never: a clock, or a source of random numbers.
//!
//! After a dead refresh token was used, Bitbucket also refuses the valid refresh tokens of the same client for a while.
//! This time is the *lockout*. So a single refusal proves little. If another connection of the client was refused around
//! the same time, its refusal *explains* this refusal: the lockout may be the cause. Only a refusal that is not explained
//! *counts*. Each refusal is judged a moment later, because the refusal that explains it may arrive later.

use crate::refresh_cycle::is_ahead;

const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;

/// How many refusals are enough to declare a refresh token dead. A refusal that another connection's refusal explains
/// does not count.
const ENOUGH_REFUSALS: u32 = 2;
/// The longest time between a refusal and its judgement. During this time, refusals of other connections may arrive
/// that explain the refusal.
const MAX_JUDGEMENT_DELAY: f64 = 2.0 * SECOND;
/// The time between a refusal and its judgement, as a fraction of the lockout. `MAX_JUDGEMENT_DELAY` limits it.
const JUDGEMENT_DELAY: f64 = 1.0 / 15.0;
/// A refusal whose judgement is late by more than this proves nothing: the record of the refusal that explains it may
/// have been deleted by then.
const STALE_AFTER: f64 = 10.0 * MINUTE;
/// The time between a refusal that counts and the next attempt with the refresh token, as a multiple of the lockout.
/// The multiple is a random number from this range, so that connections do not try at the same time.
const SECOND_ATTEMPT: core::ops::Range<f64> = 2.0..10.0;
/// The longest time between a refusal that counts and the next attempt.
const MAX_SECOND_ATTEMPT: f64 = 10.0 * MINUTE;

/// The time after which a dead refresh token is tried again. Such an attempt is called a *review*. It may succeed,
/// because another program may have caused the lockout that led to the refusals.
const REVIEW_AFTER: f64 = 4.0 * 60.0 * MINUTE;
/// The time that applies instead of `REVIEW_AFTER` in a process that started after the refresh token was declared
/// dead, and after an attempt that did not show whether the refresh token is dead.
const EARLY_REVIEW_AFTER: f64 = 10.0 * MINUTE;

/// The refusals of one refresh token.
#[derive(Debug, Clone, Copy)]
pub struct Refusals {
    /// The number of consecutive refusals, including explained ones.
    all: u32,
    /// How many of these refusals count.
    counted: u32,
    /// When the last refusal is to be judged; `None` if it was judged already.
    judge_at: Option<f64>,
    /// When the refresh token was declared dead.
    died_at: Option<f64>,
    /// When the dead refresh token is tried again.
    review_at: f64,
    /// When this process began to use the connection.
    known_since: f64,
    /// For how long Bitbucket refuses even valid refresh tokens, in milliseconds.
    lockout: f64,
}

impl Refusals {
    /// Creates the state of a refresh token that was not refused.
    pub fn new(lockout: f64, now: f64) -> Self {
        Self { all: 0, counted: 0, judge_at: None, died_at: None, review_at: 0.0, known_since: now, lockout }
    }

    /// Resets the state for another refresh token.
    pub fn reset(&mut self) {
        *self = Self::new(self.lockout, self.known_since);
    }

    /// Makes one more refusal sufficient to declare the refresh token dead. Before that refusal, the cycle has waited
    /// for the end of the lockout.
    pub fn allow_one_more(&mut self) {
        self.counted = ENOUGH_REFUSALS - 1;
    }

    /// Whether there is any refusal.
    pub fn any(&self) -> bool {
        self.all > 0
    }

    /// Whether any refusal counts.
    pub fn any_counts(&self) -> bool {
        self.counted > 0
    }

    /// Whether enough refusals count to declare the refresh token dead.
    pub fn suffice(&self) -> bool {
        self.counted >= ENOUGH_REFUSALS
    }

    /// Whether this or another process declared the refresh token dead.
    pub fn is_dead(&self) -> bool {
        self.died_at.is_some()
    }

    /// Records a refusal. Returns when it is to be judged.
    pub fn record(&mut self, now: f64) -> f64 {
        let judge_at = now + (self.lockout * JUDGEMENT_DELAY).min(MAX_JUDGEMENT_DELAY);
        self.all = self.all.saturating_add(1);
        self.postpone_review(now);
        self.judge_at = Some(judge_at);
        judge_at
    }

    /// Returns when the last refusal is to be judged, if that is in the future.
    pub fn judge_at(&self, now: f64) -> Option<f64> {
        self.judge_at.filter(|judge_at| is_ahead(*judge_at, now, MAX_JUDGEMENT_DELAY))
    }

    /// Whether the last refusal has not been judged yet.
    pub fn is_unjudged(&self) -> bool {
        self.judge_at.is_some()
    }

    /// Whether a refusal of another connection explains a refusal of this connection. The arguments say how many
    /// milliseconds ago the two refusals were. The refusal of the other connection may be slightly later, because
    /// responses can overtake each other.
    pub fn is_explained(&self, others_refused_ago: Option<f64>, refused_ago: f64) -> bool {
        others_refused_ago.is_some_and(|ago| ago <= refused_ago + self.lockout)
    }

    /// Judges the last refusal. Returns the time of the next attempt if the refusal counts. After an explained
    /// refusal, the queue makes the connection wait until the lockout is over. While a response with a newer token
    /// set may have been lost, no number of refusals is enough to declare the refresh token dead: the refresh token is
    /// tried again afterwards.
    pub fn judge(&mut self, explained: bool, may_have_lost_response: bool, now: f64, random: f64) -> Option<f64> {
        let judge_at = self.judge_at.take()?;
        if explained || now > judge_at + STALE_AFTER {
            return None;
        }
        let most = if may_have_lost_response { ENOUGH_REFUSALS - 1 } else { ENOUGH_REFUSALS };
        self.counted = (self.counted + 1).min(most);
        // If the refresh token is declared dead again, this process publishes the tombstone to other processes again.
        self.died_at = None;
        let lockouts = SECOND_ATTEMPT.start + (SECOND_ATTEMPT.end - SECOND_ATTEMPT.start) * random;
        Some(now + (self.lockout * lockouts).min(MAX_SECOND_ATTEMPT))
    }

    /// Records that this process declared the refresh token dead.
    pub fn declare_dead(&mut self, now: f64) {
        self.died_at = Some(now);
        self.review_at = now + REVIEW_AFTER;
    }

    /// Records a tombstone of another process.
    pub fn apply_tombstone(&mut self, died_at: Option<f64>, now: f64) {
        let died_at = died_at.unwrap_or(f64::NEG_INFINITY);
        // A tombstone with a time in the future would count as new in each search.
        if self.died_at.is_some_and(|known| died_at <= known || now < died_at) {
            return;
        }
        let died_at = died_at.min(now);
        let early = if died_at < self.known_since { self.known_since + EARLY_REVIEW_AFTER } else { f64::INFINITY };
        self.counted = ENOUGH_REFUSALS;
        self.judge_at = None;
        self.died_at = Some(died_at);
        self.review_at = early.min(died_at + REVIEW_AFTER);
    }

    /// Whether the dead refresh token is due for another attempt.
    pub fn is_review_due(&self, now: f64) -> bool {
        !is_ahead(self.review_at, now, REVIEW_AFTER)
    }

    /// Postpones the next attempt with a dead refresh token: the last request has not shown whether the refresh token
    /// is dead.
    pub fn postpone_review(&mut self, now: f64) {
        self.review_at = now + EARLY_REVIEW_AFTER;
    }
}
