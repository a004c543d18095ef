//! The core as JavaScript sees it. Only conversions stand here; the rules are in the other modules.
//!
//! In: JavaScript values. Out: JavaScript values, or a thrown plain object with the members of [`Error`], from which
//! js/error.js makes a `BitbucketAuthError`. What never happens here: a trap, or a value in an error.

use js_sys::JSON;
use wasm_bindgen::prelude::*;

use crate::error::Error;

mod api_request;
mod api_response;
mod arguments;
mod callback_page;
mod client;
mod connection_test;
mod credential;
mod environment;
mod failed_work;
mod host_answer;
mod page;
mod pagination;
mod quick;
mod rate_limit;
mod redis;
mod refresh_policy;
mod refresh_queue;
mod refresh_turn;
mod removed_endpoints;
mod scopes;
mod stored_tokens;

pub use api_request::*;
pub use api_response::*;
pub use arguments::*;
pub use callback_page::*;
pub use client::*;
pub use connection_test::*;
pub use credential::*;
pub use environment::*;
pub use failed_work::*;
pub use host_answer::*;
pub use page::*;
pub use pagination::*;
pub use quick::*;
pub use rate_limit::*;
pub use redis::*;
pub use refresh_policy::*;
pub use refresh_queue::*;
pub use refresh_turn::*;
pub use removed_endpoints::*;
pub use scopes::*;
pub use stored_tokens::*;

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
