//! Where a request to the API may go, with a credential, without one, or not at all.
//!
//! In: the address of a request, or where an answer redirects to, both as the URL standard writes them; names of header
//! fields. Out: the path of a request that the API may get, what to do with an answer, and what the next request of a
//! redirect may carry. What never happens here: a credential for any other origin than the API's, or a body for a server
//! that nobody named.

use serde::Serialize;
use tsify::Tsify;
use url::Url;

use crate::endpoints::{Address, origin, parse_web_url};
use crate::error::{Code, Error, Phase, Result};
use crate::query;

/// Which redirects the sender of a request wants to have followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Following {
    /// All that may be.
    Follow,
    /// Those to the API: what another server answers, without having seen the credential, proves nothing.
    Own,
    /// None; each is an answer like any other.
    Manual,
    /// None; each is an error.
    Error,
}

impl Following {
    /// The one with this name; the Fetch standard's where it has one (section 2.2.5, redirect mode).
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "follow" => Some(Self::Follow),
            "own" => Some(Self::Own),
            "manual" => Some(Self::Manual),
            "error" => Some(Self::Error),
            _ => None,
        }
    }
}

/// As many redirects as browsers follow (Fetch standard section 4.4).
const MOST_REDIRECTS: f64 = 20.0;

/// What to do with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is for whoever sent the request.
    Deliver,
    /// The access token is not, or no longer, accepted. If a newer one can be had, the request is sent again with it.
    Renew,
    /// It is a redirect that is followed.
    Follow(Redirect),
}

/// The request that follows a redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Redirect {
    /// Whether the credential goes along.
    pub with_credential: bool,
    /// Whether it is a GET, whatever the request was.
    pub becomes_get: bool,
    /// Whether the body goes along, and the header fields that describe it.
    pub with_body: bool,
}

/// A request, and what was answered.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// The method.
    pub method: &'a str,
    /// Where it was sent.
    pub url: &'a str,
    /// Whether the credential went along.
    pub with_credential: bool,
    /// The status of the answer.
    pub status: u16,
    /// Its `Location`, made absolute.
    pub location: Option<&'a str>,
    /// How many redirects led here.
    pub followed: u32,
    /// How many the sender of the request wants to have followed at most, and in which way.
    pub most: Option<f64>,
    /// Which.
    pub following: Following,
}

/// The path, below the API's base, of a request to the API; its credential belongs there and nowhere else. An absolute
/// address of another origin is refused before anything is sent: a link that was tampered with, or the wrong client for it.
pub fn path(api: &Address, url: &str) -> Result<String> {
    match place(url) {
        Some(url) if origin(&url) == api.origin() => {
            let base = api.path().trim_end_matches('/');
            Ok(url.path().strip_prefix(base).unwrap_or(url.path()).to_owned())
        }
        _ => Err(foreign("the address is not one of the API. Use another client for it")),
    }
}

/// What to do with an answer. A 401 speaks of the access token (RFC 6750 section 3.1), whatever the text beside it says, unless
/// it comes from another server, which did not see the token. A 403 says that the token is good and something else is missing.
pub fn judge(api: &Address, answered: &Answered<'_>) -> Result<Step> {
    if answered.status == 401 && answered.with_credential {
        return Ok(Step::Renew);
    }
    Ok(redirect(api, answered)?.map_or(Step::Deliver, Step::Follow))
}

/// The request that follows an answer; `None` where the answer is to be handed on. Bitbucket sends whoever asks for a download
/// or an attachment to another server, so a GET may leave the API, without the credential, which does not come back on
/// the way. The method changes as the Fetch standard says (section 4.4, HTTP-redirect fetch).
fn redirect(api: &Address, answered: &Answered<'_>) -> Result<Option<Redirect>> {
    let Answered { method, url, status, following, .. } = *answered;
    let Some(location) = answered.location.filter(|_| matches!(status, 301 | 302 | 303 | 307 | 308)) else {
        return Ok(None);
    };
    let most = answered.most.filter(|most| *most >= 0.0);
    if following == Following::Manual || most == Some(0.0) {
        return Ok(None);
    }
    let refused = |explanation| {
        Err(Error::new(Code::RedirectRefused, Phase::Api).with_status(status).with_explanation(explanation))
    };
    if following == Following::Error {
        return refused("Bitbucket answered with a redirect, which the request does not allow (redirect: 'error')");
    }
    if f64::from(answered.followed) >= most.unwrap_or(MOST_REDIRECTS) {
        return refused("There were more redirects than the request allows (maxRedirects; by default 20)");
    }
    let is_safe = matches!(method, "GET" | "HEAD");
    let becomes_get = match status {
        301 | 302 => method == "POST",
        303 => !is_safe,
        _ => false,
    };
    let Some(target) = place(location) else {
        return Err(foreign(
            "it is redirected to an address that cannot be used. Check the configured endpoint and the proxy",
        ));
    };
    if target.scheme() == "http" && !url.starts_with("http:") {
        return Err(foreign("it is redirected from https to http. Check the configured endpoint and the proxy"));
    }
    let is_own = origin(&target) == api.origin();
    if !is_own && !is_safe && !becomes_get {
        return Err(foreign("it is redirected there with its body. Check the configured endpoint and the proxy"));
    }
    let with_credential = is_own && answered.with_credential;
    if following == Following::Own && !with_credential {
        return Err(Error::new(Code::RedirectRefused, Phase::Api).with_status(status));
    }
    Ok(Some(Redirect { with_credential, becomes_get, with_body: is_own && !becomes_get }))
}

/// What a request may tell any server: what it wants, and what it has already. Every other header field of a caller may
/// hold a secret.
const HARMLESS: [&str; 13] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "pragma",
    "range",
    "user-agent",
];

/// Whether a caller's header field, its name in lower case, goes along with a request: to the API or to another server,
/// with its body or without. The credential is the sender's; and `Host` would move it, with the name that the TLS
/// handshake asks for, to another virtual host.
pub fn may_carry(name: &str, to_api: bool, with_body: bool) -> bool {
    match name {
        "authorization" | "host" => false,
        _ if !to_api => HARMLESS.contains(&name),
        "transfer-encoding" => with_body,
        _ => with_body || !name.starts_with("content-"),
    }
}

/// Where an address points to, whatever it carries.
fn place(url: &str) -> Option<Url> {
    parse_web_url(query::split(url).0).ok()
}

fn foreign(reason: &'static str) -> Box<Error> {
    Error::new(Code::ForeignOrigin, Phase::Api).with_reason(reason)
}
