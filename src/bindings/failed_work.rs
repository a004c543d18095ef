//! Work that may be done again as JavaScript sees it: retry.rs.

use wasm_bindgen::prelude::*;

use crate::retry::FailedWork;

/// Whether newer tokens may cure work that failed.
#[wasm_bindgen(js_name = isCuredByRenewal)]
pub fn is_cured_by_renewal(is_of_client: bool, is_unrepeated: bool, status: Option<u16>, message: &str) -> bool {
    FailedWork { is_of_client, is_unrepeated, status, message }.is_cured_by_renewal()
}
