//! Decides to which URLs a request to the API may go, and whether it carries the credential there.
//!
//! In: the URL of a request or of a redirect, both serialized as in the URL Standard, and names of header fields.
//! Out: the path of a permitted request, the action that follows a response, and the parts of a redirected request
//! that may be sent. Never: the credential in a request to an origin other than the API's, or a request body that a
//! redirect takes to another server.

use serde::Serialize;
use tsify::Tsify;
use url::Url;

use crate::endpoints::{WebUrl, origin, parse_web_url};
use crate::error::{Code, Error, Phase, Result};
use crate::query;

/// Which redirects the sender follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectMode {
    /// All redirects that are permitted.
    Follow,
    /// Only redirects to the API. Another server does not receive the credential, so its response does not show
    /// whether the credential works.
    SameOrigin,
    /// None; the sender returns a redirect like any other response.
    Manual,
    /// None; a redirect is an error.
    Error,
}

impl RedirectMode {
    /// The mode with this name. `follow`, `manual` and `error` are the redirect modes of the Fetch standard (section
    /// 2.2.5).
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "follow" => Some(Self::Follow),
            "same-origin" => Some(Self::SameOrigin),
            "manual" => Some(Self::Manual),
            "error" => Some(Self::Error),
            _ => None,
        }
    }
}

/// The default limit on redirects. Browsers have the same limit (Fetch standard section 4.4).
const MAX_REDIRECTS: f64 = 20.0;

/// What the sender does after a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    /// Return the response to the caller.
    Deliver,
    /// Refresh the access token, because the API does not accept it. Then, if there is a newer token, send the request
    /// again.
    Refresh,
    /// Follow the redirect.
    Redirect(Redirect),
}

/// The request that follows a redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Redirect {
    /// Whether the request carries the credential.
    pub with_credential: bool,
    /// Whether the method changes to GET.
    pub becomes_get: bool,
    /// Whether the request carries the body and the header fields that describe it.
    pub with_body: bool,
}

/// A response, and the request that it answers.
#[derive(Debug, Clone, Copy)]
pub struct ReceivedResponse<'a> {
    /// The request's method.
    pub method: &'a str,
    /// The request's URL.
    pub url: &'a str,
    /// Whether the request carried the credential.
    pub with_credential: bool,
    /// The response's status.
    pub status: u16,
    /// The response's `Location`, as an absolute URL.
    pub location: Option<&'a str>,
    /// How many redirects the sender has followed before.
    pub redirects_followed: u32,
    /// How many redirects the caller allows.
    pub max_redirects: Option<f64>,
    /// Which redirects the caller allows.
    pub redirect_mode: RedirectMode,
}

/// Returns the path of a request below the API's base URL. The credential belongs to the API's origin only, so an
/// absolute URL of another origin is rejected before anything is sent. Such a URL comes from a link that somebody
/// tampered with, or from a caller that uses the wrong client.
pub fn path(api: &WebUrl, url: &str) -> Result<String> {
    match origin_and_path(url) {
        Some(url) if origin(&url) == api.origin() => {
            let base = api.path().trim_end_matches('/');
            Ok(url.path().strip_prefix(base).unwrap_or(url.path()).to_owned())
        }
        _ => Err(foreign("the URL is not below the API's base URL. Use another client for it")),
    }
}

/// Returns what the sender does after a response. A 401 of the API concerns the access token (RFC 6750 section 3.1),
/// whatever its text says. A 401 of another server does not, because that server did not receive the token. A 403
/// means that the token is valid and that something else is missing.
pub fn follow_up(api: &WebUrl, response: &ReceivedResponse<'_>) -> Result<FollowUp> {
    if response.status == 401 && response.with_credential {
        return Ok(FollowUp::Refresh);
    }
    Ok(redirect(api, response)?.map_or(FollowUp::Deliver, FollowUp::Redirect))
}

/// Returns the request that follows a redirect, or `None` if the caller gets this response. Bitbucket redirects
/// downloads and attachments to another server, so a redirected GET may go there. The request to the other server has
/// no credential, nor has any request after it, even if a later redirect leads back to the API. The method changes as
/// the Fetch standard says (section 4.4, HTTP-redirect fetch).
fn redirect(api: &WebUrl, response: &ReceivedResponse<'_>) -> Result<Option<Redirect>> {
    let ReceivedResponse { method, url, status, redirect_mode, .. } = *response;
    let Some(location) = response.location.filter(|_| matches!(status, 301 | 302 | 303 | 307 | 308)) else {
        return Ok(None);
    };
    let max_redirects = response.max_redirects.filter(|max| *max >= 0.0);
    if redirect_mode == RedirectMode::Manual || max_redirects == Some(0.0) {
        return Ok(None);
    }
    let rejected = |explanation| {
        Err(Error::new(Code::RedirectRefused, Phase::Api).with_status(status).with_explanation(explanation))
    };
    if redirect_mode == RedirectMode::Error {
        return rejected("Bitbucket responded with a redirect, which the request does not allow (redirect: 'error')");
    }
    if f64::from(response.redirects_followed) >= max_redirects.unwrap_or(MAX_REDIRECTS) {
        return rejected("There were more redirects than the request allows (maxRedirects; by default 20)");
    }
    let is_safe = matches!(method, "GET" | "HEAD");
    let becomes_get = match status {
        301 | 302 => method == "POST",
        303 => !is_safe,
        _ => false,
    };
    let Some(target) = origin_and_path(location) else {
        return Err(foreign(
            "Bitbucket redirects the request to an invalid URL. Check the configured endpoint and the proxy",
        ));
    };
    if target.scheme() == "http" && !url.starts_with("http:") {
        return Err(foreign(
            "Bitbucket redirects the request from https to http. Check the configured endpoint and the proxy",
        ));
    }
    let is_to_api = origin(&target) == api.origin();
    if !is_to_api && !is_safe && !becomes_get {
        return Err(foreign(
            "Bitbucket redirects the request and its body to that server. Check the configured endpoint and the proxy",
        ));
    }
    let with_credential = is_to_api && response.with_credential;
    if redirect_mode == RedirectMode::SameOrigin && !with_credential {
        return Err(Error::new(Code::RedirectRefused, Phase::Api).with_status(status));
    }
    Ok(Some(Redirect { with_credential, becomes_get, with_body: is_to_api && !becomes_get }))
}

/// The header fields that may go to any server: content negotiation, conditional requests and ranges. Every other
/// header field of a caller may hold a secret.
const HARMLESS_HEADERS: [&str; 13] = [
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

/// Whether a request may carry a header field of the caller. `name` is in lower case. The answer depends on whether
/// the request goes to the API and has a body. Only the sender sets `Authorization`. A `Host` of the caller would take
/// the credential to another virtual host, even through TLS, because the handshake would name that host, too.
pub fn may_forward_header(name: &str, to_api: bool, with_body: bool) -> bool {
    match name {
        "authorization" | "host" => false,
        _ if !to_api => HARMLESS_HEADERS.contains(&name),
        "transfer-encoding" => with_body,
        _ => with_body || !name.starts_with("content-"),
    }
}

/// The origin and path of a URL, without its query.
fn origin_and_path(url: &str) -> Option<Url> {
    parse_web_url(query::split(url).0).ok()
}

fn foreign(reason: &'static str) -> Box<Error> {
    Error::new(Code::ForeignOrigin, Phase::Api).with_reason(reason)
}
