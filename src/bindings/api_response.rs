//! The JavaScript bindings of src/api_response.rs, src/redaction.rs and src/retry.rs: the API's responses.

use std::convert::Infallible;

use wasm_bindgen::prelude::*;

use super::texts;
use crate::api_response::{self, ResponseFields};
use crate::connection_test;
use crate::credential::AuthType;
use crate::error::{Code, Error, Phase, Result};
use crate::redaction::Redaction;
use crate::retry::{self, Failed};

/// A response of the API.
#[wasm_bindgen]
pub struct ApiResponse {
    pub(super) status: u16,
    pub(super) fields: ResponseFields,
    pub(super) body: Vec<u8>,
    pub(super) received_at: f64,
    path: Option<String>,
    is_foreign_origin: bool,
}

#[wasm_bindgen]
impl ApiResponse {
    /// `headers` is the JSON of an object that maps the lower-case names of the header fields to their values. `path` is
    /// the request's path below the API's base URL. `is_foreign_origin` says whether a redirect led to another origin
    /// than the API's.
    #[wasm_bindgen(constructor)]
    pub fn new(
        status: u16,
        headers: &str,
        body: Vec<u8>,
        received_at: f64,
        path: Option<String>,
        is_foreign_origin: bool,
    ) -> ApiResponse {
        let fields = texts(headers);
        let Ok(fields) = ResponseFields::read(|name| Ok::<_, Infallible>(fields(name)));
        Self { status, fields, body, received_at, path, is_foreign_origin }
    }

    pub(super) fn to(&self, auth_type: AuthType) -> api_response::ApiResponse<'_> {
        api_response::ApiResponse {
            status: self.status,
            fields: &self.fields,
            body: &self.body,
            received_at: self.received_at,
            auth_type,
            path: self.path.as_deref(),
            is_foreign_origin: self.is_foreign_origin,
        }
    }
}

/// The error object for an unsuccessful response to a request with a credential of this type.
#[wasm_bindgen(js_name = apiErrorFromResponse, unchecked_return_type = "ErrorDetails")]
pub fn api_error_from_response(response: ApiResponse, kind: &str) -> core::result::Result<JsValue, JsValue> {
    Ok(api_response::to_error(&response.to(auth_type_of(kind)?)).into())
}

pub(super) fn auth_type_of(kind: &str) -> Result<AuthType> {
    AuthType::from_name(kind)
        .ok_or_else(|| Error::argument(Phase::Api, "kind", "must be oauth, api_key, basic or custom"))
}

/// Removes a credential from a server's response.
#[wasm_bindgen]
pub struct Redactor(Redaction);

#[wasm_bindgen]
impl Redactor {
    /// Takes the value of the request's `Authorization` header.
    #[wasm_bindgen(constructor)]
    pub fn new(authorization: &str) -> Redactor {
        Self(Redaction::of_authorization(authorization))
    }

    /// Returns the text without the credential.
    pub fn redact(&self, text: &str) -> String {
        self.0.redact(text)
    }

    /// Takes the next chunk of a body, and returns the bytes that can be passed on. Keeps the last bytes back if the
    /// credential may begin in them.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        self.0.push(chunk)
    }

    /// Returns the rest of the body.
    pub fn end(&mut self) -> Vec<u8> {
        self.0.end()
    }
}

/// Whether a method is safe (RFC 9110 section 9.2.1).
#[wasm_bindgen(js_name = isSafeMethod)]
pub fn is_safe_method(method: &str) -> bool {
    retry::is_safe(method)
}

/// The maximum size of a body that the core inspects, in bytes. If a body is larger, the shim passes this number of
/// bytes and one more, so that the core recognizes that the body is too large.
#[wasm_bindgen(js_name = maxInspectedBytes)]
pub fn max_inspected_bytes() -> u32 {
    u32::try_from(api_response::MAX_BODY_SIZE.max(connection_test::MAX_TESTED_BODY_SIZE)).unwrap_or(u32::MAX)
}

/// Whether to retry a request that failed with an error of this code, status and phase.
#[wasm_bindgen(js_name = mayRetry)]
pub fn may_retry(method: &str, code: &str, status: Option<u16>, phase: &str) -> bool {
    Code::from_name(code)
        .zip(Phase::from_name(phase))
        .is_some_and(|(code, phase)| retry::may_repeat(method, code, status, phase))
}

/// How long to wait before a retry, in milliseconds; `undefined` if the wait would be too long. `retry_after` is the
/// response's header field.
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

/// Whether a response means that the account has reached its hourly limit. The request then joins the request queue
/// again.
#[wasm_bindgen(js_name = isHourlyLimitExhausted)]
pub fn is_hourly_limit_exhausted(status: Option<u16>, retry_after: Option<String>, received_at: f64) -> bool {
    retry::is_hourly_limit_exhausted(status, retry_after.as_deref(), received_at)
}
