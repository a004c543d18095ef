//! Derives keys (RFC 5869) from the client's secret, for data that this plugin keeps outside its own memory.
//!
//! In: a client and the purpose of a key. Out: 256 bits that reveal nothing about the secret or about other keys.
//! Never: a key for a client without a secret. Anybody could derive such a key.

use hkdf::Hkdf;
use sha2::Sha256;

use crate::client_config::ClientConfig;

/// The version of the data format. Each version has keys of its own.
const VERSION: &str = "nocodb-bitbucket-auth/1";

/// The key of a client for one purpose. Clients that differ in their secret, their Key or their token endpoint have
/// different keys.
pub fn derive_key(client: &ClientConfig, purpose: &str) -> Option<[u8; 32]> {
    let hkdf = Hkdf::<Sha256>::new(None, client.client_secret()?.expose().as_bytes());
    let mut key = [0; 32];
    // None of the parts can contain a line feed, so different parts never give the same text.
    let parts = [VERSION, purpose, client.endpoints().token.as_str(), client.client_id()];
    hkdf.expand_multi_info(&[parts.join("\n").as_bytes()], &mut key).ok()?;
    Some(key)
}
