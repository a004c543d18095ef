//! The protocol core of `nocodb-bitbucket-auth`: OAuth 2.0 with Bitbucket Cloud, without input or output.
//!
//! Every module builds a request as data or judges a response as data. Nothing in here opens a socket, reads a clock,
//! an environment variable or a random source: times, random bytes and answers come in as arguments. That makes each
//! rule testable natively, and lets one implementation serve the NocoDB server and the browser.
//!
//! A panic in WebAssembly is a trap that poisons the instance for the whole process, so whatever could panic
//! (unwrapping, indexing, slicing) is denied by lint in this crate.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod api_request;
pub mod api_response;
pub mod arguments;
pub mod authorization_request;
pub mod authorization_response;
pub mod callback_page;
pub mod client_authentication;
pub mod client_config;
pub mod connection_test;
pub mod credential;
pub mod endpoints;
pub mod environment;
pub mod error;
pub mod form;
pub mod host_answer;
pub mod json;
pub mod key_derivation;
pub mod pagination;
pub mod pasted;
pub mod pending_authorization;
pub mod pkce;
pub mod proxy;
pub mod rate_limit;
pub mod recent_failures;
pub mod redaction;
pub mod redis;
pub mod refresh_policy;
pub mod refresh_queue;
pub mod refresh_turn;
pub mod refusals;
pub mod removed_endpoints;
pub mod retry;
pub mod scope;
pub mod secret;
pub mod state;
pub mod stored_tokens;
pub mod text;
pub mod token_request;
pub mod token_response;
pub mod token_set;
pub mod uri;

#[cfg(target_arch = "wasm32")]
pub mod bindings;
#[cfg(target_arch = "wasm32")]
mod host;
#[cfg(target_arch = "wasm32")]
mod js_runtime;
