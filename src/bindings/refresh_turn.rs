//! What the renewal of tokens asks for and is told, as JavaScript sees it: refresh_turn.rs.

use wasm_bindgen::prelude::*;

use crate::refresh_turn::{Action, Answer, Event, Reason};

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
