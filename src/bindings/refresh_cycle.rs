//! The JavaScript bindings of `src/refresh_cycle.rs`: the types of the refresh cycle.

use wasm_bindgen::prelude::*;

use crate::refresh_cycle::{Action, Decision, Event, FailureReason};

/// What a caller that wants to use the tokens does.
#[wasm_bindgen]
pub enum RefreshDecision {
    /// Use the newest token set.
    Use,
    /// Wait for the next step of the cycle, and acquire again.
    Wait,
    /// Fail: Bitbucket no longer accepts the refresh token, so it is *dead*.
    Dead,
    /// Fail with the error of the last token request.
    RequestFailed,
    /// Fail: it is not known yet which refresh tokens of the client are dead, or another process holds the lock.
    RefreshPending,
    /// Fail: a request or a store takes too long.
    TimedOut,
}

impl From<Decision> for RefreshDecision {
    fn from(value: Decision) -> Self {
        match value {
            Decision::Use => Self::Use,
            Decision::Wait => Self::Wait,
            Decision::Fail(FailureReason::Dead) => Self::Dead,
            Decision::Fail(FailureReason::RequestFailed) => Self::RequestFailed,
            Decision::Fail(FailureReason::RefreshPending) => Self::RefreshPending,
            Decision::Fail(FailureReason::TimedOut) => Self::TimedOut,
        }
    }
}

/// What the caller does next in a refresh cycle.
#[wasm_bindgen]
pub enum RefreshAction {
    /// Nothing: the cycle is over.
    Done,
    /// Acquire the lock.
    AcquireLock,
    /// Search for a successor: a token set that another process obtained in exchange for the current refresh token.
    FindSuccessor,
    /// Enter the queue for token requests.
    Enqueue,
    /// Send the token request.
    RequestTokens,
    /// Look up whether Bitbucket may have refused this refresh token only because it had refused that of another
    /// connection.
    JudgeRefusal,
    /// Keep the new token set and publish it.
    Publish,
    /// Publish that the refresh token is dead.
    WriteTombstone,
    /// Save the token set in the stores.
    SaveTokens,
    /// Report that a store did not save the token set.
    ReportSaveFailure,
    /// Wait, for `waitDuration` milliseconds.
    Wait,
}

impl From<Action> for RefreshAction {
    fn from(value: Action) -> Self {
        match value {
            Action::Done => Self::Done,
            Action::AcquireLock => Self::AcquireLock,
            Action::FindSuccessor => Self::FindSuccessor,
            Action::Enqueue => Self::Enqueue,
            Action::RequestTokens => Self::RequestTokens,
            Action::JudgeRefusal => Self::JudgeRefusal,
            Action::Publish => Self::Publish,
            Action::WriteTombstone => Self::WriteTombstone,
            Action::SaveTokens => Self::SaveTokens,
            Action::ReportSaveFailure => Self::ReportSaveFailure,
            Action::WaitUntil(_) => Self::Wait,
        }
    }
}

/// An event of a refresh cycle that carries no data.
#[wasm_bindgen]
pub enum RefreshEvent {
    /// This process acquired the lock.
    LockAcquired,
    /// Another process or wrapper holds the lock.
    LockBusy,
    /// The lock was lost.
    LockLost,
    /// None of the waiting callers has a store that still contains tokens of this connection.
    NoStoreLeft,
    /// The search found no successor of the current token set.
    NoSuccessor,
    /// The queue admitted this connection.
    Admitted,
    /// The token set or the tombstone is published.
    Published,
    /// Another process published its own result before this process did.
    Superseded,
    /// All stores saved the token set.
    Saved,
    /// At least one store did not save the token set.
    SaveFailed,
    /// The failure to save was reported.
    Reported,
    /// The wait has ended.
    WaitEnded,
}

impl From<RefreshEvent> for Event {
    fn from(value: RefreshEvent) -> Self {
        match value {
            RefreshEvent::LockAcquired => Self::LockAcquired,
            RefreshEvent::LockBusy => Self::LockBusy,
            RefreshEvent::LockLost => Self::LockLost,
            RefreshEvent::NoStoreLeft => Self::NoStoreLeft,
            RefreshEvent::NoSuccessor => Self::NoSuccessor,
            RefreshEvent::Admitted => Self::Admitted,
            RefreshEvent::Published => Self::Published,
            RefreshEvent::Superseded => Self::Superseded,
            RefreshEvent::Saved => Self::Saved,
            RefreshEvent::SaveFailed => Self::SaveFailed,
            RefreshEvent::Reported => Self::Reported,
            RefreshEvent::WaitEnded => Self::WaitEnded,
        }
    }
}
