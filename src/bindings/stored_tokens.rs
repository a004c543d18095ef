//! The JavaScript bindings of `src/stored_tokens.rs`: the classification of the tokens in a row of NocoDB's database.

use wasm_bindgen::prelude::*;

use super::newest_tokens::times;
use super::to_js_value;
use crate::newest_tokens::Times;
use crate::stored_tokens::{self, Row, RowContent};

/// What is known about tokens, apart from the tokens themselves.
#[wasm_bindgen]
pub struct TokenMetadata {
    authorized_at: Option<String>,
    account: Option<String>,
    times: Times,
}

#[wasm_bindgen]
impl TokenMetadata {
    /// `authorized_at` is the stored value, `account` is the account's UUID, and the times are in milliseconds since
    /// 1970.
    #[wasm_bindgen(constructor)]
    pub fn new(
        authorized_at: Option<String>,
        account: Option<String>,
        obtained_at: Option<f64>,
        expires_at: Option<f64>,
    ) -> TokenMetadata {
        Self { authorized_at, account, times: times(obtained_at, expires_at) }
    }

    fn borrowed(&self) -> stored_tokens::TokenMetadata<'_> {
        stored_tokens::TokenMetadata {
            authorized_at: self.authorized_at.as_deref(),
            account: self.account.as_deref(),
            times: self.times,
        }
    }
}

/// Classifies the tokens in a row. `row` describes these tokens; it is absent when the row has no refresh token. `own`
/// describes the tokens of the wrapper (NocoDB's object for a call) that was created from the row.
#[wasm_bindgen(js_name = classifyRow, unchecked_return_type = "RowContent")]
pub fn classify_row(
    row: Option<TokenMetadata>,
    own: TokenMetadata,
    is_of_same_chain: bool,
    is_in_vault: bool,
    is_refused: bool,
) -> JsValue {
    let row = Row { metadata: row.as_ref().map(TokenMetadata::borrowed), is_of_same_chain, is_in_vault };
    to_js_value(&RowContent::of(row, own.borrowed(), is_refused))
}
