//! The core as JavaScript sees it. Only conversions stand here; the rules are in the other modules.
//!
//! In: JavaScript values. Out: JavaScript values, or a thrown plain object with the members of [`Error`], from which
//! js/error.js makes a `BitbucketAuthError`. What never happens here: a trap, or a value in an error.

use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::api_request::{self, Redirect, Redirected};
use crate::api_response::{self, ApiResponse};
use crate::authorization_request::{AuthorizationRequest, authorization_url};
use crate::authorization_response::{Callback, validate};
use crate::client_config::{ClientConfig, Environment, RateLimit, variable};
use crate::connection_test::{self, ConnectionTest, Known};
use crate::credential::{Credential, Kind, Stored, segment};
use crate::endpoints::{Address, Endpoint, Endpoints, argument_error};
use crate::error::{Code, Error, Phase, Result};
use crate::host::{self, CallbackValue, Properties};
use crate::key_derivation::derive_key;
use crate::pkce::CodeVerifier;
use crate::rate_limit::{self, DEFAULT_LIMIT, Fields, resource_group};
use crate::refresh_policy::{Action, Answer, Event, Failure, Moment, RefreshPolicy, Times};
use crate::retry;
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    required: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    granted: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    announcement_url: Option<String>,
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
            required: error.required,
            granted: error.granted,
            announcement_url: error.announcement_url,
        })
    }
}

/// Serializing these plain structures into JavaScript objects cannot fail; `undefined` would stand for it.
fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::new()).unwrap_or(JsValue::UNDEFINED)
}

/// An object of those members that there are. Written out by hand where a structure would only be made for this: each
/// costs half a kilobyte of WebAssembly.
fn object<const N: usize>(members: [(&str, Option<JsValue>); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        if let Some(value) = value {
            // Only frozen objects refuse.
            let _ = Reflect::set(&object, &JsValue::from_str(name), &value);
        }
    }
    object.into()
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> JsValue {
    texts.map(JsValue::from_str).collect::<Array>().into()
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

    /// A key for one purpose, derived from the secret.
    #[wasm_bindgen(js_name = deriveKey)]
    pub fn derive_key(&self, purpose: &str) -> core::result::Result<Vec<u8>, JsValue> {
        let key = derive_key(&self.0, purpose)
            .ok_or_else(|| Error::argument(Phase::Config, "clientSecret", "is missing"))?;
        Ok(key.to_vec())
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
    let status = status_of(&response)?;
    let headers = response.get("headers")?.unwrap_or_else(|| Object::new().into());
    let headers = Properties::of(&headers, "headers", grant.phase())?.with_prefix("headers.");
    let content_type = headers.string("content-type")?;
    let www_authenticate = headers.string("www-authenticate")?;
    let retry_after = headers.string("retry-after")?;
    let body = body_of(&response, token_response::LARGEST_BODY)?;
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
            status,
            content_type: content_type.as_deref(),
            www_authenticate: www_authenticate.as_deref(),
            retry_after: retry_after.as_deref(),
            body: &body,
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

fn status_of(response: &Properties<'_>) -> Result<u16> {
    let status = response.required_number("status")?;
    if (100.0..=599.0).contains(&status) && status.fract() == 0.0 {
        Ok(status as u16)
    } else {
        Err(response.error("status", "is not an HTTP status"))
    }
}

/// A body, or as much of a longer one as tells that it is too long.
fn body_of(response: &Properties<'_>, longest: usize) -> Result<Vec<u8>> {
    let body: Uint8Array = response
        .get("body")?
        .and_then(|body| host::bytes(&body))
        .ok_or_else(|| response.error("body", "is neither a string nor a Uint8Array"))?;
    Ok(body.subarray(0, body.length().min(longest as u32 + 1)).to_vec())
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

/// Reads an environment: `{ client?, apiUrl?, timeoutMs, lockoutMs, rateLimit?, isRateLimitConfigured, redisUrl?, problems }`.
/// Without `client` OAuth cannot be offered; without `apiUrl` the API's override is unusable; without `rateLimit` there is none. `problems` has an INVALID_CONFIG error for each variable that is
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
    set("lockoutMs", environment.lockout_ms.into())?;
    let (limit, is_configured) = match environment.rate_limit {
        RateLimit::Default => (Some(DEFAULT_LIMIT), false),
        RateLimit::Configured(limit) => (Some(limit), true),
        RateLimit::Off => (None, true),
    };
    if let Some(limit) = limit {
        set("rateLimit", limit.into())?;
    }
    set("isRateLimitConfigured", is_configured.into())?;
    if let Some(redis) = environment.redis {
        set("redisUrl", redis.expose().into())?;
    }
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

/// What somebody who wants to use a pair of tokens shall do.
#[wasm_bindgen]
pub enum RefreshAnswer {
    /// Use it.
    Use,
    /// Wait for the turn, and ask again.
    Turn,
    /// The connection is dead.
    Dead,
}

impl From<Answer> for RefreshAnswer {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Use => Self::Use,
            Answer::Turn => Self::Turn,
            Answer::GiveUp => Self::Dead,
        }
    }
}

/// What to do next in a turn.
#[wasm_bindgen]
pub enum RefreshAction {
    /// The turn is over.
    Rest,
    /// Take the lock.
    Lock,
    /// Look for a successor.
    Look,
    /// Send the token request.
    Refresh,
    /// Keep and show the new pair.
    Publish,
    /// Show that the refresh token is dead.
    Bury,
    /// Hand the pair to the stores.
    Store,
    /// Report that a store failed.
    Report,
    /// Wait until `waitUntil`.
    Wait,
    /// The turn is over, for the reason of the last request.
    FailWithLastRequest,
    /// The turn is over, the lock could not be had.
    FailAsBusy,
}

impl From<Action> for RefreshAction {
    fn from(action: Action) -> Self {
        match action {
            Action::Rest => Self::Rest,
            Action::Lock => Self::Lock,
            Action::Look => Self::Look,
            Action::Refresh => Self::Refresh,
            Action::Publish => Self::Publish,
            Action::Bury => Self::Bury,
            Action::Store => Self::Store,
            Action::Report => Self::Report,
            Action::WaitUntil(_) => Self::Wait,
            Action::GiveUp(Failure::LastRequest) => Self::FailWithLastRequest,
            Action::GiveUp(Failure::Busy) => Self::FailAsBusy,
        }
    }
}

/// What happened in a turn, where there is no more to say about it.
#[wasm_bindgen]
pub enum RefreshEvent {
    /// The lock is taken.
    Locked,
    /// Somebody else has it.
    LockBusy,
    /// It was lost.
    LockLost,
    /// The refresh token was found to be dead.
    FoundDead,
    /// There is no successor.
    NothingFound,
    /// The pair is published.
    Published,
    /// Somebody else's pair came first.
    Superseded,
    /// The stores took the pair.
    Stored,
    /// One of them did not.
    StoreFailed,
    /// That was reported.
    Reported,
    /// The wait is over.
    Woke,
}

impl From<RefreshEvent> for Event {
    fn from(event: RefreshEvent) -> Self {
        match event {
            RefreshEvent::Locked => Self::Locked,
            RefreshEvent::LockBusy => Self::LockBusy,
            RefreshEvent::LockLost => Self::LockLost,
            RefreshEvent::FoundDead => Self::FoundDead,
            RefreshEvent::NothingFound => Self::NothingFound,
            RefreshEvent::Published => Self::Published,
            RefreshEvent::Superseded => Self::Superseded,
            RefreshEvent::Stored => Self::Stored,
            RefreshEvent::StoreFailed => Self::StoreFailed,
            RefreshEvent::Reported => Self::Reported,
            RefreshEvent::Woke => Self::Woke,
        }
    }
}

/// When the tokens of one connection are renewed. Times are milliseconds since 1970, `random` is from 0 to 1.
#[wasm_bindgen(js_name = RefreshPolicy)]
pub struct Policy(RefreshPolicy);

#[wasm_bindgen(js_class = RefreshPolicy)]
impl Policy {
    /// For a pair that comes out of a config or was just exchanged.
    #[wasm_bindgen(constructor)]
    pub fn new(
        obtained_at: Option<f64>,
        expires_at: Option<f64>,
        has_access_token: bool,
        lockout: f64,
        now: f64,
    ) -> Policy {
        Self(RefreshPolicy::new(times(obtained_at, expires_at), has_access_token, lockout, now))
    }

    /// The number of the newest pair.
    #[wasm_bindgen(getter)]
    pub fn generation(&self) -> u32 {
        self.0.generation()
    }

    /// Whether a wish for a newer pair stands.
    #[wasm_bindgen(getter, js_name = isForced)]
    pub fn is_forced(&self) -> bool {
        self.0.is_forced()
    }

    /// What is to be done in the turn that is under way.
    #[wasm_bindgen(getter)]
    pub fn action(&self) -> RefreshAction {
        self.0.state().action().into()
    }

    /// Until when a wait lasts.
    #[wasm_bindgen(getter, js_name = waitUntil)]
    pub fn wait_until(&self) -> Option<f64> {
        match self.0.state().action() {
            Action::WaitUntil(time) => Some(time),
            _ => None,
        }
    }

    /// Somebody whose store has the pair `known` wants to use the newest.
    pub fn asked(&mut self, known: u32, now: f64) -> RefreshAnswer {
        self.0.asked(known, now).into()
    }

    /// Somebody wants a pair that is newer than `generation`.
    pub fn renew(&mut self, generation: u32, now: f64) -> RefreshAnswer {
        self.0.renew(generation, now).into()
    }

    /// Whether the refresh token was unused for too long.
    #[wasm_bindgen(js_name = isIdle)]
    pub fn is_idle(&self, now: f64) -> bool {
        self.0.is_idle(now)
    }

    /// When a turn is to begin although nobody asks.
    #[wasm_bindgen(js_name = retryAt)]
    pub fn retry_at(&self, now: f64) -> Option<f64> {
        self.0.retry_at(now)
    }

    /// Whether a request that the API answered with `status` is to be repeated.
    pub fn answered(&mut self, status: u16, generation: u32, is_repetition: bool, now: f64) -> bool {
        self.0.answered(status, generation, is_repetition, now)
    }

    /// Whether the pair of a config with the newest refresh token and another access token is to be used.
    pub fn configured(&mut self, obtained_at: Option<f64>, expires_at: Option<f64>, now: f64) -> bool {
        self.0.configured(times(obtained_at, expires_at), now)
    }

    /// Another connection of this client was refused.
    #[wasm_bindgen(js_name = lockOut)]
    pub fn lock_out(&mut self, until: f64) {
        self.0.lock_out(until);
    }

    /// For how long the other connections are to know of the refusal of this one.
    #[wasm_bindgen(getter, js_name = lockoutOfOthers)]
    pub fn lockout_of_others(&self) -> Option<f64> {
        self.0.lockout_of_others()
    }

    /// Goes on after an event.
    pub fn on(&mut self, event: RefreshEvent, now: f64, random: f64) -> RefreshAction {
        self.go_on(event.into(), now, random)
    }

    /// Goes on after a successor was found.
    pub fn found(
        &mut self,
        obtained_at: Option<f64>,
        expires_at: Option<f64>,
        same_refresh_token: bool,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        self.go_on(Event::Found { times: times(obtained_at, expires_at), same_refresh_token }, now, random)
    }

    /// Goes on after Bitbucket sent a new pair.
    pub fn renewed(&mut self, obtained_at: f64, expires_at: Option<f64>, now: f64, random: f64) -> RefreshAction {
        self.go_on(Event::Renewed(times(Some(obtained_at), expires_at)), now, random)
    }

    /// Goes on after a token request failed with an error of this code.
    pub fn failed(
        &mut self,
        code: &str,
        retryable: bool,
        retry_after: Option<f64>,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        let code = Code::from_name(code).unwrap_or(Code::RequestFailed);
        self.go_on(Event::of_failure(code, retryable, retry_after), now, random)
    }

    fn go_on(&mut self, event: Event, now: f64, random: f64) -> RefreshAction {
        self.0.on(event, Moment { now, random }).into()
    }
}

fn times(obtained_at: Option<f64>, expires_at: Option<f64>) -> Times {
    let real = |time: &f64| time.is_finite();
    Times { obtained_at: obtained_at.filter(real), expires_at: expires_at.filter(real) }
}

// api_request.rs

/// The API as its requests see it.
#[wasm_bindgen]
pub struct Api(Address);

#[wasm_bindgen]
impl Api {
    /// For the API's base, as the environment gave it.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &str) -> core::result::Result<Api, JsValue> {
        Ok(Self(Endpoint::Api.parse(Some(url)).map_err(|reason| argument_error("apiUrl", reason))?))
    }

    /// The group of resources, for the rate limit, of a request, which is one to the API.
    pub fn admit(&self, url: &str) -> core::result::Result<String, JsValue> {
        Ok(resource_group(&api_request::path(&self.0, url)?).to_owned())
    }

    /// `{ withCredential, becomesGet }` of the request that follows a redirect.
    pub fn redirect(
        &self,
        method: &str,
        url: &str,
        with_credential: bool,
        status: u16,
        location: &str,
    ) -> core::result::Result<JsValue, JsValue> {
        let redirected = Redirected { method, url, with_credential, status, location };
        let Redirect { with_credential, becomes_get } = api_request::redirect(&self.0, &redirected)?;
        Ok(object([("withCredential", Some(with_credential.into())), ("becomesGet", Some(becomes_get.into()))]))
    }
}

/// Whether an answer says that the access token is no longer accepted.
#[wasm_bindgen(js_name = asksForRenewal)]
pub fn asks_for_renewal(status: u16) -> bool {
    api_request::asks_for_renewal(status)
}

// api_response.rs and retry.rs

/// The error object for `{ status, headers, body, receivedAt, kind }`, an answer of the API that is no success.
#[wasm_bindgen(js_name = judgeApiResponse)]
pub fn judge_api_response(response: &JsValue) -> core::result::Result<JsValue, JsValue> {
    Ok(api_error(response)?.into())
}

fn api_error(response: &JsValue) -> Result<Box<Error>> {
    let response = Properties::of(response, "response", Phase::Api)?;
    let retry_after = retry_after_of(&response)?;
    let body = body_of(&response, api_response::LARGEST_BODY)?;
    Ok(api_response::judge(&ApiResponse {
        status: status_of(&response)?,
        retry_after: retry_after.as_deref(),
        body: &body,
        received_at: response.required_number("receivedAt")?,
        kind: kind_of(&response)?,
    }))
}

fn kind_of(properties: &Properties<'_>) -> Result<Kind> {
    Kind::from_name(&properties.required_string("kind")?)
        .ok_or_else(|| properties.error("kind", "must be oauth, api_key, basic or custom"))
}

fn retry_after_of(response: &Properties<'_>) -> Result<Option<String>> {
    match response.get("headers")? {
        Some(headers) => {
            Properties::of(&headers, "headers", Phase::Api)?.with_prefix("headers.").string("retry-after")
        }
        None => Ok(None),
    }
}

/// Whether a request that failed with an error of this code and status may be sent again.
#[wasm_bindgen(js_name = mayRepeat)]
pub fn may_repeat(method: &str, code: &str, status: Option<u16>) -> bool {
    Code::from_name(code).is_some_and(|code| retry::may_repeat(method, code, status))
}

/// How long to wait before a request is sent again, in milliseconds; `undefined`: too long.
#[wasm_bindgen(js_name = retryDelay)]
pub fn retry_delay(attempt: u32, retry_after: Option<f64>, random: f64) -> Option<f64> {
    retry::delay(attempt, retry_after, random)
}

// credential.rs and connection_test.rs

/// What a stored config says of its credential: `{ kind, accessToken?, authorization?, email?, canRenew, hasUser, hint? }`.
#[wasm_bindgen(js_name = readCredential)]
pub fn read_credential(config: &JsValue) -> core::result::Result<JsValue, JsValue> {
    let config = Properties::of(config, "config", Phase::Api)?;
    // Stores may hold anything, and what is no text is as good as absent.
    let text = |name| config.string(name).ok().flatten();
    let (kind, token, oauth_token) = (text("type"), text("token"), text("oauth_token"));
    let (refresh_token, email) = (text("refresh_token"), text("email"));
    let credential = Credential::read(&Stored {
        kind: kind.as_deref(),
        token: token.as_deref(),
        oauth_token: oauth_token.as_deref(),
        refresh_token: refresh_token.as_deref(),
        email: email.as_deref(),
    })?;
    let authorization = credential.authorization();
    let text = |text: &str| JsValue::from_str(text);
    Ok(object([
        ("kind", Some(text(credential.kind.as_str()))),
        ("accessToken", credential.access_token.as_ref().map(|token| text(token.expose()))),
        ("authorization", authorization.as_ref().map(|header| text(header.expose()))),
        ("email", credential.email.as_deref().map(text)),
        ("canRenew", Some(credential.can_renew.into())),
        ("hasUser", Some(credential.kind.has_user().into())),
        ("hint", credential.hint().map(text)),
    ]))
}

/// The slug of a workspace, or its UUID in braces, as a segment of a path.
#[wasm_bindgen(js_name = workspaceSegment)]
pub fn workspace_segment(workspace: &JsValue) -> core::result::Result<String, JsValue> {
    Ok(segment(&host::string(workspace, "workspace", Phase::Api)?, "workspace")?)
}

/// A test of a connection. While there is a `path`, that is to be asked, and `answered` or `failed` to be told.
#[wasm_bindgen(js_name = ConnectionTest)]
pub struct Test(ConnectionTest);

#[wasm_bindgen(js_class = ConnectionTest)]
impl Test {
    /// For `{ kind, workspace?, repository?, hint?, requestedScopes?, grantedScopes? }`.
    #[wasm_bindgen(constructor)]
    pub fn new(known: &JsValue) -> core::result::Result<Test, JsValue> {
        let known = Properties::of(known, "known", Phase::Api)?;
        let kind = kind_of(&known)?;
        let (workspace, repository) = (known.string("workspace")?, known.string("repository")?);
        let hint = known.string("hint")?;
        Ok(Self(ConnectionTest::new(&Known {
            kind,
            workspace: workspace.as_deref(),
            repository: repository.as_deref(),
            hint: hint.as_deref(),
            requested: known.scopes("requestedScopes")?,
            // Out of a store: a hint that cannot be used is left out.
            granted: known.scopes("grantedScopes").ok().flatten(),
        })?))
    }

    /// The path below the API's base that is to be asked next.
    #[wasm_bindgen(getter)]
    pub fn path(&self) -> Option<String> {
        self.0.path()
    }

    /// Takes the answer `{ status, headers, body, receivedAt }`.
    pub fn answered(&mut self, response: &JsValue) -> core::result::Result<(), JsValue> {
        let response = Properties::of(response, "response", Phase::Api)?;
        let retry_after = retry_after_of(&response)?;
        let body = body_of(&response, connection_test::LARGEST_BODY)?;
        let received_at = response.required_number("receivedAt")?;
        self.0.answered(status_of(&response)?, retry_after.as_deref(), &body, received_at);
        Ok(())
    }

    /// Takes the message of a failure that left the question without an answer.
    pub fn failed(&mut self, message: &str) {
        self.0.failed(message);
    }

    /// `{ success, message, account?, scopes?, missingScopes? }`, when there is no more to ask.
    #[wasm_bindgen(getter)]
    pub fn verdict(&self) -> JsValue {
        let Some(verdict) = self.0.verdict() else { return JsValue::UNDEFINED };
        let text = |text: &Option<String>| text.as_deref().map(JsValue::from_str);
        object([
            ("success", Some(verdict.success.into())),
            ("message", Some(JsValue::from_str(&verdict.message))),
            (
                "account",
                verdict.account.as_ref().map(|account| {
                    object([
                        ("uuid", text(&account.uuid)),
                        ("nickname", text(&account.nickname)),
                        ("displayName", text(&account.display_name)),
                    ])
                }),
            ),
            ("scopes", verdict.scopes.as_ref().map(|scopes| texts(scopes.iter()))),
            ("missingScopes", verdict.missing_scopes.as_ref().map(|scopes| texts(scopes.iter()))),
        ])
    }
}

// rate_limit.rs

/// What an answer tells of the rate limit: `{ limit?, used?, pause? }`, the pause in milliseconds.
#[wasm_bindgen(js_name = rateLimitNews)]
pub fn rate_limit_news(
    status: u16,
    limit: Option<String>,
    near_limit: Option<String>,
    retry_after: Option<String>,
    known: u32,
    is_configured: bool,
    received_at: f64,
) -> JsValue {
    let fields =
        Fields { limit: limit.as_deref(), near_limit: near_limit.as_deref(), retry_after: retry_after.as_deref() };
    let news = rate_limit::news(status, &fields, known, is_configured, received_at);
    object([
        ("limit", news.limit.map(JsValue::from)),
        ("used", news.used.map(JsValue::from)),
        ("pause", news.pause.map(|pause| JsValue::from(pause as f64))),
    ])
}
