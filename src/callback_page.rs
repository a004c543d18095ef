//! The page at the redirect URI (RFC 6749 section 3.1.2) that NocoDB's own server answers with.
//!
//! In: targets of requests to the server. Out: whether one is an authorization response of Bitbucket's (section 4.1.2), and for
//! a refusal the words that the page shows. What never happens here: a value of the request in those words, since anybody can
//! send a user there with any text; or a verdict on state and code, which those judge who wait for them.

use std::borrow::Cow;

use serde::Serialize;
use tsify::Tsify;
use url::{Url, form_urlencoded};

use crate::endpoints::Address;
use crate::error::ACCESS_DENIED;
use crate::scope;

/// Where NocoDB's server receives the authorization response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackPage {
    /// The redirect URI's path, as browsers send it.
    path: String,
    /// The same as it is behind a proxy that strips the path of NocoDB's public address.
    stripped: Option<String>,
    /// What the authorization server would call itself (RFC 9207).
    issuer: String,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// That Bitbucket has answered. The opener takes the code from the address.
    Answer,
    /// Why there is no code.
    Refusal(Refusal),
}

/// A refusal in words for the user, without markup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
pub struct Refusal {
    /// What happened.
    pub heading: &'static str,
    /// What can be done.
    pub text: Cow<'static, str>,
}

impl CallbackPage {
    /// The page at a client's redirect URI. `authorize` is its authorization endpoint, `public_url` where users open NocoDB.
    /// Nobody is told of an unreadable one: it is NocoDB's.
    pub fn new(redirect_uri: &Address, authorize: &Address, public_url: Option<&str>) -> Self {
        let path = redirect_uri.path();
        let public_url = public_url.and_then(|url| Url::parse(url).ok());
        Self {
            path: path.to_owned(),
            stripped: public_url.and_then(|url| strip(path, url.path())),
            issuer: authorize.origin().to_owned(),
        }
    }

    /// What to show for a request with this target (RFC 9112 section 3.2); `None` when the request is none of ours.
    pub fn shown_at(&self, target: &str) -> Option<Shown> {
        let (path, query) = target.split_once('?')?;
        if path != self.path && self.stripped.as_deref() != Some(path) {
            return None;
        }
        let response = Response::read(query);
        if response.is_foreign(&self.issuer) {
            return None;
        }
        match response.error {
            // Whether Bitbucket sends the state along with a denial is not known.
            Some(error) if response.has_state || error == ACCESS_DENIED => Some(Shown::Refusal(refusal(&error))),
            None if response.has_state && response.has_code => Some(Shown::Answer),
            _ => None,
        }
    }
}

/// A path without the folder in front of it; `None` where it is not below that, or that is the root.
fn strip(path: &str, folder: &str) -> Option<String> {
    let folder = folder.trim_end_matches('/');
    let rest = path.strip_prefix(folder).filter(|_| !folder.is_empty())?;
    match rest {
        "" => Some("/".to_owned()),
        _ => rest.starts_with('/').then(|| rest.to_owned()),
    }
}

/// What tells responses apart.
#[derive(Default)]
struct Response {
    has_state: bool,
    has_code: bool,
    /// The first one.
    error: Option<String>,
    iss: Option<String>,
    /// Whether a parameter is there that Bitbucket does not send, and OpenID providers do.
    has_mark_of_sign_in: bool,
}

impl Response {
    fn read(query: &str) -> Self {
        let mut found = Self::default();
        // A parameter without a value is treated as omitted (RFC 6749 section 3.1). A value that cannot be decoded is there
        // all the same: whoever waits for it judges it.
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty()) {
            match &*name {
                "state" => found.has_state = true,
                "code" => found.has_code = true,
                "error" => found.error = found.error.or_else(|| Some(value.into_owned())),
                "iss" => found.iss = found.iss.or_else(|| Some(value.into_owned())),
                // Google: the number of the account among those that are signed in.
                "authuser" => found.has_mark_of_sign_in = true,
                // OpenID Connect Session Management 1.0 section 2: Microsoft, Keycloak.
                "session_state" => found.has_mark_of_sign_in = true,
                // Google's are addresses; the response of OAuth's code grant has no scope at all.
                "scope" if value.contains("googleapis.com") => found.has_mark_of_sign_in = true,
                _ => {}
            }
        }
        found
    }

    /// Whether somebody else than Bitbucket answers here, as Google does to NocoDB's own sign-in.
    fn is_foreign(&self, issuer: &str) -> bool {
        self.has_mark_of_sign_in || self.iss.as_ref().is_some_and(|iss| iss != issuer)
    }
}

/// The words for an error of RFC 6749 section 4.1.2.1.
fn refusal(error: &str) -> Refusal {
    let words = |heading, text| Refusal { heading, text: Cow::Borrowed(text) };
    if let Some(cure) = scope::cure(error) {
        let text = ["An administrator of NocoDB has to change this: ", cure, "."].concat();
        return Refusal { heading: "Bitbucket refused a scope", text: Cow::Owned(text) };
    }
    match error {
        ACCESS_DENIED => words(
            "Access was denied",
            "Nothing was connected. If that was a mistake, close this window, begin again, and choose \"Grant access\".",
        ),
        "unauthorized_client" => words(
            "Bitbucket refused the OAuth client",
            "The OAuth client may not log users in. An administrator of NocoDB has to look at its settings at Bitbucket, and \
             at INTEGRATION_AUTH_BITBUCKET_CLIENT_ID.",
        ),
        "invalid_request" | "unsupported_response_type" => words(
            "Bitbucket refused the request",
            "Something was missing in it, or not understood. An administrator of NocoDB has to look at \
             INTEGRATION_AUTH_BITBUCKET_AUTHORIZE_URL, if that is set, and at the version of nocodb-bitbucket-auth.",
        ),
        "server_error" => words(
            "Bitbucket had an error",
            "Nothing was connected. Close this window, and begin again in a few minutes.",
        ),
        "temporarily_unavailable" => words(
            "Bitbucket is not available at the moment",
            "It is overloaded or under maintenance. Close this window, and begin again in a few minutes.",
        ),
        _ => words(
            "Bitbucket ended the login with an error",
            "Nothing was connected. Close this window, and begin again. If it happens again, tell an administrator of NocoDB the \
             error that stands in the address of this window.",
        ),
    }
}
