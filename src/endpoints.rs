//! Bitbucket Cloud's endpoints, and the rules for URLs that override them.
//!
//! In: URLs as an administrator wrote them. Out: URLs that are absolute, use https (or http on loopback or on the origin
//! of the page that starts a login), have no user info and no fragment, and that all programs parse in the same way.
//! Never: a changed URL. The package sends each URL as it was configured. (Only the API's base URL loses trailing slashes,
//! because paths are appended to it.)

use url::{Host, ParseError, Position, Url};

use crate::Reason;
use crate::error::{Code, Error, Phase, Result};
use crate::{pasted, query};

/// Bitbucket Cloud's authorization endpoint (RFC 6749 section 3.1).
pub const AUTHORIZE_URL: &str = "https://bitbucket.org/site/oauth2/authorize";
/// Bitbucket Cloud's token endpoint (RFC 6749 section 3.2).
pub const TOKEN_URL: &str = "https://bitbucket.org/site/oauth2/access_token";
/// The base URL of Bitbucket Cloud's API. Bitbucket accepts OAuth tokens on no other host.
pub const API_URL: &str = "https://api.bitbucket.org/2.0";

/// The parameters of authorization and token requests and of their responses. The list also has the parameters that
/// change where or how Bitbucket responds (OAuth 2.0 Multiple Response Types), and the parameters that replace a request
/// (RFC 9101). In the query of a configured URL, or next to the core's own parameters, any listed parameter would make
/// every request or callback ambiguous.
pub const RESERVED_PARAMETERS: [&str; 24] = [
    "response_type",
    "response_mode",
    "client_id",
    "client_secret",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "code",
    "error",
    "error_description",
    "error_uri",
    "iss",
    "id_token",
    "token",
    "access_token",
    "response",
    "request",
    "request_uri",
    "grant_type",
    "code_verifier",
    "refresh_token",
    "client_assertion",
];

/// An absolute URL that keeps its text: https, or http on loopback or on the origin of the page that starts a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebUrl {
    text: String,
    parsed: Url,
}

impl WebUrl {
    /// Checks a URL without changing it.
    pub fn parse(text: &str) -> core::result::Result<Self, Reason> {
        let url = Self::read(text)?;
        if url.parsed.scheme() == "http" && !is_loopback(&url.parsed) {
            return Err("must start with https:// (http is accepted for localhost, 127.0.0.0/8 and [::1] only)");
        }
        Ok(url)
    }

    /// Checks the redirect URI of a login that a page starts. Only a page of the same origin can read the callback.
    /// Plain http is accepted: an attacker who can change the traffic between the browser and this origin could have
    /// changed the page itself. An attacker who can only read that traffic gets a code without the code verifier (RFC
    /// 7636), which is not part of that traffic.
    pub fn parse_in_page(text: &str, page: &str) -> core::result::Result<Self, Reason> {
        let url = Self::read(text)?;
        if url.origin() != page {
            return Err("is not on the origin of this page, and a page can read a callback only on its own origin");
        }
        Ok(url)
    }

    fn read(text: &str) -> core::result::Result<Self, Reason> {
        pasted::check(text)?;
        let url = parse_web_url(text)?;
        if query::pairs(text).any(|pair| pair.is_err()) {
            return Err("contains a % that is not followed by two hexadecimal digits, or bytes that are not UTF-8");
        }
        // URIs contain neither `^` nor `|` (RFC 3986 section 2). Some browsers escape them, but the `url` crate does
        // not.
        let (written, read) = (split_url(text).2, &url[Position::BeforePath..]);
        let is_kept = read == written || read.strip_prefix('/') == Some(written);
        if !is_kept || written.contains(['^', '|']) {
            return Err(
                "has a path or a query that programs write in different ways: write it as a browser shows it",
            );
        }
        let mut names = query::pairs(query::split(text).1).flatten().map(|(name, _)| name);
        if names.any(|name| RESERVED_PARAMETERS.contains(&&*name)) {
            return Err("must not contain an OAuth parameter in its query");
        }
        Ok(Self { text: text.to_owned(), parsed: url })
    }

    /// The URL, byte for byte as it was configured.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The URL's origin.
    pub fn origin(&self) -> &str {
        origin(&self.parsed)
    }

    /// The URL's path, which has at least a slash.
    pub fn path(&self) -> &str {
        self.parsed.path()
    }

    /// Resolves a reference from a response of the server at this URL (RFC 3986 section 5).
    #[cfg(feature = "server")]
    pub fn resolve(&self, reference: &str) -> Option<Url> {
        self.parsed.join(reference).ok()
    }

    /// Whether a reference, resolved against this URL (RFC 3986 section 5), has the origin and the path of this URL. The
    /// caller must have removed the reference's query and fragment. Returns false for a reference that programs could
    /// resolve in different ways.
    pub fn matches(&self, text: &str) -> bool {
        let url = if text.starts_with("//") {
            parse_web_url(&[self.parsed.scheme(), ":", text].concat()).ok()
        } else if has_scheme(text) {
            parse_web_url(text).ok()
        } else {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
            if is_plain { self.parsed.join(text).ok() } else { None }
        };
        url.is_some_and(|url| url[..Position::AfterPath] == self.parsed[..Position::AfterPath])
    }
}

const INVALID: Reason = "is not a valid URL";

/// Parses an https or http URL in which all programs see the same scheme, host and port. The `url` crate also accepts
/// text that other programs parse differently: it trims blanks, treats a backslash as a slash, skips slashes, decodes
/// hosts, and converts numbers to IP addresses.
pub fn parse_web_url(text: &str) -> core::result::Result<Url, Reason> {
    let (scheme, authority, rest) = split_url(text);
    let is_web = ["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let rejected = [
        (text.is_empty(), "is empty"),
        (text.bytes().any(|b| b <= b' ' || b == 0x7f), "must not contain white space or control characters"),
        (text.contains('\\'), "must not contain a backslash"),
        (authority.contains('%'), "has a percent-encoded host: write it in punycode (xn--…)"),
        (!authority.is_ascii(), "has a host with non-ASCII characters: write it in punycode (xn--…)"),
        (!text.is_ascii(), "must not contain non-ASCII characters: percent-encode them"),
        (
            !is_web || authority.is_empty() && rest.starts_with('/'),
            "must be an absolute URL that starts with https://",
        ),
        (text.contains('#'), "must not have a fragment (#…)"),
        (authority.contains('@'), "must not contain a user name or a password"),
    ];
    if let Some((_, reason)) = rejected.into_iter().find(|(is_so, _)| *is_so) {
        return Err(reason);
    }
    let url = Url::parse(text).map_err(|_| INVALID)?;
    // DNS does not allow such a long label, so other programs do not decode it.
    let is_too_long = |label: &str| label.len() > 63 && label.starts_with("xn--");
    if url.host_str().is_none_or(|host| host.split('.').any(is_too_long)) {
        return Err(INVALID);
    }
    let own_port = if url.scheme() == "https" { ":443" } else { ":80" };
    let written = authority.strip_suffix(own_port).unwrap_or(authority);
    if !written.eq_ignore_ascii_case(&url[Position::BeforeHost..Position::BeforePath]) {
        return Err("has a host that programs write in different ways: write it as a browser shows it");
    }
    Ok(url)
}

/// Whether a text begins with a scheme (RFC 3986 section 3.1), so that it is not a relative reference.
pub fn has_scheme(text: &str) -> bool {
    Url::parse(text) != Err(ParseError::RelativeUrlWithoutBase)
}

/// Returns scheme, host and port as RFC 6454 serializes them. The URL must not have user info, which would be included.
pub fn origin(url: &Url) -> &str {
    &url[..Position::BeforePath]
}

/// Whether traffic to a URL stays on this machine (RFC 8252 section 7.3).
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Splits an absolute URL into its scheme, the text between `://` and the next delimiter, and the rest.
pub(crate) fn split_url(text: &str) -> (&str, &str, &str) {
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at_checked(end).unwrap_or_default();
    (scheme, authority, rest)
}

/// The three URLs of an OAuth provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// The authorization endpoint, where the user logs in and consents.
    pub authorize: WebUrl,
    /// The token endpoint, which exchanges codes and refresh tokens for tokens.
    pub token: WebUrl,
    /// The API's base URL, without a trailing slash.
    pub api: WebUrl,
}

/// One of the three URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// The authorization endpoint.
    Authorize,
    /// The token endpoint.
    Token,
    /// The API's base URL.
    Api,
}

impl Endpoint {
    /// Parses an override of this endpoint, or returns Bitbucket Cloud's URL if there is none.
    pub fn parse(self, text: Option<&str>) -> core::result::Result<WebUrl, Reason> {
        let url = match (self, text) {
            (Self::Authorize, None) => WebUrl::parse(AUTHORIZE_URL),
            (Self::Token, None) => WebUrl::parse(TOKEN_URL),
            (Self::Api, None) => WebUrl::parse(API_URL),
            (Self::Authorize | Self::Token, Some(text)) => WebUrl::parse(text),
            // Paths are appended to the API's base URL, so it has no trailing slash and no query.
            (Self::Api, Some(text)) => WebUrl::parse(text.trim_end_matches('/')),
        }?;
        if self == Self::Api && url.as_str().contains('?') {
            return Err("must not have a query");
        }
        Ok(url)
    }
}

/// Returns the error for a URL in a caller's argument.
pub fn argument_error(field: &str, reason: Reason) -> Box<Error> {
    Error::new(Code::InvalidArgument, Phase::Config).with_field(field).with_reason(reason)
}

impl Endpoints {
    /// The three URLs: each is the override, or Bitbucket Cloud's URL.
    pub fn new(authorize: Option<&str>, token: Option<&str>, api: Option<&str>) -> Result<Self> {
        let parse =
            |endpoint: Endpoint, text, field| endpoint.parse(text).map_err(|reason| argument_error(field, reason));
        Ok(Self {
            authorize: parse(Endpoint::Authorize, authorize, "endpoints.authorizeUrl")?,
            token: parse(Endpoint::Token, token, "endpoints.tokenUrl")?,
            api: parse(Endpoint::Api, api, "endpoints.apiUrl")?,
        })
    }
}
