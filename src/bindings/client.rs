//! The client as JavaScript sees it: client_config.rs, authorization_request.rs and authorization_response.rs.

use js_sys::{Array, JsString};
use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::leave;
use super::scopes::list_of;
use crate::authorization_request::{self, authorization_url};
use crate::authorization_response::{is_callback, validate, validate_in_page};
use crate::client_config::ClientConfig;
use crate::js_runtime::{random_bytes, text_of};
use crate::pending_authorization;
use crate::state::State;

/// A client, validated once and used for as long as the process runs.
#[wasm_bindgen]
pub struct Client {
    pub(super) config: ClientConfig,
    /// What every address of this client begins with.
    address: String,
}

impl From<ClientConfig> for Client {
    fn from(config: ClientConfig) -> Self {
        Self { address: authorization_url(&config), config }
    }
}

/// What has to be remembered between sending the user to Bitbucket and the callback.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizationRequest<'a> {
    /// Where to send the user.
    url: &'a str,
    /// Belongs in the user's session; checked by `validateAuthorizationResponse`.
    state: &'a str,
    /// Belongs in the user's session; for `buildTokenRequest` (RFC 7636 section 4.1).
    code_verifier: &'a str,
    /// S256 of the verifier (RFC 7636 section 4.2).
    code_challenge: &'a str,
    /// As sent.
    redirect_uri: &'a str,
}

#[wasm_bindgen]
impl Client {
    /// The Key.
    #[wasm_bindgen(getter, js_name = clientId)]
    pub fn client_id(&self) -> String {
        self.config.client_id().to_owned()
    }

    /// Where Bitbucket sends the user back to, byte for byte as configured.
    #[wasm_bindgen(getter, js_name = redirectUri)]
    pub fn redirect_uri(&self) -> String {
        self.config.redirect_uri().as_str().to_owned()
    }

    /// The scopes that are requested, in order.
    #[wasm_bindgen(getter, unchecked_return_type = "string[]")]
    pub fn scopes(&self) -> Array {
        list_of(self.config.scopes())
    }

    /// The authorization endpoint.
    #[wasm_bindgen(getter, js_name = authorizeUrl)]
    pub fn authorize_url(&self) -> String {
        self.config.endpoints().authorize.as_str().to_owned()
    }

    /// The token endpoint.
    #[wasm_bindgen(getter, js_name = tokenUrl)]
    pub fn token_url(&self) -> String {
        self.config.endpoints().token.as_str().to_owned()
    }

    /// The API's base.
    #[wasm_bindgen(getter, js_name = apiUrl)]
    pub fn api_url(&self) -> String {
        self.config.endpoints().api.as_str().to_owned()
    }

    /// Whether the client has a secret (RFC 6749 section 2.1).
    #[wasm_bindgen(getter)]
    pub fn confidential(&self) -> bool {
        self.config.client_secret().is_some()
    }

    /// The address for a host that appends state and PKCE by itself.
    #[wasm_bindgen(js_name = authorizationUrl)]
    pub fn authorization_url(&self) -> String {
        self.address.clone()
    }

    /// Starts a login. `extra_params` is a form.
    #[wasm_bindgen(js_name = createAuthorizationRequest, unchecked_return_type = "AuthorizationRequest")]
    pub fn create_authorization_request(
        &self,
        extra_params: Option<String>,
    ) -> core::result::Result<JsValue, JsValue> {
        let extra = extra_params.unwrap_or_default();
        let extra: Vec<_> = form_urlencoded::parse(extra.as_bytes()).into_owned().collect();
        let request =
            authorization_request::AuthorizationRequest::new(&self.config, &self.address, &random_bytes()?, &extra)?;
        Ok(leave(&AuthorizationRequest {
            url: &request.url,
            state: request.state.expose(),
            code_verifier: request.code_verifier.expose(),
            code_challenge: &request.code_challenge,
            redirect_uri: self.config.redirect_uri().as_str(),
        }))
    }

    /// Judges a callback and gives its code.
    #[wasm_bindgen(js_name = validateAuthorizationResponse, unchecked_return_type = "string")]
    pub fn validate_authorization_response(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] callback: &JsString,
        state: &str,
    ) -> core::result::Result<JsValue, JsValue> {
        Ok(validate(&self.config, &text_of(callback), &State::remembered(state)?)?.expose().into())
    }

    /// Whether an address is at the redirect URI, whatever it carries.
    #[wasm_bindgen(js_name = isCallback)]
    pub fn is_callback(&self, address: &str) -> bool {
        is_callback(&self.config, address)
    }

    /// Judges a callback for a page that waits for it and gives its code; `undefined` when the user said no.
    #[wasm_bindgen(js_name = validateInPage)]
    pub fn validate_in_page(&self, address: &str, state: &str) -> core::result::Result<Option<String>, JsValue> {
        let code = validate_in_page(&self.config, address, &State::remembered(state)?)?;
        Ok(code.map(|code| code.expose().to_owned()))
    }

    /// Judges the address of a page that was loaded, against the login that began there, and gives its code; `undefined`
    /// when the user said no.
    #[wasm_bindgen(js_name = completeRedirect)]
    pub fn complete_redirect(
        &self,
        address: &str,
        state: &str,
        started_at: f64,
        now: f64,
    ) -> core::result::Result<Option<String>, JsValue> {
        let state = State::remembered(state)?;
        let code = pending_authorization::complete(&self.config, address, &state, started_at, now)?;
        Ok(code.map(|code| code.expose().to_owned()))
    }
}
