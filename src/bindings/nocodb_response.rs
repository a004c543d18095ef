//! The JavaScript bindings of `src/nocodb_response.rs`: NocoDB's responses to failed requests.

use wasm_bindgen::prelude::*;

use crate::error::{Code, Error, Phase};
use crate::nocodb_response;

/// The status of NocoDB's response to a request that failed with this code. `status` is the status of Bitbucket's
/// response; absent if Bitbucket did not respond.
#[wasm_bindgen(js_name = nocodbStatus)]
pub fn nocodb_status(code: &str, status: Option<u16>) -> core::result::Result<u16, JsValue> {
    let code = Code::from_name(code).ok_or_else(|| Error::argument(Phase::Config, "code", "is not known"))?;
    Ok(nocodb_response::status(code, status))
}

/// How long the exchange of an authorization code may keep a transaction of NocoDB's database open, in milliseconds.
#[wasm_bindgen(js_name = transactionTimeout)]
pub fn transaction_timeout() -> u32 {
    nocodb_response::TRANSACTION_TIMEOUT_MS
}

/// The error object for an exchange that takes longer than `transactionTimeout`.
#[wasm_bindgen(js_name = transactionTimeoutError, unchecked_return_type = "Failure")]
pub fn transaction_timeout_error() -> JsValue {
    nocodb_response::transaction_timeout_error().into()
}

/// The error object for a new row that has asterisks in place of a credential.
#[wasm_bindgen(js_name = maskedCredentialError, unchecked_return_type = "Failure")]
pub fn masked_credential_error(field: &str) -> JsValue {
    nocodb_response::masked_credential_error(field).into()
}
