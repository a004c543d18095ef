//! Decides when the tokens of one connection are refreshed, which token set is the newest, and when the refresh token is
//! *dead*: Bitbucket no longer accepts it.
//!
//! In: what happened, and when. Out: what the caller does next. Never: input or output, reading a clock, drawing a random number,
//! or holding a token. The policy knows a token set only by its number (the *generation*) and its times.
//!
//! Bitbucket rotates refresh tokens: each use returns a new one, and the used one dies within minutes. A process that
//! refreshes with an older refresh token loses the connection for good. So each process runs one *refresh cycle* at a time
//! for a connection: it acquires the lock that all processes share, and searches for a token set that another process
//! obtained. If there is none, it enters the [queue](crate::refresh_queue), requests a new token set from Bitbucket and
//! publishes it. Then it saves the token set in NocoDB's store, and only then uses it.
//!
//! [`RefreshPolicy::acquire`] and [`RefreshPolicy::force_refresh`] tell a caller whether it has to wait for a cycle.
//! A cycle may take minutes, so each caller has a deadline. [`RefreshPolicy::handle`] (refresh_policy/cycle.rs) tells
//! the caller the next step of a cycle. [`RefreshPolicy::on_unauthorized`] (refresh_policy/unauthorized.rs) decides
//! what follows a 401. docs/refresh-policy.md has the complete table of transitions, and the tests run it row by row.

mod cycle;
mod unauthorized;

use crate::newest_tokens::Times;
use crate::recent_failures::RecentFailures;
use crate::refresh_cycle::{Decision, FailureReason, State, is_ahead};
use crate::refresh_queue::Priority;
use crate::refusals::Refusals;

const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;
const DAY: f64 = 24.0 * 60.0 * MINUTE;

/// The longest time before its expiry at which a token set is refreshed. A token set with a short lifetime is refreshed when a
/// tenth of its lifetime is left.
const MAX_SKEW: f64 = 5.0 * MINUTE;

/// A token set whose refresh token was unused for this long is refreshed when a caller next needs it. An unused refresh
/// token dies after three months.
const IDLE: f64 = 60.0 * DAY;

/// For how long Bitbucket accepts a used refresh token. If the response to a request was lost, the request has to be
/// repeated within this time.
const GRACE: f64 = 10.0 * MINUTE;

/// While the token set of a connection is usable, the connection waits this long before it repeats a refresh that only
/// an administrator can fix, and callers do not wait for the lock for this long after a cycle failed to acquire the lock.
/// This time also passes between two searches for a successor of a dead refresh token: the shared store that knows the
/// successor may have been unavailable.
const PAUSE: f64 = MINUTE;

/// No wait is longer than this, so a time that is further ahead was recorded before the clock was set back.
const MAX_WAIT: f64 = 15.0 * MINUTE;

/// The policy of one connection in one process.
#[derive(Debug, Clone)]
pub struct RefreshPolicy {
    state: State,
    /// The number of the newest token set. Each new one has the next number.
    generation: u32,
    times: Times,
    /// When the token set is to be refreshed.
    refresh_at: Option<f64>,
    /// The API returned 401 for this token set, or the token set never had an access token.
    is_rejected: bool,
    /// A caller has forced a refresh.
    is_forced: bool,
    /// Before this time, a 401 does not mean that the access token has expired.
    distrust_until: f64,
    /// The earliest time of the next token request.
    not_before: f64,
    failures: RecentFailures,
    refusals: Refusals,
    /// This process obtained the token set from Bitbucket, so no other process can have a newer one.
    is_refreshed_here: bool,
    /// Another process acquired the lock after this process, but published another token set before this process did.
    is_superseded: bool,
    /// Since when a response with a newer token set may have been lost.
    response_lost_since: Option<f64>,
    /// The earliest time of the next search for a successor of a dead refresh token.
    next_search_at: f64,
    /// A config supplied other tokens after the refresh token had died.
    is_revived: bool,
    locking_since: f64,
    /// Until this time, callers do not wait for the lock.
    lock_skipped_until: f64,
    save_attempts: u32,
    /// The last attempt to save the token set failed.
    save_fails: bool,
    /// The last generation for which a failed save was reported.
    reported_generation: u32,
}

impl RefreshPolicy {
    /// Creates the policy of a connection whose token set comes from a stored config or from a token response. `lockout` is
    /// the time in milliseconds for which Bitbucket refuses even a valid refresh token after a dead one was used.
    pub fn new(times: Times, has_access_token: bool, lockout: f64, now: f64) -> Self {
        Self {
            state: State::Inactive,
            generation: 1,
            times,
            refresh_at: refresh_at(times, now),
            is_rejected: !has_access_token,
            is_forced: false,
            distrust_until: 0.0,
            not_before: 0.0,
            failures: RecentFailures::default(),
            refusals: Refusals::new(lockout, now),
            is_refreshed_here: false,
            is_superseded: false,
            response_lost_since: None,
            next_search_at: 0.0,
            is_revived: false,
            locking_since: 0.0,
            lock_skipped_until: 0.0,
            save_attempts: 0,
            save_fails: false,
            reported_generation: 0,
        }
    }

    /// How far the connection is in its refresh cycle.
    pub fn state(&self) -> State {
        self.state
    }

    /// The number of the newest token set.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// A caller wants to use the newest token set, and waits for it until `deadline`. `known_generation` is the number
    /// of the token set that the caller's store was last asked to save. Each wrapper (NocoDB's object for a call) has a
    /// store, which is asked to save a token set before the wrapper uses it.
    pub fn acquire(&mut self, known_generation: u32, deadline: f64, now: f64) -> Decision {
        let usable = self.is_usable(now);
        // A usable token set is used even if the store or the lock takes too long.
        if usable && (self.is_dead() || deadline <= now) {
            return Decision::Use;
        }
        let skips_store =
            known_generation == self.generation || self.is_lock_skipped(now) || self.waits_for_bitbucket();
        let skips_refresh = self.state.is_under_way() || self.must_wait(now) || self.is_lock_skipped(now);
        if usable && skips_store && (skips_refresh || !self.is_due(now)) {
            return Decision::Use;
        }
        self.join_cycle(!usable, deadline, now)
    }

    /// A caller wants a token set that is newer than the one with this number, and waits for it until `deadline`.
    pub fn force_refresh(&mut self, generation: u32, deadline: f64, now: f64) -> Decision {
        if generation != self.generation {
            return Decision::Use;
        }
        let decision = self.join_cycle(true, deadline, now);
        self.is_forced |= self.state.is_under_way();
        decision
    }

    /// Whether a forced refresh is not over yet. If it is over and there is no newer token set, the refresh failed.
    pub fn is_refresh_forced(&self) -> bool {
        self.is_forced
    }

    /// Why a caller gets no tokens, after its deadline has passed or the refresh that it forced has failed.
    pub fn failure_reason(&self, now: f64) -> FailureReason {
        match self.state {
            _ if self.is_dead() => FailureReason::Dead,
            _ if self.is_refused() => FailureReason::RefreshPending,
            _ if self.must_wait(now) || self.failures.count(now) > 0 => FailureReason::RequestFailed,
            // The process that holds the lock may be queued for minutes.
            State::Queued | State::AwaitingLock(_) => FailureReason::RefreshPending,
            _ => FailureReason::TimedOut,
        }
    }

    /// For how many milliseconds from now on this connection sends no token request, because of the outcome of the
    /// last one.
    pub fn backoff(&self, now: f64) -> Option<f64> {
        self.must_wait(now).then_some(self.not_before - now)
    }

    /// The connection's priority in the queue for token requests.
    pub fn priority(&self, now: f64) -> Priority {
        if self.refusals.any_counts() {
            Priority::Suspect
        } else if self.is_urgent(now) {
            Priority::Urgent
        } else {
            Priority::Normal
        }
    }

    /// Whether Bitbucket refused the refresh token. If so, the shim also searches NocoDB's rows for another refresh token.
    pub fn is_refused(&self) -> bool {
        self.refusals.any()
    }

    /// Whether Bitbucket may have refused this connection's refresh token, `refused_ago` milliseconds ago, only because
    /// it had refused that of another connection ([`Refusals::is_explained`]).
    pub fn is_explained(&self, others_refused_ago: Option<f64>, refused_ago: f64) -> bool {
        self.refusals.is_explained(others_refused_ago, refused_ago)
    }

    /// Whether the refresh token has been unused for so long that it should be used.
    pub fn is_idle(&self, now: f64) -> bool {
        self.times.obtained_at.or(self.times.expires_at).is_none_or(|since| now >= since + IDLE)
    }

    /// When a cycle is to begin although no caller [acquires](Self::acquire) the tokens. If a lost response contained
    /// the new token set, the old refresh token dies at the end of the grace period.
    pub fn background_refresh_at(&self, now: f64) -> Option<f64> {
        let grace_ends = self.response_lost_since? + GRACE;
        let lock_skipped_until = if self.is_lock_skipped(now) { self.lock_skipped_until } else { now };
        let at = lock_skipped_until.max(now + self.backoff(now).unwrap_or(0.0));
        (self.state == State::Inactive && at < grace_ends).then_some(at)
    }

    /// A wrapper was created from a config that has the connection's refresh token and another access token. Returns
    /// whether to use the config's token set: it is newer, or it is not older and the refresh token was declared dead.
    pub fn on_stored_tokens(&mut self, times: Times, now: f64) -> bool {
        let is_dead = self.refusals.suffice();
        let was_given_up = is_dead || self.is_revived;
        let is_newer = times.is_after(self.times);
        if !is_newer && (!is_dead || self.times.is_after(times)) {
            return false;
        }
        self.accept(times, now);
        if was_given_up {
            self.is_revived = true;
            self.refusals.allow_one_more();
        }
        if self.state == State::Dead {
            self.state = State::Inactive;
        }
        true
    }

    /// Whether a token set that was found elsewhere counts as the successor of the current one. An earlier token set usually does
    /// not count, because somebody may have restored it. It counts if Bitbucket refused the current refresh token, or if another
    /// process published its token set first. In both cases, the found token set may seem earlier only because two clocks differ.
    pub fn is_successor(&self, found: Times) -> bool {
        self.is_refused() || self.is_superseded || !self.times.is_after(found)
    }

    /// Whether a token set that was found in a row of NocoDB counts as the successor. Only its times decide, because the row
    /// may not have been updated, or may have been restored from a backup.
    pub fn is_row_successor(&self, found: Times) -> bool {
        !self.times.is_after(found)
    }

    /// Joins the cycle that is under way or begins one, unless the cycle cannot succeed before the deadline.
    fn join_cycle(&mut self, needs_request: bool, deadline: f64, now: f64) -> Decision {
        if self.state == State::Dead && is_ahead(self.next_search_at, now, PAUSE) {
            return Decision::Fail(FailureReason::Dead);
        }
        if !self.state.is_under_way() {
            if needs_request && self.must_wait(now) {
                return Decision::Fail(self.failure_reason(now));
            }
            self.state = self.begin(now);
            self.save_attempts = 0;
        }
        let is_hopeless = match self.state {
            // The search for a successor is short. After the search, the cycle can only try a dead refresh token again.
            _ if self.is_dead() => !matches!(self.state, State::AcquiringLock | State::FindingSuccessor),
            State::BackingOff(until) => deadline < until,
            _ => false,
        };
        if is_hopeless || deadline <= now { Decision::Fail(self.failure_reason(now)) } else { Decision::Wait }
    }

    /// Whether the cycle is in a state that may last for minutes and does not affect the current token set.
    fn waits_for_bitbucket(&self) -> bool {
        matches!(
            self.state,
            State::Queued | State::AwaitingJudgement(_) | State::JudgingRefusal | State::BackingOff(_)
        )
    }

    fn must_wait(&self, now: f64) -> bool {
        is_ahead(self.not_before, now, MAX_WAIT)
    }

    fn is_dead(&self) -> bool {
        self.refusals.is_dead() || self.state == State::WritingTombstone
    }

    /// Whether a cycle has recently failed to acquire the lock.
    fn is_lock_skipped(&self, now: f64) -> bool {
        is_ahead(self.lock_skipped_until, now, PAUSE)
    }

    /// Whether a response with the successor of the refresh token may have been lost within the grace period.
    fn is_urgent(&self, now: f64) -> bool {
        self.response_lost_since.is_some_and(|since| now < since + GRACE)
    }

    fn begin(&mut self, now: f64) -> State {
        self.locking_since = now;
        // A time that was recorded before the clock was set back would prolong the grace period.
        self.response_lost_since = self.response_lost_since.map(|since| since.min(now));
        State::AcquiringLock
    }

    fn is_usable(&self, now: f64) -> bool {
        !self.is_rejected && self.times.expires_at.is_none_or(|expires_at| now < expires_at)
    }

    fn is_due(&self, now: f64) -> bool {
        self.is_rejected
            || self.is_forced
            || self.response_lost_since.is_some()
            || self.refresh_at.is_some_and(|refresh_at| now >= refresh_at)
            || self.times.obtained_at.is_some_and(|obtained_at| now >= obtained_at + IDLE)
    }

    /// Makes another token set the newest one.
    fn accept(&mut self, times: Times, now: f64) {
        self.generation += 1;
        self.times = times;
        self.refresh_at = refresh_at(times, now);
        self.is_rejected = false;
        self.is_forced = false;
        // The failures of the last minute still count, whichever token set they concern.
        self.not_before = self.failures.next_at(now);
        self.lock_skipped_until = 0.0;
        self.refusals.reset();
        self.is_refreshed_here = false;
        self.is_superseded = false;
        self.response_lost_since = None;
        self.is_revived = false;
    }
}

/// When a token set is to be refreshed. Where its lifetime is unknown, the time that is left counts as the lifetime.
fn refresh_at(times: Times, now: f64) -> Option<f64> {
    let expires_at = times.expires_at?;
    let lifetime = expires_at - times.obtained_at.filter(|obtained_at| *obtained_at < expires_at).unwrap_or(now);
    Some(expires_at - (lifetime / 10.0).clamp(0.0, MAX_SKEW))
}
