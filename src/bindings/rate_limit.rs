//! The JavaScript bindings of `src/rate_limit.rs`: the rate limit.

use wasm_bindgen::prelude::*;

use super::to_js_value;
use crate::rate_limit::{self, QueueState, RateLimitHeaders, RateLimitUpdate};

/// Whether a response with this status proves that Bitbucket accepted the credential of the request.
#[wasm_bindgen(js_name = provesCredential)]
pub fn proves_credential(status: u16) -> bool {
    rate_limit::proves_credential(status)
}

/// What a response says about the rate limit.
#[wasm_bindgen(js_name = rateLimitUpdate, unchecked_return_type = "RateLimitUpdate")]
#[expect(clippy::too_many_arguments, reason = "reading an object costs a call to JavaScript for each member")]
pub fn rate_limit_update(
    status: u16,
    limit: Option<String>,
    near_limit: Option<String>,
    retry_after: Option<String>,
    known: u32,
    is_configured: bool,
    refusals: u32,
    received_at: f64,
) -> JsValue {
    let headers = RateLimitHeaders {
        limit: limit.as_deref(),
        near_limit: near_limit.as_deref(),
        retry_after: retry_after.as_deref(),
    };
    let queue = QueueState { limit: known, is_configured, refusals };
    to_js_value(&RateLimitUpdate::of(status, &headers, queue, received_at))
}

/// Whether requests wait as long as Bitbucket asks. `retry_after` is that time in milliseconds.
#[wasm_bindgen(js_name = honorsRetryAfter)]
pub fn honors_retry_after(retry_after: f64) -> bool {
    rate_limit::honors_retry_after(retry_after)
}

/// For how long a request counts against the limit, in milliseconds.
#[wasm_bindgen(js_name = rateLimitWindow)]
pub fn rate_limit_window() -> f64 {
    rate_limit::WINDOW
}

/// When the requests of one account to one group of resources were sent. Times are milliseconds of a monotonic clock.
#[wasm_bindgen]
#[derive(Default)]
pub struct RequestLog(rate_limit::RequestLog);

#[wasm_bindgen]
impl RequestLog {
    /// An empty log.
    #[wasm_bindgen(constructor)]
    pub fn new() -> RequestLog {
        Self::default()
    }

    /// How many milliseconds to wait until a request may be sent.
    #[wasm_bindgen(js_name = waitTime)]
    pub fn wait_time(&mut self, limit: u32, now: f64) -> f64 {
        self.0.wait_time(limit, now)
    }

    /// How many of the account's `used` requests are not in this log, because other clients of the account sent them.
    #[wasm_bindgen(js_name = unloggedCount)]
    pub fn unlogged_count(&mut self, used: u32, now: f64) -> u32 {
        self.0.unlogged_count(used, now)
    }

    /// Records a request.
    pub fn record(&mut self, time: f64, number: f64, is_unshared: bool) {
        self.0.record(time, number, is_unshared);
    }

    /// Removes a request that was not sent.
    pub fn remove(&mut self, number: f64) {
        self.0.remove(number);
    }

    /// How many requests the shared log (in Redis, for all processes) contains at least, if the shared log has lost none.
    #[wasm_bindgen(js_name = minimumSharedCount)]
    pub fn minimum_shared_count(&self, now: f64) -> usize {
        self.0.minimum_shared_count(now)
    }

    /// The oldest requests that may be missing from the shared log, at most `most` of them. Each request takes two
    /// elements: its number, and how long ago it was sent, in microseconds.
    pub fn unshared(&mut self, most: usize, now: f64) -> Vec<f64> {
        self.0.unshared(most, now).into_iter().flat_map(|(number, ago)| [number, ago]).collect()
    }

    /// Marks requests as present in the shared log.
    #[wasm_bindgen(js_name = markShared)]
    pub fn mark_shared(&mut self, numbers: Vec<f64>) {
        self.0.mark_shared(numbers);
    }

    /// Marks all requests as unshared, because the shared log may have lost any of them.
    #[wasm_bindgen(js_name = markAllUnshared)]
    pub fn mark_all_unshared(&mut self) {
        self.0.mark_all_unshared();
    }

    /// Records the requests of another log here, too.
    pub fn merge(&mut self, other: &RequestLog) {
        self.0.merge(&other.0);
    }
}
