//! The core as JavaScript sees it. Only conversions stand here; the rules are in the other modules.
//!
//! In: JavaScript values. Out: JavaScript values, or a thrown plain object with the members of [`Error`], from which
//! js/error.js makes a `BitbucketAuthError`. What never happens here: a trap, or a value in an error.

use core::cell::RefCell;
use js_sys::{JSON, Number, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::api_response::{self, ApiResponse, ResponseFields};
use crate::arguments::Argument;
use crate::authorization_request::{AuthorizationRequest, authorization_url};
use crate::authorization_response::{Callback, code_of, is_callback, validate, validate_in_page};
use crate::client_config::{
    self, ClientConfig, ClientCredentials, Environment, HostVerifier, RateLimit, RemovedEndpoints, check_page_origin,
    variable,
};
use crate::connection_test::{self, ConnectionTest, Known};
use crate::credential::Kind;
use crate::endpoints::{Address, Endpoints};
use crate::error::{Code, Ending, Error, Phase, Result};
use crate::host::{self, CallbackValue, Properties};
use crate::key_derivation::derive_key;
use crate::pagination::{self, Attempt, Page};
use crate::pending_authorization::{self, Pending};
use crate::pkce::CodeVerifier;
use crate::proxy;
use crate::rate_limit::{self, DEFAULT_LIMIT, Fields, Line};
use crate::redaction::Redaction;
use crate::redis::{Choice, Database, Server, Trouble, surveyed_databases};
use crate::retry::{self, Failed};
use crate::scope::ScopeSet;
use crate::secret::Secret;
use crate::state::State;
use crate::token_request::{Grant, TokenRequest};
use crate::token_response::{self, Scopes, TokenResponse, is_token};
use crate::token_set::{self, Previous};

mod api_request;
mod callback_page;
mod credential;
mod failed_work;
mod host_answer;
mod refresh;
mod removed_endpoints;
mod stored_tokens;

pub use api_request::{Api, group_of, may_carry};
pub use callback_page::CallbackPage;
pub use credential::{is_vault_reference, read_credential, workspace_segment};
pub use failed_work::is_cured_by_renewal;
pub use host_answer::{host_status, late_in_transaction, masked_credential, transaction_limit};
pub use refresh::{
    Policy, Queue, RefreshAction, RefreshAdmission, RefreshAnswer, RefreshEvent, RefreshLane, is_refusal, outdates,
};
pub use removed_endpoints::{Removed, without_tracker};
pub use stored_tokens::row_holding;

/// An object that is written as JSON, for JavaScript to make it in one go: member by member from here it would take
/// three times as long, and three times the WebAssembly. What is `None` is left out.
struct Members(String);

impl Members {
    fn new() -> Self {
        Self("{".to_owned())
    }

    fn json(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            if self.0.len() > 1 {
                self.0.push(',');
            }
            push_text(&mut self.0, name);
            self.0.push(':');
            self.0.push_str(value);
        }
        self
    }

    fn text(self, name: &str, value: Option<&str>) -> Self {
        let mut json = String::new();
        if let Some(value) = value {
            push_text(&mut json, value);
        }
        self.json(name, value.and(Some(&json)))
    }

    fn texts(self, name: &str, values: Option<&[String]>) -> Self {
        let mut json = String::new();
        for value in values.unwrap_or_default() {
            json.push(if json.is_empty() { '[' } else { ',' });
            push_text(&mut json, value);
        }
        json.push_str(if json.is_empty() { "[]" } else { "]" });
        self.json(name, values.and(Some(&json)))
    }

    fn flag(self, name: &str, value: bool) -> Self {
        self.json(name, Some(if value { "true" } else { "false" }))
    }

    fn number(self, name: &str, value: Option<u64>) -> Self {
        let json = value.map(|value| value.to_string());
        self.json(name, json.as_deref())
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }

    /// What was written here is JSON; `undefined` would stand for anything else.
    fn into_js(self) -> JsValue {
        JSON::parse(&self.end()).unwrap_or(JsValue::UNDEFINED)
    }
}

/// Appends a string of JSON (RFC 8259 section 7).
fn push_text(json: &mut String, text: &str) {
    json.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        let (plain, special) = rest.split_at_checked(at).unwrap_or_default();
        json.push_str(plain);
        json.push_str("\\u00");
        for digit in special.bytes().next().map(|byte| [byte >> 4, byte & 0xf]).into_iter().flatten() {
            json.push(char::from_digit(digit.into(), 16).unwrap_or_default());
        }
        rest = special.get(1..).unwrap_or_default();
    }
    json.push_str(rest);
    json.push('"');
}

impl Error {
    /// What is thrown.
    fn to_json(&self) -> String {
        Members::new()
            .text("code", Some(self.code.as_str()))
            .text("phase", Some(self.phase.as_str()))
            .text("message", Some(&self.message()))
            .flag("retryable", self.retryable())
            .flag("reauthorize", self.reauthorize())
            .text("error", self.error.as_deref())
            .text("errorDescription", self.error_description.as_deref())
            .number("status", self.status.map(u64::from))
            .text("field", self.field.as_deref())
            .number("retryAfter", self.retry_after)
            .texts("required", Some(self.required.as_slice()).filter(|scopes| !scopes.is_empty()))
            .texts("granted", self.granted.as_deref())
            .text("announcementUrl", self.announcement_url.as_deref())
            .end()
    }
}

impl From<Box<Error>> for JsValue {
    fn from(error: Box<Error>) -> Self {
        JSON::parse(&error.to_json()).unwrap_or(JsValue::UNDEFINED)
    }
}

impl TokenRequest {
    fn to_js(&self) -> JsValue {
        let headers = Members::new()
            .text("Accept", Some(Self::ACCEPT))
            .text("Content-Type", Some(Self::CONTENT_TYPE))
            .text("Authorization", self.authorization.as_ref().map(Secret::expose))
            .end();
        Members::new()
            .text("method", Some(Self::METHOD))
            .text("url", Some(&self.url))
            .json("headers", Some(&headers))
            .text("body", Some(self.body.expose()))
            .into_js()
    }
}

/// A client, validated once and used for as long as the process runs.
#[wasm_bindgen]
pub struct Client {
    config: ClientConfig,
    /// What every address of this client begins with.
    address: String,
    /// The scopes of the last answer that was as it should be: most answers have the same.
    scopes: RefCell<String>,
}

impl From<ClientConfig> for Client {
    fn from(config: ClientConfig) -> Self {
        Self { address: authorization_url(&config), config, scopes: RefCell::default() }
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

    /// A key for one purpose, derived from the secret.
    #[wasm_bindgen(js_name = deriveKey)]
    pub fn derive_key(&self, purpose: &str) -> core::result::Result<Vec<u8>, JsValue> {
        let key = derive_key(&self.config, purpose)
            .ok_or_else(|| Error::argument(Phase::Config, "clientSecret", "is missing"))?;
        Ok(key.to_vec())
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

    /// `{ url, state, codeVerifier, codeChallenge, redirectUri }`.
    #[wasm_bindgen(js_name = createAuthorizationRequest)]
    pub fn create_authorization_request(&self, extra_params: &JsValue) -> core::result::Result<JsValue, JsValue> {
        let extra = host::string_entries(extra_params, "extraParams", Phase::Authorize)?;
        let request = AuthorizationRequest::new(&self.config, &host::random_bytes()?, &extra)?;
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

    /// `{ method, url, headers, body }` that exchanges a code. `its_other_name`: what the caller has as `code_verifier`, as
    /// NocoDB writes it.
    #[wasm_bindgen(js_name = buildTokenRequest)]
    pub fn build_token_request(
        &self,
        code: &JsValue,
        code_verifier: &JsValue,
        redirect_uri: &JsValue,
        its_other_name: &JsValue,
    ) -> core::result::Result<JsValue, JsValue> {
        let code = host::string(code, "code", Phase::Exchange)?;
        let code_verifier = host::optional_string(code_verifier, "codeVerifier", Phase::Exchange)?;
        let its_other_name = host::optional_string(its_other_name, "code_verifier", Phase::Exchange)?;
        let code_verifier = CodeVerifier::under_either_name(code_verifier.as_deref(), its_other_name.as_deref())?;
        let redirect_uri = host::optional_string(redirect_uri, "redirectUri", Phase::Exchange)?;
        let request =
            TokenRequest::authorization_code(&self.config, &code, code_verifier.as_ref(), redirect_uri.as_deref())?;
        Ok(request.to_js())
    }

    /// The same for what a host's form handed over.
    #[wasm_bindgen(js_name = buildHostTokenRequest)]
    pub fn build_host_token_request(
        &self,
        code: &JsValue,
        code_verifier: &JsValue,
        is_verifier_optional: bool,
    ) -> core::result::Result<JsValue, JsValue> {
        let code = host::string(code, "code", Phase::Exchange)?;
        let code_verifier = host::optional_string(code_verifier, "codeVerifier", Phase::Exchange)?;
        let code_verifier = code_verifier.as_deref().map(CodeVerifier::parse).transpose()?;
        let host = if is_verifier_optional { HostVerifier::Optional } else { HostVerifier::Required };
        let request = TokenRequest::authorization_code_of_host(&self.config, &code, code_verifier.as_ref(), host)?;
        Ok(request.to_js())
    }

    /// The requested scopes that Bitbucket asks for and that were not granted.
    #[wasm_bindgen(js_name = missingScopes)]
    pub fn missing_scopes(&self, granted: &JsValue) -> core::result::Result<Vec<String>, JsValue> {
        Ok(self.config.scopes().asked_for().missing_from(&scopes_argument(granted, "granted")?).to_vec())
    }

    /// `{ method, url, headers, body }` that refreshes tokens.
    #[wasm_bindgen(js_name = buildRefreshRequest)]
    pub fn build_refresh_request(&self, refresh_token: &JsValue) -> core::result::Result<JsValue, JsValue> {
        let refresh_token = host::string(refresh_token, "refreshToken", Phase::Refresh)?;
        Ok(TokenRequest::refresh_token(&self.config, &refresh_token)?.to_js())
    }

    /// `{ method, url, headers, body }` that asks for a token of the client itself.
    #[wasm_bindgen(js_name = buildClientCredentialsRequest)]
    pub fn build_client_credentials_request(&self) -> core::result::Result<JsValue, JsValue> {
        Ok(TokenRequest::client_credentials(&self.config)?.to_js())
    }

    /// Judges `{ status, headers, body, receivedAt, grant, previous?, request? }` and gives a token set. The headers
    /// have lower-case names; the body is a `Uint8Array`.
    #[wasm_bindgen(js_name = parseTokenResponse)]
    pub fn parse_token_response(&self, response: &JsValue) -> core::result::Result<JsValue, JsValue> {
        Ok(parse_token_response(&self.config, response)?)
    }
}

/// The quick ways, for what has the right types and is as it should be. Texts come in the [buffer](text_buffer), and only
/// those of ASCII, in which bytes and characters are the same. What is given says what came of it, and 0 that the way
/// above of the same name has to say it.
#[wasm_bindgen]
impl Client {
    /// State, verifier and challenge, each of 43 characters, and the address, in the buffer. Gives their length.
    #[wasm_bindgen(js_name = quickAuthorizationRequest)]
    pub fn quick_authorization_request(&self) -> usize {
        let Ok(random) = host::random_bytes() else { return 0 };
        TEXTS.with(|texts| {
            let Ok(mut texts) = texts.try_borrow_mut() else { return 0 };
            AuthorizationRequest::write(&self.address, &random, &mut texts).unwrap_or_default()
        })
    }

    /// The buffer has the state and the callback. Gives 1 when the callback is good, with offset and length of its code
    /// as the first numbers, or a [plain failure](plain_failure).
    #[wasm_bindgen(js_name = quickAuthorizationResponse)]
    pub fn quick_authorization_response(&self, state: usize, callback: usize) -> usize {
        with_texts(state, callback, |state, callback, numbers| {
            match code_of(&self.config, Callback::Text(callback), state) {
                _ if state.is_empty() => None,
                Ok(code) => {
                    *numbers = place_of(&code, callback)?;
                    Some(1)
                }
                Err(error) => number_of(&error),
            }
        })
    }

    /// The buffer has the verifier and the code. Gives 1 when they go as they are between the texts of
    /// [`Self::around_grant`].
    #[wasm_bindgen(js_name = quickTokenRequest)]
    pub fn quick_token_request(&self, code_verifier: usize, code: usize) -> usize {
        with_texts(code_verifier, code, |code_verifier, code, _: &mut [u8; 0]| {
            TokenRequest::is_plain_grant(code, code_verifier).then_some(1)
        })
    }

    /// Three texts, with a space between them.
    #[wasm_bindgen(js_name = aroundGrant)]
    pub fn around_grant(&self) -> String {
        TokenRequest::around_grant(&self.config).join(" ")
    }

    /// An answer with the status 200 to an exchanged code: the buffer has its media type, unless that is one that was taken
    /// before, and its body. Gives 1 when it is good, with the offsets and lengths of both tokens and of the scopes, which
    /// have single spaces between them, as the first numbers (a length of 0: there is none), and the expiry as a double
    /// behind them (NaN: it is not known).
    #[wasm_bindgen(js_name = quickTokenResponse)]
    pub fn quick_token_response(&self, media_type: usize, body: usize, received_at: f64) -> usize {
        with_texts(media_type, body, |media_type, body, numbers: &mut [u8; 32]| {
            let response = TokenResponse {
                status: 200,
                content_type: Some(media_type).filter(|media_type| !media_type.is_empty()),
                www_authenticate: None,
                retry_after: None,
                body: body.as_bytes(),
                received_at,
                grant: Grant::AuthorizationCode,
                request_body: None,
            };
            let mut known = self.scopes.try_borrow_mut().ok()?;
            let granted = token_response::granted(&self.config, &response, &Previous::default(), &known).ok()?;
            let Scopes::Written(scopes) = granted.scopes else { return None };
            if *known != scopes {
                scopes.clone_into(&mut known);
            }
            let refresh_token = granted.refresh_token.unwrap_or_default();
            let (places, expiry) = numbers.split_at_mut_checked(24)?;
            for (room, text) in places.chunks_exact_mut(8).zip([&granted.access_token, &refresh_token, scopes]) {
                room.copy_from_slice(&place_of(text, body)?);
            }
            expiry.copy_from_slice(&granted.expires_at.unwrap_or(f64::NAN).to_le_bytes());
            Some(1)
        })
    }
}

// arguments.rs

/// `{ name, phase, reads }`: what an argument is called, to which step it belongs, and for which members it is read.
#[wasm_bindgen(js_name = describeArgument)]
pub fn describe_argument(argument: &str) -> JsValue {
    let Some(argument) = Argument::named(argument) else { return JsValue::UNDEFINED };
    let names: Vec<String> = argument.reads().iter().map(|name| (*name).to_owned()).collect();
    Members::new()
        .text("name", Some(argument.name()))
        .text("phase", Some(argument.phase().as_str()))
        .texts("reads", Some(&names))
        .into_js()
}

/// Throws for a member that an argument cannot have.
#[wasm_bindgen(js_name = checkMember)]
pub fn check_member(argument: &str, member: &str) -> core::result::Result<(), JsValue> {
    Ok(Argument::named(argument).map_or(Ok(()), |argument| argument.check(member))?)
}

/// What a number above 1 that a quick way gives stands for, described like every failure.
#[wasm_bindgen(js_name = plainFailure)]
pub fn plain_failure(number: usize) -> JsValue {
    match number.checked_sub(2).and_then(|at| Code::ALL.get(at)) {
        Some(code) => Error::new(*code, Phase::Callback).into(),
        None => JsValue::UNDEFINED,
    }
}

/// The number of a failure of which nothing more is to be told.
fn number_of(error: &Error) -> Option<usize> {
    let at = Code::ALL.iter().position(|code| *code == error.code)?;
    (*error == *Error::new(error.code, Phase::Callback)).then_some(at + 2)
}

/// Offset and length of a part in a text; nothing where it does not stand there.
fn place_of(part: &str, text: &str) -> Option<[u8; 8]> {
    let offset = match part.len() {
        0 => 0,
        length => {
            let offset = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
            text.get(offset..offset.checked_add(length)?)?;
            offset
        }
    };
    Some(((part.len() as u64) << 32 | offset as u64).to_le_bytes())
}

thread_local! {
    static TEXTS: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The address of a buffer for the texts of a call, the second behind the first. `TextEncoder` fills it ten times as fast
/// as a text goes across as an argument, and nothing is allocated.
#[wasm_bindgen(js_name = textBuffer)]
pub fn text_buffer(length: usize) -> *mut u8 {
    TEXTS.with(|texts| match texts.try_borrow_mut() {
        Ok(mut texts) => {
            if texts.len() != length {
                *texts = vec![0; length];
            }
            texts.as_mut_ptr()
        }
        Err(_) => core::ptr::null_mut(),
    })
}

/// The memory in which the buffer is.
#[wasm_bindgen(js_name = textMemory)]
pub fn text_memory() -> JsValue {
    wasm_bindgen::memory()
}

/// Hands over the texts of a call by their lengths, and puts the numbers that come of it where they were. The texts are
/// secrets, so nothing of them is left in the buffer.
fn with_texts<const N: usize>(
    first: usize,
    second: usize,
    work: impl FnOnce(&str, &str, &mut [u8; N]) -> Option<usize>,
) -> usize {
    TEXTS.with(|texts| {
        let Ok(mut texts) = texts.try_borrow_mut() else { return 0 };
        let both = first.checked_add(second).and_then(|length| texts.get_mut(..length));
        let Some(both) = both else { return 0 };
        let mut numbers = [0; N];
        let text = core::str::from_utf8(both).ok().and_then(|text| text.split_at_checked(first));
        let outcome = text.and_then(|(first, second)| work(first, second, &mut numbers)).unwrap_or_default();
        both.fill(0);
        if let Some(room) = texts.first_chunk_mut() {
            *room = numbers;
        }
        outcome
    })
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
    // JavaScript writes the number: Rust's own way would be thirteen kilobytes of WebAssembly.
    let expires_at =
        tokens.expires_at.and_then(|time| Number::from(time).to_string_with_radix(10).ok()).map(String::from);
    Ok(Members::new()
        .text("accessToken", Some(tokens.access_token.expose()))
        .text("tokenType", Some("bearer"))
        .text("refreshToken", tokens.refresh_token.as_ref().map(Secret::expose))
        .json("expiresAt", expires_at.as_deref())
        .texts("scopes", Some(&tokens.scopes.to_vec()))
        .into_js())
}

fn status_of(response: &Properties<'_>) -> Result<u16> {
    let status = response.required_number("status")?;
    // Three digits (RFC 9110 section 15): a server that sends one beyond 599 is not the caller's fault.
    if (100.0..=999.0).contains(&status) && status.fract() == 0.0 {
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

/// Reads an environment: `{ client?, callbackPage?, apiUrl?, timeoutMs, lockoutMs, rateLimit?, isRateLimitConfigured,
/// mayActAsClient, isVerifierOptional, replacesRemoved, redisUrl?, redisVariable?, redisDatabase?, isRedisDatabaseSought,
/// otherRedisDatabases?, proxies, problems }`.
/// Without `client` OAuth cannot be offered; without `apiUrl` the API's override is unusable; without `rateLimit` there is
/// none. `problems` has an INVALID_CONFIG error for each variable that is missing or wrong.
#[wasm_bindgen(js_name = readEnvironment)]
pub fn read_environment(env: &JsValue) -> core::result::Result<JsValue, JsValue> {
    let variables = Properties::of(env, "env", Phase::Config)?;
    let environment = Environment::read(|name| variables.string(name).ok().flatten());
    let (limit, is_configured) = match environment.rate_limit {
        RateLimit::Default => (Some(DEFAULT_LIMIT), false),
        RateLimit::Configured(limit) => (Some(limit), true),
        RateLimit::Off => (None, true),
    };
    let (database, others) = match environment.redis.as_ref().map(|redis| &redis.database) {
        Some(Database::Named(number)) => (Some(*number), None),
        Some(Database::Sought { home, others }) => (Some(*home), Some(others)),
        None => (None, None),
    };
    let others_of_nocodb = others.map(|numbers| numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(","));
    let problems: Vec<String> = environment.problems.iter().map(Error::to_json).collect();
    let result = Members::new()
        .text("apiUrl", environment.api.as_ref().map(Address::as_str))
        .number("timeoutMs", Some(environment.timeout_ms.into()))
        .number("lockoutMs", Some(environment.lockout_ms.into()))
        .number("rateLimit", limit.map(u64::from))
        .flag("isRateLimitConfigured", is_configured)
        .flag("mayActAsClient", environment.client_credentials == ClientCredentials::Allowed)
        .flag("isVerifierOptional", environment.host_verifier == HostVerifier::Optional)
        .flag("replacesRemoved", environment.removed_endpoints == RemovedEndpoints::Replaced)
        .text("redisUrl", environment.redis.as_ref().map(|redis| redis.address.expose()))
        .text("redisVariable", environment.redis.as_ref().map(|redis| redis.variable))
        .number("redisDatabase", database.map(u64::from))
        .flag("isRedisDatabaseSought", others.is_some())
        .json("otherRedisDatabases", others_of_nocodb.map(|numbers| ["[", &numbers, "]"].concat()).as_deref())
        .json("problems", Some(&["[", &problems.join(","), "]"].concat()))
        .into_js();
    if let Some(client) = environment.client {
        Reflect::set(&result, &"client".into(), &Client::from(client).into())?;
    }
    if let Some(page) = environment.callback_page {
        Reflect::set(&result, &"callbackPage".into(), &CallbackPage::from(page).into())?;
    }
    Reflect::set(&result, &"proxies".into(), &Proxies(environment.proxies).into())?;
    Ok(result)
}

/// The Redis at an address: `{ host, port, username?, password?, database, tls?, family, keyPrefix? }`.
#[wasm_bindgen(js_name = redisServer)]
pub fn redis_server(address: &str) -> core::result::Result<JsValue, JsValue> {
    let server = Server::parse(address).map_err(|reason| Error::argument(Phase::Config, "address", reason))?;
    Ok(Members::new()
        .text("host", Some(&server.host))
        .number("port", Some(server.port.into()))
        .text("username", server.username.as_deref())
        .text("password", server.password.as_ref().map(Secret::expose))
        .number("database", Some(server.database.into()))
        .text("tls", server.tls.as_deref())
        .number("family", Some(server.family.into()))
        .text("keyPrefix", server.key_prefix.as_deref())
        .into_js())
}

/// Why a Redis did not do what it was asked, in a word, by the code and the message of its client's error. `undefined`
/// when it can be used all the same.
#[wasm_bindgen(js_name = redisTrouble)]
pub fn redis_trouble(code: &str, message: &str) -> Option<String> {
    let trouble = Trouble::of(code, message);
    trouble.is_serious().then(|| trouble.as_str().to_owned())
}

/// The databases to be looked at for one that is not NocoDB's own, which is the first of them. `others`: those that NocoDB's
/// other variables name.
#[wasm_bindgen(js_name = redisDatabases)]
pub fn redis_databases(home: u32, others: &[u32]) -> Vec<u32> {
    surveyed_databases(home, others)
}

/// The database to be used, `{ database, stays? }`, of those of [`redis_databases`], by a word for each: `missing`, `empty`,
/// `ours`, `others`, `marked` or `invaded`. `stays` says why it is NocoDB's own.
#[wasm_bindgen(js_name = chooseRedisDatabase)]
pub fn choose_redis_database(surveyed: &[u32], survey: &str) -> JsValue {
    let choice = Choice::of(surveyed, survey);
    Members::new().number("database", Some(choice.database.into())).text("stays", choice.stays).into_js()
}

/// Why NocoDB's own database is to be used, when looking at the others was refused with this reply. `undefined`: no database
/// can be used at present.
#[wasm_bindgen(js_name = redisDatabaseTrouble)]
pub fn redis_database_trouble(reply: &str) -> Option<String> {
    Trouble::of("", reply).keeps_from_choosing().map(str::to_owned)
}

/// The environment variables that [`read_environment`] looks at.
#[wasm_bindgen(js_name = environmentVariables)]
pub fn environment_variables() -> Vec<String> {
    variable::ALL.into_iter().map(str::to_owned).collect()
}

// proxy.rs

/// The proxy that the environment names, and the hosts that it excepts.
#[wasm_bindgen]
pub struct Proxies(proxy::Proxies);

#[wasm_bindgen]
impl Proxies {
    /// `{ variable, origin, authorization? }` of the proxy for a request to this address; `undefined` where there is none.
    #[wasm_bindgen(js_name = proxyFor)]
    pub fn proxy_for(&self, url: &str) -> core::result::Result<JsValue, JsValue> {
        let Some(proxy) = self.0.proxy_for(url)? else { return Ok(JsValue::UNDEFINED) };
        Ok(Members::new()
            .text("variable", Some(proxy.variable))
            .text("origin", Some(&proxy.origin))
            .text("authorization", proxy.authorization.as_ref().map(Secret::expose))
            .into_js())
    }
}

/// The environment variables about proxies, which [`read_environment`] looks at, too.
#[wasm_bindgen(js_name = proxyVariables)]
pub fn proxy_variables() -> Vec<String> {
    proxy::VARIABLES.into_iter().map(str::to_owned).collect()
}

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

fn scopes_argument(value: &JsValue, name: &str) -> Result<ScopeSet> {
    host::scopes(value).map_err(|reason| Error::argument(Phase::Config, name, reason))
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
        error.explanation = match details.string("ending")? {
            Some(ending) => Some(Ending::from_name(&ending).ok_or_else(|| unknown("ending"))?.explanation()),
            None => None,
        };
    }
    Ok(error.into())
}

// api_response.rs and retry.rs

/// The error object for `{ status, headers, body, receivedAt, kind }`, an answer of the API that is no success.
#[wasm_bindgen(js_name = judgeApiResponse)]
pub fn judge_api_response(response: &JsValue) -> core::result::Result<JsValue, JsValue> {
    Ok(api_error(response)?.into())
}

fn api_error(response: &JsValue) -> Result<Box<Error>> {
    Ok(api_response::judge(&ReadResponse::read(response)?.as_response()))
}

/// An answer of the API, out of an object.
struct ReadResponse {
    status: u16,
    fields: ResponseFields,
    body: Vec<u8>,
    received_at: f64,
    kind: Kind,
    path: Option<String>,
    is_elsewhere: bool,
}

impl ReadResponse {
    fn read(response: &JsValue) -> Result<Self> {
        let response = Properties::of(response, "response", Phase::Api)?;
        Ok(Self {
            fields: response_fields(&response)?,
            body: body_of(&response, api_response::LARGEST_BODY)?,
            path: response.string("path")?,
            status: status_of(&response)?,
            received_at: response.required_number("receivedAt")?,
            kind: kind_of(&response)?,
            is_elsewhere: response.get("isElsewhere")?.is_some_and(|value| value.is_truthy()),
        })
    }

    fn as_response(&self) -> ApiResponse<'_> {
        ApiResponse {
            status: self.status,
            fields: &self.fields,
            body: &self.body,
            received_at: self.received_at,
            kind: self.kind,
            path: self.path.as_deref(),
            is_elsewhere: self.is_elsewhere,
        }
    }
}

fn kind_of(properties: &Properties<'_>) -> Result<Kind> {
    Kind::from_name(&properties.required_string("kind")?)
        .ok_or_else(|| properties.error("kind", "must be oauth, api_key, basic or custom"))
}

fn response_fields(response: &Properties<'_>) -> Result<ResponseFields> {
    let Some(headers) = response.get("headers")? else { return Ok(ResponseFields::default()) };
    let headers = Properties::of(&headers, "headers", Phase::Api)?.with_prefix("headers.");
    ResponseFields::read(|name| headers.string(name))
}

/// Cuts a credential out of what a server answered.
#[wasm_bindgen]
pub struct Redactor(Redaction);

#[wasm_bindgen]
impl Redactor {
    /// For the value of the header field `Authorization` that was sent.
    #[wasm_bindgen(constructor)]
    pub fn new(authorization: &str) -> Redactor {
        Self(Redaction::of_authorization(authorization))
    }

    /// A text without it.
    pub fn text(&self, text: &str) -> String {
        self.0.text(text)
    }

    /// Takes the next piece of a body, and gives what is ready.
    pub fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        self.0.push(piece)
    }

    /// The end of the body.
    pub fn end(&mut self) -> Vec<u8> {
        self.0.end()
    }
}

/// Whether a request that failed with an error of this code, status and phase may be sent again.
#[wasm_bindgen(js_name = mayRepeat)]
pub fn may_repeat(method: &str, code: &str, status: Option<u16>, phase: &str) -> bool {
    Code::from_name(code)
        .zip(Phase::from_name(phase))
        .is_some_and(|(code, phase)| retry::may_repeat(method, code, status, phase))
}

/// How long to wait before a request is sent again, in milliseconds; `undefined`: too long. `retryAfter` is the header
/// field of the answer.
#[wasm_bindgen(js_name = retryDelay)]
pub fn retry_delay(
    attempts: u32,
    status: Option<u16>,
    retry_after: Option<String>,
    is_queued: bool,
    patience: f64,
    received_at: f64,
    random: f64,
) -> Option<f64> {
    let retry_after = retry_after.as_deref();
    Failed { attempts, status, retry_after, is_queued, patience, received_at, random }.delay()
}

/// Whether an answer says that the account's hour is used up, so that the request takes its place in the queue again.
#[wasm_bindgen(js_name = isHourUsedUp)]
pub fn is_hour_used_up(status: Option<u16>, retry_after: Option<String>, received_at: f64) -> bool {
    retry::is_hour_used_up(status, retry_after.as_deref(), received_at)
}

// pagination.rs

/// A list that is read page by page.
#[wasm_bindgen]
pub struct List(pagination::List);

#[wasm_bindgen]
impl List {
    /// For the absolute address of the first page.
    #[wasm_bindgen(constructor)]
    pub fn new(address: &str) -> List {
        Self(pagination::List::new(address))
    }

    /// The absolute address of the page to ask for.
    #[wasm_bindgen(getter)]
    pub fn address(&self) -> String {
        self.0.address().to_owned()
    }

    /// What stands for that page, to be handed out.
    #[wasm_bindgen(getter)]
    pub fn token(&self) -> core::result::Result<String, JsValue> {
        Ok(self.0.token()?)
    }

    /// Takes what an answer says of its page, `next` being any value. Whether there is another page.
    pub fn answered(
        &mut self,
        next: &JsValue,
        values: u32,
        page: Option<f64>,
        pagelen: Option<f64>,
        size: Option<f64>,
    ) -> core::result::Result<bool, JsValue> {
        let text = next.as_string();
        if text.is_none() && !next.is_undefined() && !next.is_null() {
            return Err(Error::new(Code::ResponseInvalid, Phase::Api).with_field("next").into());
        }
        let values = usize::try_from(values).unwrap_or(usize::MAX);
        Ok(self.0.answered(&Page { next: text.as_deref(), values, page, pagelen, size })?)
    }
}

/// The address of a page of a list, whose own address has no query: of the one that `next` stands for, or of the one that
/// `page` numbers; the first one without both. Callers may give any values.
#[wasm_bindgen(js_name = pageAddress)]
pub fn page_address(list: &str, next: &JsValue, page: &JsValue) -> core::result::Result<String, JsValue> {
    if let Some(token) = host::optional_string(next, "next", Phase::Api)? {
        return Ok(pagination::page_address(list, &token, "next")?);
    }
    if page.is_undefined() || page.is_null() {
        return Ok(list.to_owned());
    }
    // Who wrote a loop when `next` was a number hands it on as `page`.
    Ok(match page.as_string() {
        Some(token) => pagination::page_address(list, &token, "page")?,
        None => pagination::numbered_address(list, page.as_f64().unwrap_or(f64::NAN))?,
    })
}

/// In how many milliseconds a page is asked for again, for it is not ready; `undefined`: this is the page.
#[wasm_bindgen(js_name = pageRepetition)]
pub fn page_repetition(
    status: u16,
    retry_after: Option<String>,
    number: u32,
    patience: f64,
    received_at: f64,
    random: f64,
) -> core::result::Result<Option<f64>, JsValue> {
    let retry_after = retry_after.as_deref();
    Ok(pagination::repetition(&Attempt { status, retry_after, number, patience, received_at, random })?)
}

// connection_test.rs

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
        let fields = response_fields(&response)?;
        let body = body_of(&response, connection_test::LARGEST_BODY)?;
        let received_at = response.required_number("receivedAt")?;
        self.0.answered(status_of(&response)?, &fields, &body, received_at);
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
        let account = verdict.account.as_ref().map(|account| {
            Members::new()
                .text("uuid", account.uuid.as_deref())
                .text("nickname", account.nickname.as_deref())
                .text("displayName", account.display_name.as_deref())
                .end()
        });
        let scopes = |scopes: &Option<ScopeSet>| scopes.as_ref().map(ScopeSet::to_vec);
        Members::new()
            .flag("success", verdict.success)
            .text("message", Some(&verdict.message))
            .json("account", account.as_deref())
            .texts("scopes", scopes(&verdict.scopes).as_deref())
            .texts("missingScopes", scopes(&verdict.missing_scopes).as_deref())
            .into_js()
    }
}

// rate_limit.rs

/// Whether an answer with this status proves that Bitbucket knows the credential.
#[wasm_bindgen(js_name = provesCredential)]
pub fn proves_credential(status: u16) -> bool {
    rate_limit::proves_credential(status)
}

/// What an answer tells of the rate limit: `{ limit?, used?, pause?, pace? }`, pause and pace in milliseconds.
#[wasm_bindgen(js_name = rateLimitNews)]
#[expect(clippy::too_many_arguments, reason = "an object would cost more than it tells")]
pub fn rate_limit_news(
    status: u16,
    limit: Option<String>,
    near_limit: Option<String>,
    retry_after: Option<String>,
    known: u32,
    is_configured: bool,
    refusals: u32,
    received_at: f64,
) -> JsValue {
    let fields =
        Fields { limit: limit.as_deref(), near_limit: near_limit.as_deref(), retry_after: retry_after.as_deref() };
    let news = rate_limit::news(status, &fields, Line { limit: known, is_configured, refusals }, received_at);
    Members::new()
        .number("limit", news.limit.map(u64::from))
        .number("used", news.used.map(u64::from))
        .number("pause", news.pause)
        .number("pace", news.pace)
        .into_js()
}

/// Whether requests wait for as long as Bitbucket asks, in milliseconds.
#[wasm_bindgen(js_name = isWaitedFor)]
pub fn is_waited_for(told: f64) -> bool {
    rate_limit::is_waited_for(told)
}

// A login that a page starts: client_config.rs, authorization_response.rs and pending_authorization.rs

/// The client of a login that a page starts: `{ clientId, redirectUri, scopes?, endpoints? }`, or `{ client }` with
/// what a client says of itself. `origin` is the page's.
#[wasm_bindgen(js_name = pageClient)]
pub fn page_client(options: &JsValue, origin: &str) -> core::result::Result<Client, JsValue> {
    Ok(page_config(options, origin)?.into())
}

/// Throws that a page cannot start a login, for want of this property of the browser's.
#[wasm_bindgen(js_name = refusePage)]
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
