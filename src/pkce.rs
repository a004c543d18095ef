//! Proof Key for Code Exchange with S256 (RFC 7636).
//!
//! In: random bytes, or a verifier that NocoDB created. Out: verifier and challenge. Never: the method `plain`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::{Error, Phase, Result};
use crate::secret::Secret;

/// How many random bytes a verifier encodes (RFC 7636 section 4.1 recommends 32).
pub const VERIFIER_BYTES: usize = 32;

/// A code verifier: 43 to 128 unreserved characters (RFC 7636 section 4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeVerifier(Secret);

impl CodeVerifier {
    /// Creates a verifier from random bytes.
    pub fn from_random(bytes: &[u8; VERIFIER_BYTES]) -> Self {
        Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Validates a verifier from elsewhere, for instance from NocoDB's GUI.
    pub fn parse(value: &str) -> Result<Self> {
        if !is_verifier(value) {
            return Err(Error::argument(
                Phase::Exchange,
                "codeVerifier",
                "must be 43 to 128 letters, digits, '-', '.', '_' or '~' (RFC 7636 section 4.1)",
            ));
        }
        Ok(Self(Secret::new(value)))
    }

    /// Validates the verifier in a caller's argument. The member's name may be `codeVerifier`, as in this package, or
    /// `code_verifier`, as in NocoDB and RFC 7636. The argument may also have both members, with the same value.
    pub fn from_either_name(camel_case: Option<&str>, snake_case: Option<&str>) -> Result<Option<Self>> {
        match (camel_case, snake_case) {
            (Some(one), Some(other)) if one != other => {
                Err(Error::argument(Phase::Exchange, "code_verifier", "differs from codeVerifier"))
            }
            (None, Some(other)) => Self::parse(other).map_err(|error| error.with_field("code_verifier")).map(Some),
            (one, _) => one.map(Self::parse).transpose(),
        }
    }

    /// `BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))` (RFC 7636 section 4.2).
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.expose()))
    }

    /// The value to send with the code.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Whether a text is a code verifier (RFC 7636 section 4.1).
fn is_verifier(value: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&value.len()) && value.bytes().all(unreserved)
}
