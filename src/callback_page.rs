//! The page at the redirect URI (RFC 6749 section 3.1.2) that NocoDB's own server shows.
//!
//! In: targets of requests to the server. Out: whether a request carries an authorization response from Bitbucket
//! (section 4.1.2), and the text that the page shows for an error. Never: a value from the request in that text, or a
//! check of the state or the code.
//!
//! Anybody can send a user to the page with any value in the URL. The window that opened the page checks the state and
//! the code.

use std::borrow::Cow;

use serde::Serialize;
use tsify::Tsify;
use url::{Url, form_urlencoded};

use crate::endpoints::WebUrl;
use crate::error::ACCESS_DENIED;
use crate::scope;

/// The page at which NocoDB's server receives the authorization response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackPage {
    /// The redirect URI's path, as browsers send it.
    path: String,
    /// The redirect URI's path as it arrives from a proxy that strips the path of NocoDB's public URL.
    stripped: Option<String>,
    /// The authorization server's issuer identifier (RFC 9207).
    issuer: String,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Bitbucket's response has arrived. The window that opened the page takes the code from the page's URL.
    Received,
    /// Why there is no code.
    Error(ErrorNotice),
}

/// The explanation of an error for the user, in plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
pub struct ErrorNotice {
    /// What happened.
    pub heading: &'static str,
    /// What the user can do.
    pub text: Cow<'static, str>,
}

impl CallbackPage {
    /// The page at a client's redirect URI. `authorize` is the authorization endpoint, and `public_url` the URL at which users
    /// open NocoDB. A malformed `public_url` is ignored: reporting it is up to NocoDB.
    pub fn new(redirect_uri: &WebUrl, authorize: &WebUrl, public_url: Option<&str>) -> Self {
        let path = redirect_uri.path();
        let public_url = public_url.and_then(|url| Url::parse(url).ok());
        Self {
            path: path.to_owned(),
            stripped: public_url.and_then(|url| strip(path, url.path())),
            issuer: authorize.origin().to_owned(),
        }
    }

    /// What the page shows for a request target (RFC 9112 section 3.2); `None` for a request without a response from Bitbucket.
    pub fn content_for(&self, target: &str) -> Option<Content> {
        let (path, query) = target.split_once('?')?;
        if path != self.path && self.stripped.as_deref() != Some(path) {
            return None;
        }
        let response = Response::read(query);
        if response.is_foreign(&self.issuer) {
            return None;
        }
        match response.error {
            // It is not known whether Bitbucket sends the state with a denial, so a denial does not need a state
            // here.
            Some(error) if response.has_state || error == ACCESS_DENIED => Some(Content::Error(error_notice(&error))),
            None if response.has_state && response.has_code => Some(Content::Received),
            _ => None,
        }
    }
}

/// A path without its leading folder; `None` if the path is not below the folder, or the folder is the root.
fn strip(path: &str, folder: &str) -> Option<String> {
    let folder = folder.trim_end_matches('/');
    let rest = path.strip_prefix(folder).filter(|_| !folder.is_empty())?;
    match rest {
        "" => Some("/".to_owned()),
        _ => rest.starts_with('/').then(|| rest.to_owned()),
    }
}

/// The parts of a response that distinguish it from the responses of other servers.
#[derive(Default)]
struct Response {
    has_state: bool,
    has_code: bool,
    /// The first `error` parameter that has a value.
    error: Option<String>,
    iss: Option<String>,
    /// Whether there is a parameter that OpenID providers send and Bitbucket does not.
    has_openid_parameter: bool,
}

impl Response {
    fn read(query: &str) -> Self {
        let mut found = Self::default();
        // A parameter without a value is treated as omitted (RFC 6749 section 3.1). A value that cannot be decoded
        // counts as present: the page that waits for the response validates the value.
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty()) {
            match &*name {
                "state" => found.has_state = true,
                "code" => found.has_code = true,
                "error" => found.error = found.error.or_else(|| Some(value.into_owned())),
                "iss" => found.iss = found.iss.or_else(|| Some(value.into_owned())),
                // Google sends the index of the signed-in account.
                "authuser" => found.has_openid_parameter = true,
                // Microsoft and Keycloak send this parameter (OpenID Connect Session Management 1.0 section 2).
                "session_state" => found.has_openid_parameter = true,
                // Google's scopes are URLs; the response of OAuth's code grant has no scope at all.
                "scope" if value.contains("googleapis.com") => found.has_openid_parameter = true,
                _ => {}
            }
        }
        found
    }

    /// Whether the response comes from another server, such as Google's, if users sign in to NocoDB with Google.
    fn is_foreign(&self, issuer: &str) -> bool {
        self.has_openid_parameter || self.iss.as_ref().is_some_and(|iss| iss != issuer)
    }
}

/// The explanation of an error of RFC 6749 section 4.1.2.1.
fn error_notice(error: &str) -> ErrorNotice {
    let notice = |heading, text| ErrorNotice { heading, text: Cow::Borrowed(text) };
    if let Some(cure) = scope::cure(error) {
        let text = ["An administrator of NocoDB must change this: ", cure, "."].concat();
        return ErrorNotice { heading: "Bitbucket rejected a scope", text: Cow::Owned(text) };
    }
    match error {
        ACCESS_DENIED => notice(
            "Access was denied",
            "Nothing was connected. If that was a mistake, close this window, start again, and choose \"Grant access\".",
        ),
        "unauthorized_client" => notice(
            "Bitbucket rejected the OAuth client",
            "The OAuth client is not allowed to log users in. An administrator of NocoDB must check its settings at Bitbucket, \
             and INTEGRATION_AUTH_BITBUCKET_CLIENT_ID.",
        ),
        "invalid_request" | "unsupported_response_type" => notice(
            "Bitbucket rejected the request",
            "A part of the request was missing, or Bitbucket did not understand the request. An administrator of NocoDB must check \
             INTEGRATION_AUTH_BITBUCKET_AUTHORIZE_URL, if it is set, and the version of nocodb-bitbucket-auth.",
        ),
        "server_error" => notice(
            "Bitbucket had an error",
            "Nothing was connected. Close this window, and start again in a few minutes.",
        ),
        "temporarily_unavailable" => notice(
            "Bitbucket is not available at the moment",
            "Bitbucket is overloaded or under maintenance. Close this window, and start again in a few minutes.",
        ),
        _ => notice(
            "Bitbucket ended the login with an error",
            "Nothing was connected. Close this window, and start again. If it happens again, give an administrator of NocoDB \
             the error code in the address of this window.",
        ),
    }
}
