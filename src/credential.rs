//! The credentials that Bitbucket takes, as NocoDB stores them.
//!
//! In: the members of a stored config. Out: a [`Credential`] with the value of its `Authorization` header. What never
//! happens here: a credential being refused for what its first letters look like; those only make a hint.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Phase, Result};
use crate::secret::Secret;
use crate::text::replace;
use crate::token_response::is_token;

/// What a connection authenticates with; NocoDB's `config.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Tokens of a user who consented.
    OAuth,
    /// A repository, project or workspace access token.
    ApiKey,
    /// An API token of an Atlassian account, with its e-mail address.
    Basic,
    /// The OAuth client itself (RFC 6749 section 4.4).
    Custom,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::OAuth, Self::ApiKey, Self::Basic, Self::Custom];

    /// The name that NocoDB stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OAuth => "oauth",
            Self::ApiKey => "api_key",
            Self::Basic => "basic",
            Self::Custom => "custom",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether it is the credential of a person: access tokens and OAuth clients have no user at Bitbucket.
    pub fn has_user(self) -> bool {
        matches!(self, Self::OAuth | Self::Basic)
    }
}

/// The members of a stored config that matter. An empty one is as good as absent.
#[derive(Clone, Copy, Default)]
pub struct Stored<'a> {
    /// `type`
    pub kind: Option<&'a str>,
    /// `token`
    pub token: Option<&'a str>,
    /// `oauth_token`
    pub oauth_token: Option<&'a str>,
    /// `refresh_token`
    pub refresh_token: Option<&'a str>,
    /// `email`
    pub email: Option<&'a str>,
}

/// A credential that can be used, or at least renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its kind.
    pub kind: Kind,
    /// The token, unless it has to be fetched first.
    pub access_token: Option<Secret>,
    /// The Atlassian account of an API token.
    pub email: Option<String>,
    /// Whether a new token can be had without anybody doing anything.
    pub can_renew: bool,
}

impl Credential {
    /// Reads a config. White space around what people paste is trimmed.
    pub fn read(stored: &Stored<'_>) -> Result<Self> {
        let kind = stored
            .kind
            .and_then(Kind::from_name)
            .ok_or_else(|| argument("type", "must be oauth, api_key, basic or custom"))?;
        let can_renew = match kind {
            Kind::OAuth => stored.refresh_token.is_some_and(|token| !token.trim().is_empty()),
            Kind::Custom => true,
            Kind::ApiKey | Kind::Basic => false,
        };
        let (field, token) = match kind {
            Kind::OAuth => ("oauth_token", stored.oauth_token),
            Kind::ApiKey | Kind::Basic => ("token", stored.token),
            Kind::Custom => ("token", None),
        };
        let access_token = token.map(str::trim).filter(|token| is_token(token)).map(Secret::new);
        if access_token.is_none() && !can_renew {
            let reason = if token.is_none_or(|token| token.trim().is_empty()) {
                "is missing"
            } else {
                "is no token: it has characters that tokens do not have"
            };
            return Err(argument(field, reason));
        }
        let email = match kind {
            Kind::Basic => Some(email(stored.email.unwrap_or_default())?),
            _ => None,
        };
        Ok(Self { kind, access_token, email, can_renew })
    }

    /// The value of the header `Authorization` (RFC 6750 section 2.1, RFC 7617 section 2).
    pub fn authorization(&self) -> Option<Secret> {
        let token = self.access_token.as_ref()?.expose();
        Some(Secret::new(match &self.email {
            Some(email) => ["Basic ", &STANDARD.encode([email, ":", token].concat())].concat(),
            None => ["Bearer ", token].concat(),
        }))
    }

    /// What seems to be wrong with the token. Prefixes are not documented, so this is no more than a hint.
    pub fn hint(&self) -> Option<&'static str> {
        let token = self.access_token.as_ref()?.expose();
        let begins = |prefix: &str| token.starts_with(prefix);
        match self.kind {
            _ if begins("ATBB") => Some(
                "The token looks like an app password; Atlassian removed those on 2026-07-28. Make an API token instead.",
            ),
            Kind::ApiKey if begins("ATATT3xFfGF0") => Some(
                "The token looks like an API token of an Atlassian account: choose \"API token\", and enter the account's e-mail address with it.",
            ),
            Kind::Basic if begins("ATCTT3xFfGN0") => Some(
                "The token looks like an access token of a repository, project or workspace: choose \"Access token\" for it.",
            ),
            _ => None,
        }
    }
}

/// RFC 7617 section 2: a user-id has no colon.
fn email(text: &str) -> Result<String> {
    let text = text.trim();
    let is_address = text.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty())
        && !text.chars().any(|c| c.is_control() || c.is_whitespace() || c == ':');
    if text.is_empty() {
        Err(argument("email", "is missing"))
    } else if is_address {
        Ok(text.to_owned())
    } else {
        Err(argument("email", "is not an e-mail address: enter that of the Atlassian account, not a user name"))
    }
}

/// The slug of a workspace or repository, or a UUID in braces, as a segment of a path.
pub fn segment(text: &str, field: &str) -> Result<String> {
    let text = text.trim();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'{' | b'}');
    if text.is_empty() || !text.bytes().all(allowed) || text.bytes().all(|byte| byte == b'.') {
        return Err(argument(field, "must be a slug as in Bitbucket's addresses, or a UUID in braces"));
    }
    Ok(replace(&replace(text, "{", "%7B"), "}", "%7D"))
}

fn argument(field: &str, reason: &'static str) -> Box<Error> {
    Error::argument(Phase::Api, field, reason)
}
