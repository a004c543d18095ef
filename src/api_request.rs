//! Where a request to the API may go, with a credential, without one, or not at all.
//!
//! In: the address of a request, or where an answer redirects to, both as the URL standard writes them. Out: the path of
//! a request that the API may get, or the next request of a redirect. What never happens here: a credential for any
//! other origin than the API's, or a body for a server that nobody named.

use crate::endpoints::Address;
use crate::error::{Code, Error, Phase, Result};
use crate::uri::{Place, split_scheme};

/// The request that follows a redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redirect {
    /// Whether the credential goes along.
    pub with_credential: bool,
    /// Whether it is a GET without the body, whatever the request was.
    pub becomes_get: bool,
}

/// What was answered with a redirect.
#[derive(Debug, Clone, Copy)]
pub struct Redirected<'a> {
    /// The method.
    pub method: &'a str,
    /// Where it was sent.
    pub url: &'a str,
    /// Whether the credential went along.
    pub with_credential: bool,
    /// The status of the answer.
    pub status: u16,
    /// Its `Location`, made absolute.
    pub location: &'a str,
}

/// Whether an answer says that the access token is not, or no longer, accepted (RFC 6750 section 3.1). The texts beside
/// this status vary.
pub fn asks_for_renewal(status: u16) -> bool {
    status == 401
}

/// The path, below the API's base, of a request to the API; its credential belongs there and nowhere else. An absolute
/// address of another origin is refused before anything is sent: a link that was tampered with, or the wrong client for it.
pub fn path(api: &Address, url: &str) -> Result<String> {
    match place(url) {
        Some((_, place)) if place.origin() == api.place().origin() => {
            let base = api.place().path().trim_end_matches('/');
            Ok(place.path().strip_prefix(base).unwrap_or(place.path()).to_owned())
        }
        _ => Err(foreign("the address is not one of the API. Use another client for it")),
    }
}

/// Judges a redirect. Bitbucket sends whoever asks for a download or an attachment to another server, so a GET may
/// leave the API, without the credential, which does not come back on the way. The method changes as the Fetch standard
/// says (section 4.4, HTTP-redirect fetch).
pub fn redirect(api: &Address, redirected: &Redirected<'_>) -> Result<Redirect> {
    let Redirected { method, url, status, location, .. } = *redirected;
    let is_safe = matches!(method, "GET" | "HEAD");
    let becomes_get = match status {
        301 | 302 => method == "POST",
        303 => !is_safe,
        _ => false,
    };
    let Some((is_secure, target)) = place(location) else {
        return Err(foreign(
            "it is redirected to an address that cannot be used. Check the configured endpoint and the proxy",
        ));
    };
    if !is_secure && place(url).is_none_or(|(was_secure, _)| was_secure) {
        return Err(foreign("it is redirected from https to http. Check the configured endpoint and the proxy"));
    }
    let is_own = target.origin() == api.place().origin();
    if !is_own && !is_safe && !becomes_get {
        return Err(foreign("it is redirected there with its body. Check the configured endpoint and the proxy"));
    }
    Ok(Redirect { with_credential: is_own && redirected.with_credential, becomes_get })
}

/// Whether an address is one of https, and where it points to.
fn place(url: &str) -> Option<(bool, Place)> {
    let (secure, rest) = split_scheme(url)?;
    let rest = rest.split('#').next().unwrap_or_default();
    Some((secure, Place::parse(secure, rest).ok()?))
}

fn foreign(reason: &'static str) -> Box<Error> {
    Error::new(Code::ForeignOrigin, Phase::Api).with_reason(reason)
}
