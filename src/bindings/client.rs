//! The client as JavaScript sees it: client_config.rs, authorization_request.rs and authorization_response.rs.

use js_sys::Object;
use wasm_bindgen::prelude::*;

use super::Members;
use crate::authorization_request::{AuthorizationRequest, authorization_url};
use crate::authorization_response::{Callback, validate};
use crate::client_config::ClientConfig;
use crate::endpoints::Endpoints;
use crate::error::{Error, Phase, Result};
use crate::host::{self, CallbackValue, Properties};
use crate::js_runtime::random_bytes;
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

#[wasm_bindgen]
impl Client {
    /// Validates `{ clientId, clientSecret?, redirectUri, scopes?, endpoints? }`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> core::result::Result<Client, JsValue> {
        Ok(client_config(options)?.into())
    }

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
    #[wasm_bindgen(getter)]
    pub fn scopes(&self) -> Vec<String> {
        self.config.scopes().to_vec()
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

    /// `{ url, state, codeVerifier, codeChallenge, redirectUri }`. `extra_params` is a form.
    #[wasm_bindgen(js_name = createAuthorizationRequest)]
    pub fn create_authorization_request(
        &self,
        extra_params: Option<String>,
    ) -> core::result::Result<JsValue, JsValue> {
        let extra: Vec<_> =
            form_urlencoded::parse(extra_params.unwrap_or_default().as_bytes()).into_owned().collect();
        let request = AuthorizationRequest::new(&self.config, &self.address, &random_bytes()?, &extra)?;
        Ok(Members::new()
            .text("url", Some(&request.url))
            .text("state", Some(request.state.expose()))
            .text("codeVerifier", Some(request.code_verifier.expose()))
            .text("codeChallenge", Some(&request.code_challenge))
            .text("redirectUri", Some(self.config.redirect_uri().as_str()))
            .into_js())
    }

    /// Judges a callback (string, `URL` or `URLSearchParams`) and gives its code.
    #[wasm_bindgen(js_name = validateAuthorizationResponse)]
    pub fn validate_authorization_response(
        &self,
        callback: &JsValue,
        state: &JsValue,
    ) -> core::result::Result<String, JsValue> {
        let state = State::remembered(&host::string(state, "state", Phase::Callback)?)?;
        let value = host::callback(callback).ok_or_else(|| {
            Error::argument(Phase::Callback, "callback", "is not a string, a URL or URLSearchParams")
        })?;
        let callback = match &value {
            CallbackValue::Text(text) => Callback::Text(text),
            CallbackValue::Query(query) => Callback::Query(query),
        };
        Ok(validate(&self.config, callback, &state)?.expose().to_owned())
    }
}

fn client_config(options: &JsValue) -> Result<ClientConfig> {
    let options = Properties::of(options, "options", Phase::Config)?;
    let client_id = options.required_string("clientId")?;
    let client_secret = options.string("clientSecret")?;
    let redirect_uri = options.required_string("redirectUri")?;
    let scopes = options.scopes("scopes")?;
    let overrides = options.get("endpoints")?.unwrap_or_else(|| Object::new().into());
    let overrides = Properties::of(&overrides, "endpoints", Phase::Config)?.with_prefix("endpoints.");
    let endpoints = Endpoints::new(
        overrides.string("authorizeUrl")?.as_deref(),
        overrides.string("tokenUrl")?.as_deref(),
        overrides.string("apiUrl")?.as_deref(),
    )?;
    ClientConfig::new(&client_id, client_secret.as_deref(), &redirect_uri, scopes, endpoints)
}
