//! The JavaScript bindings of the core. They only convert values; the rules are in the other modules.
//!
//! In: JavaScript values. Out: JavaScript values, or a thrown plain object ([`ErrorDetails`]), from which js/error.js
//! makes a `BitbucketAuthError`. Never: a trap, or an error that contains a caller's value.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use crate::error::{Code, Error, Phase};
#[cfg(feature = "server")]
use crate::json_object;

#[cfg(feature = "server")]
mod api_request;
#[cfg(feature = "server")]
mod api_response;
mod arguments;
#[cfg(feature = "server")]
mod callback_page;
#[cfg(feature = "server")]
mod connection_test;
#[cfg(feature = "server")]
mod credential;
#[cfg(feature = "server")]
mod doctor;
#[cfg(feature = "server")]
mod environment;
#[cfg(feature = "server")]
mod failed_work;
#[cfg(feature = "server")]
mod grant_type;
#[cfg(feature = "server")]
mod newest_tokens;
#[cfg(feature = "server")]
mod nocodb_response;
mod oauth_core;
mod page;
#[cfg(feature = "server")]
mod pagination;
#[cfg(feature = "server")]
mod rate_limit;
#[cfg(feature = "server")]
mod redis;
#[cfg(feature = "server")]
mod refresh_cycle;
#[cfg(feature = "server")]
mod refresh_policy;
#[cfg(feature = "server")]
mod refresh_queue;
#[cfg(feature = "server")]
mod removed_endpoints;
mod scopes;
#[cfg(feature = "server")]
mod stored_tokens;
#[cfg(feature = "server")]
mod token_endpoint;

#[cfg(feature = "server")]
pub use api_request::*;
#[cfg(feature = "server")]
pub use api_response::*;
pub use arguments::*;
#[cfg(feature = "server")]
pub use callback_page::*;
#[cfg(feature = "server")]
pub use connection_test::*;
#[cfg(feature = "server")]
pub use credential::*;
#[cfg(feature = "server")]
pub use doctor::*;
#[cfg(feature = "server")]
pub use environment::*;
#[cfg(feature = "server")]
pub use failed_work::*;
#[cfg(feature = "server")]
pub use grant_type::*;
#[cfg(feature = "server")]
pub use newest_tokens::*;
#[cfg(feature = "server")]
pub use nocodb_response::*;
pub use oauth_core::*;
pub use page::*;
#[cfg(feature = "server")]
pub use pagination::*;
#[cfg(feature = "server")]
pub use rate_limit::*;
#[cfg(feature = "server")]
pub use redis::*;
#[cfg(feature = "server")]
pub use refresh_cycle::*;
#[cfg(feature = "server")]
pub use refresh_policy::*;
#[cfg(feature = "server")]
pub use refresh_queue::*;
#[cfg(feature = "server")]
pub use removed_endpoints::*;
#[cfg(feature = "server")]
pub use scopes::*;
#[cfg(feature = "server")]
pub use stored_tokens::*;
#[cfg(feature = "server")]
pub use token_endpoint::*;

/// Returns a function that takes a name and returns the string member with that name. `json` is an object that the
/// shim has serialized.
#[cfg(feature = "server")]
fn texts(json: &str) -> impl Fn(&str) -> Option<String> {
    let members = json_object::entries(json.as_bytes()).unwrap_or_default();
    let texts: Vec<_> = members.into_iter().filter_map(|(name, value)| Some((name, value.text()?))).collect();
    move |name| texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone())
}

/// Converts a result to a JavaScript object.
fn to_js_value(value: &impl Serialize) -> JsValue {
    value.serialize(&Serializer::new()).unwrap_or(JsValue::UNDEFINED)
}

/// The data of an error. Fields that do not apply are left out.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetails<'a> {
    /// The stable name of the error.
    code: Code,
    /// The step of a connection's life cycle in which the error occurred.
    phase: Phase,
    /// What is wrong, and how to fix it.
    message: String,
    /// Whether the same request may succeed later without any action.
    retryable: bool,
    /// Whether only the user can fix the error, by authenticating again.
    reauthorize: bool,
    /// The OAuth error code that Bitbucket sent (RFC 6749 sections 4.1.2.1 and 5.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    /// Bitbucket's description, shortened and without control characters and secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<&'a str>,
    /// The HTTP status of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// The argument, environment variable or member that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// How long to wait before the request is sent again, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    /// The scopes that the request needs, according to Bitbucket's API.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    #[tsify(optional)]
    required: &'a [String],
    /// The scopes that the credential has, according to Bitbucket's API.
    #[serde(skip_serializing_if = "Option::is_none")]
    granted: Option<&'a [String]>,
    /// The URL of Atlassian's announcement that this part of the API is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    announcement_url: Option<&'a str>,
}

impl<'a> From<&'a Error> for ErrorDetails<'a> {
    fn from(error: &'a Error) -> Self {
        Self {
            code: error.code,
            phase: error.phase,
            message: error.message(),
            retryable: error.retryable(),
            reauthorize: error.reauthorize(),
            error: error.error.as_deref(),
            error_description: error.error_description.as_deref(),
            status: error.status,
            field: error.field.as_deref(),
            retry_after: error.retry_after,
            required: &error.required,
            granted: error.granted.as_deref(),
            announcement_url: error.announcement_url.as_deref(),
        }
    }
}

impl From<Box<Error>> for JsValue {
    fn from(error: Box<Error>) -> Self {
        to_js_value(&ErrorDetails::from(&*error))
    }
}
