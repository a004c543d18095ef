//! Where Bitbucket Cloud is, and what an address must be to be used instead.
//!
//! In: addresses as an administrator wrote them. Out: addresses that are known to be absolute, encrypted or on this
//! very machine, and free of user info and fragments. What never happens here: an address being changed by parsing
//! it; what was configured is what is sent. (Only the API's base loses slashes at its end, before paths are appended.)

use crate::error::{Code, Error, Phase, Result};
use crate::form;
use crate::pasted;
use crate::text::split_once;
use crate::uri::{Place, split_scheme};

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

/// Why an address cannot be used. The text follows the name of the field or variable.
pub type Reason = &'static str;

/// An absolute address: https, or http on this machine or of the page that starts a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    form: String,
    place: Place,
}

impl Address {
    /// Checks an address without changing it.
    pub fn parse(text: &str) -> core::result::Result<Self, Reason> {
        Self::parse_for(text, None)
    }

    /// Checks the redirect URI of a login that a page starts, where only a page of the same origin can read the
    /// callback. That may be plain http: whoever reads or changes what goes over that network had the page itself before,
    /// and to those who only read, a code is worth nothing without its verifier (RFC 7636), which does not go that way.
    pub fn parse_in_page(text: &str, origin: &str) -> core::result::Result<Self, Reason> {
        Self::parse_for(text, Some(origin))
    }

    fn parse_for(text: &str, page: Option<&str>) -> core::result::Result<Self, Reason> {
        pasted::check(text)?;
        check_characters(text)?;
        let (secure, rest) = split_scheme(text).ok_or("must be an absolute URL that starts with https://")?;
        if text.contains('#') {
            return Err("must not have a fragment (#…)");
        }
        if authority(text).contains('@') {
            return Err("must not contain a user name or a password");
        }
        let place = Place::parse(secure, rest)?;
        match page {
            Some(origin) if place.origin() != origin => {
                return Err("is on another origin than this page, which could not read the callback there");
            }
            None if !secure && !place.is_loopback() => {
                return Err("must start with https:// (http is accepted for localhost, 127.0.0.0/8 and [::1] only)");
            }
            _ => {}
        }
        if form::decode(text).is_err() {
            return Err("contains a % that is not followed by two hexadecimal digits, or bytes that are not UTF-8");
        }
        let query = text.split_once('?').map_or("", |(_, query)| query);
        if form::pairs(query).flatten().any(|(name, _)| RESERVED_PARAMETERS.contains(&name.as_str())) {
            return Err("must not carry a parameter of OAuth in its query");
        }
        Ok(Self { text: text.to_owned(), form: form::encode(text), place })
    }

    /// The address, byte for byte as it was configured.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address as it stands in a form, or in a query.
    pub fn as_form(&self) -> &str {
        &self.form
    }

    /// Where it points to.
    pub fn place(&self) -> &Place {
        &self.place
    }
}

/// Refuses what a URL parser would silently drop or replace, and what RFC 3986 does not allow in a URI.
fn check_characters(text: &str) -> core::result::Result<(), Reason> {
    if text.is_empty() {
        return Err("is empty");
    }
    if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
        return Err("must not contain white space or control characters");
    }
    if text.contains('\\') {
        return Err("must not contain a backslash");
    }
    if authority(text).contains('%') {
        return Err("has a percent-encoded host: write it in punycode (xn--…)");
    }
    if !authority(text).is_ascii() {
        return Err("has a host with non-ASCII characters: write it in punycode (xn--…)");
    }
    if !text.is_ascii() {
        return Err("must not contain non-ASCII characters: percent-encode them");
    }
    Ok(())
}

/// What stands between `://` and the next delimiter.
fn authority(text: &str) -> &str {
    let rest = split_once(text, "://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
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
