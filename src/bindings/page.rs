//! A login that a page starts, as JavaScript sees it: client_config.rs, authorization_response.rs and
//! pending_authorization.rs.

use js_sys::Object;
use wasm_bindgen::prelude::*;

use super::Client;
use crate::authorization_response::{Callback, is_callback, validate_in_page};
use crate::client_config::{self, ClientConfig, check_page_origin};
use crate::endpoints::Endpoints;
use crate::error::{Phase, Result};
use crate::host::Properties;
use crate::pending_authorization::{self, Pending};
use crate::state::State;

/// The client of a login that a page starts: `{ clientId, redirectUri, scopes?, endpoints? }`, or `{ client }` with
/// what a client says of itself. `origin` is the page's.
#[wasm_bindgen(js_name = pageClient)]
pub fn page_client(options: &JsValue, origin: &str) -> core::result::Result<Client, JsValue> {
    Ok(page_config(options, origin)?.into())
}

/// Throws that a page cannot start a login, for want of this property of the browser's.
#[wasm_bindgen(js_name = refusePage, unchecked_return_type = "never")]
pub fn refuse_page(lacks: &str) -> core::result::Result<(), JsValue> {
    Err(client_config::refuse_page(lacks).into())
}

/// Throws when options carry a client secret.
#[wasm_bindgen(js_name = refuseSecret)]
pub fn refuse_secret(options: &JsValue) -> core::result::Result<(), JsValue> {
    Ok(check_no_secret(&Properties::of(options, "options", Phase::Config)?)?)
}

/// The names under which somebody might give a client secret.
const SECRET_NAMES: [&str; 3] = ["clientSecret", "client_secret", "secret"];

/// Whatever a page holds, everybody can read who opens it.
fn check_no_secret(options: &Properties<'_>) -> Result<()> {
    for name in SECRET_NAMES {
        if options.get(name)?.is_some() {
            return Err(options.error(name, "must not be given to a browser, which cannot keep it secret"));
        }
    }
    Ok(())
}

fn page_config(options: &JsValue, origin: &str) -> Result<ClientConfig> {
    let options = Properties::of(options, "options", Phase::Config)?;
    check_no_secret(&options)?;
    check_page_origin(origin)?;
    let Some(client) = options.get("client")? else {
        let given = options.get("endpoints")?.unwrap_or_else(|| Object::new().into());
        let given = Properties::of(&given, "endpoints", Phase::Config)?.with_prefix("endpoints.");
        return config_in_page(&options, &given, origin);
    };
    let client = Properties::of(&client, "client", Phase::Config)?.with_prefix("client.");
    check_no_secret(&client)?;
    if client.get("confidential")?.is_none_or(|confidential| confidential.is_truthy()) {
        return Err(options.error("client", "has a secret: create one without clientSecret for a browser"));
    }
    for name in ["clientId", "redirectUri", "scopes", "endpoints"] {
        if options.get(name)?.is_some() {
            return Err(options.error(name, "is given beside client, which has its own"));
        }
    }
    config_in_page(&client, &client, origin)
}

fn config_in_page(client: &Properties<'_>, endpoints: &Properties<'_>, origin: &str) -> Result<ClientConfig> {
    let endpoints = Endpoints::new(
        endpoints.string("authorizeUrl")?.as_deref(),
        endpoints.string("tokenUrl")?.as_deref(),
        endpoints.string("apiUrl")?.as_deref(),
    )?;
    ClientConfig::in_page(
        &client.required_string("clientId")?,
        &client.required_string("redirectUri")?,
        client.scopes("scopes")?,
        endpoints,
        origin,
    )
}

#[wasm_bindgen]
impl Client {
    /// Whether an address is at the redirect URI, whatever it carries.
    #[wasm_bindgen(js_name = isCallback)]
    pub fn is_callback(&self, address: &str) -> bool {
        is_callback(&self.config, address)
    }

    /// Judges a callback for a page that waits for it and gives its code; `undefined` when the user said no.
    #[wasm_bindgen(js_name = validateInPage)]
    pub fn validate_in_page(&self, address: &str, state: &str) -> core::result::Result<Option<String>, JsValue> {
        let code = validate_in_page(&self.config, Callback::Text(address), &State::remembered(state)?)?;
        Ok(code.map(|code| code.expose().to_owned()))
    }
}

/// How long a page waits for the callback, in milliseconds.
#[wasm_bindgen(js_name = waitingTime)]
pub fn waiting_time(wanted: &JsValue) -> core::result::Result<u32, JsValue> {
    let wanted = if wanted.is_undefined() { None } else { Some(wanted.as_f64().unwrap_or(f64::NAN)) };
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

/// Judges the address of a page that was loaded and gives its code; `undefined` when the user said no. `pending` is what
/// was remembered of the login: the client's options with `state` and `startedAt`; `undefined` when nothing was.
#[wasm_bindgen(js_name = completeRedirect)]
pub fn complete_redirect(
    address: &str,
    pending: &JsValue,
    origin: &str,
    now: f64,
) -> core::result::Result<Option<String>, JsValue> {
    let pending = if pending.is_undefined() { None } else { Some(pending_of(pending, origin)?) };
    let code = pending_authorization::complete(address, pending.as_ref(), now)?;
    Ok(code.map(|code| code.expose().to_owned()))
}

fn pending_of(pending: &JsValue, origin: &str) -> Result<Pending> {
    let properties = Properties::of(pending, "pending", Phase::Callback)?;
    Ok(Pending {
        client: page_config(pending, origin)?,
        state: State::remembered(&properties.required_string("state")?)?,
        started_at: properties.required_number("startedAt")?,
    })
}
