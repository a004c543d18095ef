//! Scopes as JavaScript sees them: scope.rs.

use wasm_bindgen::prelude::*;

use crate::error::{Error, Phase, Result};
use crate::host;
use crate::scope::ScopeSet;

/// The scopes that are requested when none are configured.
#[wasm_bindgen(js_name = defaultScopes)]
pub fn default_scopes() -> Vec<String> {
    ScopeSet::defaults().to_vec()
}

/// Scopes of a store as a list, each once.
#[wasm_bindgen(js_name = readScopes)]
pub fn read_scopes(list: &JsValue) -> core::result::Result<Vec<String>, JsValue> {
    Ok(scopes_argument(list, "scopes")?.to_vec())
}

/// Scopes with everything that they imply.
#[wasm_bindgen(js_name = expandScopes)]
pub fn expand_scopes(list: &JsValue) -> core::result::Result<Vec<String>, JsValue> {
    Ok(scopes_argument(list, "scopes")?.expand().to_vec())
}

/// The required scopes that are neither granted nor implied by a granted one.
#[wasm_bindgen(js_name = missingScopes)]
pub fn missing_scopes(required: &JsValue, granted: &JsValue) -> core::result::Result<Vec<String>, JsValue> {
    let granted = scopes_argument(granted, "granted")?;
    Ok(scopes_argument(required, "required")?.missing_from(&granted).to_vec())
}

pub(super) fn scopes_argument(value: &JsValue, name: &str) -> Result<ScopeSet> {
    host::scopes(value).map_err(|reason| Error::argument(Phase::Config, name, reason))
}
