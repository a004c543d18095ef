//! The client's registration at Bitbucket, validated once.
//!
//! In: values from a caller, from a page or from the environment. Out: a [`ClientConfig`], which exists only if every
//! value is valid. Never: a value in an error. An error contains only the value's name and the reason.

use crate::Reason;
#[cfg(feature = "server")]
use crate::client_authentication::basic;
use crate::endpoints::{Endpoints, WebUrl, argument_error};
use crate::error::{Code, Error, Phase, Result};
use crate::pasted::{self, has_control};
use crate::scope::ScopeSet;
use crate::secret::Secret;

/// A registered client with its redirect URI, scopes and endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientConfig {
    client_id: String,
    client_secret: Option<Secret>,
    #[cfg(feature = "server")]
    authorization: Option<Secret>,
    redirect_uri: WebUrl,
    scopes: ScopeSet,
    endpoints: Endpoints,
}

impl ClientConfig {
    /// Validates a caller's values. Without `scopes`, the client requests the default scopes; with an empty list, it
    /// requests none. A client without a secret is a public client, as in a browser.
    pub fn new(
        client_id: &str,
        client_secret: Option<&str>,
        redirect_uri: &str,
        scopes: Option<ScopeSet>,
        endpoints: Endpoints,
    ) -> Result<Self> {
        Self::with(client_id, client_secret, WebUrl::parse(redirect_uri), scopes, endpoints)
    }

    /// Validates the values of a page that starts a login. A page cannot keep a secret, so the client is a public client. The
    /// redirect URI must be on the page's origin.
    pub fn in_page(
        client_id: &str,
        redirect_uri: &str,
        scopes: Option<ScopeSet>,
        endpoints: Endpoints,
        origin: &str,
    ) -> Result<Self> {
        Self::with(client_id, None, WebUrl::parse_in_page(redirect_uri, origin), scopes, endpoints)
    }

    /// Validates the values of a front end that only builds authorization URLs and validates callbacks. The redirect
    /// URI may also be on the front end's server. `origin` is the origin of the page, if the front end runs in a
    /// page.
    pub fn public(
        client_id: &str,
        redirect_uri: &str,
        scopes: Option<ScopeSet>,
        endpoints: Endpoints,
        origin: Option<&str>,
    ) -> Result<Self> {
        let in_page = origin.and_then(|origin| WebUrl::parse_in_page(redirect_uri, origin).ok());
        let redirect_uri = in_page.map_or_else(|| WebUrl::parse(redirect_uri), Ok);
        Self::with(client_id, None, redirect_uri, scopes, endpoints)
    }

    fn with(
        client_id: &str,
        client_secret: Option<&str>,
        redirect_uri: core::result::Result<WebUrl, Reason>,
        scopes: Option<ScopeSet>,
        endpoints: Endpoints,
    ) -> Result<Self> {
        let client_id = parse_credential(client_id).map_err(|reason| argument_error("clientId", reason))?;
        let client_secret = client_secret
            .map(|secret| parse_credential(secret).map(Secret::new))
            .transpose()
            .map_err(|reason| argument_error("clientSecret", reason))?;
        let redirect_uri = redirect_uri.map_err(|reason| argument_error("redirectUri", reason))?;
        let scopes = scopes.unwrap_or_else(ScopeSet::defaults);
        check_scopes(&scopes).map_err(|reason| argument_error("scopes", reason))?;
        Ok(Self {
            client_id: client_id.to_owned(),
            #[cfg(feature = "server")]
            authorization: client_secret.as_ref().map(|secret| basic(client_id, secret)),
            client_secret,
            redirect_uri,
            scopes,
            endpoints,
        })
    }

    /// The Key of the OAuth consumer.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The Secret; a public client has none.
    pub fn client_secret(&self) -> Option<&Secret> {
        self.client_secret.as_ref()
    }

    /// The `Authorization` header for the token endpoint; a public client has none.
    #[cfg(feature = "server")]
    pub fn authorization(&self) -> Option<&Secret> {
        self.authorization.as_ref()
    }

    /// The redirect URI.
    pub fn redirect_uri(&self) -> &WebUrl {
        &self.redirect_uri
    }

    /// The scopes to request; empty for none.
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// The endpoints of Bitbucket.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }
}

pub(crate) fn parse_credential(value: &str) -> core::result::Result<&str, Reason> {
    if value.is_empty() {
        return Err("is empty");
    }
    if has_control(value) {
        return Err("must not contain control characters");
    }
    pasted::check_credential(value)?;
    Ok(value)
}

/// Why a page must not have the secret: everybody who opens the page can read it.
pub const IN_A_BROWSER: Reason = "must not be passed to a browser, which cannot keep it secret";

/// The error for a page that cannot start a login because the browser lacks this feature. `feature` is the name of a
/// property.
pub fn missing_feature(feature: &str) -> Box<Error> {
    let reason = match feature {
        "window" => "is missing. A login can start only in a page, not in a worker or on a server",
        "origin" => {
            "is opaque, so no redirect URI can be on it. The page is a sandboxed frame without allow-same-origin, or has no URL"
        }
        _ => "is missing, blocked or full in this page",
    };
    Error::new(Code::InvalidConfig, Phase::Authorize).with_field(feature).with_reason(reason)
}

/// Rejects options of a page that repeat a property of the given client.
pub fn check_client_overrides(members: &[String]) -> Result<()> {
    match ["clientId", "redirectUri", "scopes", "endpoints"]
        .into_iter()
        .find(|name| members.iter().any(|it| it == name))
    {
        Some(name) => Err(argument_error(name, "must not be given together with client, which has its own")),
        None => Ok(()),
    }
}

/// Rejects a page with an opaque origin, which browsers serialize as `null` (HTML, section 7.1.1).
pub fn check_page_origin(origin: &str) -> Result<()> {
    if origin == "null" { Err(missing_feature("origin")) } else { Ok(()) }
}

pub(crate) fn check_scopes(scopes: &ScopeSet) -> core::result::Result<(), Reason> {
    match scopes.first_malformed() {
        Some(_) => Err("contains a scope with an invalid character (RFC 6749 section 3.3)"),
        None => Ok(()),
    }
}
