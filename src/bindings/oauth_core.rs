//! The JavaScript bindings of src/client_config.rs, src/authorization_request.rs, src/authorization_response.rs and
//! src/pending_authorization.rs: the OAuth client.

use js_sys::{Array, JsString};
use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::scopes::list_of;
use super::to_js_value;
use crate::authorization_request::{self, authorization_url};
use crate::authorization_response::{is_callback_url, validate, validate_in_page};
use crate::client_config::ClientConfig;
use crate::js_runtime::{random_bytes, text_of};
use crate::pending_authorization;
use crate::state::State;

/// An OAuth client, validated once and used for as long as the process runs.
#[wasm_bindgen]
pub struct OAuthCore {
    pub(super) config: ClientConfig,
    /// The authorization URL without state and PKCE.
    authorization_url: String,
}

impl From<ClientConfig> for OAuthCore {
    fn from(config: ClientConfig) -> Self {
        Self { authorization_url: authorization_url(&config), config }
    }
}

/// An authorization request. The caller keeps it until the callback.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizationRequest<'a> {
    /// The URL to send the user to.
    url: &'a str,
    /// The state. The caller keeps it in the user's session and passes it to `validateAuthorizationResponse`.
    state: &'a str,
    /// The code verifier (RFC 7636 section 4.1). The caller keeps it in the user's session and passes it to
    /// `buildTokenRequest`.
    code_verifier: &'a str,
    /// The S256 challenge of the verifier (RFC 7636 section 4.2).
    code_challenge: &'a str,
    /// The redirect URI in the request.
    redirect_uri: &'a str,
}

#[wasm_bindgen]
impl OAuthCore {
    /// The Key of the OAuth consumer.
    #[wasm_bindgen(getter, js_name = clientId)]
    pub fn client_id(&self) -> String {
        self.config.client_id().to_owned()
    }

    /// The redirect URI, byte for byte as configured.
    #[wasm_bindgen(getter, js_name = redirectUri)]
    pub fn redirect_uri(&self) -> String {
        self.config.redirect_uri().as_str().to_owned()
    }

    /// The scopes to request, in order.
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

    /// The API's base URL.
    #[wasm_bindgen(getter, js_name = apiUrl)]
    pub fn api_url(&self) -> String {
        self.config.endpoints().api.as_str().to_owned()
    }

    /// Whether the client is confidential, that is, has a secret (RFC 6749 section 2.1).
    #[wasm_bindgen(getter)]
    pub fn confidential(&self) -> bool {
        self.config.client_secret().is_some()
    }

    /// The authorization URL without state and PKCE, for NocoDB. NocoDB appends its own state and PKCE parameters.
    #[wasm_bindgen(js_name = authorizationUrl)]
    pub fn authorization_url(&self) -> String {
        self.authorization_url.clone()
    }

    /// Starts a login. `extra_params` are form-encoded.
    #[wasm_bindgen(js_name = createAuthorizationRequest, unchecked_return_type = "AuthorizationRequest")]
    pub fn create_authorization_request(
        &self,
        extra_params: Option<String>,
    ) -> core::result::Result<JsValue, JsValue> {
        let extra = extra_params.unwrap_or_default();
        let extra: Vec<_> = form_urlencoded::parse(extra.as_bytes()).into_owned().collect();
        let request = authorization_request::AuthorizationRequest::new(
            &self.config,
            &self.authorization_url,
            &random_bytes()?,
            &extra,
        )?;
        Ok(to_js_value(&AuthorizationRequest {
            url: &request.url,
            state: request.state.expose(),
            code_verifier: request.code_verifier.expose(),
            code_challenge: &request.code_challenge,
            redirect_uri: self.config.redirect_uri().as_str(),
        }))
    }

    /// Validates a callback and returns its code.
    #[wasm_bindgen(js_name = validateAuthorizationResponse, unchecked_return_type = "string")]
    pub fn validate_authorization_response(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] callback: &JsString,
        state: &str,
    ) -> core::result::Result<JsValue, JsValue> {
        Ok(validate(&self.config, &text_of(callback), &State::remembered(state)?)?.expose().into())
    }

    /// Whether a URL has the redirect URI's origin and path.
    #[wasm_bindgen(js_name = isCallbackUrl)]
    pub fn is_callback_url(&self, url: &str) -> bool {
        is_callback_url(&self.config, url)
    }

    /// Validates a callback for which a page waits. Returns the callback's code; `undefined` if the user denied
    /// access.
    #[wasm_bindgen(js_name = validateInPage)]
    pub fn validate_in_page(&self, url: &str, state: &str) -> core::result::Result<Option<String>, JsValue> {
        let code = validate_in_page(&self.config, url, &State::remembered(state)?)?;
        Ok(code.map(|code| code.expose().to_owned()))
    }

    /// Validates the callback in the URL of a loaded page against the pending login. Returns the callback's code;
    /// `undefined` if the user denied access.
    #[wasm_bindgen(js_name = completeRedirect)]
    pub fn complete_redirect(
        &self,
        url: &str,
        state: &str,
        started_at: f64,
        now: f64,
    ) -> core::result::Result<Option<String>, JsValue> {
        let state = State::remembered(state)?;
        let code = pending_authorization::complete(&self.config, url, &state, started_at, now)?;
        Ok(code.map(|code| code.expose().to_owned()))
    }
}
