//! What crosses the border when tokens are stored in a row.

use wasm_bindgen::prelude::*;

use super::leave;
use super::newest_tokens::times;
use crate::newest_tokens::Times;
use crate::stored_tokens::{self, Origin, Row};

/// What is known of tokens, beside the tokens.
#[wasm_bindgen]
pub struct TokenOrigin {
    authorized_at: Option<String>,
    account: Option<String>,
    times: Times,
}

#[wasm_bindgen]
impl TokenOrigin {
    /// `authorized_at` as stored, the account's UUID, and times in milliseconds since 1970.
    #[wasm_bindgen(constructor)]
    pub fn new(
        authorized_at: Option<String>,
        account: Option<String>,
        obtained_at: Option<f64>,
        expires_at: Option<f64>,
    ) -> TokenOrigin {
        Self { authorized_at, account, times: times(obtained_at, expires_at) }
    }

    fn origin(&self) -> Origin<'_> {
        Origin { authorized_at: self.authorized_at.as_deref(), account: self.account.as_deref(), times: self.times }
    }
}

/// What a row holds, for a wrapper with its `own` tokens. `row` is absent where the row has no refresh token.
#[wasm_bindgen(js_name = rowHolding, unchecked_return_type = "RowHolding")]
pub fn row_holding(
    row: Option<TokenOrigin>,
    own: TokenOrigin,
    is_of_same_chain: bool,
    is_in_vault: bool,
    is_refused: bool,
) -> JsValue {
    let row = Row { origin: row.as_ref().map(TokenOrigin::origin), is_of_same_chain, is_in_vault };
    leave(&stored_tokens::holding(row, own.origin(), is_refused))
}
