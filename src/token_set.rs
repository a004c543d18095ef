//! The tokens of a connection, and what of the ones before counts for an answer; token_response.rs joins them.
//!
//! In: judged values. Out: structs that hold them. What never happens here: a judgement, or a token in `Debug`.

use crate::scope::ScopeSet;
use crate::secret::Secret;

/// Tokens with an absolute expiry.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenSet {
    /// Sent as `Authorization: Bearer`.
    pub access_token: Secret,
    /// Exchanged for the next tokens.
    pub refresh_token: Option<Secret>,
    /// When the access token dies, in milliseconds since 1970; absent when Bitbucket did not say.
    pub expires_at: Option<f64>,
    /// What was granted.
    pub scopes: ScopeSet,
}

/// What is kept of the tokens before a refresh.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Previous {
    /// Stays in use when an answer brings no new one (RFC 6749 section 6).
    pub refresh_token: Option<Secret>,
    /// Stay granted when an answer does not name any (RFC 6749 section 5.1).
    pub scopes: Option<ScopeSet>,
}

/// Whether an access token is past its time. Without a time it is not known to be.
pub fn is_expired(expires_at: Option<f64>, now: f64) -> bool {
    expires_at.is_some_and(|expires_at| expires_at <= now)
}
