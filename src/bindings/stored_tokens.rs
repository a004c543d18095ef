//! What crosses the border when tokens are stored in a row.

use wasm_bindgen::prelude::*;

use crate::error::{Phase, Result};
use crate::host::Properties;
use crate::refresh_turn::Times;
use crate::stored_tokens::{self, Holding, Origin, Row};

/// What a row of the host's holds.
#[wasm_bindgen]
#[derive(Debug)]
pub enum RowHolding {
    /// A pair of the wrapper's chain.
    Chain,
    /// A pair of the same authorization that somebody else obtained.
    Others,
    /// The same, obtained later than the wrapper's.
    OthersNewer,
    /// A reference to a vault.
    InVault,
    /// Something else.
    Replaced,
}

impl From<Holding> for RowHolding {
    fn from(holding: Holding) -> Self {
        match holding {
            Holding::Chain => Self::Chain,
            Holding::Others => Self::Others,
            Holding::OthersNewer => Self::OthersNewer,
            Holding::InVault => Self::InVault,
            Holding::Replaced => Self::Replaced,
        }
    }
}

/// What a row holds, for a wrapper with certain tokens. `row` is `undefined` where the row has no refresh token.
#[wasm_bindgen(js_name = rowHolding)]
pub fn row_holding(
    row: &JsValue,
    own: &JsValue,
    is_of_same_chain: bool,
    is_in_vault: bool,
    is_refused: bool,
) -> core::result::Result<RowHolding, JsValue> {
    let own = StoredOrigin::read(own, "own")?;
    let row = if row.is_undefined() { None } else { Some(StoredOrigin::read(row, "row")?) };
    let row = Row { origin: row.as_ref().map(StoredOrigin::origin), is_of_same_chain, is_in_vault };
    Ok(stored_tokens::holding(row, own.origin(), is_refused).into())
}

struct StoredOrigin {
    authorized_at: Option<String>,
    account: Option<String>,
    times: Times,
}

impl StoredOrigin {
    fn read(value: &JsValue, name: &'static str) -> Result<Self> {
        let origin = Properties::of(value, name, Phase::Refresh)?;
        let time = |name| -> Result<Option<f64>> {
            Ok(origin.get(name)?.and_then(|value| value.as_f64()).filter(|time| time.is_finite()))
        };
        Ok(Self {
            authorized_at: origin.string("authorizedAt")?,
            account: origin.string("account")?,
            times: Times { obtained_at: time("obtainedAt")?, expires_at: time("expiresAt")? },
        })
    }

    fn origin(&self) -> Origin<'_> {
        Origin { authorized_at: self.authorized_at.as_deref(), account: self.account.as_deref(), times: self.times }
    }
}
