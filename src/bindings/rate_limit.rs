//! The rate limit as JavaScript sees it: rate_limit.rs.

use wasm_bindgen::prelude::*;

use super::leave;
use crate::rate_limit::{self, Fields, Line};

/// Whether an answer with this status proves that Bitbucket knows the credential.
#[wasm_bindgen(js_name = provesCredential)]
pub fn proves_credential(status: u16) -> bool {
    rate_limit::proves_credential(status)
}

/// What an answer tells of the rate limit.
#[wasm_bindgen(js_name = rateLimitNews, unchecked_return_type = "RateLimitNews")]
#[expect(clippy::too_many_arguments, reason = "an object would cost more than it tells")]
pub fn rate_limit_news(
    status: u16,
    limit: Option<String>,
    near_limit: Option<String>,
    retry_after: Option<String>,
    known: u32,
    is_configured: bool,
    refusals: u32,
    received_at: f64,
) -> JsValue {
    let fields =
        Fields { limit: limit.as_deref(), near_limit: near_limit.as_deref(), retry_after: retry_after.as_deref() };
    leave(&rate_limit::news(status, &fields, Line { limit: known, is_configured, refusals }, received_at))
}

/// Whether requests wait for as long as Bitbucket asks, in milliseconds.
#[wasm_bindgen(js_name = isWaitedFor)]
pub fn is_waited_for(told: f64) -> bool {
    rate_limit::is_waited_for(told)
}

/// For how long a request counts, in milliseconds.
#[wasm_bindgen(js_name = rateLimitWindow)]
pub fn rate_limit_window() -> f64 {
    rate_limit::WINDOW
}

/// When the requests of one account and group of resources were sent. Times are in milliseconds, of a clock that never goes
/// back.
#[wasm_bindgen]
#[derive(Default)]
pub struct RequestLog(rate_limit::Log);

#[wasm_bindgen]
impl RequestLog {
    /// Without requests.
    #[wasm_bindgen(constructor)]
    pub fn new() -> RequestLog {
        Self::default()
    }

    /// For how many milliseconds no request may be sent.
    pub fn wait(&mut self, limit: u32, now: f64) -> f64 {
        self.0.wait(limit, now)
    }

    /// How many requests others must have sent, when so many were sent in all.
    pub fn unknown(&mut self, used: u32, now: f64) -> u32 {
        self.0.unknown(used, now)
    }

    /// Counts a request.
    pub fn add(&mut self, time: f64, number: f64, is_missing: bool) {
        self.0.add(time, number, is_missing);
    }

    /// Takes back a request that was not sent.
    #[wasm_bindgen(js_name = takeBack)]
    pub fn take_back(&mut self, number: f64) {
        self.0.take_back(number);
    }

    /// How many requests a shared log has to have.
    pub fn known(&self, now: f64) -> usize {
        self.0.known(now)
    }

    /// The requests that the shared log may not have: the number of one, and how long ago it was sent, in microseconds; the
    /// same of the next one, and so on.
    pub fn missing(&mut self, most: usize, now: f64) -> Vec<f64> {
        self.0.missing(most, now).into_iter().flat_map(|(number, ago)| [number, ago]).collect()
    }

    /// Notes that the shared log has these.
    #[wasm_bindgen(js_name = passedOn)]
    pub fn passed_on(&mut self, numbers: Vec<f64>) {
        self.0.passed_on(numbers);
    }

    /// Notes that the shared log may have lost any of them.
    pub fn lose(&mut self) {
        self.0.lose();
    }

    /// Counts the requests of another log here, too.
    pub fn absorb(&mut self, other: &RequestLog) {
        self.0.absorb(&other.0);
    }
}
