//! The connection test as JavaScript sees it: connection_test.rs.

use wasm_bindgen::prelude::*;

use super::Members;
use super::api_response::{kind_of, response_fields};
use super::token_endpoint::{body_of, status_of};
use crate::connection_test::{self, ConnectionTest, Known};
use crate::error::Phase;
use crate::host::Properties;
use crate::scope::ScopeSet;

/// A test of a connection. While there is a `path`, that is to be asked, and `answered` or `failed` to be told.
#[wasm_bindgen(js_name = ConnectionTest)]
pub struct Test(ConnectionTest);

#[wasm_bindgen(js_class = ConnectionTest)]
impl Test {
    /// For `{ kind, workspace?, repository?, hint?, requestedScopes?, grantedScopes? }`.
    #[wasm_bindgen(constructor)]
    pub fn new(known: &JsValue) -> core::result::Result<Test, JsValue> {
        let known = Properties::of(known, "known", Phase::Api)?;
        let kind = kind_of(&known)?;
        let (workspace, repository) = (known.string("workspace")?, known.string("repository")?);
        let hint = known.string("hint")?;
        Ok(Self(ConnectionTest::new(&Known {
            kind,
            workspace: workspace.as_deref(),
            repository: repository.as_deref(),
            hint: hint.as_deref(),
            requested: known.scopes("requestedScopes")?,
            // Out of a store: a hint that cannot be used is left out.
            granted: known.scopes("grantedScopes").ok().flatten(),
        })?))
    }

    /// The path below the API's base that is to be asked next.
    #[wasm_bindgen(getter)]
    pub fn path(&self) -> Option<String> {
        self.0.path()
    }

    /// Takes the answer `{ status, headers, body, receivedAt }`.
    pub fn answered(&mut self, response: &JsValue) -> core::result::Result<(), JsValue> {
        let response = Properties::of(response, "response", Phase::Api)?;
        let fields = response_fields(&response)?;
        let body = body_of(&response, connection_test::LARGEST_BODY)?;
        let received_at = response.required_number("receivedAt")?;
        self.0.answered(status_of(&response)?, &fields, &body, received_at);
        Ok(())
    }

    /// Takes the message of a failure that left the question without an answer.
    pub fn failed(&mut self, message: &str) {
        self.0.failed(message);
    }

    /// `{ success, message, account?, scopes?, missingScopes? }`, when there is no more to ask.
    #[wasm_bindgen(getter)]
    pub fn verdict(&self) -> JsValue {
        let Some(verdict) = self.0.verdict() else { return JsValue::UNDEFINED };
        let account = verdict.account.as_ref().map(|account| {
            Members::new()
                .text("uuid", account.uuid.as_deref())
                .text("nickname", account.nickname.as_deref())
                .text("displayName", account.display_name.as_deref())
                .end()
        });
        let scopes = |scopes: &Option<ScopeSet>| scopes.as_ref().map(ScopeSet::to_vec);
        Members::new()
            .flag("success", verdict.success)
            .text("message", Some(&verdict.message))
            .json("account", account.as_deref())
            .texts("scopes", scopes(&verdict.scopes).as_deref())
            .texts("missingScopes", scopes(&verdict.missing_scopes).as_deref())
            .into_js()
    }
}
