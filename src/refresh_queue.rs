//! In which order, and how many at a time, the connections of one OAuth client send their token requests.
//!
//! In: who wants to send one, what became of the last ones, and what other processes know of that. Out: whose turn it is.
//! What never happens here: a judgement about a connection, input or output, or a look at a clock.
//!
//! When Bitbucket is shown a dead refresh token, it refuses the good ones of that client, too, for a while: the lockout.
//! Dead ones that are used meanwhile prolong it. So, after a refusal, nobody asks until the lockout is over, and then one
//! connection at a time, so that each further refusal tells about one connection.

use wasm_bindgen::prelude::*;

/// After a refusal nobody asks for this many lockouts, as no lockout begins later than the refusal that it causes …
const CLOSED: f64 = 1.25;
/// … and connections ask one at a time for this many.
const CAREFUL: f64 = 3.0;

/// How many requests may be under way before anything is known of the client's refresh tokens: so many at most are
/// refused for nothing when the first of them is dead. Each success allows one more, …
const FIRST_WINDOW: u32 = 4;
/// … up to this many.
const LARGEST_WINDOW: u32 = 20;

/// What other processes tell goes by another clock and takes its time: what is so close to a refusal that is known already
/// is not after it.
const SAME: f64 = 100.0;

/// Who goes first in the line for token requests.
#[wasm_bindgen(js_name = RefreshLane)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// A request without an answer may have used up the refresh token, which is good for minutes only.
    Urgent,
    /// Nothing speaks against the refresh token.
    Sound,
    /// It was refused, and nothing explains that.
    Suspect,
}

/// What became of a token request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// Bitbucket answered with new tokens to a request that was sent at this time.
    Granted {
        /// In milliseconds, like all times of the queue by a clock that is never set.
        sent_at: f64,
    },
    /// Bitbucket refused the refresh token.
    Refused,
    /// Neither.
    Failed,
}

/// Who may send a token request now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Admission {
    /// Nobody, until a request has ended or somebody gets in line.
    Nobody,
    /// Nobody, until this time.
    NobodyUntil(f64),
    /// The first one in line.
    First,
    /// The first one in line, once no other process sends one.
    FirstAlone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    lane: Lane,
    ticket: u32,
}

/// The token requests of one OAuth client in one process.
#[derive(Debug, Clone)]
pub struct RefreshQueue {
    /// In order.
    line: Vec<Place>,
    last_ticket: u32,
    under_way: u32,
    /// The request that is under way must stay the only one.
    is_alone: bool,
    /// Since the last refusal.
    successes: u32,
    /// When Bitbucket refused a refresh token of this client last.
    refused_at: Option<f64>,
    /// When the last request that it granted was sent.
    granted_at: Option<f64>,
    lockout: f64,
}

impl RefreshQueue {
    /// An empty one. `lockout` is the time in milliseconds for which Bitbucket refuses even valid refresh tokens of the
    /// client after somebody used a dead one.
    pub fn new(lockout: f64) -> Self {
        Self {
            line: Vec::new(),
            last_ticket: 0,
            under_way: 0,
            is_alone: false,
            successes: 0,
            refused_at: None,
            granted_at: None,
            lockout,
        }
    }

    /// Gets in line, behind those of the same lane. Gives the ticket.
    pub fn enter(&mut self, lane: Lane) -> u32 {
        self.last_ticket = self.last_ticket.wrapping_add(1);
        let place = Place { lane, ticket: self.last_ticket };
        let at = self.line.partition_point(|other| other.lane <= lane);
        self.line.insert(at, place);
        place.ticket
    }

    /// Who may send a request.
    pub fn next(&self, now: f64) -> Admission {
        let Some(first) = self.line.first() else { return Admission::Nobody };
        if let Some(opens_at) = self.opens_at().filter(|opens_at| now < *opens_at) {
            return Admission::NobodyUntil(opens_at);
        }
        let alone = self.is_careful(now) || first.lane == Lane::Suspect;
        let most = if alone { 1 } else { (FIRST_WINDOW + self.successes).min(LARGEST_WINDOW) };
        match (self.is_alone || self.under_way >= most, alone) {
            (true, _) => Admission::Nobody,
            (false, true) => Admission::FirstAlone,
            (false, false) => Admission::First,
        }
    }

    /// The first one in line sends its request. Gives its ticket.
    pub fn admit(&mut self, alone: bool) -> Option<u32> {
        if self.line.is_empty() {
            return None;
        }
        self.under_way += 1;
        self.is_alone = alone;
        Some(self.line.remove(0).ticket)
    }

    /// A request has ended.
    pub fn ended(&mut self, outcome: Outcome, now: f64) {
        self.under_way = self.under_way.saturating_sub(1);
        self.is_alone = false;
        match outcome {
            Outcome::Granted { sent_at } => {
                self.successes = self.successes.saturating_add(1);
                self.learn(None, Some(sent_at));
            }
            Outcome::Refused => self.note_refusal(now),
            Outcome::Failed => {}
        }
    }

    /// When other processes were refused last, and when the last request that was granted to one of them was sent, as far as
    /// known.
    pub fn learn(&mut self, refused_at: Option<f64>, granted_at: Option<f64>) {
        if let Some(at) = refused_at.filter(|at| self.refused_at.is_none_or(|known| known + SAME < *at)) {
            self.note_refusal(at);
        }
        if granted_at.is_some_and(|at| self.granted_at.is_none_or(|known| known < at)) {
            self.granted_at = granted_at;
        }
    }

    fn note_refusal(&mut self, at: f64) {
        self.refused_at = Some(at);
        self.successes = 0;
    }

    /// For how long, in milliseconds, nobody is admitted from now on.
    pub fn wait(&self, now: f64) -> f64 {
        self.opens_at().map_or(0.0, |opens_at| (opens_at - now).max(0.0))
    }

    /// What was granted to a request that was sent after the refusal shows that the lockout is over.
    fn opens_at(&self) -> Option<f64> {
        let refused_at = self.refused_at?;
        (self.granted_at.is_none_or(|granted_at| granted_at <= refused_at + SAME))
            .then_some(refused_at + CLOSED * self.lockout)
    }

    fn is_careful(&self, now: f64) -> bool {
        self.refused_at.is_some_and(|refused_at| now < refused_at + CAREFUL * self.lockout)
    }
}
