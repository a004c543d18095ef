//! The grant types of token requests (RFC 6749 section 1.3).
//!
//! In: the name of a grant type. Out: the grant type, and the phase of its errors. Never: sending a request.

use crate::error::Phase;

/// A grant type. The same error has different meanings for different grant types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantType {
    /// RFC 6749 section 4.1.
    AuthorizationCode,
    /// RFC 6749 section 6.
    RefreshToken,
    /// RFC 6749 section 4.4.
    ClientCredentials,
}

impl GrantType {
    /// Every grant type.
    pub const ALL: [GrantType; 3] =
        [GrantType::AuthorizationCode, GrantType::RefreshToken, GrantType::ClientCredentials];

    /// The value of `grant_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// The grant type with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == name)
    }

    /// The phase in which this grant type is used.
    pub fn phase(self) -> Phase {
        match self {
            Self::AuthorizationCode | Self::ClientCredentials => Phase::Exchange,
            Self::RefreshToken => Phase::Refresh,
        }
    }
}
