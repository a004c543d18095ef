//! When a refresh token that Bitbucket refused counts as dead, and when a dead one is tried again.
//!
//! In: refusals, what explains them, and what other processes found. Out: whether the refresh token is dead, and the times
//! of the next tries. What never happens here: a look at a clock, or a random number drawn.
//!
//! Bitbucket refuses good refresh tokens, too, for a while after somebody used a dead one of the same client: the lockout.
//! So one refusal tells little, and nothing at all when that of another connection explains it.

use crate::refresh_cycle::is_ahead;

const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;

/// How often a refresh token is refused before it counts as dead. A refusal that one of another connection explains does
/// not count.
const MOST: u32 = 2;
/// How long after a refusal it is judged: those of other connections that explain it may come later. At most this, …
const LONGEST_VERDICT: f64 = 2.0 * SECOND;
/// … and this part of the lockout.
const VERDICT: f64 = 1.0 / 15.0;
/// A refusal that is not judged until so long after that tells nothing: what explains it may be forgotten by then.
const STALE: f64 = 10.0 * MINUTE;
/// The second try comes so many lockouts after a refusal that counts, at random: apart from those of others, …
const SECOND_TRY: core::ops::Range<f64> = 2.0..10.0;
/// … and not much later than this.
const LONGEST_SECOND_TRY: f64 = 10.0 * MINUTE;

/// How long after its death a refresh token is tried again: somebody else's lockout may have been taken for it.
const REVIEW: f64 = 4.0 * 60.0 * MINUTE;
/// The same in a process that started after the death, and where a review brought no verdict.
const EARLY_REVIEW: f64 = 10.0 * MINUTE;

/// The refusals of one refresh token.
#[derive(Debug, Clone, Copy)]
pub struct Refusals {
    /// In a row, those included that the refusal of another connection explains.
    all: u32,
    /// In a row, those that count.
    counted: u32,
    /// When the last one is judged, unless it was.
    verdict_at: Option<f64>,
    /// When the refresh token was declared dead.
    died_at: Option<f64>,
    /// When a dead refresh token is tried again.
    review_at: f64,
    /// When this process began to know the connection.
    born_at: f64,
    /// For how long Bitbucket refuses even valid refresh tokens.
    lockout: f64,
}

impl Refusals {
    /// Of a refresh token that was not refused.
    pub fn new(lockout: f64, now: f64) -> Self {
        Self { all: 0, counted: 0, verdict_at: None, died_at: None, review_at: 0.0, born_at: now, lockout }
    }

    /// The same for the refresh token of another pair.
    pub fn forget(&mut self) {
        *self = Self::new(self.lockout, self.born_at);
    }

    /// Has one more refusal suffice. The lockout was waited out before.
    pub fn expect_death(&mut self) {
        self.counted = MOST - 1;
    }

    /// Whether there is any.
    pub fn any(&self) -> bool {
        self.all > 0
    }

    /// Whether there is one that counts.
    pub fn any_counts(&self) -> bool {
        self.counted > 0
    }

    /// Whether they are enough for a verdict of death.
    pub fn suffice(&self) -> bool {
        self.counted >= MOST
    }

    /// Whether the refresh token was declared dead, by whomever.
    pub fn is_dead(&self) -> bool {
        self.died_at.is_some()
    }

    /// The refresh token was refused. Gives the time of the verdict.
    pub fn note(&mut self, now: f64) -> f64 {
        let verdict_at = now + (self.lockout * VERDICT).min(LONGEST_VERDICT);
        self.all = self.all.saturating_add(1);
        self.postpone_review(now);
        self.verdict_at = Some(verdict_at);
        verdict_at
    }

    /// When the last refusal is to be judged, if that is still to come.
    pub fn verdict_at(&self, now: f64) -> Option<f64> {
        self.verdict_at.filter(|verdict_at| is_ahead(*verdict_at, now, LONGEST_VERDICT))
    }

    /// Whether the last refusal is not judged yet.
    pub fn is_unjudged(&self) -> bool {
        self.verdict_at.is_some()
    }

    /// Whether a refusal, which is so many milliseconds old, is explained by one of another connection: Bitbucket may have
    /// locked out the client then. One that came a moment later does, too, as answers overtake each other.
    pub fn is_explained(&self, others_refused_ago: Option<f64>, refused_ago: f64) -> bool {
        others_refused_ago.is_some_and(|ago| ago <= refused_ago + self.lockout)
    }

    /// Takes the last refusal for what it is. Gives the time of the second try when it counts; the line keeps an explained
    /// one waiting until the lockout is over. While an answer may be lost, no refusal is the last one: once that is settled, the
    /// refresh token is tried again.
    pub fn judge(&mut self, explained: bool, may_be_unanswered: bool, now: f64, random: f64) -> Option<f64> {
        let verdict_at = self.verdict_at.take()?;
        if explained || now > verdict_at + STALE {
            return None;
        }
        let most = if may_be_unanswered { MOST - 1 } else { MOST };
        self.counted = (self.counted + 1).min(most);
        // Declared once more, for other processes.
        self.died_at = None;
        let lockouts = SECOND_TRY.start + (SECOND_TRY.end - SECOND_TRY.start) * random;
        Some(now + (self.lockout * lockouts).min(LONGEST_SECOND_TRY))
    }

    /// This process declared the refresh token dead.
    pub fn die(&mut self, now: f64) {
        self.died_at = Some(now);
        self.review_at = now + REVIEW;
    }

    /// Somebody else declared it dead.
    pub fn learn_of_death(&mut self, died_at: Option<f64>, now: f64) {
        let died_at = died_at.unwrap_or(f64::NEG_INFINITY);
        // By a clock that is ahead, the news would be new at each look.
        if self.died_at.is_some_and(|known| died_at <= known || now < died_at) {
            return;
        }
        let died_at = died_at.min(now);
        let early = if died_at < self.born_at { self.born_at + EARLY_REVIEW } else { f64::INFINITY };
        self.counted = MOST;
        self.verdict_at = None;
        self.died_at = Some(died_at);
        self.review_at = early.min(died_at + REVIEW);
    }

    /// Whether a dead refresh token is to be tried again.
    pub fn is_review_due(&self, now: f64) -> bool {
        !is_ahead(self.review_at, now, REVIEW)
    }

    /// A request brought no verdict. If it was to review a death, a better time is waited for.
    pub fn postpone_review(&mut self, now: f64) {
        self.review_at = now + EARLY_REVIEW;
    }
}
