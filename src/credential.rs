//! The credentials that Bitbucket takes, as NocoDB stores them.
//!
//! In: the members of a stored config. Out: a [`Credential`] with the value of its `Authorization` header. What never
//! happens here: a credential being refused for what its first letters look like, which only make a hint; or a connection
//! acting as the OAuth client itself without an administrator's leave.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::Reason;
use crate::environment::{ClientCredentials, variable};
use crate::error::{Code, Error, Phase, Result};
use crate::host_answer::unexchanged;
use crate::pasted;
use crate::secret::Secret;
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

    /// Whether a config that says this of its kind takes its tokens for a code: unless it names another kind.
    pub fn takes_code(name: &str) -> bool {
        matches!(Self::from_name(name), None | Some(Self::OAuth))
    }

    /// The [members](MEMBERS) of a config that it is made of.
    fn members(self) -> &'static [&'static str] {
        match self {
            Self::OAuth => &["oauth_token", "refresh_token"],
            Self::ApiKey => &["token"],
            Self::Basic => &["token", "email"],
            Self::Custom => &[],
        }
    }

    /// Whether it is the credential of a person: access tokens and OAuth clients have no user at Bitbucket.
    pub fn has_user(self) -> bool {
        matches!(self, Self::OAuth | Self::Basic)
    }
}

/// The members of a stored config that a credential is made of.
pub const MEMBERS: [&str; 4] = ["token", "email", "oauth_token", "refresh_token"];

/// The one member of an object that stands for a text in a vault: `{ "$vault": { "alias": …, "secret": … } }`. NocoDB puts the
/// text in its place before it hands a config over.
pub const VAULT: &str = "$vault";

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
    /// Whether there is an `oauth`: what the host's GUI sends once, to be exchanged.
    pub has_code: bool,
    /// The [members](MEMBERS) that are still references to a vault.
    pub references: &'a [&'a str],
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
    pub fn read(stored: &Stored<'_>, client_credentials: ClientCredentials) -> Result<Self> {
        let kind = stored
            .kind
            .and_then(Kind::from_name)
            .ok_or_else(|| argument("type", "must be oauth, api_key, basic or custom"))?;
        if kind == Kind::Custom && client_credentials == ClientCredentials::Refused {
            let reason = "is not set to allow, so no connection may act as the OAuth client itself. An administrator decides about that; choose another auth type";
            let error = Error::new(Code::InvalidConfig, Phase::Config);
            return Err(error.with_field(variable::CLIENT_CREDENTIALS).with_reason(reason));
        }
        if let Some(field) = kind.members().iter().find(|name| stored.references.contains(name)) {
            return Err(argument(
                field,
                "is a vault reference, which the host did not resolve: check the vault in NocoDB, or enter the value itself",
            ));
        }
        let refresh_token = stored.refresh_token.map(str::trim).filter(|token| !token.is_empty());
        let can_renew = match kind {
            Kind::OAuth => refresh_token.is_some(),
            Kind::Custom => true,
            Kind::ApiKey | Kind::Basic => false,
        };
        let (field, token) = match kind {
            Kind::OAuth => ("oauth_token", stored.oauth_token),
            Kind::ApiKey | Kind::Basic => ("token", stored.token),
            Kind::Custom => ("token", None),
        };
        let access_token = token.map_or(Err("is missing"), parse_token);
        if let Err(reason) = access_token
            && !can_renew
        {
            if kind == Kind::OAuth && stored.has_code {
                return Err(unexchanged(Phase::Api));
            }
            return Err(argument(field, reason));
        }
        // Another one could be renewed; one that Bitbucket cannot have sent would end the connection.
        if let Some(Err(reason)) = refresh_token.filter(|_| can_renew).map(pasted::check_credential) {
            return Err(argument("refresh_token", reason));
        }
        let email = match kind {
            Kind::Basic => Some(email(stored.email.unwrap_or_default())?),
            _ => None,
        };
        Ok(Self { kind, access_token: access_token.ok(), email, can_renew })
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

fn parse_token(text: &str) -> core::result::Result<Secret, Reason> {
    let text = text.trim();
    if text.is_empty() {
        return Err("is missing");
    }
    pasted::check_credential(text)?;
    if is_token(text) { Ok(Secret::new(text)) } else { Err("is no token: it has characters that tokens do not have") }
}

/// What stands around or between addresses where several are listed or one has a name beside it (RFC 5322 section 3.4), and
/// what ends a user-id (RFC 7617 section 2).
const NOT_IN_EMAIL: [char; 5] = ['<', '>', ',', ';', ':'];

fn email(text: &str) -> Result<String> {
    let text = text.trim();
    pasted::check(text).map_err(|reason| argument("email", reason))?;
    let is_address = text.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty())
        && !text.chars().any(|c| c.is_control() || c.is_whitespace() || NOT_IN_EMAIL.contains(&c));
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
    pasted::check(text).map_err(|reason| argument(field, reason))?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'{' | b'}');
    if text.is_empty() || !text.bytes().all(allowed) || text.bytes().all(|byte| byte == b'.') {
        return Err(argument(field, "must be a slug as in Bitbucket's addresses, or a UUID in braces"));
    }
    Ok(text.replace('{', "%7B").replace('}', "%7D"))
}

fn argument(field: &str, reason: &'static str) -> Box<Error> {
    Error::argument(Phase::Api, field, reason)
}
