//! When the tokens of a connection are renewed, whose are the newest, and when the connection is dead.
//!
//! In: what happened, at which time. Out: what to do next. What never happens here: input or output, a look at a
//! clock, a random number drawn, or a token held; pairs of tokens are known by their number (the *generation*) and
//! their times.
//!
//! Bitbucket rotates refresh tokens: each use yields a new one, and the used one dies within minutes. Whoever
//! refreshes with an older one loses the connection for good. So the work is done in *turns*, one at a time in a
//! process: take the lock that processes share, look for a pair that somebody else obtained, else get in
//! [line](crate::refresh_queue), ask Bitbucket, publish the new pair, hand it to the host's store, and only then use it.
//! [`RefreshPolicy::on`] leads through a turn; [`RefreshPolicy::asked`], [`RefreshPolicy::renew`] and
//! [`RefreshPolicy::reject`] tell whether one is needed. A turn may take minutes; who waits for it has a deadline.
//! docs/refresh-policy.md has the table of all transitions. The tests run each of its rows, and write the table from them.

use crate::newest_tokens::Times;
use crate::recent_failures::RecentFailures;
use crate::refresh_cycle::{Action, Decision, Event, FailureReason, State, is_ahead};
use crate::refresh_queue::Priority;
use crate::refusals::Refusals;

const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;
const DAY: f64 = 24.0 * 60.0 * MINUTE;

/// The longest time ahead of its expiry at which a pair is renewed; a tenth of its lifetime if that is less.
const LONGEST_SKEW: f64 = 5.0 * MINUTE;

/// An unused refresh token dies after three months; a connection that was idle for this long is renewed when touched.
const IDLE: f64 = 60.0 * DAY;

/// No token request for this long after one that only an administrator can mend.
const FAILURE_PAUSE: f64 = 15.0 * SECOND;
/// A turn does not wait for longer than this for Bitbucket to work again.
const TURN_PATIENCE: f64 = 50.0 * SECOND;
/// The wait before the first repetition; each further one doubles it.
const RETRY_WAIT: f64 = 500.0;

/// For how long Bitbucket takes a used refresh token: a request whose answer was lost has to be repeated within it.
const GRACE: f64 = 10.0 * MINUTE;
/// How long before its end, whatever Bitbucket asks for: such a request takes its time.
const RESCUE: f64 = 30.0 * SECOND;

/// How often a pair is handed to a store that fails, before that is reported; after that, once in each turn.
const MOST_STORE_TRIES: u32 = 3;
/// The wait before the second try; each further one doubles it.
const STORE_WAIT: f64 = 100.0;

/// The waits between two tries to take a lock that somebody else has: a quarter of the time that was waited already, but …
const SHORTEST_LOCK_WAIT: f64 = 10.0;
/// … no longer than this.
const LONGEST_LOCK_WAIT: f64 = 500.0;
/// How long a turn waits for a lock. Its holder may need longer, but those who wait for the turn do not.
const LOCK_PATIENCE: f64 = 2.0 * MINUTE;
/// The same while the pair can still be used.
const SHORT_PATIENCE: f64 = 2.0 * SECOND;

/// How long a refresh that cannot succeed is left alone while the pair can still be used, and how long a dead refresh
/// token before its successor is looked for again: the shared store that knows it may have been away.
const PAUSE: f64 = MINUTE;

/// A time further ahead than all waits was noted before a clock was set back.
const LONGEST_WAIT: f64 = 15.0 * MINUTE;

/// How long a 401 is believed to be about something else than the token's age, where the token's own time is unknown.
const DISTRUST: f64 = 10.0 * MINUTE;

/// The policy of one connection in one process.
#[derive(Debug, Clone)]
pub struct RefreshPolicy {
    state: State,
    /// The number of the newest pair. Each new one has the next number.
    generation: u32,
    times: Times,
    /// When the pair is to be renewed.
    refresh_at: Option<f64>,
    /// The API answered 401 to this pair, or it never had an access token.
    rejected: bool,
    /// Somebody asked for a new pair.
    forced: bool,
    /// No 401 is taken for the token's age before this time.
    distrust_until: f64,
    /// No token request before this time.
    not_before: f64,
    failures: RecentFailures,
    refusals: Refusals,
    /// The pair was renewed by this process, so nobody can have a newer one.
    own: bool,
    /// Somebody who took the lock later published another pair.
    superseded: bool,
    /// Since when Bitbucket may have sent a newer pair that did not arrive.
    unanswered_since: Option<f64>,
    /// Nobody looks for a successor of a dead refresh token before this time.
    look_from: f64,
    /// The config came with other tokens after the refresh token had died.
    revived: bool,
    locking_since: f64,
    /// Nobody waits for the lock before this time.
    excused_until: f64,
    store_tries: u32,
    /// The pair was not stored when it was last tried.
    store_fails: bool,
    /// The number of the last pair of which that was reported.
    reported: u32,
}

impl RefreshPolicy {
    /// The policy of a connection whose pair comes out of a stored config, or was just exchanged. `lockout` is the time
    /// in milliseconds for which Bitbucket refuses even a valid refresh token after somebody used a dead one.
    pub fn new(times: Times, has_access_token: bool, lockout: f64, now: f64) -> Self {
        Self {
            state: State::Inactive,
            generation: 1,
            times,
            refresh_at: refresh_at(times, now),
            rejected: !has_access_token,
            forced: false,
            distrust_until: 0.0,
            not_before: 0.0,
            failures: RecentFailures::default(),
            refusals: Refusals::new(lockout, now),
            own: false,
            superseded: false,
            unanswered_since: None,
            look_from: 0.0,
            revived: false,
            locking_since: 0.0,
            excused_until: 0.0,
            store_tries: 0,
            store_fails: false,
            reported: 0,
        }
    }

    /// Where in a turn the connection is.
    pub fn state(&self) -> State {
        self.state
    }

    /// The number of the newest pair.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Somebody wants to use the newest pair, and waits for it until `deadline`. `known` is the number of the pair that their
    /// store was handed last: a pair is handed to the store of each wrapper before that wrapper uses it.
    pub fn acquire(&mut self, known: u32, deadline: f64, now: f64) -> Decision {
        let usable = self.is_usable(now);
        // That the store or the lock takes too long is no reason to fail.
        if usable && (self.is_dead() || deadline <= now) {
            return Decision::Use;
        }
        let handed = known == self.generation || self.is_excused(now) || self.waits_for_bitbucket();
        let waits_for_nothing = self.state.is_under_way() || self.must_wait(now) || self.is_excused(now);
        if usable && handed && (waits_for_nothing || !self.is_due(now)) {
            return Decision::Use;
        }
        self.turn(!usable, deadline, now)
    }

    /// Somebody wants a pair that is newer than the one with this number, and waits for it until `deadline`.
    pub fn force_refresh(&mut self, generation: u32, deadline: f64, now: f64) -> Decision {
        if generation != self.generation {
            return Decision::Use;
        }
        let answer = self.turn(true, deadline, now);
        self.forced |= self.state.is_under_way();
        answer
    }

    /// Whether a wish for a newer pair stands. Without one and without a newer pair, it could not be fulfilled.
    pub fn is_refresh_forced(&self) -> bool {
        self.forced
    }

    /// Why there is no pair for somebody whose deadline has come, or whose wish for a newer one stands no longer.
    pub fn failure_reason(&self, now: f64) -> FailureReason {
        match self.state {
            _ if self.is_dead() => FailureReason::Dead,
            _ if self.is_refused() => FailureReason::RefreshPending,
            _ if self.must_wait(now) || self.failures.count(now) > 0 => FailureReason::RequestFailed,
            // Whoever has the lock may be in line, for minutes.
            State::Queued | State::AwaitingLock(_) => FailureReason::RefreshPending,
            _ => FailureReason::TimedOut,
        }
    }

    /// For how long no token request of this connection is sent from now on, because of the last one.
    pub fn backoff(&self, now: f64) -> Option<f64> {
        self.must_wait(now).then_some(self.not_before - now)
    }

    /// Where in the line for token requests the connection belongs.
    pub fn priority(&self, now: f64) -> Priority {
        if self.refusals.any_counts() {
            Priority::Suspect
        } else if self.is_urgent(now) {
            Priority::Urgent
        } else {
            Priority::Normal
        }
    }

    /// Whether Bitbucket refused the refresh token, so that whatever else the host has is of interest.
    pub fn is_refused(&self) -> bool {
        self.refusals.any()
    }

    /// Whether a refusal, which is so many milliseconds old, [is explained](Refusals::is_explained) by one of another
    /// connection.
    pub fn is_explained(&self, others_refused_ago: Option<f64>, refused_ago: f64) -> bool {
        self.refusals.is_explained(others_refused_ago, refused_ago)
    }

    /// Whether the refresh token was not used for so long that it should be.
    pub fn is_idle(&self, now: f64) -> bool {
        self.times.obtained_at.or(self.times.expires_at).is_none_or(|since| now >= since + IDLE)
    }

    /// When a turn is to begin, as if somebody [asked](Self::acquire), although nobody does. An answer that got lost may
    /// have been the one with the new pair, and then the old refresh token dies at the end of the grace.
    pub fn background_refresh_at(&self, now: f64) -> Option<f64> {
        let grace_ends = self.unanswered_since? + GRACE;
        let excused_until = if self.is_excused(now) { self.excused_until } else { now };
        let at = excused_until.max(now + self.backoff(now).unwrap_or(0.0));
        (self.state == State::Inactive && at < grace_ends).then_some(at)
    }

    /// The API answered 401 to a request with the pair of this number, which was a repetition if there were requests before.
    /// Whether it is to be repeated with the newest pair: once, or twice when the first repetition was made with a pair that
    /// somebody else had renewed.
    pub fn on_unauthorized(&mut self, generation: u32, repetitions: u32, now: f64) -> bool {
        if repetitions > 0 {
            if generation != self.generation {
                return repetitions == 1;
            }
            if self.own {
                self.distrust(now);
                return false;
            }
            if now < self.distrust_until {
                return false;
            }
            // Somebody else renewed this pair, who knows when.
            self.rejected = true;
            return repetitions == 1;
        }
        if generation == self.generation && !self.rejected {
            if now < self.distrust_until {
                return false;
            }
            self.rejected = true;
        }
        true
    }

    /// Work that somebody did with the pair of this number, on ways of its own, failed as it does with a bad token. Whether it is
    /// to be done once more, with a newer pair. Nobody knows what it asked, and of whom, so the pair stays in use until there
    /// is a newer one.
    pub fn on_work_failed(&mut self, generation: u32, repetitions: u32, now: f64) -> bool {
        let is_newest = generation == self.generation;
        if repetitions > 0 {
            if is_newest && self.own {
                self.distrust(now);
            }
            return false;
        }
        !is_newest || now >= self.distrust_until
    }

    /// A fresh token does not cure it, so it is no matter of age: some addresses answer 401 to every token of a kind. Until the
    /// token's own time has come, no 401 costs another refresh.
    fn distrust(&mut self, now: f64) {
        self.distrust_until = self.refresh_at.unwrap_or(now + DISTRUST);
    }

    /// A wrapper came with a config that has this refresh token and another access token. Whether that pair is to be
    /// used: it is the newer one, or the refresh token was given up.
    pub fn on_stored_tokens(&mut self, times: Times, now: f64) -> bool {
        let dead = self.refusals.suffice();
        let given_up = dead || self.revived;
        let newer = times.is_after(self.times);
        if !newer && (!dead || self.times.is_after(times)) {
            return false;
        }
        self.accept(times, now);
        if given_up {
            self.revived = true;
            self.refusals.expect_death();
        }
        if self.state == State::Dead {
            self.state = State::Inactive;
        }
        true
    }

    /// Whether a pair that was found elsewhere is to be taken for one that follows this one. An earlier one is not: somebody
    /// may have put it back. That clocks differ is no excuse, unless Bitbucket refused this pair's refresh token, or the pair
    /// came second.
    pub fn is_successor(&self, found: Times) -> bool {
        self.is_refused() || self.superseded || !self.times.is_after(found)
    }

    /// The same of a pair that was found in a row of the host's. Only its times tell whether it came later: the row may have
    /// stayed behind, or may have been restored from a backup.
    pub fn is_row_successor(&self, found: Times) -> bool {
        !self.times.is_after(found)
    }

    /// Goes on with a turn. An event that does not belong to the state changes nothing.
    pub fn handle(&mut self, event: Event, now: f64, random: f64) -> Action {
        self.state = match (self.state, event) {
            (State::AcquiringLock, Event::LockAcquired) => State::FindingSuccessor,
            (State::AcquiringLock, Event::LockBusy) => self.await_lock(now, random),
            (State::AwaitingLock(_), Event::WaitEnded) => State::AcquiringLock,
            // The rows were deleted, or have other tokens. Whoever comes with this pair again begins anew.
            (State::FindingSuccessor, Event::NoStoreLeft) => {
                self.forced = false;
                self.unanswered_since = None;
                State::Inactive
            }
            (
                State::FindingSuccessor
                | State::Queued
                | State::RequestingTokens
                | State::AwaitingVerdict(_)
                | State::JudgingRefusal
                | State::BackingOff(_)
                | State::SavingTokens
                | State::AwaitingSave(_),
                Event::LockLost,
            ) => self.begin(now),

            // Each refresh token has a lock of its own, so the work goes on under that of the newer one.
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
            (State::FindingSuccessor, Event::TombstoneFound { died_at }) if !self.revived && !self.is_urgent(now) => {
                self.refusals.learn_of_death(died_at, now);
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
                self.own = true;
                State::Publishing
            }
            (State::RequestingTokens, Event::Refused) => State::AwaitingVerdict(self.refusals.note(now)),
            (State::AwaitingVerdict(_), Event::WaitEnded) => State::FindingSuccessor,
            (State::JudgingRefusal, Event::RefusalJudged { explained }) => {
                if let Some(second_try) = self.refusals.judge(explained, self.is_urgent(now), now, random) {
                    self.not_before = self.within_grace(second_try, now);
                }
                self.proceed(now)
            }
            (State::RequestingTokens, Event::TransientFailure { retry_after }) => {
                self.fail_in_passing(retry_after, now, random)
            }
            (State::RequestingTokens, Event::PermanentFailure) => {
                self.refusals.postpone_review(now);
                self.failures.note(now);
                let pause = if self.is_usable(now) { PAUSE } else { FAILURE_PAUSE };
                self.pause(self.failures.next_at(now).max(now + pause), now)
            }
            (State::BackingOff(_), Event::WaitEnded) => State::FindingSuccessor,

            (State::Publishing, Event::Published) => State::SavingTokens,
            (State::Publishing, Event::Superseded) => {
                self.superseded = true;
                State::FindingSuccessor
            }
            (State::WritingTombstone, Event::Published | Event::Superseded) if !self.refusals.suffice() => {
                self.begin(now)
            }
            // Something follows the refresh token after all. If it cannot be found, there is no use in looking again.
            (State::WritingTombstone, Event::Superseded) if !self.superseded => {
                self.superseded = true;
                State::FindingSuccessor
            }
            (State::WritingTombstone, Event::Published | Event::Superseded) => {
                self.refusals.die(now);
                self.stay_dead(now)
            }

            (State::SavingTokens, Event::Saved) => {
                self.store_fails = false;
                State::Inactive
            }
            (State::SavingTokens, Event::SaveFailed) => self.fail_to_store(now, random),
            (State::AwaitingSave(_), Event::WaitEnded) => State::SavingTokens,
            (State::ReportingSaveFailure, Event::Reported) => {
                self.reported = self.generation;
                State::Inactive
            }
            (state, _) => state,
        };
        self.state.action()
    }

    /// Joins the turn that is under way or begins one, unless nothing can come of it before the deadline.
    fn turn(&mut self, needs_request: bool, deadline: f64, now: f64) -> Decision {
        if self.state == State::Dead && is_ahead(self.look_from, now, PAUSE) {
            return Decision::Fail(FailureReason::Dead);
        }
        if !self.state.is_under_way() {
            if needs_request && self.must_wait(now) {
                return Decision::Fail(self.failure_reason(now));
            }
            self.state = self.begin(now);
            self.store_tries = 0;
        }
        let is_in_vain = match self.state {
            // The look for a successor is short. What comes after it is another try, of which little is to be hoped.
            _ if self.is_dead() => !matches!(self.state, State::AcquiringLock | State::FindingSuccessor),
            State::BackingOff(until) => deadline < until,
            _ => false,
        };
        if is_in_vain || deadline <= now { Decision::Fail(self.failure_reason(now)) } else { Decision::Wait }
    }

    /// Whether the turn is at a point that may last for minutes and does not concern the pair in use.
    fn waits_for_bitbucket(&self) -> bool {
        matches!(self.state, State::Queued | State::AwaitingVerdict(_) | State::JudgingRefusal | State::BackingOff(_))
    }

    fn must_wait(&self, now: f64) -> bool {
        is_ahead(self.not_before, now, LONGEST_WAIT)
    }

    fn is_dead(&self) -> bool {
        self.refusals.is_dead() || self.state == State::WritingTombstone
    }

    /// Whether the lock was waited for in vain a short while ago.
    fn is_excused(&self, now: f64) -> bool {
        is_ahead(self.excused_until, now, PAUSE)
    }

    /// Whether an answer may be lost that held the successor of the refresh token.
    fn is_urgent(&self, now: f64) -> bool {
        self.unanswered_since.is_some_and(|since| now < since + GRACE)
    }

    fn begin(&mut self, now: f64) -> State {
        self.locking_since = now;
        // Noted before a clock was set back, it would make the grace longer.
        self.unanswered_since = self.unanswered_since.map(|since| since.min(now));
        State::AcquiringLock
    }

    fn is_usable(&self, now: f64) -> bool {
        !self.rejected && self.times.expires_at.is_none_or(|expires_at| now < expires_at)
    }

    fn is_due(&self, now: f64) -> bool {
        self.rejected
            || self.forced
            || self.unanswered_since.is_some()
            || self.refresh_at.is_some_and(|refresh_at| now >= refresh_at)
            || self.times.obtained_at.is_some_and(|obtained_at| now >= obtained_at + IDLE)
    }

    /// Takes another pair for the newest.
    fn accept(&mut self, times: Times, now: f64) {
        self.generation += 1;
        self.times = times;
        self.refresh_at = refresh_at(times, now);
        self.rejected = false;
        self.forced = false;
        // The minute's failures count on, whichever pair they were about.
        self.not_before = self.failures.next_at(now);
        self.excused_until = 0.0;
        self.refusals.forget();
        self.own = false;
        self.superseded = false;
        self.unanswered_since = None;
        self.revived = false;
    }

    /// The state after the look for a successor: the pair is the newest that anybody knows.
    fn proceed(&mut self, now: f64) -> State {
        if !self.is_due(now) {
            State::SavingTokens
        } else if self.refusals.is_unjudged() {
            self.refusals.verdict_at(now).map_or(State::JudgingRefusal, State::AwaitingVerdict)
        } else if self.refusals.suffice() && !self.refusals.is_dead() {
            State::WritingTombstone
        } else if self.refusals.is_dead() && !self.refusals.is_review_due(now) && !self.is_urgent(now) {
            self.stay_dead(now)
        } else if self.must_wait(now) {
            self.postpone(now)
        } else {
            State::Queued
        }
    }

    /// The state when the next token request has to wait.
    fn postpone(&mut self, now: f64) -> State {
        // Nobody waits as long as the pair can be used, except who wants a newer one. A refusal is another matter: whether
        // the refresh token is dead is to be known before the pair dies.
        let may_end = !self.is_refused() && self.is_usable(now) && !self.forced;
        let is_failing = self.failures.count(now) > 0;
        let must_end = is_failing && (!self.failures.allow_another(now) || now + TURN_PATIENCE < self.not_before);
        if may_end || must_end { self.end_without_new_pair(now) } else { State::BackingOff(self.not_before) }
    }

    fn stay_dead(&mut self, now: f64) -> State {
        self.forced = false;
        self.not_before = self.failures.next_at(now);
        self.look_from = now + PAUSE;
        State::Dead
    }

    fn await_lock(&mut self, now: f64, random: f64) -> State {
        let usable = self.is_usable(now);
        self.locking_since = self.locking_since.min(now);
        let waited = now - self.locking_since;
        if waited < if usable { SHORT_PATIENCE } else { LOCK_PATIENCE } {
            let wait = (waited / 4.0).clamp(SHORTEST_LOCK_WAIT, LONGEST_LOCK_WAIT);
            State::AwaitingLock(now + wait * (1.0 + random) / 2.0)
        } else {
            self.forced = false;
            self.excused_until = if usable { now + PAUSE } else { 0.0 };
            State::Inactive
        }
    }

    fn fail_in_passing(&mut self, retry_after: Option<f64>, now: f64, random: f64) -> State {
        self.refusals.postpone_review(now);
        // A request that was sent within the grace may fail a moment after it. A later one begins another.
        let goes_on = |since: &f64| (*since..*since + GRACE + RESCUE).contains(&now);
        self.unanswered_since = self.unanswered_since.filter(goes_on).or(Some(now));
        self.failures.note(now);
        let told = self.within_grace(now + retry_after.unwrap_or(0.0), now);
        if !self.failures.allow_another(now) {
            return self.pause(self.failures.next_at(now).max(told), now);
        }
        let doubled = RETRY_WAIT * f64::from(1_u32 << (self.failures.count(now) - 1));
        self.not_before = told.max(now + doubled * (1.0 + random) / 2.0);
        self.postpone(now)
    }

    /// A time to wait for, or the last one at which a request still helps if the answer to an earlier
    /// one was lost.
    fn within_grace(&self, until: f64, now: f64) -> f64 {
        match self.unanswered_since.map(|since| since + GRACE - RESCUE) {
            Some(last) if now < last => until.min(last),
            _ => until,
        }
    }

    /// Leaves Bitbucket alone until a time.
    fn pause(&mut self, until: f64, now: f64) -> State {
        self.not_before = until;
        self.end_without_new_pair(now)
    }

    /// Ends the asking, but not before the pair that stays in use was handed to whoever waits.
    fn end_without_new_pair(&mut self, now: f64) -> State {
        self.forced = false;
        if self.is_usable(now) { State::SavingTokens } else { State::Inactive }
    }

    fn fail_to_store(&mut self, now: f64, random: f64) -> State {
        self.store_tries += 1;
        if self.store_fails || self.store_tries >= MOST_STORE_TRIES {
            self.store_fails = true;
            // Once for each pair: while a store is down, every call tries it again.
            return if self.reported == self.generation { State::Inactive } else { State::ReportingSaveFailure };
        }
        State::AwaitingSave(now + STORE_WAIT * f64::from(1 << (self.store_tries - 1)) * (1.0 + random) / 2.0)
    }
}

/// When a pair is to be renewed. Where its lifetime is unknown, what is left of it stands for it.
fn refresh_at(times: Times, now: f64) -> Option<f64> {
    let expires_at = times.expires_at?;
    let lifetime = expires_at - times.obtained_at.filter(|obtained_at| *obtained_at < expires_at).unwrap_or(now);
    Some(expires_at - (lifetime / 10.0).clamp(0.0, LONGEST_SKEW))
}
