//! Where Bitbucket Cloud is, and what an address must be to be used instead.
//!
//! In: addresses as an administrator wrote them. Out: addresses that are known to be absolute, encrypted or on this
//! very machine, free of user info and fragments, and read by everybody alike. What never happens here: an address being
//! changed by parsing it; what was configured is what is sent. (Only the API's base loses slashes at its end, before paths
//! are appended.)

use url::{Host, ParseError, Position, Url};

use crate::Reason;
use crate::error::{Code, Error, Phase, Result};
use crate::{pasted, query};

/// Bitbucket Cloud's authorization endpoint (RFC 6749 section 3.1).
pub const AUTHORIZE_URL: &str = "https://bitbucket.org/site/oauth2/authorize";
/// Bitbucket Cloud's token endpoint (RFC 6749 section 3.2).
pub const TOKEN_URL: &str = "https://bitbucket.org/site/oauth2/access_token";
/// The base of Bitbucket Cloud's API; OAuth tokens are accepted on no other host.
pub const API_URL: &str = "https://api.bitbucket.org/2.0";

/// The parameters of authorization and token requests and of their responses, and those that would change where or how
/// Bitbucket answers or which request is meant (RFC 9101, OAuth 2.0 Multiple Response Types). In the query of a configured
/// address, or beside the core's own, they would make every request or callback ambiguous.
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

/// An absolute address: https, or http on this machine or of the page that starts a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    url: Url,
}

impl Address {
    /// Checks an address without changing it.
    pub fn parse(text: &str) -> core::result::Result<Self, Reason> {
        let address = Self::read(text)?;
        if address.url.scheme() == "http" && !is_loopback(&address.url) {
            return Err("must start with https:// (http is accepted for localhost, 127.0.0.0/8 and [::1] only)");
        }
        Ok(address)
    }

    /// Checks the redirect URI of a login that a page starts, where only a page of the same origin can read the
    /// callback. That may be plain http: whoever reads or changes what goes over that network had the page itself before,
    /// and to those who only read, a code is worth nothing without its verifier (RFC 7636), which does not go that way.
    pub fn parse_in_page(text: &str, page: &str) -> core::result::Result<Self, Reason> {
        let address = Self::read(text)?;
        if address.origin() != page {
            return Err("is on another origin than this page, which could not read the callback there");
        }
        Ok(address)
    }

    fn read(text: &str) -> core::result::Result<Self, Reason> {
        pasted::check(text)?;
        let url = parse_web_url(text)?;
        if query::pairs(text).any(|pair| pair.is_err()) {
            return Err("contains a % that is not followed by two hexadecimal digits, or bytes that are not UTF-8");
        }
        // Neither `^` nor `|` is a character of URIs (RFC 3986 section 2). Some browsers escape them, `url` does not.
        let (written, read) = (split_address(text).2, &url[Position::BeforePath..]);
        let is_kept = read == written || read.strip_prefix('/') == Some(written);
        if !is_kept || written.contains(['^', '|']) {
            return Err(
                "has a path or a query that programs write in different ways: write it as a browser shows it",
            );
        }
        let mut names = query::pairs(query::split(text).1).flatten().map(|(name, _)| name);
        if names.any(|name| RESERVED_PARAMETERS.contains(&&*name)) {
            return Err("must not carry a parameter of OAuth in its query");
        }
        Ok(Self { text: text.to_owned(), url })
    }

    /// The address, byte for byte as it was configured.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its origin.
    pub fn origin(&self) -> &str {
        origin(&self.url)
    }

    /// Its path, at least a slash.
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// Where a reference leads that the server at this address answers with (RFC 3986 section 5).
    #[cfg(feature = "server")]
    pub fn resolve(&self, reference: &str) -> Option<Url> {
        self.url.join(reference).ok()
    }

    /// Whether a text without query and fragment stands for this very place, by origin and path, where this address is the
    /// base (RFC 3986 section 5). A text in which two programs could see two places stands for none.
    pub fn is_at(&self, text: &str) -> bool {
        let url = if text.starts_with("//") {
            parse_web_url(&[self.url.scheme(), ":", text].concat()).ok()
        } else if has_scheme(text) {
            parse_web_url(text).ok()
        } else {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
            if is_plain { self.url.join(text).ok() } else { None }
        };
        url.is_some_and(|url| url[..Position::AfterPath] == self.url[..Position::AfterPath])
    }
}

const INVALID: Reason = "is not a valid URL";

/// Reads an address of https or http in which all programs see the same scheme, host and port. `url` also reads what others
/// read in other ways: it trims blanks, takes a backslash for a slash, skips slashes, decodes hosts, and turns numbers into
/// IP addresses.
pub fn parse_web_url(text: &str) -> core::result::Result<Url, Reason> {
    let (scheme, authority, rest) = split_address(text);
    let is_web = ["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let refused = [
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
    if let Some((_, reason)) = refused.into_iter().find(|(is_so, _)| *is_so) {
        return Err(reason);
    }
    let url = Url::parse(text).map_err(|_| INVALID)?;
    // DNS has no room for such a label, so nobody else decodes it.
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

/// Whether a text begins with a scheme (RFC 3986 section 3.1), so that it is no relative reference.
pub fn has_scheme(text: &str) -> bool {
    Url::parse(text) != Err(ParseError::RelativeUrlWithoutBase)
}

/// Scheme, host and port, as RFC 6454 writes them. With user info it is nobody's origin.
pub fn origin(url: &Url) -> &str {
    &url[..Position::BeforePath]
}

/// Whether traffic to an address stays on this machine (RFC 8252 section 7.3).
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The scheme of an absolute address, what stands between `://` and the next delimiter, and the rest.
pub(crate) fn split_address(text: &str) -> (&str, &str, &str) {
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at_checked(end).unwrap_or_default();
    (scheme, authority, rest)
}

/// The three addresses of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Where the user logs in and consents.
    pub authorize: Address,
    /// Where codes and refresh tokens are exchanged.
    pub token: Address,
    /// The API's base, without a slash at the end.
    pub api: Address,
}

/// Which of the three addresses is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// The authorization endpoint.
    Authorize,
    /// The token endpoint.
    Token,
    /// The API's base.
    Api,
}

impl Endpoint {
    /// Parses an override of this endpoint, or takes Bitbucket Cloud's address when there is none.
    pub fn parse(self, text: Option<&str>) -> core::result::Result<Address, Reason> {
        let address = match (self, text) {
            (Self::Authorize, None) => Address::parse(AUTHORIZE_URL),
            (Self::Token, None) => Address::parse(TOKEN_URL),
            (Self::Api, None) => Address::parse(API_URL),
            (Self::Authorize | Self::Token, Some(text)) => Address::parse(text),
            // Paths are appended to the API's base, so it ends without a slash and has no query.
            (Self::Api, Some(text)) => Address::parse(text.trim_end_matches('/')),
        }?;
        if self == Self::Api && address.as_str().contains('?') {
            return Err("must not have a query");
        }
        Ok(address)
    }
}

/// The error for an address that a caller gave.
pub fn argument_error(field: &str, reason: Reason) -> Box<Error> {
    Error::new(Code::InvalidArgument, Phase::Config).with_field(field).with_reason(reason)
}

impl Endpoints {
    /// The three addresses, each overridden or Bitbucket Cloud's.
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
