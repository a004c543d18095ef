//! A login that a page starts, as JavaScript sees it: client_config.rs and pending_authorization.rs.

use wasm_bindgen::prelude::*;

use super::Client;
use super::scopes::scopes_of;
use crate::client_config::{self, ClientConfig, check_page_origin};
use crate::endpoints::Endpoints;
use crate::error::{Error, Phase};
use crate::pending_authorization;

/// The client of a login that a page of this origin starts.
#[wasm_bindgen(js_name = pageClient)]
pub fn page_client(
    origin: &str,
    client_id: Option<String>,
    redirect_uri: Option<String>,
    scopes: Option<String>,
    authorize_url: Option<String>,
    token_url: Option<String>,
    api_url: Option<String>,
) -> core::result::Result<Client, JsValue> {
    check_page_origin(origin)?;
    let missing = |name| Error::argument(Phase::Config, name, "is missing");
    let client_id = client_id.ok_or_else(|| missing("clientId"))?;
    let redirect_uri = redirect_uri.ok_or_else(|| missing("redirectUri"))?;
    let scopes = scopes.map(|scopes| scopes_of(&scopes, "scopes")).transpose()?;
    let endpoints = Endpoints::new(authorize_url.as_deref(), token_url.as_deref(), api_url.as_deref())?;
    Ok(ClientConfig::in_page(&client_id, &redirect_uri, scopes, endpoints, origin)?.into())
}

/// The client of a front end that builds addresses and judges callbacks by itself. `origin` is its page's, where it is in one.
#[wasm_bindgen(js_name = publicClient)]
pub fn public_client(
    origin: Option<String>,
    client_id: &str,
    redirect_uri: &str,
    scopes: Option<String>,
    authorize_url: Option<String>,
    token_url: Option<String>,
    api_url: Option<String>,
) -> core::result::Result<Client, JsValue> {
    let scopes = scopes.map(|scopes| scopes_of(&scopes, "scopes")).transpose()?;
    let endpoints = Endpoints::new(authorize_url.as_deref(), token_url.as_deref(), api_url.as_deref())?;
    Ok(ClientConfig::public(client_id, redirect_uri, scopes, endpoints, origin.as_deref())?.into())
}

/// Throws when one of these members of a page's options says what the client beside it says itself.
#[wasm_bindgen(js_name = checkBesideClient)]
pub fn check_beside_client(members: Vec<String>) -> core::result::Result<(), JsValue> {
    Ok(client_config::check_beside_client(&members)?)
}

/// Throws that a page cannot start a login, for want of this property of the browser's.
#[wasm_bindgen(js_name = refusePage, unchecked_return_type = "never")]
pub fn refuse_page(
    #[wasm_bindgen(unchecked_param_type = "'window' | 'sessionStorage' | 'BroadcastChannel'")] lacks: &str,
) -> core::result::Result<(), JsValue> {
    Err(client_config::refuse_page(lacks).into())
}

/// How long a page waits for the callback, in milliseconds.
#[wasm_bindgen(js_name = waitingTime)]
pub fn waiting_time(wanted: Option<f64>) -> core::result::Result<u32, JsValue> {
    Ok(pending_authorization::waiting_time(wanted)?)
}

/// Whether a login that began then is over.
#[wasm_bindgen(js_name = isPendingOver)]
pub fn is_pending_over(started_at: f64, now: f64) -> bool {
    pending_authorization::is_over(started_at, now)
}

/// The state of the response that a page's address carries; empty without one, `undefined` without a response.
#[wasm_bindgen(js_name = responseState)]
pub fn response_state(address: &str, is_pending: bool) -> Option<String> {
    pending_authorization::response_state(address, is_pending)
}

/// An address without the parameters of a response.
#[wasm_bindgen(js_name = withoutResponse)]
pub fn without_response(address: &str) -> String {
    pending_authorization::without_response(address)
}

/// Throws for a response that belongs to no login that began here, unless it says that the user said no.
#[wasm_bindgen(js_name = checkStrayResponse)]
pub fn check_stray_response(address: &str) -> core::result::Result<(), JsValue> {
    Ok(pending_authorization::check_stray(address)?)
}
