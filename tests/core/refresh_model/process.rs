//! The memory of a process.
//!
//! In: nothing. Out: the state of the process's keeper. Never: a change of this state. The keeper (keeper.rs) and the steps of
//! the world (world.rs) change it.

use super::shared::{Held, Links, LockName, Record};
use super::{GRACE, LOCKOUT, Token};
use nocodb_bitbucket_auth::refresh_cycle::FailureReason;
use nocodb_bitbucket_auth::refresh_policy::RefreshPolicy;
use nocodb_bitbucket_auth::refresh_queue::{Priority, RefreshQueue};
use std::collections::{HashMap, HashSet};

pub enum Pending {
    Nothing,
    Request {
        token: Token,
        sent_at: f64,
        answer: Option<Option<Token>>,
        /// The response has arrived and cannot get lost, but is not read yet.
        has_arrived: bool,
    },
    Stores {
        token: Token,
        generation: u32,
        left: Vec<Holder>,
        failed: bool,
    },
}

/// A wrapper whose store gets the tokens of a cycle. The wrapper may be gone when the cycle ends, but its store still exists.
#[derive(Clone, Copy, PartialEq)]
pub struct Holder {
    pub wrapper: usize,
    pub epoch: u32,
    pub row: usize,
    /// The refresh token with which the wrapper was created.
    pub first: Token,
}

pub struct Connection {
    pub policy: RefreshPolicy,
    pub token: Token,
    pub published: Token,
    pub lock: Option<Held>,
    pub pending: Pending,
    /// The connection's ticket in the queue, and the priority of its request.
    pub ticket: Option<u32>,
    pub lane: Priority,
    /// The step in which the queue admitted the connection's request.
    pub admitted: Option<u64>,
    pub refused_at: f64,
    /// The number of refusals of these tokens that no other refusal explains.
    pub unexplained: u32,
    /// When a request with these tokens last ended without showing whether they are valid.
    pub inconclusive_at: Option<f64>,
    /// The wrappers whose calls wait.
    pub waiting: Vec<usize>,
    /// The wrappers whose stores get the tokens of this cycle.
    pub holders: Vec<Holder>,
    /// The wrapper whose store gets the tokens of a cycle that starts without a call.
    pub owner: Option<Holder>,
    pub born_at: f64,
    /// Until when the lock counts as busy.
    pub busy_until: f64,
    /// The generation whose access token the API rejected.
    pub rejected: u32,
    /// The generation for which a refresh failed.
    pub failed_generation: u32,
    /// When the first request with these tokens failed.
    pub unanswered_since: Option<f64>,
    /// The times at which requests failed.
    pub failed_at: Vec<f64>,
}

impl Connection {
    pub fn new(policy: RefreshPolicy, token: Token, now: f64) -> Self {
        Self {
            policy,
            token,
            published: token,
            lock: None,
            pending: Pending::Nothing,
            ticket: None,
            lane: Priority::Normal,
            admitted: None,
            refused_at: 0.0,
            unexplained: 0,
            inconclusive_at: None,
            waiting: Vec::new(),
            holders: Vec::new(),
            owner: None,
            born_at: now,
            busy_until: 0.0,
            rejected: 0,
            failed_generation: 0,
            unanswered_since: None,
            failed_at: Vec::new(),
        }
    }

    /// The priority that the connection's request should have.
    pub fn expected_priority(&self, now: f64) -> Priority {
        if self.unexplained > 0 || self.policy.failure_reason(now) == FailureReason::Dead {
            Priority::Suspect
        } else if self.unanswered_since.is_some_and(|since| now < since + GRACE) {
            Priority::Urgent
        } else {
            Priority::Normal
        }
    }

    pub fn holds_lock(&self) -> bool {
        self.lock.as_ref().is_some_and(|lock| !lock.lost)
    }
}

pub struct Process {
    pub dead: bool,
    /// The process does nothing before this time.
    pub stopped_until: f64,
    pub links: Links,
    pub locks: HashSet<LockName>,
    pub record: Record,
    pub queue: RefreshQueue,
    /// The queue does not try to take the lock of the client before this time.
    pub pump_at: f64,
    pub client_lock: Option<Held>,
    /// The connection whose request must stay the only request under way.
    pub alone: Option<usize>,
    pub connections: Vec<Connection>,
    pub index: HashMap<Token, usize>,
}

impl Default for Process {
    fn default() -> Self {
        Self {
            dead: false,
            stopped_until: 0.0,
            links: Links::default(),
            locks: HashSet::new(),
            record: Record::default(),
            queue: RefreshQueue::new(LOCKOUT),
            pump_at: 0.0,
            client_lock: None,
            alone: None,
            connections: Vec::new(),
            index: HashMap::new(),
        }
    }
}

impl Process {
    pub fn acts(&self, now: f64) -> bool {
        !self.dead && now >= self.stopped_until
    }

    pub fn locks_held(&mut self) -> impl Iterator<Item = &mut Held> {
        let of_tokens = self.connections.iter_mut().filter_map(|connection| connection.lock.as_mut());
        of_tokens.chain(self.client_lock.as_mut())
    }
}
