//! The queue for the token requests of one OAuth client: their order, and how many are under way at the same time.
//!
//! In: the connections that want to send a token request, the outcomes of earlier requests, and what other processes report
//! about their requests. Out: which connection may send its request now. Never: a judgement about a connection, I/O, or the
//! reading of a clock.
//!
//! When a client uses a *dead* refresh token, that is, one that Bitbucket no longer accepts, Bitbucket also refuses the
//! client's valid refresh tokens for a while: the *lockout*. Each dead refresh token that the client uses meanwhile prolongs
//! the lockout. So after a refusal the queue admits no request until the lockout is over. Then the queue admits requests one
//! at a time, so that each further refusal concerns exactly one connection.

use wasm_bindgen::prelude::*;

/// For how long the queue is closed after a refusal, as a multiple of the lockout. No lockout begins later than the
/// refusal that it causes, so the lockout is over when the queue opens.
const CLOSED_LOCKOUTS: f64 = 1.25;
/// For how long after a refusal the queue admits one request at a time, as a multiple of the lockout.
const CAREFUL_LOCKOUTS: f64 = 3.0;

/// How many requests may be under way while nothing is known about the client's refresh tokens. If the first refresh token
/// is dead, Bitbucket refuses at most this many requests without need. Each success allows one more request.
const FIRST_WINDOW: u32 = 4;
/// The largest number of requests that may be under way.
const MAX_WINDOW: u32 = 20;

/// A time that other processes report and a known time count as the same if they differ by no more than this, in
/// milliseconds. A reported time comes from another clock, and the report takes time to arrive.
const SAME_TIME_TOLERANCE: f64 = 100.0;

/// The priority of a token request. Requests of the same priority are admitted in the order in which they were queued.
#[wasm_bindgen(js_name = RefreshPriority)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// The response to an earlier request may have been lost. Then the refresh token is used up, and Bitbucket
    /// accepts it for only a few more minutes.
    Urgent,
    /// Nothing indicates that the refresh token is dead.
    Normal,
    /// Bitbucket refused the refresh token, and no lockout explains the refusal, so the token is probably dead.
    Suspect,
}

/// The outcome of a token request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// Bitbucket returned new tokens.
    Granted {
        /// When the request was sent, in milliseconds. All times of the queue come from a monotonic clock.
        sent_at: f64,
    },
    /// Bitbucket refused the refresh token.
    Refused,
    /// The request failed for another reason, or was not sent.
    Failed,
}

/// Which connection may send a token request now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Admission {
    /// None, until a request ends or a connection enters the queue.
    None,
    /// None, until this time.
    NoneUntil(f64),
    /// The first one in the queue.
    First,
    /// The first one in the queue, as soon as no other process sends a token request.
    FirstExclusive,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    priority: Priority,
    ticket: u32,
}

/// The token requests of one OAuth client in one process.
#[derive(Debug, Clone)]
pub struct RefreshQueue {
    /// The connections that wait, in order.
    waiting: Vec<Entry>,
    last_ticket: u32,
    under_way: u32,
    /// The request that is under way has to stay the only one.
    is_exclusive: bool,
    /// How many requests succeeded since the last refusal.
    successes: u32,
    /// When Bitbucket last refused a refresh token of this client.
    refused_at: Option<f64>,
    /// When the last request that Bitbucket granted was sent.
    granted_at: Option<f64>,
    lockout: f64,
}

impl RefreshQueue {
    /// Creates an empty queue. `lockout` is the time in milliseconds for which Bitbucket refuses even valid refresh tokens
    /// of the client after one dead refresh token was used.
    pub fn new(lockout: f64) -> Self {
        Self {
            waiting: Vec::new(),
            last_ticket: 0,
            under_way: 0,
            is_exclusive: false,
            successes: 0,
            refused_at: None,
            granted_at: None,
            lockout,
        }
    }

    /// Adds a connection to the queue, behind the requests of the same priority. Returns its ticket.
    pub fn enqueue(&mut self, priority: Priority) -> u32 {
        self.last_ticket = self.last_ticket.wrapping_add(1);
        let entry = Entry { priority, ticket: self.last_ticket };
        let at = self.waiting.partition_point(|other| other.priority <= priority);
        self.waiting.insert(at, entry);
        entry.ticket
    }

    /// Returns which connection may send a request now.
    pub fn admission(&self, now: f64) -> Admission {
        let Some(first) = self.waiting.first() else { return Admission::None };
        if let Some(opens_at) = self.opens_at().filter(|opens_at| now < *opens_at) {
            return Admission::NoneUntil(opens_at);
        }
        let exclusive = self.is_careful(now) || first.priority == Priority::Suspect;
        let most = if exclusive { 1 } else { (FIRST_WINDOW + self.successes).min(MAX_WINDOW) };
        match (self.is_exclusive || self.under_way >= most, exclusive) {
            (true, _) => Admission::None,
            (false, true) => Admission::FirstExclusive,
            (false, false) => Admission::First,
        }
    }

    /// Admits the first connection in the queue, which then sends its request. Returns its ticket.
    pub fn admit_first(&mut self, is_exclusive: bool) -> Option<u32> {
        if self.waiting.is_empty() {
            return None;
        }
        self.under_way += 1;
        self.is_exclusive = is_exclusive;
        Some(self.waiting.remove(0).ticket)
    }

    /// Records that a request ended.
    pub fn on_ended(&mut self, outcome: Outcome, now: f64) {
        self.under_way = self.under_way.saturating_sub(1);
        self.is_exclusive = false;
        match outcome {
            Outcome::Granted { sent_at } => {
                self.successes = self.successes.saturating_add(1);
                self.apply_update(None, Some(sent_at));
            }
            Outcome::Refused => self.record_refusal(now),
            Outcome::Failed => {}
        }
    }

    /// Applies what other processes report: when Bitbucket last refused one of their requests, and when the last of
    /// their granted requests was sent.
    pub fn apply_update(&mut self, refused_at: Option<f64>, granted_at: Option<f64>) {
        if let Some(at) =
            refused_at.filter(|at| self.refused_at.is_none_or(|known| known + SAME_TIME_TOLERANCE < *at))
        {
            self.record_refusal(at);
        }
        if granted_at.is_some_and(|at| self.granted_at.is_none_or(|known| known < at)) {
            self.granted_at = granted_at;
        }
    }

    fn record_refusal(&mut self, at: f64) {
        self.refused_at = Some(at);
        self.successes = 0;
    }

    /// Returns for how many milliseconds from now on the queue admits no request.
    pub fn wait_time(&self, now: f64) -> f64 {
        self.opens_at().map_or(0.0, |opens_at| (opens_at - now).max(0.0))
    }

    /// When the queue opens after the last refusal. If Bitbucket granted a request that was sent after the refusal, the
    /// lockout is over, and the queue is open.
    fn opens_at(&self) -> Option<f64> {
        let refused_at = self.refused_at?;
        (self.granted_at.is_none_or(|granted_at| granted_at <= refused_at + SAME_TIME_TOLERANCE))
            .then_some(refused_at + CLOSED_LOCKOUTS * self.lockout)
    }

    fn is_careful(&self, now: f64) -> bool {
        self.refused_at.is_some_and(|refused_at| now < refused_at + CAREFUL_LOCKOUTS * self.lockout)
    }
}
