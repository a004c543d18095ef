//! The tokens of a connection, and those values of the previous tokens that a response may omit. src/token_response.rs
//! combines both.
//!
//! In: validated values. Out: structs that contain these values. Never: a validation, or a token in `Debug` output.

use crate::scope::ScopeSet;
use crate::secret::Secret;

/// Tokens with an absolute expiry.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenSet {
    /// The access token, which is sent as `Authorization: Bearer`.
    pub access_token: Secret,
    /// The refresh token, which is exchanged for the next tokens.
    pub refresh_token: Option<Secret>,
    /// When the access token expires, in milliseconds since 1970; absent if Bitbucket did not say.
    pub expires_at: Option<f64>,
    /// The granted scopes.
    pub scopes: ScopeSet,
}

/// The values of the tokens before a refresh.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Previous {
    /// The refresh token, which stays in use if the response has no new one (RFC 6749 section 6).
    pub refresh_token: Option<Secret>,
    /// The scopes, which stay granted if the response names none (RFC 6749 section 5.1).
    pub scopes: Option<ScopeSet>,
}

/// Whether an access token has expired. Without an expiry time it counts as valid.
pub fn is_expired(expires_at: Option<f64>, now: f64) -> bool {
    expires_at.is_some_and(|expires_at| expires_at <= now)
}
