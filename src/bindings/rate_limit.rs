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
