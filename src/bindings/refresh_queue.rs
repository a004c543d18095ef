//! The JavaScript bindings of `src/refresh_queue.rs`: the queue for the token requests of one OAuth client.
//!
//! Times are milliseconds of a monotonic clock.

use wasm_bindgen::prelude::*;

use crate::refresh_queue::{Admission, Outcome, Priority, RefreshQueue};

/// Which connection may send a token request now.
#[wasm_bindgen]
pub enum RefreshAdmission {
    /// None, until a request ends or a connection enters the queue.
    None,
    /// None, for `waitTime` milliseconds.
    NoneYet,
    /// The first one in the queue.
    First,
    /// The first one in the queue, as soon as no other process sends a token request.
    FirstExclusive,
}

impl From<Admission> for RefreshAdmission {
    fn from(value: Admission) -> Self {
        match value {
            Admission::None => Self::None,
            Admission::NoneUntil(_) => Self::NoneYet,
            Admission::First => Self::First,
            Admission::FirstExclusive => Self::FirstExclusive,
        }
    }
}

/// The queue for the token requests of one OAuth client.
#[wasm_bindgen(js_name = RefreshQueue)]
pub struct Queue(RefreshQueue);

#[wasm_bindgen(js_class = RefreshQueue)]
impl Queue {
    /// An empty queue.
    #[wasm_bindgen(constructor)]
    pub fn new(lockout: f64) -> Queue {
        Self(RefreshQueue::new(lockout))
    }

    /// Adds a connection to the queue. Returns its ticket.
    pub fn enqueue(&mut self, priority: Priority) -> u32 {
        self.0.enqueue(priority)
    }

    /// Which connection may send a request now.
    pub fn admission(&self, now: f64) -> RefreshAdmission {
        self.0.admission(now).into()
    }

    /// For how many milliseconds the queue admits no connection.
    #[wasm_bindgen(js_name = waitTime)]
    pub fn wait_time(&self, now: f64) -> f64 {
        self.0.wait_time(now)
    }

    /// Admits the first connection in the queue, and returns its ticket.
    #[wasm_bindgen(js_name = admitFirst)]
    pub fn admit_first(&mut self, is_exclusive: bool) -> Option<u32> {
        self.0.admit_first(is_exclusive)
    }

    /// Bitbucket granted an admitted request, which was sent at `sent_at`.
    #[wasm_bindgen(js_name = onGranted)]
    pub fn on_granted(&mut self, sent_at: f64, now: f64) {
        self.0.on_ended(Outcome::Granted { sent_at }, now);
    }

    /// Bitbucket refused an admitted request.
    #[wasm_bindgen(js_name = onRefused)]
    pub fn on_refused(&mut self, now: f64) {
        self.0.on_ended(Outcome::Refused, now);
    }

    /// An admitted request failed, or was not sent.
    #[wasm_bindgen(js_name = onFailed)]
    pub fn on_failed(&mut self, now: f64) {
        self.0.on_ended(Outcome::Failed, now);
    }

    /// Applies the record that the processes share: how long ago Bitbucket last refused a request, and how long ago
    /// the last granted request was sent, both in milliseconds.
    #[wasm_bindgen(js_name = applyUpdate)]
    pub fn apply_update(&mut self, refused_ago: Option<f64>, granted_ago: Option<f64>, now: f64) {
        self.0.apply_update(refused_ago.map(|ago| now - ago), granted_ago.map(|ago| now - ago));
    }
}
