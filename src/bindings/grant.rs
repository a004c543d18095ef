//! The grants as JavaScript sees them: grant.rs.

use wasm_bindgen::prelude::*;

use crate::error::Phase;
use crate::grant::Grant;

/// The phase to which a token request of this grant belongs.
#[wasm_bindgen(js_name = phaseOf, unchecked_return_type = "Phase")]
pub fn phase_of(grant: &str) -> String {
    Grant::from_name(grant).map_or(Phase::Exchange, Grant::phase).as_str().to_owned()
}
