//! The JavaScript bindings of `src/grant_type.rs`.

use wasm_bindgen::prelude::*;

use crate::error::Phase;
use crate::grant_type::GrantType;

/// The phase of the errors of a token request with this grant type.
#[wasm_bindgen(js_name = grantTypePhase, unchecked_return_type = "Phase")]
pub fn grant_type_phase(grant_type: &str) -> String {
    GrantType::from_name(grant_type).map_or(Phase::Exchange, GrantType::phase).as_str().to_owned()
}
