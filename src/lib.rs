//! The protocol core of `nocodb-bitbucket-auth`: OAuth 2.0 with Bitbucket Cloud, without input or output.
//!
//! Every module builds requests as data or validates responses as data. Nothing in here opens a socket, or reads a clock, an
//! environment variable or a random source: times, random bytes and responses are arguments. Each rule can therefore be tested
//! natively, and one implementation serves the NocoDB server and the browser.
//!
//! A panic in WebAssembly is a trap that makes the instance unusable for the whole process, so lints deny everything
//! that could panic (unwrapping, indexing, slicing) in this crate.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

/// Why a value is invalid, without the value. The text follows the name of the field or variable.
pub type Reason = &'static str;

#[cfg(feature = "server")]
pub mod api_request;
#[cfg(feature = "server")]
pub mod api_response;
pub mod arguments;
pub mod authorization_request;
pub mod authorization_response;
#[cfg(feature = "server")]
pub mod callback_page;
#[cfg(feature = "server")]
pub mod client_authentication;
pub mod client_config;
#[cfg(feature = "server")]
pub mod connection_test;
#[cfg(feature = "server")]
pub mod credential;
#[cfg(feature = "server")]
pub mod doctor;
pub mod endpoints;
#[cfg(feature = "server")]
pub mod environment;
pub mod error;
pub mod grant_type;
#[cfg(feature = "server")]
pub mod json_object;
#[cfg(feature = "server")]
pub mod key_derivation;
#[cfg(feature = "server")]
pub mod newest_tokens;
#[cfg(feature = "server")]
pub mod nocodb_response;
#[cfg(feature = "server")]
pub mod page_predictor;
#[cfg(feature = "server")]
pub mod pages_ahead;
#[cfg(feature = "server")]
pub mod pagination;
pub mod pasted;
pub mod pending_authorization;
pub mod pkce;
#[cfg(feature = "server")]
pub mod proxy;
pub mod query;
#[cfg(feature = "server")]
pub mod rate_limit;
#[cfg(feature = "server")]
pub mod recent_failures;
pub mod redaction;
#[cfg(feature = "server")]
pub mod redis;
#[cfg(feature = "server")]
pub mod refresh_cycle;
#[cfg(feature = "server")]
pub mod refresh_policy;
#[cfg(feature = "server")]
pub mod refresh_queue;
#[cfg(feature = "server")]
pub mod refusals;
#[cfg(feature = "server")]
pub mod removed_endpoints;
#[cfg(feature = "server")]
pub mod retry;
#[cfg(feature = "server")]
pub mod retry_after;
pub mod scope;
pub mod secret;
pub mod state;
#[cfg(feature = "server")]
pub mod stored_tokens;
#[cfg(feature = "server")]
pub mod token_request;
#[cfg(feature = "server")]
pub mod token_response;
#[cfg(feature = "server")]
pub mod token_set;

#[cfg(target_arch = "wasm32")]
pub mod bindings;
#[cfg(target_arch = "wasm32")]
mod js_runtime;
