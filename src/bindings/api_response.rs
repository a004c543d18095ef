//! Answers of the API as JavaScript sees them: api_response.rs, redaction.rs and retry.rs.

use wasm_bindgen::prelude::*;

use super::token_endpoint::{body_of, status_of};
use crate::api_response::{self, ApiResponse, ResponseFields};
use crate::credential::Kind;
use crate::error::{Code, Error, Phase, Result};
use crate::host::Properties;
use crate::redaction::Redaction;
use crate::retry::{self, Failed};

/// The error object for `{ status, headers, body, receivedAt, kind }`, an answer of the API that is no success.
#[wasm_bindgen(js_name = judgeApiResponse)]
pub fn judge_api_response(response: &JsValue) -> core::result::Result<JsValue, JsValue> {
    Ok(api_error(response)?.into())
}

fn api_error(response: &JsValue) -> Result<Box<Error>> {
    Ok(api_response::judge(&ReadResponse::read(response)?.as_response()))
}

/// An answer of the API, out of an object.
pub(super) struct ReadResponse {
    status: u16,
    fields: ResponseFields,
    body: Vec<u8>,
    received_at: f64,
    kind: Kind,
    path: Option<String>,
    is_elsewhere: bool,
}

impl ReadResponse {
    pub(super) fn read(response: &JsValue) -> Result<Self> {
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

    pub(super) fn as_response(&self) -> ApiResponse<'_> {
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

pub(super) fn kind_of(properties: &Properties<'_>) -> Result<Kind> {
    Kind::from_name(&properties.required_string("kind")?)
        .ok_or_else(|| properties.error("kind", "must be oauth, api_key, basic or custom"))
}

pub(super) fn response_fields(response: &Properties<'_>) -> Result<ResponseFields> {
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
