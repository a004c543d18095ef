//! Classifies the tokens in a row of NocoDB's database, before other tokens are saved there.
//!
//! In: metadata of the tokens in the row and of a wrapper's tokens. Out: whether the row still belongs to the wrapper's
//! connection. Never: a token, or a comparison of tokens. The caller knows which refresh token led to which other one.
//!
//! A *wrapper* is the object through which NocoDB uses a connection. The row may have changed since NocoDB created the
//! wrapper from it, for one of two reasons. A user authenticated again: the row has the tokens of another authorization,
//! and the wrapper's tokens must not replace them. Or a process refreshed the tokens and could not tell this process,
//! because the two processes share no Redis: the row's tokens belong to the same authorization as the wrapper's.

use serde::Serialize;
use tsify::Tsify;

use crate::newest_tokens::Times;

/// What is known about tokens, apart from the tokens themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TokenMetadata<'a> {
    /// The time of the user's authorization, as it is stored. A refresh does not change this time. Earlier versions
    /// did not store it.
    pub authorized_at: Option<&'a str>,
    /// The UUID of the account, where Bitbucket returned it.
    pub account: Option<&'a str>,
    /// When the tokens were received, and when they expire.
    pub times: Times,
}

impl TokenMetadata<'_> {
    /// Whether both token sets come from one authorization. Returns `None` if the time of either authorization was
    /// not stored.
    fn has_same_authorization(self, other: Self) -> Option<bool> {
        Some(self.authorized_at? == other.authorized_at?)
    }

    /// Whether the token sets belong to different accounts.
    fn has_other_account(self, other: Self) -> bool {
        self.account.zip(other.account).is_some_and(|(one, other)| one != other)
    }
}

/// The tokens in a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row<'a> {
    /// The metadata of the tokens; `None` when the row has no refresh token any more.
    pub metadata: Option<TokenMetadata<'a>>,
    /// Whether the row's refresh token is the wrapper's newest one, or an earlier one from which the newest one was
    /// obtained in one or several refreshes.
    pub is_of_same_chain: bool,
    /// Whether a token is a reference to a vault.
    pub is_in_vault: bool,
}

/// What a row contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Tsify)]
pub enum RowContent {
    /// The wrapper's tokens, or earlier tokens from which they were obtained.
    SameChain,
    /// Tokens of the same authorization that another process obtained. Their times do not show that they are newer than
    /// the wrapper's.
    SameAuthorization,
    /// Tokens of the same authorization that another process obtained later than this process obtained the wrapper's.
    SameAuthorizationNewer,
    /// A reference to a vault in place of a token. No new token can be saved in the vault, and none may overwrite the
    /// reference.
    VaultReference,
    /// No refresh token, or the tokens of another authorization: a user authenticated the connection again.
    Replaced,
}

impl RowContent {
    /// Classifies a row for a wrapper with these tokens. `is_refused` says whether Bitbucket refused the wrapper's
    /// refresh token.
    pub fn of(row: Row<'_>, own: TokenMetadata<'_>, is_refused: bool) -> Self {
        if row.is_in_vault {
            return Self::VaultReference;
        }
        let Some(metadata) = row.metadata else {
            return Self::Replaced;
        };
        if row.is_of_same_chain {
            return Self::SameChain;
        }
        // If the time of an authorization was not stored, a refusal decides. When a user authenticates again, the
        // wrapper's refresh token stays valid. When a process refreshes the tokens, the wrapper's refresh token becomes
        // invalid. So after a refusal, the row's tokens count as tokens of the same authorization, unless they belong to
        // another account.
        let has_same_authorization =
            metadata.has_same_authorization(own).unwrap_or(is_refused && !metadata.has_other_account(own));
        if !has_same_authorization {
            Self::Replaced
        } else if metadata.times.is_after(own.times) {
            Self::SameAuthorizationNewer
        } else {
            Self::SameAuthorization
        }
    }
}
