//! What happens in a turn of renewal, and what is done in it.
//!
//! In: nothing. Out: the events, actions, answers and states that [`crate::refresh_policy`] speaks in. What never happens
//! here: a decision about what comes next.

use crate::error::Code;
use crate::newest_tokens::Times;

/// No wait lasts longer before somebody looks again: clocks may be set, and timers of the runtime end at 24 days.
const LONGEST_WAIT: f64 = 5.0 * 60.0 * 1000.0;

/// For how many milliseconds to wait until a time.
pub fn wait_until(time: f64, now: f64) -> f64 {
    let ms = time - now;
    if ms.is_nan() { LONGEST_WAIT } else { ms.clamp(0.0, LONGEST_WAIT) }
}

/// Whether a time is still to come. One that is further ahead than the longest wait was noted before a clock was set back.
pub fn is_ahead(time: f64, now: f64, longest: f64) -> bool {
    now < time && time <= now + longest
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
    /// Nobody who waits has a store of this connection's any more.
    Abandoned,
    /// A pair was found that follows this one.
    Found {
        /// Its times.
        times: Times,
        /// Its refresh token is this pair's: only the access token differs.
        same_refresh_token: bool,
    },
    /// A pair with another refresh token was found in a row of the host's. Nobody remembers that one of them led to the
    /// other.
    FoundInRow {
        /// Its times.
        times: Times,
    },
    /// It was found that this pair's refresh token was declared dead.
    FoundDead {
        /// When, in milliseconds since 1970. Absent where an older version declared it.
        died_at: Option<f64>,
    },
    /// Nothing follows this pair.
    NothingFound,
    /// The queue of the client's token requests has come to this connection.
    Admitted,
    /// Bitbucket answered with a new pair.
    Renewed(Times),
    /// Bitbucket refused the refresh token.
    Refused,
    /// It was seen what else Bitbucket refused around that time.
    Judged {
        /// The refusal of another connection of this client explains this one.
        explained: bool,
    },
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
    /// Get in line for a token request, in [this lane](crate::refresh_policy::RefreshPolicy::lane).
    Queue,
    /// Ask Bitbucket for a new pair.
    Refresh,
    /// See whether the refusal of another connection explains the last one.
    Judge,
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
}

/// What somebody who wants to use the pair shall do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Answer {
    /// Use it.
    Use,
    /// Wait for the next step of the turn that is under way or now begins, and ask again.
    Turn,
    /// Fail, for this reason. A turn may be under way all the same.
    GiveUp(Reason),
}

/// Why somebody gets no pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The refresh token is dead.
    Dead,
    /// The last token request failed, and the next one has to wait.
    LastRequest,
    /// Bitbucket refused a refresh token of this client, and nobody can tell yet which of them are dead; or somebody else
    /// has the lock, and may be in line for that reason.
    Doubt,
    /// The request or a store takes too long.
    Busy,
}

/// Where in a turn a connection is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum State {
    /// No turn is under way.
    Resting,
    /// The refresh token is dead.
    Dead,
    /// The lock is being taken.
    Locking,
    /// Somebody else has the lock.
    AwaitingLock(f64),
    /// Successors are being looked for.
    Looking,
    /// The connection is in line for a token request.
    Queued,
    /// A token request is under way.
    Refreshing,
    /// The refresh token was refused, and other refusals that may explain it are awaited.
    AwaitingVerdict(f64),
    /// Whether another refusal explains it is being seen.
    Judging,
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
            Self::Locking => Action::Lock,
            Self::Looking => Action::Look,
            Self::Queued => Action::Queue,
            Self::Refreshing => Action::Refresh,
            Self::Judging => Action::Judge,
            Self::Publishing => Action::Publish,
            Self::Burying => Action::Bury,
            Self::Storing => Action::Store,
            Self::Reporting => Action::Report,
            Self::AwaitingLock(until)
            | Self::AwaitingVerdict(until)
            | Self::AwaitingRequest(until)
            | Self::AwaitingStore(until) => Action::WaitUntil(until),
        }
    }

    /// Whether a turn is under way.
    pub fn is_under_way(self) -> bool {
        !matches!(self, Self::Resting | Self::Dead)
    }
}
