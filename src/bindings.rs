//! The core as JavaScript sees it. Only conversions stand here; the rules are in the other modules.
//!
//! In: JavaScript values. Out: JavaScript values, or a thrown plain object with the members of [`Error`], from which
//! js/error.js makes a `BitbucketAuthError`. What never happens here: a trap, or a value in an error.

use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::authorization_request::{AuthorizationRequest, authorization_url};
use crate::authorization_response::{Callback, validate};
use crate::client_config::{ClientConfig, Environment, variable};
use crate::endpoints::Endpoints;
use crate::error::{Code, Error, Phase, Result};
use crate::host::{self, CallbackValue, Properties};
use crate::pkce::CodeVerifier;
use crate::scope::ScopeSet;
use crate::secret::Secret;
use crate::state::State;
use crate::token_request::{Grant, TokenRequest};
use crate::token_response::{self, TokenResponse, is_token};
use crate::token_set::{self, Previous};

/// What is thrown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorView {
    code: &'static str,
    phase: &'static str,
    message: String,
    retryable: bool,
    reauthorize: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<f64>,
}

impl From<Box<Error>> for JsValue {
    fn from(error: Box<Error>) -> Self {
        to_js(&ErrorView {
            code: error.code.as_str(),
            phase: error.phase.as_str(),
            message: error.message(),
            retryable: error.retryable(),
            reauthorize: error.reauthorize(),
            error: error.error,
            error_description: error.error_description,
            status: error.status,
            field: error.field,
            retry_after: error.retry_after.map(|wait| wait as f64),
        })
    }
}

/// Serializing these plain structures into JavaScript objects cannot fail; `undefined` would stand for it.
fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::new()).unwrap_or(JsValue::UNDEFINED)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizationRequestView<'a> {
    url: &'a str,
    state: &'a str,
    code_verifier: &'a str,
    code_challenge: &'a str,
    redirect_uri: &'a str,
}

#[derive(Serialize)]
struct TokenRequestView<'a> {
    method: &'static str,
    url: &'a str,
    headers: HeadersView<'a>,
    body: &'a str,
}

#[derive(Serialize)]
struct HeadersView<'a> {
    #[serde(rename = "Accept")]
    accept: &'static str,
    #[serde(rename = "Content-Type")]
    content_type: &'static str,
    #[serde(rename = "Authorization", skip_serializing_if = "Option::is_none")]
    authorization: Option<&'a str>,
}

impl TokenRequest {
    fn to_js(&self) -> JsValue {
        to_js(&TokenRequestView {
            method: Self::METHOD,
            url: &self.url,
            headers: HeadersView {
                accept: Self::ACCEPT,
                content_type: Self::CONTENT_TYPE,
                authorization: self.authorization.as_ref().map(Secret::expose),
            },
            body: self.body.expose(),
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenSetView<'a> {
    access_token: &'a str,
    token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<f64>,
    scopes: Vec<&'a str>,
}

/// A client, validated once and used for as long as the process runs.
#[wasm_bindgen]
pub struct Client(ClientConfig);

#[wasm_bindgen]
impl Client {
    /// Validates `{ clientId, clientSecret?, redirectUri, scopes?, endpoints? }`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> core::result::Result<Client, JsValue> {
        Ok(Self(client_config(options)?))
    }

    /// The Key.
    #[wasm_bindgen(getter, js_name = clientId)]
    pub fn client_id(&self) -> String {
        self.0.client_id().to_owned()
    }

    /// Where Bitbucket sends the user back to, byte for byte as configured.
    #[wasm_bindgen(getter, js_name = redirectUri)]
    pub fn redirect_uri(&self) -> String {
        self.0.redirect_uri().as_str().to_owned()
    }

    /// The scopes that are requested, in order.
    #[wasm_bindgen(getter)]
    pub fn scopes(&self) -> Vec<String> {
        self.0.scopes().to_vec()
    }

    /// The authorization endpoint.
    #[wasm_bindgen(getter, js_name = authorizeUrl)]
    pub fn authorize_url(&self) -> String {
        self.0.endpoints().authorize.as_str().to_owned()
    }

    /// The token endpoint.
    #[wasm_bindgen(getter, js_name = tokenUrl)]
    pub fn token_url(&self) -> String {
        self.0.endpoints().token.as_str().to_owned()
    }

    /// The API's base.
    #[wasm_bindgen(getter, js_name = apiUrl)]
    pub fn api_url(&self) -> String {
        self.0.endpoints().api.as_str().to_owned()
    }

    /// Whether the client has a secret (RFC 6749 section 2.1).
    #[wasm_bindgen(getter)]
    pub fn confidential(&self) -> bool {
        self.0.client_secret().is_some()
    }

    /// The address for a host that appends state and PKCE by itself.
    #[wasm_bindgen(js_name = authorizationUrl)]
    pub fn authorization_url(&self) -> String {
        authorization_url(&self.0)
    }

    /// `{ url, state, codeVerifier, codeChallenge, redirectUri }`.
    #[wasm_bindgen(js_name = createAuthorizationRequest)]
    pub fn create_authorization_request(&self, extra_params: &JsValue) -> core::result::Result<JsValue, JsValue> {
        let extra = host::string_entries(extra_params, "extraParams", Phase::Authorize)?;
        let request = AuthorizationRequest::new(&self.0, &host::random_bytes()?, &extra)?;
        Ok(to_js(&AuthorizationRequestView {
            url: &request.url,
            state: request.state.expose(),
            code_verifier: request.code_verifier.expose(),
            code_challenge: &request.code_challenge,
            redirect_uri: self.0.redirect_uri().as_str(),
        }))
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
        Ok(validate(&self.0, callback, &state)?.expose().to_owned())
    }

    /// `{ method, url, headers, body }` that exchanges a code.
    #[wasm_bindgen(js_name = buildTokenRequest)]
    pub fn build_token_request(
        &self,
        code: &JsValue,
        code_verifier: &JsValue,
        redirect_uri: &JsValue,
    ) -> core::result::Result<JsValue, JsValue> {
        let code = host::string(code, "code", Phase::Exchange)?;
        let code_verifier = host::optional_string(code_verifier, "codeVerifier", Phase::Exchange)?;
        let code_verifier = code_verifier.as_deref().map(CodeVerifier::parse).transpose()?;
        let redirect_uri = host::optional_string(redirect_uri, "redirectUri", Phase::Exchange)?;
        let request =
            TokenRequest::authorization_code(&self.0, &code, code_verifier.as_ref(), redirect_uri.as_deref())?;
        Ok(request.to_js())
    }

    /// `{ method, url, headers, body }` that refreshes tokens.
    #[wasm_bindgen(js_name = buildRefreshRequest)]
    pub fn build_refresh_request(&self, refresh_token: &JsValue) -> core::result::Result<JsValue, JsValue> {
        let refresh_token = host::string(refresh_token, "refreshToken", Phase::Refresh)?;
        Ok(TokenRequest::refresh_token(&self.0, &refresh_token)?.to_js())
    }

    /// `{ method, url, headers, body }` that asks for a token of the client itself.
    #[wasm_bindgen(js_name = buildClientCredentialsRequest)]
    pub fn build_client_credentials_request(&self) -> core::result::Result<JsValue, JsValue> {
        Ok(TokenRequest::client_credentials(&self.0)?.to_js())
    }

    /// Judges `{ status, headers, body, receivedAt, grant, previous?, request? }` and gives a token set. The headers
    /// have lower-case names; the body is a `Uint8Array`.
    #[wasm_bindgen(js_name = parseTokenResponse)]
    pub fn parse_token_response(&self, response: &JsValue) -> core::result::Result<JsValue, JsValue> {
        Ok(parse_token_response(&self.0, response)?)
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

fn parse_token_response(client: &ClientConfig, response: &JsValue) -> Result<JsValue> {
    let response = Properties::of(response, "response", Phase::Exchange)?;
    let grant = Grant::from_name(&response.required_string("grant")?)
        .ok_or_else(|| response.error("grant", "must be authorization_code, refresh_token or client_credentials"))?;
    let response = response.in_phase(grant.phase());
    let status = response.required_number("status")?;
    if !(100.0..=599.0).contains(&status) || status.fract() != 0.0 {
        return Err(response.error("status", "is not an HTTP status"));
    }
    let headers = response.get("headers")?.unwrap_or_else(|| Object::new().into());
    let headers = Properties::of(&headers, "headers", grant.phase())?.with_prefix("headers.");
    let content_type = headers.string("content-type")?;
    let www_authenticate = headers.string("www-authenticate")?;
    let retry_after = headers.string("retry-after")?;
    let body: Uint8Array = response
        .get("body")?
        .and_then(|body| host::bytes(&body))
        .ok_or_else(|| response.error("body", "is neither a string nor a Uint8Array"))?;
    // One byte over the limit tells as much as all of them.
    let looked_at = body.length().min(token_response::LARGEST_BODY as u32 + 1);
    let body = body.subarray(0, looked_at);
    let previous = previous(response.get("previous")?.as_ref());
    let request_body = match response.get("request")? {
        None => None,
        Some(request) => {
            Properties::of(&request, "request", grant.phase())?.with_prefix("request.").string("body")?
        }
    };
    let tokens = token_response::parse(
        client,
        &TokenResponse {
            status: status as u16,
            content_type: content_type.as_deref(),
            www_authenticate: www_authenticate.as_deref(),
            retry_after: retry_after.as_deref(),
            body: &body.to_vec(),
            received_at: response.required_number("receivedAt")?,
            grant,
            request_body: request_body.as_deref(),
        },
        &previous,
    )?;
    Ok(to_js(&TokenSetView {
        access_token: tokens.access_token.expose(),
        token_type: "bearer",
        refresh_token: tokens.refresh_token.as_ref().map(Secret::expose),
        expires_at: tokens.expires_at,
        scopes: tokens.scopes.iter().collect(),
    }))
}

/// What is known from before. It comes out of a store, and a hint that cannot be used must not cost the tokens that have
/// just arrived, so it is left out.
fn previous(value: Option<&JsValue>) -> Previous {
    let Some(Ok(hints)) = value.map(|value| Properties::of(value, "previous", Phase::Refresh)) else {
        return Previous::default();
    };
    let refresh_token = hints.string("refreshToken").ok().flatten().filter(|token| is_token(token));
    Previous { refresh_token: refresh_token.map(Secret::new), scopes: hints.scopes("scopes").ok().flatten() }
}

/// Reads an environment: `{ client?, apiUrl?, timeoutMs, problems }`. Without `client` OAuth cannot be offered;
/// without `apiUrl` the API's override is unusable. `problems` has an INVALID_CONFIG error for each variable that is
/// missing or wrong.
#[wasm_bindgen(js_name = readEnvironment)]
pub fn read_environment(env: &JsValue) -> core::result::Result<JsValue, JsValue> {
    let variables = Properties::of(env, "env", Phase::Config)?;
    let environment = Environment::read(|name| variables.string(name).ok().flatten());
    let result = Object::new();
    let set = |name: &str, value: JsValue| Reflect::set(&result, &JsValue::from_str(name), &value).map(drop);
    if let Some(client) = environment.client {
        set("client", Client(client).into())?;
    }
    if let Some(api) = environment.api {
        set("apiUrl", api.as_str().into())?;
    }
    set("timeoutMs", environment.timeout_ms.into())?;
    set(
        "problems",
        environment.problems.into_iter().map(|problem| JsValue::from(Box::new(problem))).collect::<Array>().into(),
    )?;
    Ok(result.into())
}

/// The environment variables that [`read_environment`] looks at.
#[wasm_bindgen(js_name = environmentVariables)]
pub fn environment_variables() -> Vec<String> {
    variable::ALL.into_iter().map(str::to_owned).collect()
}

/// The scopes that are requested when none are configured.
#[wasm_bindgen(js_name = defaultScopes)]
pub fn default_scopes() -> Vec<String> {
    ScopeSet::defaults().to_vec()
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

fn scopes_argument(value: &JsValue, name: &str) -> Result<ScopeSet> {
    host::scopes(value)
        .ok_or_else(|| Error::argument(Phase::Config, name, "is neither a string nor a list of strings"))
}

/// Whether an access token is past its time; without a time it is not known to be.
#[wasm_bindgen(js_name = isExpired)]
pub fn is_expired(expires_at: Option<f64>, now: f64) -> bool {
    token_set::is_expired(expires_at, now)
}

/// The error object for a failure that only JavaScript can see, with the message and flags of the one table.
#[wasm_bindgen]
pub fn failure(code: &str, phase: &str, details: &JsValue) -> core::result::Result<JsValue, JsValue> {
    let unknown = |name| Error::argument(Phase::Config, name, "is not known");
    let code = Code::from_name(code).ok_or_else(|| unknown("code"))?;
    let phase = Phase::from_name(phase).ok_or_else(|| unknown("phase"))?;
    let mut error = Error::new(code, phase);
    if !details.is_undefined() {
        let details = Properties::of(details, "details", phase)?;
        let number = |name| -> Result<Option<f64>> { Ok(details.get(name)?.and_then(|value| value.as_f64())) };
        error.status = number("status")?.map(|status| status as u16);
        error.retry_after = number("retryAfter")?.map(|wait| wait as u64);
        error.field = details.string("field")?;
    }
    Ok(error.into())
}
