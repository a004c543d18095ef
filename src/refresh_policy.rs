//! When the tokens of a connection are renewed, whose are the newest, and when the connection is dead.
//!
//! In: what happened, at which time. Out: what to do next. What never happens here: input or output, a look at a
//! clock, a random number drawn, or a token held; pairs of tokens are known by their number (the *generation*) and
//! their times.
//!
//! Bitbucket rotates refresh tokens: each use yields a new one, and the used one dies within minutes. Whoever
//! refreshes with an older one loses the connection for good. So the work is done in *turns*, one at a time in a
//! process: take the lock that processes share, look for a pair that somebody else obtained, else ask Bitbucket,
//! publish the new pair, hand it to the host's store, and only then use it. [`RefreshPolicy::on`] leads through a
//! turn; [`RefreshPolicy::asked`], [`RefreshPolicy::renew`] and [`RefreshPolicy::answered`] tell whether one is needed.
//! docs/refresh-policy.md has the whole table of transitions; the tests run it row by row.

use crate::api_request::asks_for_renewal;
use crate::error::Code;

const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;
const DAY: f64 = 24.0 * 60.0 * MINUTE;

/// The longest time ahead of its expiry at which a pair is renewed; a tenth of its lifetime if that is less.
const LONGEST_SKEW: f64 = 5.0 * MINUTE;

/// An unused refresh token dies after three months; a connection that was idle for this long is renewed when touched.
const IDLE: f64 = 60.0 * DAY;

/// How often a request that failed in passing is repeated …
const MOST_RETRIES: u32 = 4;
/// … within this time.
const RETRY_WINDOW: f64 = MINUTE;
/// The wait before the first repetition; each further one doubles it.
const RETRY_WAIT: f64 = 500.0;

/// For how long Bitbucket takes a used refresh token: a request whose answer was lost has to be repeated within it.
const GRACE: f64 = 10.0 * MINUTE;
/// How long before its end, whatever Bitbucket asks for: such a request takes its time.
const RESCUE: f64 = 30.0 * SECOND;

/// How often a refresh token is refused before it counts as dead. A refusal that another connection's lockout explains
/// does not count, …
const MOST_REFUSALS: u32 = 2;
/// … but after this many, explanations end.
const MOST_TRIES: u32 = 6;

/// How often a pair is handed to a store that fails, before that is reported; after that, once in each turn.
const MOST_STORE_TRIES: u32 = 3;
/// The wait before the second try; each further one doubles it.
const STORE_WAIT: f64 = 100.0;

/// The waits between two tries to take a lock that somebody else has: half of the time that was waited already, but …
const SHORTEST_LOCK_WAIT: f64 = 10.0;
/// … no longer than this.
const LONGEST_LOCK_WAIT: f64 = 60.0;
/// How long a turn waits for a lock: as long as its holder may need, with retries and a lockout.
const LOCK_PATIENCE: f64 = 2.0 * MINUTE;
/// The same while the pair can still be used.
const SHORT_PATIENCE: f64 = 2.0 * SECOND;

/// How long a refresh that cannot succeed is left alone while the pair can still be used, and how long a dead refresh
/// token before its successor is looked for again: the shared store that knows it may have been away.
const PAUSE: f64 = MINUTE;

/// The longest lockout that is believed, whoever tells of it: the longest that can be configured.
const LONGEST_LOCKOUT: f64 = 5.0 * MINUTE;

/// No wait lasts longer before somebody looks again: clocks may be set, and timers of the runtime end at 24 days.
const LONGEST_WAIT: f64 = 5.0 * MINUTE;

/// How long a 401 is believed to be about something else than the token's age, where the token's own time is unknown.
const DISTRUST: f64 = 10.0 * MINUTE;

/// When the tokens of a pair were received and when its access token dies, in milliseconds since 1970, as far as known.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Times {
    /// When they were received.
    pub obtained_at: Option<f64>,
    /// When the access token dies.
    pub expires_at: Option<f64>,
}

impl Times {
    /// Whether a pair with these times came after one with others. What cannot be compared did not.
    pub fn is_after(self, other: Self) -> bool {
        let both = [(self.obtained_at, other.obtained_at), (self.expires_at, other.expires_at)];
        both.into_iter().find_map(|(one, other)| Some(one? > other?)).unwrap_or(false)
    }
}

/// What tells which of two pairs that were published is the newer one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Version {
    /// The times of the pair.
    pub times: Times,
    /// The fence of the lock under which it was obtained.
    pub fence: f64,
}

impl Version {
    /// Whether a pair that is found elsewhere cannot have followed this one: it was obtained earlier, and not under a later
    /// lock. Whoever can write to the place where it was found can put an earlier one back, but cannot raise its fence.
    pub fn outdates(self, found: Self) -> bool {
        self.times.is_after(found.times) && found.fence <= self.fence
    }
}

/// For how many milliseconds to wait until a time.
pub fn wait_until(time: f64, now: f64) -> f64 {
    within(time - now, LONGEST_WAIT)
}

/// A time that is neither negative nor longer than this.
fn within(ms: f64, longest: f64) -> f64 {
    if ms.is_nan() { longest } else { ms.clamp(0.0, longest) }
}

/// The time of an event in milliseconds since 1970, and a random number from 0 to 1 for the waits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// The time.
    pub now: f64,
    /// The random number.
    pub random: f64,
}

/// What happened in a turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event {
    /// The lock is taken.
    Locked,
    /// Somebody else has the lock.
    LockBusy,
    /// The lock was lost before its work was done.
    LockLost,
    /// A pair was found that follows this one.
    Found {
        /// Its times.
        times: Times,
        /// Its refresh token is this pair's: only the access token differs.
        same_refresh_token: bool,
    },
    /// It was found that this pair's refresh token is dead.
    FoundDead,
    /// Nothing follows this pair.
    NothingFound,
    /// Bitbucket answered with a new pair.
    Renewed(Times),
    /// Bitbucket refused the refresh token.
    Refused,
    /// The request failed in a way that passes: the network, a 5xx, a 429, an answer that got lost.
    FailedInPassing {
        /// How long Bitbucket asks to wait, in milliseconds.
        retry_after: Option<f64>,
    },
    /// The request failed in a way that only an administrator can mend.
    FailedForGood,
    /// The pair is where other wrappers and processes look.
    Published,
    /// Somebody who took the lock later was faster: theirs is the pair to use.
    Superseded,
    /// All stores that wait for it took the pair.
    Stored,
    /// A store did not.
    StoreFailed,
    /// The failure of the store was reported.
    Reported,
    /// The time of a wait has come.
    Woke,
}

impl Event {
    /// What a failed token request means for the connection. Only Bitbucket's own word makes a refresh token doubtful;
    /// an answer that cannot be read may have been the one with the new pair, so the request is repeated.
    pub fn of_failure(code: Code, retryable: bool, retry_after: Option<f64>) -> Self {
        match code {
            Code::ReconnectRequired => Self::Refused,
            Code::ResponseNotJson | Code::ResponseInvalid | Code::ResponseTooLarge | Code::RequestAborted => {
                Self::FailedInPassing { retry_after }
            }
            _ if retryable => Self::FailedInPassing { retry_after },
            _ => Self::FailedForGood,
        }
    }
}

/// What to do next in a turn. The event that follows says how it went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// The turn is over; whoever waited for it asks again.
    Rest,
    /// Take the lock.
    Lock,
    /// Look for a pair that follows this one.
    Look,
    /// Ask Bitbucket for a new pair.
    Refresh,
    /// Keep the new pair in memory and show it to other processes.
    Publish,
    /// Show other processes that the refresh token is dead.
    Bury,
    /// Hand the pair to the host's stores that have an older one.
    Store,
    /// Tell the host's log that the pair is not stored.
    Report,
    /// Wait until this time.
    WaitUntil(f64),
    /// The turn is over; whoever waited for it gets this error.
    GiveUp(Failure),
}

/// Why a turn was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// For the reason of the last request.
    LastRequest,
    /// The lock could not be had.
    Busy,
}

/// What somebody who wants to use the pair shall do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Answer {
    /// Use it.
    Use,
    /// Wait for the end of the turn that is under way or now begins, and ask again.
    Turn,
    /// Fail: the refresh token is dead.
    GiveUp,
}

/// Where in a turn a connection is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum State {
    /// No turn is under way.
    Resting,
    /// No turn is under way; the last one was given up.
    Failed(Failure),
    /// The refresh token is dead.
    Dead,
    /// The lock is being taken.
    Locking,
    /// Somebody else has the lock.
    AwaitingLock(f64),
    /// Successors are being looked for.
    Looking,
    /// A token request is under way.
    Refreshing,
    /// The next token request has to wait.
    AwaitingRequest(f64),
    /// The new pair is being published.
    Publishing,
    /// The news of the death is being published.
    Burying,
    /// The pair is being stored.
    Storing,
    /// The next try to store has to wait.
    AwaitingStore(f64),
    /// The failure to store is being reported.
    Reporting,
}

impl State {
    /// What is to be done in this state.
    pub fn action(self) -> Action {
        match self {
            // Whoever asks then is told that it is dead, unless the access token still works.
            Self::Resting | Self::Dead => Action::Rest,
            Self::Failed(failure) => Action::GiveUp(failure),
            Self::Locking => Action::Lock,
            Self::Looking => Action::Look,
            Self::Refreshing => Action::Refresh,
            Self::Publishing => Action::Publish,
            Self::Burying => Action::Bury,
            Self::Storing => Action::Store,
            Self::Reporting => Action::Report,
            Self::AwaitingLock(until) | Self::AwaitingRequest(until) | Self::AwaitingStore(until) => {
                Action::WaitUntil(until)
            }
        }
    }

    /// Whether a turn is under way.
    pub fn is_under_way(self) -> bool {
        !matches!(self, Self::Resting | Self::Failed(_) | Self::Dead)
    }
}

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
    /// Failures in passing since `failing_since`, and refusals in a row.
    failures: u32,
    failing_since: f64,
    refusals: u32,
    /// Refusals in a row, those included that another connection's lockout explains.
    tries: u32,
    /// Until when another connection of this client has Bitbucket lock out the client.
    locked_until: f64,
    /// The pair was renewed by this process, so nobody can have a newer one.
    own: bool,
    /// Somebody who took the lock later published another pair.
    superseded: bool,
    /// Since when Bitbucket may have sent a newer pair that did not arrive.
    unanswered_since: Option<f64>,
    /// No turn without being asked before this time.
    retry_from: f64,
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
    /// How long to wait after a refusal.
    lockout: f64,
}

impl RefreshPolicy {
    /// The policy of a connection whose pair comes out of a stored config, or was just exchanged. `lockout` is the time
    /// in milliseconds for which Bitbucket refuses even a valid refresh token after somebody used a dead one.
    pub fn new(times: Times, has_access_token: bool, lockout: f64, now: f64) -> Self {
        Self {
            state: State::Resting,
            generation: 1,
            times,
            refresh_at: refresh_at(times, now),
            rejected: !has_access_token,
            forced: false,
            distrust_until: 0.0,
            not_before: 0.0,
            failures: 0,
            failing_since: 0.0,
            refusals: 0,
            tries: 0,
            locked_until: 0.0,
            own: false,
            superseded: false,
            unanswered_since: None,
            retry_from: 0.0,
            look_from: 0.0,
            revived: false,
            locking_since: 0.0,
            excused_until: 0.0,
            store_tries: 0,
            store_fails: false,
            reported: 0,
            lockout,
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

    /// Somebody wants to use the newest pair. `known` is the number of the pair that their store was handed last: a pair
    /// is handed to the store of each wrapper before that wrapper uses it.
    pub fn asked(&mut self, known: u32, now: f64) -> Answer {
        let usable = self.is_usable(now);
        if self.state == State::Dead && (usable || now < self.look_from) {
            return if usable { Answer::Use } else { Answer::GiveUp };
        }
        let handed = known == self.generation || now < self.excused_until;
        let waits_for_nothing = self.state.is_under_way() || now < self.not_before.max(self.excused_until);
        if usable && handed && (waits_for_nothing || !self.is_due(now)) {
            return Answer::Use;
        }
        self.turn(now)
    }

    /// Somebody wants a pair that is newer than the one with this number.
    pub fn renew(&mut self, generation: u32, now: f64) -> Answer {
        if generation != self.generation {
            return Answer::Use;
        }
        if self.state == State::Dead {
            return Answer::GiveUp;
        }
        self.forced = true;
        self.turn(now)
    }

    /// Whether a wish for a newer pair stands. Without one and without a newer pair, it could not be fulfilled.
    pub fn is_forced(&self) -> bool {
        self.forced
    }

    /// For how long no token request is sent from now on, because of the last one.
    pub fn wait(&self, now: f64) -> Option<f64> {
        (self.not_before > now).then_some(self.not_before - now)
    }

    /// Whether the refresh token was not used for so long that it should be.
    pub fn is_idle(&self, now: f64) -> bool {
        self.times.obtained_at.or(self.times.expires_at).is_none_or(|since| now >= since + IDLE)
    }

    /// When a turn is to begin, as if somebody [asked](Self::asked), although nobody does. An answer that got lost may
    /// have been the one with the new pair, and then the old refresh token dies at the end of the grace.
    pub fn retry_at(&self, now: f64) -> Option<f64> {
        let grace_ends = self.unanswered_since? + GRACE;
        let at = now.max(self.not_before).max(self.excused_until).max(self.retry_from);
        (matches!(self.state, State::Resting | State::Failed(_)) && at < grace_ends).then_some(at)
    }

    /// The API answered with this status to a request with the pair of this number. Whether the request is to be
    /// repeated with the newest pair: once, and only after a 401. A 403 says that the token is good and something
    /// else is missing.
    pub fn answered(&mut self, status: u16, generation: u32, is_repetition: bool, now: f64) -> bool {
        if !asks_for_renewal(status) {
            return false;
        }
        if is_repetition {
            if generation == self.generation && self.own {
                // A fresh token does not cure it, so it is no matter of age: some addresses answer 401 to every token
                // of a kind. Until the token's own time has come, no 401 costs another refresh.
                self.distrust_until = self.refresh_at.unwrap_or(now + DISTRUST);
            } else if generation == self.generation && now >= self.distrust_until {
                // Somebody else renewed this pair, who knows when.
                self.rejected = true;
            }
            return false;
        }
        if generation == self.generation && !self.rejected {
            if now < self.distrust_until {
                return false;
            }
            self.rejected = true;
        }
        true
    }

    /// A wrapper came with a config that has this refresh token and another access token. Whether that pair is to be
    /// used: it is the newer one, or the refresh token was given up.
    pub fn configured(&mut self, times: Times, now: f64) -> bool {
        let dead = self.refusals >= MOST_REFUSALS;
        let given_up = dead || self.revived;
        let newer = times.is_after(self.times);
        if !newer && (!dead || self.times.is_after(times)) {
            return false;
        }
        self.accept(times, now);
        if given_up {
            // The lockout was waited out before; one more refusal tells enough.
            self.revived = true;
            self.refusals = MOST_REFUSALS - 1;
        }
        if self.state == State::Dead {
            self.state = State::Resting;
        }
        true
    }

    /// Another connection of this client was refused, so that Bitbucket may refuse every one for so many milliseconds yet.
    pub fn lock_out(&mut self, ms: f64, now: f64) {
        self.locked_until = now + within(ms, LONGEST_LOCKOUT);
    }

    /// Whether a pair that was found elsewhere is to be taken for one that follows this one. An earlier one is not: somebody
    /// may have put it back. That clocks differ is no excuse, unless Bitbucket refused this pair's refresh token, or the pair
    /// came second.
    pub fn believes(&self, found: Times) -> bool {
        self.tries > 0 || self.superseded || !self.times.is_after(found)
    }

    /// For how long after a refusal the other connections of this client are to be told that they may be refused, too.
    pub fn lockout_of_others(&self) -> Option<f64> {
        (self.tries > 0 && self.state == State::Looking).then_some(self.lockout)
    }

    /// Goes on with a turn. An event that does not belong to the state changes nothing.
    pub fn on(&mut self, event: Event, moment: Moment) -> Action {
        let now = moment.now;
        self.state = match (self.state, event) {
            (State::Locking, Event::Locked) => State::Looking,
            (State::Locking, Event::LockBusy) => self.await_lock(moment),
            (State::AwaitingLock(_), Event::Woke) => State::Locking,
            (
                State::Looking
                | State::Refreshing
                | State::AwaitingRequest(_)
                | State::Storing
                | State::AwaitingStore(_),
                Event::LockLost,
            ) => self.begin(now),

            // Each refresh token has a lock of its own, so the work goes on under that of the newer one.
            (State::Looking, Event::Found { times, same_refresh_token: false }) if self.believes(times) => {
                self.accept(times, now);
                self.begin(now)
            }
            (State::Looking, Event::Found { times, same_refresh_token: true }) if times.is_after(self.times) => {
                self.accept(times, now);
                self.proceed(now)
            }
            (State::Looking, Event::FoundDead) if !self.revived => self.die(now),
            (State::Looking, Event::Found { .. } | Event::FoundDead | Event::NothingFound) => self.proceed(now),

            (State::Refreshing, Event::Renewed(times)) => {
                self.accept(times, now);
                self.own = true;
                State::Publishing
            }
            (State::Refreshing, Event::Refused) => {
                self.failures = 0;
                self.tries += 1;
                if now >= self.locked_until || self.tries >= MOST_TRIES {
                    self.refusals += 1;
                }
                // Later than the others of this client, and at random, so that one that is dead is not again in the way
                // of one that is not.
                self.not_before = now + self.lockout * (1.25 + moment.random / 4.0);
                State::Looking
            }
            (State::Refreshing, Event::FailedInPassing { retry_after }) => self.fail_in_passing(retry_after, moment),
            (State::Refreshing, Event::FailedForGood) => self.pause(now + PAUSE, now),
            (State::AwaitingRequest(_), Event::Woke) => State::Looking,

            (State::Publishing, Event::Published) => State::Storing,
            (State::Publishing, Event::Superseded) => {
                self.superseded = true;
                State::Looking
            }
            (State::Burying, Event::Published | Event::Superseded) if self.refusals < MOST_REFUSALS => {
                self.begin(now)
            }
            (State::Burying, Event::Published | Event::Superseded) => self.die(now),

            (State::Storing, Event::Stored) => {
                self.store_fails = false;
                State::Resting
            }
            (State::Storing, Event::StoreFailed) => self.fail_to_store(moment),
            (State::AwaitingStore(_), Event::Woke) => State::Storing,
            (State::Reporting, Event::Reported) => {
                self.reported = self.generation;
                State::Resting
            }
            (state, _) => state,
        };
        self.state.action()
    }

    /// Joins the turn that is under way, or begins one.
    fn turn(&mut self, now: f64) -> Answer {
        if !self.state.is_under_way() {
            self.state = self.begin(now);
            self.store_tries = 0;
        }
        Answer::Turn
    }

    fn begin(&mut self, now: f64) -> State {
        self.locking_since = now;
        State::Locking
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
        self.not_before = 0.0;
        self.excused_until = 0.0;
        self.failures = 0;
        self.refusals = 0;
        self.tries = 0;
        self.own = false;
        self.superseded = false;
        self.unanswered_since = None;
        self.revived = false;
    }

    /// The state after the look for a successor: the pair is the newest that anybody knows.
    fn proceed(&mut self, now: f64) -> State {
        if !self.is_due(now) {
            State::Storing
        } else if self.refusals >= MOST_REFUSALS {
            State::Burying
        } else if now >= self.not_before.max(self.locked_until) {
            State::Refreshing
        } else {
            self.not_before = self.not_before.max(self.locked_until);
            self.postpone(now)
        }
    }

    /// The state when the next token request has to wait.
    fn postpone(&mut self, now: f64) -> State {
        // Nobody waits as long as the pair can be used, except who wants a newer one, nor for longer than repetitions may
        // take.
        if (self.is_usable(now) && !self.forced)
            || (self.failures > 0 && self.not_before > self.failing_since + RETRY_WINDOW)
        {
            self.end_without_new_pair(now)
        } else {
            State::AwaitingRequest(self.not_before)
        }
    }

    fn die(&mut self, now: f64) -> State {
        self.forced = false;
        self.refusals = MOST_REFUSALS;
        self.look_from = now + PAUSE;
        State::Dead
    }

    fn await_lock(&mut self, Moment { now, random }: Moment) -> State {
        let usable = self.is_usable(now);
        let waited = now - self.locking_since;
        if waited < if usable { SHORT_PATIENCE } else { LOCK_PATIENCE } {
            let wait = (waited / 2.0).clamp(SHORTEST_LOCK_WAIT, LONGEST_LOCK_WAIT);
            State::AwaitingLock(now + wait * (1.0 + random) / 2.0)
        } else {
            self.forced = false;
            self.excused_until = now + PAUSE;
            if usable { State::Resting } else { State::Failed(Failure::Busy) }
        }
    }

    fn fail_in_passing(&mut self, retry_after: Option<f64>, Moment { now, random }: Moment) -> State {
        if self.failures == 0 || now >= self.failing_since + RETRY_WINDOW {
            self.failures = 0;
            self.failing_since = now;
        }
        self.unanswered_since = self.unanswered_since.or(Some(now));
        self.failures += 1;
        if self.failures > MOST_RETRIES {
            self.not_before = self.within_grace(now + retry_after.unwrap_or(0.0), now);
            return self.pause(self.not_before.max(self.failing_since + RETRY_WINDOW), now);
        }
        let wait = RETRY_WAIT * f64::from(1 << (self.failures - 1)) * (1.0 + random) / 2.0;
        self.not_before = now + wait;
        if let Some(told) = retry_after.filter(|told| *told > wait) {
            self.not_before = self.within_grace(now + told, now);
        }
        self.postpone(now)
    }

    /// A time that Bitbucket asks to wait for, or the last one at which a request still helps if the answer to an earlier
    /// one was lost.
    fn within_grace(&self, until: f64, now: f64) -> f64 {
        match self.unanswered_since.map(|since| since + GRACE - RESCUE) {
            Some(last) if now < last => until.min(last),
            _ => until,
        }
    }

    /// Leaves Bitbucket alone until a time, unless somebody needs a pair that can be used.
    fn pause(&mut self, until: f64, now: f64) -> State {
        self.retry_from = until;
        if self.is_usable(now) {
            self.not_before = until;
        }
        self.end_without_new_pair(now)
    }

    /// Ends the asking, but not before the pair that stays in use was handed to whoever waits.
    fn end_without_new_pair(&mut self, now: f64) -> State {
        self.forced = false;
        if self.is_usable(now) { State::Storing } else { State::Failed(Failure::LastRequest) }
    }

    fn fail_to_store(&mut self, Moment { now, random }: Moment) -> State {
        self.store_tries += 1;
        if self.store_fails || self.store_tries >= MOST_STORE_TRIES {
            self.store_fails = true;
            // Once for each pair: while a store is down, every call tries it again.
            return if self.reported == self.generation { State::Resting } else { State::Reporting };
        }
        State::AwaitingStore(now + STORE_WAIT * f64::from(1 << (self.store_tries - 1)) * (1.0 + random) / 2.0)
    }
}

/// When a pair is to be renewed. Where its lifetime is unknown, what is left of it stands for it.
fn refresh_at(times: Times, now: f64) -> Option<f64> {
    let expires_at = times.expires_at?;
    let lifetime = expires_at - times.obtained_at.filter(|obtained_at| *obtained_at < expires_at).unwrap_or(now);
    Some(expires_at - (lifetime / 10.0).clamp(0.0, LONGEST_SKEW))
}
