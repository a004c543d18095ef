//! The renewal of tokens as JavaScript sees it: refresh_policy.rs and refresh_queue.rs.
//!
//! Times are milliseconds since 1970, those of the queue milliseconds by a clock that is never set; `random` is from 0 to 1.

use wasm_bindgen::prelude::*;

use crate::error::Code;
use crate::refresh_policy::RefreshPolicy;
use crate::refresh_queue::{Admission, Lane, Outcome, RefreshQueue};
use crate::refresh_turn::{self, Action, Answer, Event, Moment, Reason, Times, Version};

/// What somebody who wants to use a pair of tokens shall do.
#[wasm_bindgen]
pub enum RefreshAnswer {
    /// Use it.
    Use,
    /// Wait for the next step of the turn, and ask again.
    Turn,
    /// Fail: the refresh token is dead.
    Dead,
    /// Fail, for the reason of the last request.
    Failed,
    /// Fail: others have to be waited for, as it is not known yet which refresh tokens of the client are dead.
    Doubtful,
    /// Fail: something takes too long.
    Busy,
}

impl From<Answer> for RefreshAnswer {
    fn from(value: Answer) -> Self {
        match value {
            Answer::Use => Self::Use,
            Answer::Turn => Self::Turn,
            Answer::GiveUp(Reason::Dead) => Self::Dead,
            Answer::GiveUp(Reason::LastRequest) => Self::Failed,
            Answer::GiveUp(Reason::Doubt) => Self::Doubtful,
            Answer::GiveUp(Reason::Busy) => Self::Busy,
        }
    }
}

/// What to do next in a turn.
#[wasm_bindgen]
pub enum RefreshAction {
    /// The turn is over.
    Rest,
    /// Take the lock.
    Lock,
    /// Look for a successor.
    Look,
    /// Get in line for a token request.
    Queue,
    /// Send the token request.
    Refresh,
    /// See whether another refusal explains the last one.
    Judge,
    /// Keep and show the new pair.
    Publish,
    /// Show that the refresh token is dead.
    Bury,
    /// Hand the pair to the stores.
    Store,
    /// Report that a store failed.
    Report,
    /// Wait, for `pause` milliseconds.
    Wait,
}

impl From<Action> for RefreshAction {
    fn from(value: Action) -> Self {
        match value {
            Action::Rest => Self::Rest,
            Action::Lock => Self::Lock,
            Action::Look => Self::Look,
            Action::Queue => Self::Queue,
            Action::Refresh => Self::Refresh,
            Action::Judge => Self::Judge,
            Action::Publish => Self::Publish,
            Action::Bury => Self::Bury,
            Action::Store => Self::Store,
            Action::Report => Self::Report,
            Action::WaitUntil(_) => Self::Wait,
        }
    }
}

/// What happened in a turn, where there is no more to say about it.
#[wasm_bindgen]
pub enum RefreshEvent {
    /// The lock is taken.
    Locked,
    /// Somebody else has it.
    LockBusy,
    /// It was lost.
    LockLost,
    /// Nobody who waits has a store of this connection's any more.
    Abandoned,
    /// There is no successor.
    NothingFound,
    /// The line has come to this connection.
    Admitted,
    /// The pair is published.
    Published,
    /// Somebody else's pair came first.
    Superseded,
    /// The stores took the pair.
    Stored,
    /// One of them did not.
    StoreFailed,
    /// That was reported.
    Reported,
    /// The wait is over.
    Woke,
}

impl From<RefreshEvent> for Event {
    fn from(value: RefreshEvent) -> Self {
        match value {
            RefreshEvent::Locked => Self::Locked,
            RefreshEvent::LockBusy => Self::LockBusy,
            RefreshEvent::LockLost => Self::LockLost,
            RefreshEvent::Abandoned => Self::Abandoned,
            RefreshEvent::NothingFound => Self::NothingFound,
            RefreshEvent::Admitted => Self::Admitted,
            RefreshEvent::Published => Self::Published,
            RefreshEvent::Superseded => Self::Superseded,
            RefreshEvent::Stored => Self::Stored,
            RefreshEvent::StoreFailed => Self::StoreFailed,
            RefreshEvent::Reported => Self::Reported,
            RefreshEvent::Woke => Self::Woke,
        }
    }
}

/// Whether a token request that failed with an error of this code was refused because of its refresh token.
#[wasm_bindgen(js_name = isRefusal)]
pub fn is_refusal(code: &str) -> bool {
    Code::from_name(code).is_some_and(|code| Event::of_failure(code, false, None) == Event::Refused)
}

/// When the tokens of one connection are renewed.
#[wasm_bindgen(js_name = RefreshPolicy)]
pub struct Policy(RefreshPolicy);

#[wasm_bindgen(js_class = RefreshPolicy)]
impl Policy {
    /// For a pair that comes out of a config or was just exchanged.
    #[wasm_bindgen(constructor)]
    pub fn new(
        obtained_at: Option<f64>,
        expires_at: Option<f64>,
        has_access_token: bool,
        lockout: f64,
        now: f64,
    ) -> Policy {
        Self(RefreshPolicy::new(times(obtained_at, expires_at), has_access_token, lockout, now))
    }

    /// The number of the newest pair.
    #[wasm_bindgen(getter)]
    pub fn generation(&self) -> u32 {
        self.0.generation()
    }

    /// Whether a wish for a newer pair stands.
    #[wasm_bindgen(getter, js_name = isForced)]
    pub fn is_forced(&self) -> bool {
        self.0.is_forced()
    }

    /// Whether Bitbucket refused the refresh token.
    #[wasm_bindgen(getter, js_name = isDoubtful)]
    pub fn is_doubtful(&self) -> bool {
        self.0.is_doubtful()
    }

    /// What is to be done in the turn that is under way.
    #[wasm_bindgen(getter)]
    pub fn action(&self) -> RefreshAction {
        self.0.state().action().into()
    }

    /// For how many milliseconds a wait lasts. It may end earlier than what it is for.
    pub fn pause(&self, now: f64) -> Option<f64> {
        match self.0.state().action() {
            Action::WaitUntil(time) => Some(refresh_turn::wait_until(time, now)),
            _ => None,
        }
    }

    /// Somebody whose store has the pair `known` wants to use the newest, and waits for it until `deadline`.
    pub fn asked(&mut self, known: u32, deadline: f64, now: f64) -> RefreshAnswer {
        self.0.asked(known, deadline, now).into()
    }

    /// Somebody wants a pair that is newer than `generation`, and waits for it until `deadline`.
    pub fn renew(&mut self, generation: u32, deadline: f64, now: f64) -> RefreshAnswer {
        self.0.renew(generation, deadline, now).into()
    }

    /// Why there is no pair for somebody who waits no longer.
    pub fn reason(&self, now: f64) -> RefreshAnswer {
        Answer::GiveUp(self.0.reason(now)).into()
    }

    /// For how many milliseconds from now on no token request is sent; `undefined`: one may be sent.
    pub fn wait(&self, now: f64) -> Option<f64> {
        self.0.wait(now)
    }

    /// In which lane of the line for token requests the connection belongs: a number for `RefreshQueue.enter`.
    pub fn lane(&self, now: f64) -> RefreshLane {
        self.0.lane(now).into()
    }

    /// Whether the refresh token was unused for too long.
    #[wasm_bindgen(js_name = isIdle)]
    pub fn is_idle(&self, now: f64) -> bool {
        self.0.is_idle(now)
    }

    /// In how many milliseconds to see whether a turn is to begin although nobody asks; 0: now.
    #[wasm_bindgen(js_name = retryIn)]
    pub fn retry_in(&self, now: f64) -> Option<f64> {
        self.0.retry_at(now).map(|time| refresh_turn::wait_until(time, now))
    }

    /// Whether a request that the API answered 401, after so many repetitions, is to be repeated.
    pub fn reject(&mut self, generation: u32, repetitions: u32, now: f64) -> bool {
        self.0.reject(generation, repetitions, now)
    }

    /// Whether work that failed as with a bad token, after so many repetitions, is to be done again with a newer pair.
    pub fn suspect(&mut self, generation: u32, repetitions: u32, now: f64) -> bool {
        self.0.suspect(generation, repetitions, now)
    }

    /// Whether the pair of a config with the newest refresh token and another access token is to be used.
    pub fn configured(&mut self, obtained_at: Option<f64>, expires_at: Option<f64>, now: f64) -> bool {
        self.0.configured(times(obtained_at, expires_at), now)
    }

    /// Whether a pair with these times, found elsewhere, is to be taken for one that follows this one.
    pub fn believes(&self, obtained_at: Option<f64>, expires_at: Option<f64>) -> bool {
        self.0.believes(times(obtained_at, expires_at))
    }

    /// Goes on after an event.
    pub fn on(&mut self, event: RefreshEvent, now: f64, random: f64) -> RefreshAction {
        self.go_on(event.into(), now, random)
    }

    /// Goes on after a successor was found.
    pub fn found(
        &mut self,
        obtained_at: Option<f64>,
        expires_at: Option<f64>,
        same_refresh_token: bool,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        self.go_on(Event::Found { times: times(obtained_at, expires_at), same_refresh_token }, now, random)
    }

    /// Goes on after a pair with another refresh token was found in a row of the host's, where nobody remembers that one of
    /// them led to the other.
    #[wasm_bindgen(js_name = foundInRow)]
    pub fn found_in_row(
        &mut self,
        obtained_at: Option<f64>,
        expires_at: Option<f64>,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        self.go_on(Event::FoundInRow { times: times(obtained_at, expires_at) }, now, random)
    }

    /// Goes on after it was found that the refresh token was declared dead.
    #[wasm_bindgen(js_name = foundDead)]
    pub fn found_dead(&mut self, died_at: Option<f64>, now: f64, random: f64) -> RefreshAction {
        self.go_on(Event::FoundDead { died_at: died_at.filter(|time| time.is_finite()) }, now, random)
    }

    /// Goes on after Bitbucket sent a new pair.
    pub fn renewed(&mut self, obtained_at: f64, expires_at: Option<f64>, now: f64, random: f64) -> RefreshAction {
        self.go_on(Event::Renewed(times(Some(obtained_at), expires_at)), now, random)
    }

    /// Goes on after a token request failed with an error of this code.
    pub fn failed(
        &mut self,
        code: &str,
        retryable: bool,
        retry_after: Option<f64>,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        let code = Code::from_name(code).unwrap_or(Code::RequestFailed);
        self.go_on(Event::of_failure(code, retryable, retry_after), now, random)
    }

    /// Goes on after a refusal was judged by what the shared record tells: how long ago another connection of the client was
    /// refused, and how long ago this one was, in milliseconds.
    pub fn judged(
        &mut self,
        others_refused_ago: Option<f64>,
        refused_ago: f64,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        let explained = self.0.is_explained(others_refused_ago, refused_ago);
        self.go_on(Event::Judged { explained }, now, random)
    }

    fn go_on(&mut self, event: Event, now: f64, random: f64) -> RefreshAction {
        self.0.on(event, Moment { now, random }).into()
    }
}

fn times(obtained_at: Option<f64>, expires_at: Option<f64>) -> Times {
    let real = |time: &f64| time.is_finite();
    Times { obtained_at: obtained_at.filter(real), expires_at: expires_at.filter(real) }
}

/// Whether a published pair, by its times and its fence, cannot have been followed by one that was found.
#[wasm_bindgen(js_name = outdates)]
pub fn outdates(
    obtained_at: Option<f64>,
    expires_at: Option<f64>,
    fence: f64,
    found_obtained_at: Option<f64>,
    found_expires_at: Option<f64>,
    found_fence: f64,
) -> bool {
    let known = Version { times: times(obtained_at, expires_at), fence };
    known.outdates(Version { times: times(found_obtained_at, found_expires_at), fence: found_fence })
}

/// Who goes first in the line for token requests.
#[wasm_bindgen]
pub enum RefreshLane {
    /// An answer may be lost.
    Urgent,
    /// Nothing speaks against the refresh token.
    Sound,
    /// It was refused.
    Suspect,
}

impl From<Lane> for RefreshLane {
    fn from(value: Lane) -> Self {
        match value {
            Lane::Urgent => Self::Urgent,
            Lane::Sound => Self::Sound,
            Lane::Suspect => Self::Suspect,
        }
    }
}

impl From<RefreshLane> for Lane {
    fn from(value: RefreshLane) -> Self {
        match value {
            RefreshLane::Urgent => Self::Urgent,
            RefreshLane::Sound => Self::Sound,
            RefreshLane::Suspect => Self::Suspect,
        }
    }
}

/// Who may send a token request now.
#[wasm_bindgen]
pub enum RefreshAdmission {
    /// Nobody, until something changes.
    Nobody,
    /// Nobody, for `wait` milliseconds.
    NobodyYet,
    /// The first one in line.
    First,
    /// The first one in line, once no other process sends one.
    FirstAlone,
}

impl From<Admission> for RefreshAdmission {
    fn from(value: Admission) -> Self {
        match value {
            Admission::Nobody => Self::Nobody,
            Admission::NobodyUntil(_) => Self::NobodyYet,
            Admission::First => Self::First,
            Admission::FirstAlone => Self::FirstAlone,
        }
    }
}

/// The line for the token requests of one OAuth client.
#[wasm_bindgen(js_name = RefreshQueue)]
pub struct Queue(RefreshQueue);

#[wasm_bindgen(js_class = RefreshQueue)]
impl Queue {
    /// An empty one.
    #[wasm_bindgen(constructor)]
    pub fn new(lockout: f64) -> Queue {
        Self(RefreshQueue::new(lockout))
    }

    /// Gets in line. Gives a ticket.
    pub fn enter(&mut self, lane: RefreshLane) -> u32 {
        self.0.enter(lane.into())
    }

    /// Who may send a request now.
    pub fn next(&self, now: f64) -> RefreshAdmission {
        self.0.next(now).into()
    }

    /// For how many milliseconds nobody is admitted.
    pub fn wait(&self, now: f64) -> f64 {
        self.0.wait(now)
    }

    /// Admits the first one in line, and gives its ticket.
    pub fn admit(&mut self, alone: bool) -> Option<u32> {
        self.0.admit(alone)
    }

    /// The request of somebody who was admitted was granted. It was sent at `sent_at`.
    pub fn granted(&mut self, sent_at: f64, now: f64) {
        self.0.ended(Outcome::Granted { sent_at }, now);
    }

    /// The request of somebody who was admitted was refused.
    pub fn refused(&mut self, now: f64) {
        self.0.ended(Outcome::Refused, now);
    }

    /// The request of somebody who was admitted failed, or was not sent.
    pub fn failed(&mut self, now: f64) {
        self.0.ended(Outcome::Failed, now);
    }

    /// What the shared record tells, in milliseconds before now.
    pub fn learn(&mut self, refused_ago: Option<f64>, granted_ago: Option<f64>, now: f64) {
        self.0.learn(refused_ago.map(|ago| now - ago), granted_ago.map(|ago| now - ago));
    }
}
