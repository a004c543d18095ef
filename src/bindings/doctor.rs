//! The JavaScript bindings of src/doctor.rs, for the checks of the command `doctor`. The first function is for the command
//! `login`, which receives callbacks with a server on the user's machine.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::OAuthCore;
use super::scopes::list_of;
use crate::authorization_response;
use crate::doctor;
use crate::error::{Code, Error, Phase};

/// Whether a callback belongs to a login other than the pending one. `code` is the code of the error with which the core
/// rejected the callback. If the result is true, the callback of the pending login may still arrive.
#[wasm_bindgen(js_name = isFromAnotherLogin)]
pub fn is_from_another_login(code: &str) -> bool {
    Code::from_name(code).is_some_and(authorization_response::is_from_another_login)
}

/// The length of a client's Secret in characters.
#[wasm_bindgen(js_name = secretLength)]
pub fn secret_length(client: &OAuthCore) -> usize {
    doctor::secret_length(&client.config)
}

/// Which of Bitbucket's two OAuth back ends issued the client, judging by the lengths of its Key and its Secret;
/// `undefined` if neither issues Keys and Secrets of these lengths.
#[wasm_bindgen(js_name = clientGeneration, unchecked_return_type = "'older' | 'newer' | undefined")]
pub fn client_generation(client: &OAuthCore) -> Option<String> {
    doctor::generation(&client.config).map(str::to_owned)
}

/// The scopes that a client requests although Bitbucket no longer needs them.
#[wasm_bindgen(js_name = retiredScopes, unchecked_return_type = "string[]")]
pub fn retired_scopes(client: &OAuthCore) -> Array {
    list_of(&doctor::retired_scopes(&client.config))
}

/// Whether the Redis URL `other` leads to the database with the number `database` of the Redis server at `address`.
#[wasm_bindgen(js_name = isSameRedisDatabase)]
pub fn is_same_redis_database(address: &str, database: u32, other: &str) -> bool {
    doctor::is_same_redis_database(address, database, other)
}

/// What the error code of a failed token request says about the Key and the Secret. The command `doctor` sends this request
/// with a made-up authorization code.
#[wasm_bindgen(
    js_name = trialExchangeOutcome,
    unchecked_return_type = "'accepted' | 'refused' | 'failed' | 'unknown'"
)]
pub fn trial_exchange_outcome(code: &str) -> core::result::Result<String, JsValue> {
    let code = Code::from_name(code).ok_or_else(|| Error::argument(Phase::Exchange, "code", "is not known"))?;
    Ok(doctor::trial_exchange_outcome(code).to_owned())
}

/// The condition of an endpoint, judging by the status of its response to a request without a credential. `is_for_users`
/// is true for the authorization endpoint.
#[wasm_bindgen(js_name = endpointStatus, unchecked_return_type = "'reached' | 'foreign' | 'failing'")]
pub fn endpoint_status(is_for_users: bool, status: u16) -> String {
    doctor::endpoint_status(is_for_users, status).to_owned()
}

/// What is at the client's redirect URI, judging by how the server there responds to an authorization response
/// without a code.
#[wasm_bindgen(
    js_name = redirectUriStatus,
    unchecked_return_type = "'page' | 'elsewhere' | 'downgrade' | 'moved' | 'query-lost' | 'guarded' | 'missing' | 'failing' | 'other-page'"
)]
pub fn redirect_uri_status(client: &OAuthCore, status: u16, location: Option<String>, is_page: bool) -> String {
    doctor::redirect_uri_status(client.config.redirect_uri(), status, location.as_deref(), is_page).to_owned()
}

/// By how many seconds this machine's clock is ahead of a server's `Date`; 0 for a harmless difference, and `undefined` if
/// the text is not a date.
#[wasm_bindgen(js_name = clockSkew)]
pub fn clock_skew(date: &str, earliest: f64, latest: f64) -> Option<f64> {
    doctor::clock_skew(date, earliest, latest)
}
