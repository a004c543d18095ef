//! The JavaScript bindings of `src/scope.rs`. The shim passes a list of scopes as one string, with spaces between the scopes.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use crate::error::{Error, Phase, Result};
use crate::scope::ScopeSet;

/// The scopes that are requested by default.
#[cfg(feature = "server")]
#[wasm_bindgen(js_name = defaultScopes, unchecked_return_type = "string[]")]
pub fn default_scopes() -> Array {
    list_of(&ScopeSet::defaults())
}

/// Parses stored scopes into a list without duplicates.
#[cfg(feature = "server")]
#[wasm_bindgen(js_name = parseScopes, unchecked_return_type = "string[]")]
pub fn parse_scopes(scopes: &str) -> core::result::Result<Array, JsValue> {
    Ok(list_of(&scopes_of(scopes, "scopes")?))
}

/// Adds to scopes all scopes that they imply.
#[cfg(feature = "server")]
#[wasm_bindgen(js_name = expandScopes, unchecked_return_type = "string[]")]
pub fn expand_scopes(scopes: &str) -> core::result::Result<Array, JsValue> {
    Ok(list_of(&scopes_of(scopes, "scopes")?.expand()))
}

/// The required scopes that are neither granted nor implied by a granted one.
#[cfg(feature = "server")]
#[wasm_bindgen(js_name = missingScopes, unchecked_return_type = "string[]")]
pub fn missing_scopes(required: &str, granted: &str) -> core::result::Result<Array, JsValue> {
    let granted = scopes_of(granted, "granted")?;
    Ok(list_of(&scopes_of(required, "required")?.missing_from(&granted)))
}

pub(super) fn scopes_of(text: &str, name: &str) -> Result<ScopeSet> {
    ScopeSet::parse(text).map_err(|reason| Error::argument(Phase::Config, name, reason))
}

/// Creates a JavaScript array. The core passes one string, which JavaScript splits at the spaces, because scopes contain
/// none. To pass the scopes one by one, the core would have to call JavaScript for each of them.
pub(super) fn list_of(scopes: &ScopeSet) -> Array {
    if scopes.is_empty() { Array::new() } else { SPACE.with(|space| split(&scopes.to_string(), space)) }
}

#[wasm_bindgen]
extern "C" {
    /// Takes a Rust string. The binding of js-sys takes a `JsString`, which another call would have to create first.
    #[wasm_bindgen(js_namespace = ["String", "prototype", "split"], js_name = call)]
    fn split(text: &str, separator: &JsString) -> Array;
}

thread_local! {
    static SPACE: JsString = JsString::from(" ");
}
