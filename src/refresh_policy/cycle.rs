//! The state machine of the refresh cycle: which event leads from which state to which.
//!
//! In: an event, its time, and a random number. Out: the next action. Never: a decision about a caller
//! that waits for the cycle.

use super::{GRACE, MINUTE, PAUSE, RefreshPolicy, SECOND};
use crate::refresh_cycle::{Action, Event, State};

/// The pause after a failure that only an administrator can fix.
const FAILURE_PAUSE: f64 = 15.0 * SECOND;
/// The longest time for which a cycle waits for Bitbucket to work again.
const CYCLE_PATIENCE: f64 = 50.0 * SECOND;
/// The wait before the first repetition of a token request. Each further repetition doubles it.
const RETRY_WAIT: f64 = 500.0;

/// Bitbucket accepts a used refresh token for a grace period, `GRACE`. The last repetition in this period begins this long
/// before the period ends, even if Bitbucket asks for a longer wait: the request itself takes some time.
const GRACE_MARGIN: f64 = 30.0 * SECOND;

/// How many attempts to save a token set fail before the failure is reported. After that, each cycle makes one attempt.
const MAX_SAVE_ATTEMPTS: u32 = 3;
/// The wait before the second attempt to save. Each further attempt doubles the wait.
const SAVE_WAIT: f64 = 100.0;

/// The shortest wait between two attempts to acquire a lock. The wait is a quarter of the time that the cycle has waited
/// already.
const MIN_LOCK_WAIT: f64 = 10.0;
/// The longest wait between two attempts to acquire a lock.
const MAX_LOCK_WAIT: f64 = 500.0;
/// How long a cycle waits for a lock. The process that holds the lock may need longer, but this cycle's callers do not wait
/// longer.
const LOCK_PATIENCE: f64 = 2.0 * MINUTE;
/// How long a cycle waits for a lock while the token set is still usable.
const SHORT_LOCK_PATIENCE: f64 = 2.0 * SECOND;

impl RefreshPolicy {
    /// Continues a cycle after an event, which happened at `now`. `random` is a number from 0 to 1. An event that does not
    /// belong to the state changes nothing.
    pub fn handle(&mut self, event: Event, now: f64, random: f64) -> Action {
        self.state = match (self.state, event) {
            (State::AcquiringLock, Event::LockAcquired) => State::FindingSuccessor,
            (State::AcquiringLock, Event::LockBusy) => self.await_lock(now, random),
            (State::AwaitingLock(_), Event::WaitEnded) => State::AcquiringLock,
            // The rows were deleted, or contain other tokens. A wrapper with the old token set begins a new cycle.
            (State::FindingSuccessor, Event::NoStoreLeft) => {
                self.is_forced = false;
                self.response_lost_since = None;
                State::Inactive
            }
            (
                State::FindingSuccessor
                | State::Queued
                | State::RequestingTokens
                | State::AwaitingJudgement(_)
                | State::JudgingRefusal
                | State::BackingOff(_)
                | State::SavingTokens
                | State::AwaitingSave(_),
                Event::LockLost,
            ) => self.begin(now),

            // Each refresh token has its own lock, so the cycle goes on under the lock of the newer refresh token.
            (State::FindingSuccessor, Event::SuccessorFound { times, same_refresh_token: false })
                if self.is_successor(times) =>
            {
                self.accept(times, now);
                self.begin(now)
            }
            (State::FindingSuccessor, Event::RowTokensFound { times }) if self.is_row_successor(times) => {
                self.accept(times, now);
                self.begin(now)
            }
            (State::FindingSuccessor, Event::SuccessorFound { times, same_refresh_token: true })
                if times.is_after(self.times) =>
            {
                self.accept(times, now);
                self.proceed(now)
            }
            (State::FindingSuccessor, Event::TombstoneFound { died_at })
                if !self.is_revived && !self.is_urgent(now) =>
            {
                self.refusals.apply_tombstone(died_at, now);
                self.proceed(now)
            }
            (
                State::FindingSuccessor,
                Event::SuccessorFound { .. }
                | Event::RowTokensFound { .. }
                | Event::TombstoneFound { .. }
                | Event::NoSuccessor,
            ) => self.proceed(now),

            (State::Queued, Event::Admitted) => State::RequestingTokens,
            (State::RequestingTokens, Event::Refreshed(times)) => {
                self.accept(times, now);
                self.is_refreshed_here = true;
                State::Publishing
            }
            (State::RequestingTokens, Event::Refused) => State::AwaitingJudgement(self.refusals.record(now)),
            (State::AwaitingJudgement(_), Event::WaitEnded) => State::FindingSuccessor,
            (State::JudgingRefusal, Event::RefusalJudged { explained }) => {
                if let Some(second_try) = self.refusals.judge(explained, self.is_urgent(now), now, random) {
                    self.not_before = self.within_grace(second_try, now);
                }
                self.proceed(now)
            }
            (State::RequestingTokens, Event::TransientFailure { retry_after }) => {
                self.on_transient_failure(retry_after, now, random)
            }
            (State::RequestingTokens, Event::PermanentFailure) => {
                self.refusals.postpone_review(now);
                self.failures.record(now);
                let pause = if self.is_usable(now) { PAUSE } else { FAILURE_PAUSE };
                self.pause(self.failures.next_at(now).max(now + pause), now)
            }
            (State::BackingOff(_), Event::WaitEnded) => State::FindingSuccessor,

            (State::Publishing, Event::Published) => State::SavingTokens,
            (State::Publishing, Event::Superseded) => {
                self.is_superseded = true;
                State::FindingSuccessor
            }
            (State::WritingTombstone, Event::Published | Event::Superseded) if !self.refusals.suffice() => {
                self.begin(now)
            }
            // The refresh token has a successor after all. The cycle searches for it once more, and only once.
            (State::WritingTombstone, Event::Superseded) if !self.is_superseded => {
                self.is_superseded = true;
                State::FindingSuccessor
            }
            (State::WritingTombstone, Event::Published | Event::Superseded) => {
                self.refusals.declare_dead(now);
                self.stay_dead(now)
            }

            (State::SavingTokens, Event::Saved) => {
                self.save_fails = false;
                State::Inactive
            }
            (State::SavingTokens, Event::SaveFailed) => self.on_save_failed(now, random),
            (State::AwaitingSave(_), Event::WaitEnded) => State::SavingTokens,
            (State::ReportingSaveFailure, Event::Reported) => {
                self.reported_generation = self.generation;
                State::Inactive
            }
            (state, _) => state,
        };
        self.state.action()
    }

    /// The state after a search for a successor that found no newer refresh token.
    fn proceed(&mut self, now: f64) -> State {
        if !self.is_due(now) {
            State::SavingTokens
        } else if self.refusals.is_unjudged() {
            self.refusals.judge_at(now).map_or(State::JudgingRefusal, State::AwaitingJudgement)
        } else if self.refusals.suffice() && !self.refusals.is_dead() {
            State::WritingTombstone
        } else if self.refusals.is_dead() && !self.refusals.is_review_due(now) && !self.is_urgent(now) {
            self.stay_dead(now)
        } else if self.must_wait(now) {
            self.back_off(now)
        } else {
            State::Queued
        }
    }

    /// The state when the next token request has to wait.
    fn back_off(&mut self, now: f64) -> State {
        // A cycle with a usable token set waits only if a caller forced a refresh, or if Bitbucket refused the refresh
        // token: before the access token expires, the plugin must find out whether the refresh token is dead.
        let may_end = !self.is_refused() && self.is_usable(now) && !self.is_forced;
        let is_failing = self.failures.count(now) > 0;
        let must_end = is_failing && (!self.failures.allow_another(now) || now + CYCLE_PATIENCE < self.not_before);
        if may_end || must_end { self.end_without_new_tokens(now) } else { State::BackingOff(self.not_before) }
    }

    fn stay_dead(&mut self, now: f64) -> State {
        self.is_forced = false;
        self.not_before = self.failures.next_at(now);
        self.next_search_at = now + PAUSE;
        State::Dead
    }

    fn await_lock(&mut self, now: f64, random: f64) -> State {
        let usable = self.is_usable(now);
        self.locking_since = self.locking_since.min(now);
        let waited = now - self.locking_since;
        if waited < if usable { SHORT_LOCK_PATIENCE } else { LOCK_PATIENCE } {
            let wait = (waited / 4.0).clamp(MIN_LOCK_WAIT, MAX_LOCK_WAIT);
            State::AwaitingLock(now + wait * (1.0 + random) / 2.0)
        } else {
            self.is_forced = false;
            self.lock_skipped_until = if usable { now + PAUSE } else { 0.0 };
            State::Inactive
        }
    }

    fn on_transient_failure(&mut self, retry_after: Option<f64>, now: f64, random: f64) -> State {
        self.refusals.postpone_review(now);
        // A request that was sent within the grace period may fail a moment after the period ends. An even later failure
        // begins another grace period.
        let goes_on = |since: &f64| (*since..*since + GRACE + GRACE_MARGIN).contains(&now);
        self.response_lost_since = self.response_lost_since.filter(goes_on).or(Some(now));
        self.failures.record(now);
        let earliest = self.within_grace(now + retry_after.unwrap_or(0.0), now);
        if !self.failures.allow_another(now) {
            return self.pause(self.failures.next_at(now).max(earliest), now);
        }
        let doubled = RETRY_WAIT * f64::from(1_u32 << (self.failures.count(now) - 1));
        self.not_before = earliest.max(now + doubled * (1.0 + random) / 2.0);
        self.back_off(now)
    }

    /// Limits a wait: if the response to an earlier request was lost, the next request has to be sent within the grace
    /// period.
    fn within_grace(&self, until: f64, now: f64) -> f64 {
        match self.response_lost_since.map(|since| since + GRACE - GRACE_MARGIN) {
            Some(last) if now < last => until.min(last),
            _ => until,
        }
    }

    /// Sends no token request until a time.
    fn pause(&mut self, until: f64, now: f64) -> State {
        self.not_before = until;
        self.end_without_new_tokens(now)
    }

    /// Gives up the token request. If the current token set is usable, the cycle first offers it to the stores of the waiting
    /// callers.
    fn end_without_new_tokens(&mut self, now: f64) -> State {
        self.is_forced = false;
        if self.is_usable(now) { State::SavingTokens } else { State::Inactive }
    }

    fn on_save_failed(&mut self, now: f64, random: f64) -> State {
        self.save_attempts += 1;
        if self.save_fails || self.save_attempts >= MAX_SAVE_ATTEMPTS {
            self.save_fails = true;
            // One report for each token set: while a store fails, every call tries to save again.
            return if self.reported_generation == self.generation {
                State::Inactive
            } else {
                State::ReportingSaveFailure
            };
        }
        State::AwaitingSave(now + SAVE_WAIT * f64::from(1 << (self.save_attempts - 1)) * (1.0 + random) / 2.0)
    }
}
