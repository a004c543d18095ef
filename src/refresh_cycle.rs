//! The types of a refresh cycle: its states, the events that change the state, and the actions that the state
//! requires.
//!
//! In: nothing. Out: the types that [`crate::refresh_policy`] and its caller exchange. Never: a decision about what
//! comes next.
//!
//! A *wrapper* is the object through which NocoDB uses a connection. A *store* is the place in NocoDB where the tokens of
//! a wrapper are kept, usually a row of the database.

use crate::error::Code;
use crate::newest_tokens::Times;

/// No single wait lasts longer than this. Somebody may set the clock during the wait, and timers in Node.js are
/// limited to 24 days.
const MAX_WAIT: f64 = 5.0 * 60.0 * 1000.0;

/// Returns how many milliseconds to wait until a time.
pub fn wait_until(time: f64, now: f64) -> f64 {
    let ms = time - now;
    if ms.is_nan() { MAX_WAIT } else { ms.clamp(0.0, MAX_WAIT) }
}

/// Whether a time lies in the future. A time that is more than `longest` ahead was recorded before the clock was set
/// back, so it does not count.
pub fn is_ahead(time: f64, now: f64, longest: f64) -> bool {
    now < time && time <= now + longest
}

/// What happened in a refresh cycle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event {
    /// This process acquired the lock of the refresh token.
    LockAcquired,
    /// Another process or wrapper holds the lock.
    LockBusy,
    /// The lock was lost before the work under it was done.
    LockLost,
    /// None of the waiting callers has a store with this connection's tokens any more.
    NoStoreLeft,
    /// The search for a successor, that is, a newer token set, found one that follows the current token set.
    SuccessorFound {
        /// The times of the token set that was found.
        times: Times,
        /// Whether both token sets have the same refresh token, so that only the access tokens differ.
        same_refresh_token: bool,
    },
    /// The search found a token set with another refresh token in a row of NocoDB's database. The shared store has no
    /// record that one refresh token led to the other.
    RowTokensFound {
        /// The times of the token set in the row.
        times: Times,
    },
    /// The search found a tombstone: another process, or this one, declared the refresh token dead, that is, no longer
    /// accepted by Bitbucket.
    TombstoneFound {
        /// When the refresh token was declared dead, in milliseconds since 1970. Tombstones of older versions do not
        /// contain the time.
        died_at: Option<f64>,
    },
    /// The search found nothing that follows the current token set.
    NoSuccessor,
    /// The queue of the client's token requests admitted this connection.
    Admitted,
    /// Bitbucket returned a new token set.
    Refreshed(Times),
    /// Bitbucket refused the refresh token.
    Refused,
    /// The caller looked up what else Bitbucket refused around the time of the last refusal (src/refusals.rs).
    RefusalJudged {
        /// Whether a refusal of another connection of this client explains this refusal.
        explained: bool,
    },
    /// The token request failed temporarily, because of the network, a 5xx, a 429, or a lost response.
    TransientFailure {
        /// The wait that Bitbucket asks for, in milliseconds.
        retry_after: Option<f64>,
    },
    /// The token request failed in a way that only an administrator can fix.
    PermanentFailure,
    /// The caller published the new token set (or the tombstone) to other wrappers and processes.
    Published,
    /// Another process acquired the lock later and published first. The caller uses that process's token set.
    Superseded,
    /// All stores that wait for the token set saved it.
    Saved,
    /// At least one store did not save the token set.
    SaveFailed,
    /// The caller reported that a store did not save the token set.
    Reported,
    /// A wait has ended.
    WaitEnded,
}

impl Event {
    /// Returns the event for a failed token request. Only an OAuth error from Bitbucket casts doubt on the refresh
    /// token. A response that cannot be parsed may have contained the new token set, so the request is repeated.
    pub fn of_failure(code: Code, retryable: bool, retry_after: Option<f64>) -> Self {
        match code {
            Code::ReconnectRequired => Self::Refused,
            Code::ResponseNotJson | Code::ResponseInvalid | Code::ResponseTooLarge | Code::RequestAborted => {
                Self::TransientFailure { retry_after }
            }
            _ if retryable => Self::TransientFailure { retry_after },
            _ => Self::PermanentFailure,
        }
    }
}

/// What the caller does next in a refresh cycle. The caller reports the outcome with the next event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// Nothing: the cycle is over. Callers that waited for it call `acquire` again.
    Done,
    /// Acquire the lock.
    AcquireLock,
    /// Search for a token set that follows the current one.
    FindSuccessor,
    /// Enter the queue of the client's token requests, with [this
    /// priority](crate::refresh_policy::RefreshPolicy::priority).
    Enqueue,
    /// Request a new token set from Bitbucket.
    RequestTokens,
    /// Look up whether a refusal of another connection explains the last refusal of this one.
    JudgeRefusal,
    /// Keep the new token set in memory and publish it to other processes.
    Publish,
    /// Publish a tombstone: the refresh token is dead.
    WriteTombstone,
    /// Save the token set in each store of NocoDB that has an older one.
    SaveTokens,
    /// Report in NocoDB's log that the token set could not be saved.
    ReportSaveFailure,
    /// Wait until this time.
    WaitUntil(f64),
}

/// What a caller that wants to use the tokens does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decision {
    /// Use the newest token set.
    Use,
    /// A cycle is under way or begins now. Wait for its next step, and call `acquire` again.
    Wait,
    /// Fail, for this reason. A cycle may be under way nevertheless.
    Fail(FailureReason),
}

/// Why a caller gets no tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureReason {
    /// The refresh token is dead.
    Dead,
    /// The last token request failed, and the next one has to wait.
    RequestFailed,
    /// Bitbucket refused a refresh token of this client, and it is not known yet which of the client's refresh tokens
    /// are dead. Or another process holds the lock, perhaps because its token request is queued after such a refusal.
    RefreshPending,
    /// The request or a store takes too long.
    TimedOut,
}

/// How far a connection is in its refresh cycle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum State {
    /// No cycle is under way.
    Inactive,
    /// No cycle is under way, and the refresh token is dead.
    Dead,
    /// The caller tries to acquire the lock.
    AcquiringLock,
    /// Another process or wrapper holds the lock. The next attempt comes at this time.
    AwaitingLock(f64),
    /// The caller searches for successors.
    FindingSuccessor,
    /// The connection is in the queue for a token request.
    Queued,
    /// A token request is under way.
    RequestingTokens,
    /// Bitbucket refused the refresh token. Until this time, refusals of other connections may arrive that explain this
    /// refusal.
    AwaitingJudgement(f64),
    /// The caller looks up whether a refusal of another connection explains the last refusal of this one.
    JudgingRefusal,
    /// The next token request has to wait until this time.
    BackingOff(f64),
    /// The caller publishes the new token set.
    Publishing,
    /// The caller publishes a tombstone.
    WritingTombstone,
    /// The stores save the token set.
    SavingTokens,
    /// The next attempt to save has to wait until this time.
    AwaitingSave(f64),
    /// The caller reports that the token set could not be saved.
    ReportingSaveFailure,
}

impl State {
    /// Returns what the caller does in this state.
    pub fn action(self) -> Action {
        match self {
            // In `Dead`, `acquire` tells its caller that the refresh token is dead, unless the access token still
            // works.
            Self::Inactive | Self::Dead => Action::Done,
            Self::AcquiringLock => Action::AcquireLock,
            Self::FindingSuccessor => Action::FindSuccessor,
            Self::Queued => Action::Enqueue,
            Self::RequestingTokens => Action::RequestTokens,
            Self::JudgingRefusal => Action::JudgeRefusal,
            Self::Publishing => Action::Publish,
            Self::WritingTombstone => Action::WriteTombstone,
            Self::SavingTokens => Action::SaveTokens,
            Self::ReportingSaveFailure => Action::ReportSaveFailure,
            Self::AwaitingLock(until)
            | Self::AwaitingJudgement(until)
            | Self::BackingOff(until)
            | Self::AwaitingSave(until) => Action::WaitUntil(until),
        }
    }

    /// Whether a cycle is under way.
    pub fn is_under_way(self) -> bool {
        !matches!(self, Self::Inactive | Self::Dead)
    }
}
