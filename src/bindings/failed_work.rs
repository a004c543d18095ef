//! The JavaScript bindings of `src/retry.rs`: a caller's failed work.

use wasm_bindgen::prelude::*;

use crate::retry::FailedWork;

/// Whether newer tokens may fix the failure of a caller's work with a client.
#[wasm_bindgen(js_name = maySucceedAfterRefresh)]
pub fn may_succeed_after_refresh(
    is_from_api_client: bool,
    is_unrepeated: bool,
    status: Option<f64>,
    message: &str,
) -> bool {
    // An error that other software throws may have any JavaScript number as its status, and not every number fits
    // into a `u16`.
    let status = status.filter(|status| (100.0..1000.0).contains(status)).map(|status| status as u16);
    FailedWork { is_from_api_client, is_unrepeated, status, message }.may_succeed_after_refresh()
}
