//! The JavaScript bindings of `src/client_config.rs` and `src/pending_authorization.rs`: logins that a page starts.

use wasm_bindgen::prelude::*;

use super::OAuthCore;
use super::scopes::scopes_of;
use crate::client_config::{self, ClientConfig, check_page_origin};
use crate::endpoints::Endpoints;
use crate::error::{Error, Phase};
use crate::pending_authorization;

/// The client for a login that a page of this origin starts.
#[wasm_bindgen(js_name = createPageCore)]
pub fn create_page_core(
    origin: &str,
    client_id: Option<String>,
    redirect_uri: Option<String>,
    scopes: Option<String>,
    authorize_url: Option<String>,
    token_url: Option<String>,
    api_url: Option<String>,
) -> core::result::Result<OAuthCore, JsValue> {
    check_page_origin(origin)?;
    let missing = |name| Error::argument(Phase::Config, name, "is missing");
    let client_id = client_id.ok_or_else(|| missing("clientId"))?;
    let redirect_uri = redirect_uri.ok_or_else(|| missing("redirectUri"))?;
    let scopes = scopes.map(|scopes| scopes_of(&scopes, "scopes")).transpose()?;
    let endpoints = Endpoints::new(authorize_url.as_deref(), token_url.as_deref(), api_url.as_deref())?;
    Ok(ClientConfig::in_page(&client_id, &redirect_uri, scopes, endpoints, origin)?.into())
}

/// The client for a front end that builds authorization URLs and validates callbacks by itself. `origin` is the
/// origin of the page, if the front end runs in a page.
#[wasm_bindgen(js_name = createPublicCore)]
pub fn create_public_core(
    origin: Option<String>,
    client_id: &str,
    redirect_uri: &str,
    scopes: Option<String>,
    authorize_url: Option<String>,
    token_url: Option<String>,
    api_url: Option<String>,
) -> core::result::Result<OAuthCore, JsValue> {
    let scopes = scopes.map(|scopes| scopes_of(&scopes, "scopes")).transpose()?;
    let endpoints = Endpoints::new(authorize_url.as_deref(), token_url.as_deref(), api_url.as_deref())?;
    Ok(ClientConfig::public(client_id, redirect_uri, scopes, endpoints, origin.as_deref())?.into())
}

/// Throws if one of these members of a page's options repeats a property of the given client.
#[wasm_bindgen(js_name = rejectClientOverrides)]
pub fn reject_client_overrides(members: Vec<String>) -> core::result::Result<(), JsValue> {
    Ok(client_config::check_client_overrides(&members)?)
}

/// Throws the error for a page that cannot start a login because the browser lacks this feature.
#[wasm_bindgen(js_name = throwMissingFeature, unchecked_return_type = "never")]
pub fn throw_missing_feature(
    #[wasm_bindgen(unchecked_param_type = "'window' | 'sessionStorage' | 'BroadcastChannel'")] feature: &str,
) -> core::result::Result<(), JsValue> {
    Err(client_config::missing_feature(feature).into())
}

/// How long a page waits for the callback, in milliseconds. Throws if the requested time is out of range.
#[wasm_bindgen(js_name = loginTimeout)]
pub fn login_timeout(requested: Option<f64>) -> core::result::Result<u32, JsValue> {
    Ok(pending_authorization::login_timeout(requested)?)
}

/// Whether the login that began at `started_at` has expired.
#[wasm_bindgen(js_name = isLoginExpired)]
pub fn is_login_expired(started_at: f64, now: f64) -> bool {
    pending_authorization::is_expired(started_at, now)
}

/// The state of the authorization response in a page's URL: empty if the response has no state, `undefined` if the URL
/// has no response.
#[wasm_bindgen(js_name = callbackState)]
pub fn callback_state(url: &str, is_login_pending: bool) -> Option<String> {
    pending_authorization::callback_state(url, is_login_pending)
}

/// A URL without the parameters of an authorization response.
#[wasm_bindgen(js_name = removeCallbackParameters)]
pub fn remove_callback_parameters(url: &str) -> String {
    pending_authorization::remove_callback_parameters(url)
}

/// Throws for an authorization response that belongs to no pending login, unless the response says that the user denied
/// access.
#[wasm_bindgen(js_name = checkUnmatchedCallback)]
pub fn check_unmatched_callback(url: &str) -> core::result::Result<(), JsValue> {
    Ok(pending_authorization::check_unmatched(url)?)
}
