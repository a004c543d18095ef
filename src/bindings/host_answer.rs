//! What the preload asks for when it refuses a request to NocoDB.

use wasm_bindgen::prelude::*;

use crate::error::{Code, Error, Phase};
use crate::host_answer;

/// The status with which NocoDB answers a request that failed with this code, and with this answer of Bitbucket's.
#[wasm_bindgen(js_name = hostStatus)]
pub fn host_status(code: &str, status: Option<u16>) -> core::result::Result<u16, JsValue> {
    let code = Code::from_name(code).ok_or_else(|| Error::argument(Phase::Config, "code", "is not known"))?;
    Ok(host_answer::status(code, status))
}

/// How long an exchange may keep a transaction open, in milliseconds.
#[wasm_bindgen(js_name = transactionLimit)]
pub fn transaction_limit() -> u32 {
    host_answer::TRANSACTION_LIMIT_MS
}

/// The error object for an exchange that did not end within that.
#[wasm_bindgen(js_name = lateInTransaction, unchecked_return_type = "ErrorDetails")]
pub fn late_in_transaction() -> JsValue {
    host_answer::late_in_transaction().into()
}

/// The error object for a new row with asterisks in the place of a credential.
#[wasm_bindgen(js_name = maskedCredential, unchecked_return_type = "ErrorDetails")]
pub fn masked_credential(field: &str) -> JsValue {
    host_answer::masked(field).into()
}
