//! The JavaScript bindings of `src/connection_test.rs`: a class that tests whether a connection works.

use wasm_bindgen::prelude::*;

use super::api_response::{ApiResponse, auth_type_of};
use super::to_js_value;
use crate::connection_test::{ConnectionTest, TestContext};
use crate::scope::ScopeSet;

/// A test of a connection. While there is a `path`, the caller requests it, and calls `onResponse` or `onError`.
#[wasm_bindgen(js_name = ConnectionTest)]
pub struct Test(ConnectionTest);

#[wasm_bindgen(js_class = ConnectionTest)]
impl Test {
    /// Starts the test of a connection with a credential of this type. The other arguments are known facts about the connection.
    /// Scopes are separated by spaces.
    #[wasm_bindgen(constructor)]
    pub fn new(
        kind: &str,
        workspace: Option<String>,
        repository: Option<String>,
        hint: Option<String>,
        requested_scopes: Option<String>,
        granted_scopes: Option<String>,
    ) -> core::result::Result<Test, JsValue> {
        // The test works without the scopes, so scopes that are stored in an invalid format count as unknown.
        let scopes = |text: Option<String>| ScopeSet::parse(&text?).ok();
        Ok(Self(ConnectionTest::new(&TestContext {
            auth_type: auth_type_of(kind)?,
            workspace: workspace.as_deref(),
            repository: repository.as_deref(),
            hint: hint.as_deref(),
            requested: scopes(requested_scopes),
            granted: scopes(granted_scopes),
        })?))
    }

    /// The path to request next, below the API's base URL; absent when the test is over.
    #[wasm_bindgen(getter)]
    pub fn path(&self) -> Option<String> {
        self.0.path()
    }

    /// Reads the response to the last request.
    #[wasm_bindgen(js_name = onResponse)]
    pub fn on_response(&mut self, response: ApiResponse) {
        self.0.on_response(response.status, &response.fields, &response.body, response.received_at);
    }

    /// Ends the test with the message of an error, because the last request got no response.
    #[wasm_bindgen(js_name = onError)]
    pub fn on_error(&mut self, message: &str) {
        self.0.on_error(message);
    }

    /// The result; absent until the test is over.
    #[wasm_bindgen(getter, unchecked_return_type = "TestResult | undefined")]
    pub fn result(&self) -> JsValue {
        self.0.result().map_or(JsValue::UNDEFINED, to_js_value)
    }
}
