//! The line of one OAuth client's connections as JavaScript sees it: refresh_queue.rs.
//!
//! Times are milliseconds by a clock that is never set.

use wasm_bindgen::prelude::*;

use crate::refresh_queue::{Admission, Lane, Outcome, RefreshQueue};

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
    pub fn enter(&mut self, lane: Lane) -> u32 {
        self.0.enter(lane)
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
