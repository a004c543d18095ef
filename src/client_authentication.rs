//! Client authentication at the token endpoint: HTTP Basic (RFC 6749 section 2.3.1).
//!
//! In: the validated client ID and client secret. Out: the value of an `Authorization` header. Never: the secret in the
//! body or the URL of a request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::byte_serialize;

use crate::secret::Secret;

/// `Basic base64(form(id) ":" form(secret))`. RFC 6749 (section 2.3.1 and appendix B) form-encodes both parts first,
/// so that a colon or a non-ASCII character in either of them is unambiguous.
pub fn basic(client_id: &str, client_secret: &Secret) -> Secret {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let credentials = [encode(client_id), encode(client_secret.expose())].join(":");
    Secret::new(["Basic ", &STANDARD.encode(credentials)].concat())
}
