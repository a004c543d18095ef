//! Keys for what this plugin keeps outside of its own memory, derived from the client's secret (RFC 5869).
//!
//! In: a client and what a key is for. Out: 256 bits that tell nothing about the secret, nor about another key. What
//! never happens here: a key for a client without a secret, which anybody could derive.

use hkdf::Hkdf;
use sha2::Sha256;

use crate::client_config::ClientConfig;

/// A new version of what is kept under these keys shall not meet an older one.
const VERSION: &str = "nocodb-bitbucket-auth/1";

/// The key of a client for one purpose. Clients that differ in their secret, their Key or their token endpoint have
/// different keys.
pub fn derive_key(client: &ClientConfig, purpose: &str) -> Option<[u8; 32]> {
    let hkdf = Hkdf::<Sha256>::new(None, client.client_secret()?.expose().as_bytes());
    let mut key = [0; 32];
    // None of the parts can hold a line feed, so no two lists of parts read the same.
    let parts = [VERSION, purpose, client.endpoints().token.as_str(), client.client_id()];
    hkdf.expand_multi_info(&[parts.join("\n").as_bytes()], &mut key).ok()?;
    Some(key)
}
