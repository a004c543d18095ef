//! Whose tokens a row of the host's holds, before others are stored in it.
//!
//! In: what is known of the row's tokens, and of those of a wrapper. Out: whether the row still belongs to the wrapper's
//! connection. What never happens here: a token compared or held; whoever asks knows which refresh tokens led to which.
//!
//! A row may have changed since a wrapper was made from it. Somebody authenticated again: then the row holds the tokens of
//! another authorization, and those of the former one must not come back. Or a process renewed the tokens of which this
//! one hears nothing, because they have no Redis in common: then the row's tokens are as good as the wrapper's.

use serde::Serialize;
use tsify::Tsify;

use crate::newest_tokens::Times;

/// What is known of tokens, beside the tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Origin<'a> {
    /// When the user authorized, which stays the same while the tokens are renewed, as it is stored. Earlier versions
    /// did not store it.
    pub authorized_at: Option<&'a str>,
    /// The UUID of the account, where Bitbucket told it.
    pub account: Option<&'a str>,
    /// When the tokens were received, and when they expire.
    pub times: Times,
}

impl Origin<'_> {
    /// Whether both come from one authorization, as far as that was stored.
    fn is_of_authorization(self, other: Self) -> Option<bool> {
        Some(self.authorized_at? == other.authorized_at?)
    }

    /// Whether they are tokens of different accounts.
    fn is_of_other_account(self, other: Self) -> bool {
        self.account.zip(other.account).is_some_and(|(one, other)| one != other)
    }
}

/// The tokens of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row<'a> {
    /// What is known of them; nothing where the row has no refresh token any more.
    pub origin: Option<Origin<'a>>,
    /// The refresh token is the wrapper's newest, or one that led to it.
    pub is_of_same_chain: bool,
    /// A token is a reference to a vault.
    pub is_in_vault: bool,
}

/// What a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Tsify)]
#[tsify(rename = "RowHolding")]
pub enum Holding {
    /// The wrapper's pair, or an earlier one of its chain.
    Chain,
    /// A pair of the same authorization that somebody else obtained, not later than the wrapper's.
    Others,
    /// The same, obtained later.
    OthersNewer,
    /// A reference to a vault, in the place of a token. Nobody can store another token there, and none may take its place.
    InVault,
    /// Something else: the connection was authenticated again.
    Replaced,
}

/// What a row holds, for a wrapper with these tokens. `is_refused` says that Bitbucket refuses their refresh token.
pub fn holding(row: Row<'_>, own: Origin<'_>, is_refused: bool) -> Holding {
    if row.is_in_vault {
        return Holding::InVault;
    }
    let Some(origin) = row.origin else {
        return Holding::Replaced;
    };
    if row.is_of_same_chain {
        return Holding::Chain;
    }
    // Where nobody knows of which authorization they are, a refusal tells: whoever authenticates again leaves the former
    // tokens as good as they were, and whoever renews them does not.
    let is_of_authorization =
        origin.is_of_authorization(own).unwrap_or(is_refused && !origin.is_of_other_account(own));
    if !is_of_authorization {
        Holding::Replaced
    } else if origin.times.is_after(own.times) {
        Holding::OthersNewer
    } else {
        Holding::Others
    }
}
