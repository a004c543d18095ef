//! The connection test as JavaScript sees it: connection_test.rs.

use wasm_bindgen::prelude::*;

use super::api_response::{ApiResponse, kind_of};
use super::leave;
use crate::connection_test::{ConnectionTest, TestContext};
use crate::scope::ScopeSet;

/// A test of a connection. While there is a `path`, that is to be asked, and `answered` or `failed` to be told.
#[wasm_bindgen(js_name = ConnectionTest)]
pub struct Test(ConnectionTest);

#[wasm_bindgen(js_class = ConnectionTest)]
impl Test {
    /// For a credential of this kind, and what else is known of it. Scopes have spaces between them.
    #[wasm_bindgen(constructor)]
    pub fn new(
        kind: &str,
        workspace: Option<String>,
        repository: Option<String>,
        hint: Option<String>,
        requested_scopes: Option<String>,
        granted_scopes: Option<String>,
    ) -> core::result::Result<Test, JsValue> {
        // Out of a store: a hint that cannot be used is left out.
        let scopes = |text: Option<String>| ScopeSet::parse(&text?).ok();
        Ok(Self(ConnectionTest::new(&TestContext {
            kind: kind_of(kind)?,
            workspace: workspace.as_deref(),
            repository: repository.as_deref(),
            hint: hint.as_deref(),
            requested: scopes(requested_scopes),
            granted: scopes(granted_scopes),
        })?))
    }

    /// The path below the API's base that is to be asked next.
    #[wasm_bindgen(getter)]
    pub fn path(&self) -> Option<String> {
        self.0.path()
    }

    /// Takes the answer.
    #[wasm_bindgen(js_name = onResponse)]
    pub fn on_response(&mut self, answer: ApiResponse) {
        self.0.on_response(answer.status, &answer.fields, &answer.body, answer.received_at);
    }

    /// Takes the message of a failure that left the question without an answer.
    #[wasm_bindgen(js_name = onError)]
    pub fn on_error(&mut self, message: &str) {
        self.0.on_error(message);
    }

    /// What came out, when there is no more to ask.
    #[wasm_bindgen(getter, unchecked_return_type = "TestResult | undefined")]
    pub fn result(&self) -> JsValue {
        self.0.result().map_or(JsValue::UNDEFINED, leave)
    }
}
