//! Answers of the API as JavaScript sees them: api_response.rs, redaction.rs and retry.rs.

use std::convert::Infallible;

use wasm_bindgen::prelude::*;

use super::texts;
use crate::api_response::{self, ApiResponse, ResponseFields};
use crate::connection_test;
use crate::credential::AuthType;
use crate::error::{Code, Error, Phase, Result};
use crate::redaction::Redaction;
use crate::retry::{self, Failed};

/// An answer of the API.
#[wasm_bindgen]
pub struct ApiAnswer {
    pub(super) status: u16,
    pub(super) fields: ResponseFields,
    pub(super) body: Vec<u8>,
    pub(super) received_at: f64,
    path: Option<String>,
    is_elsewhere: bool,
}

#[wasm_bindgen]
impl ApiAnswer {
    /// `headers`: JSON of an object with the header fields by their names in lower case. `path`: what was asked for, below
    /// the API's base. `is_elsewhere`: whether a redirect led away from the API.
    #[wasm_bindgen(constructor)]
    pub fn new(
        status: u16,
        headers: &str,
        body: Vec<u8>,
        received_at: f64,
        path: Option<String>,
        is_elsewhere: bool,
    ) -> ApiAnswer {
        let fields = texts(headers);
        let Ok(fields) = ResponseFields::read(|name| Ok::<_, Infallible>(fields(name)));
        Self { status, fields, body, received_at, path, is_elsewhere }
    }

    pub(super) fn to(&self, kind: AuthType) -> ApiResponse<'_> {
        ApiResponse {
            status: self.status,
            fields: &self.fields,
            body: &self.body,
            received_at: self.received_at,
            kind,
            path: self.path.as_deref(),
            is_elsewhere: self.is_elsewhere,
        }
    }
}

/// The error object for an answer of the API that is no success, to a request with a credential of this kind.
#[wasm_bindgen(js_name = judgeApiResponse, unchecked_return_type = "Failure")]
pub fn judge_api_response(answer: ApiAnswer, kind: &str) -> core::result::Result<JsValue, JsValue> {
    Ok(api_response::judge(&answer.to(kind_of(kind)?)).into())
}

pub(super) fn kind_of(kind: &str) -> Result<AuthType> {
    AuthType::from_name(kind)
        .ok_or_else(|| Error::argument(Phase::Api, "kind", "must be oauth, api_key, basic or custom"))
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

/// Whether a request of this method changes nothing.
#[wasm_bindgen(js_name = isSafe)]
pub fn is_safe(method: &str) -> bool {
    retry::is_safe(method)
}

/// The size of the largest body that is looked at, in bytes. Of a larger one, one byte more has to be seen.
#[wasm_bindgen(js_name = largestJudgedBody)]
pub fn largest_judged_body() -> u32 {
    u32::try_from(api_response::LARGEST_BODY.max(connection_test::LARGEST_BODY)).unwrap_or(u32::MAX)
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
