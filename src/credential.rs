//! The credentials that Bitbucket accepts, as NocoDB stores them.
//!
//! In: the JSON of a stored config's members. Out: a [`Credential`] with the value of its `Authorization` header.
//! Never: a rejection because of a credential's prefix, or a connection that acts as the OAuth client itself without an
//! administrator's permission. An unexpected prefix only leads to a hint.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::Reason;
use crate::environment::{ClientCredentials, variable};
use crate::error::{Code, Error, Phase, Result};
use crate::json_object::{Entries, Value, entries, members};
use crate::nocodb_response::unexchanged_code_error;
use crate::pasted;
use crate::secret::Secret;
use crate::token_response::is_token;

/// How a connection authenticates: NocoDB's `config.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthType {
    /// OAuth tokens of a user who consented.
    OAuth,
    /// A repository, project or workspace access token.
    ApiKey,
    /// An API token of an Atlassian account, with the account's e-mail address.
    Basic,
    /// The OAuth client itself (RFC 6749 section 4.4).
    Custom,
}

impl AuthType {
    /// All types.
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

    /// Returns the type with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|auth_type| auth_type.as_str() == name)
    }

    /// Whether a config with this type gets its tokens in exchange for an authorization code. An unknown type counts as OAuth.
    pub fn uses_authorization_code(name: &str) -> bool {
        matches!(Self::from_name(name), None | Some(Self::OAuth))
    }

    /// Whether a config with this type has the tokens of a user who consented, and metadata of these tokens. A config
    /// with another type may still contain such members if its type was changed.
    pub fn holds_user_tokens(name: &str) -> bool {
        Self::from_name(name) == Some(Self::OAuth)
    }

    /// Whether a connection with this type acts as the OAuth client itself, which requests tokens without a user.
    pub fn is_client_credentials(name: &str) -> bool {
        Self::from_name(name) == Some(Self::Custom)
    }

    /// Whether the credential belongs to a user. At Bitbucket, access tokens and OAuth clients have no user.
    pub fn has_user(self) -> bool {
        matches!(self, Self::OAuth | Self::Basic)
    }
}

/// The members of a stored config that this module reads. `oauth` is the authorization code that NocoDB's GUI sends once.
pub const MEMBERS: [&str; 6] = ["type", "token", "email", "oauth_token", "refresh_token", "oauth"];

/// Whether the JSON of a member is a reference to a secret in a vault: exactly `{ "$vault": { "alias": …, "secret": … } }`.
/// NocoDB replaces it with the secret before it passes a config to the package.
pub fn is_vault_reference(member: &str) -> bool {
    entries(member.as_bytes()).is_some_and(|entries| is_reference(&entries))
}

fn is_reference(entries: &Entries) -> bool {
    matches!(entries.as_slice(), [(name, Value::Object(_))] if name == "$vault")
}

/// A credential that can be used, or at least refreshed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its type.
    pub auth_type: AuthType,
    /// The token; `None` when it has to be requested first.
    pub access_token: Option<Secret>,
    /// The e-mail address of the Atlassian account that an API token belongs to.
    pub email: Option<String>,
    /// Whether a new token can be requested without a user.
    pub can_refresh: bool,
}

impl Credential {
    /// Reads the JSON of a config's [members](MEMBERS). A store may contain anything, so a value that is not a string counts as
    /// absent, like an empty string. White space around pasted values is trimmed.
    pub fn read(config: &str, client_credentials: ClientCredentials) -> Result<Self> {
        let [auth_type, token, email, oauth_token, refresh_token, code] = members(config.as_bytes(), MEMBERS)
            .map_err(|_| argument("config", "is not an object that can be read"))?;
        let auth_type = auth_type.and_then(Value::text).and_then(|name| AuthType::from_name(&name));
        let auth_type = auth_type.ok_or_else(|| argument("type", "must be oauth, api_key, basic or custom"))?;
        if auth_type == AuthType::Custom && client_credentials == ClientCredentials::Refused {
            let reason = "is not set to the word allow, so no connection may act as the OAuth client itself. Choose another auth type, or ask an administrator to set it to this word";
            let error = Error::new(Code::InvalidConfig, Phase::Config);
            return Err(error.with_field(variable::CLIENT_CREDENTIALS).with_reason(reason));
        }
        let credential_members: &[(&str, &Option<Value>)] = match auth_type {
            AuthType::OAuth => &[("oauth_token", &oauth_token), ("refresh_token", &refresh_token)],
            AuthType::ApiKey => &[("token", &token)],
            AuthType::Basic => &[("token", &token), ("email", &email)],
            AuthType::Custom => &[],
        };
        let is_unresolved =
            |value: &Option<Value>| matches!(value, Some(Value::Object(entries)) if is_reference(entries));
        if let Some((field, _)) = credential_members.iter().find(|(_, value)| is_unresolved(value)) {
            return Err(argument(
                field,
                "is a vault reference that NocoDB did not resolve: check the vault in NocoDB, or enter the value itself",
            ));
        }
        let refresh_token = text(refresh_token).filter(|token| is_refreshable(auth_type.as_str(), token));
        let can_refresh = auth_type == AuthType::Custom || refresh_token.is_some();
        let (field, token) = match auth_type {
            AuthType::OAuth => ("oauth_token", oauth_token),
            AuthType::ApiKey | AuthType::Basic => ("token", token),
            AuthType::Custom => ("token", None),
        };
        let access_token = text(token).map_or(Err("is missing"), |token| parse_token(&token));
        if let Err(reason) = access_token
            && !can_refresh
        {
            if auth_type == AuthType::OAuth && code.is_some() {
                return Err(unexchanged_code_error(Phase::Api));
            }
            return Err(argument(field, reason));
        }
        // An invalid access token is harmless, because a refresh replaces it. But a refresh with a refresh token that
        // Bitbucket cannot have issued would end the connection.
        if let Some(Err(reason)) = refresh_token.as_deref().map(pasted::check_credential) {
            return Err(argument("refresh_token", reason));
        }
        let email = match auth_type {
            AuthType::Basic => Some(parse_email(&text(email).unwrap_or_default())?),
            _ => None,
        };
        Ok(Self { auth_type, access_token: access_token.ok(), email, can_refresh })
    }

    /// Returns the value of the `Authorization` header (RFC 6750 section 2.1, RFC 7617 section 2).
    pub fn authorization(&self) -> Option<Secret> {
        let token = self.access_token.as_ref()?.expose();
        Some(Secret::new(match &self.email {
            Some(email) => ["Basic ", &STANDARD.encode([email, ":", token].concat())].concat(),
            None => return Some(bearer(token)),
        }))
    }

    /// Returns what seems to be wrong with the token. Atlassian does not document the prefixes, so this is only a hint.
    pub fn hint(&self) -> Option<&'static str> {
        let token = self.access_token.as_ref()?.expose();
        let begins = |prefix: &str| token.starts_with(prefix);
        match self.auth_type {
            _ if begins("ATBB") => Some(
                "The token looks like an app password; Atlassian removed app passwords on 2026-07-28. Make an API token instead.",
            ),
            AuthType::ApiKey if begins("ATATT3xFfGF0") => Some(
                "The token looks like an API token of an Atlassian account: choose \"API token\", and enter the account's e-mail address with it.",
            ),
            AuthType::Basic if begins("ATCTT3xFfGN0") => Some(
                "The token looks like an access token of a repository, project or workspace: choose \"Access token\" for it.",
            ),
            _ => None,
        }
    }
}

/// Whether the tokens of a config with this type can be refreshed with this refresh token.
pub fn is_refreshable(auth_type: &str, refresh_token: &str) -> bool {
    AuthType::holds_user_tokens(auth_type) && !refresh_token.trim().is_empty()
}

/// Returns the value of `Authorization` for an access token (RFC 6750 section 2.1).
pub fn bearer(access_token: &str) -> Secret {
    Secret::new(["Bearer ", access_token].concat())
}

/// Returns the string of a member without surrounding white space; `None` when it is empty.
fn text(member: Option<Value>) -> Option<String> {
    member?.text().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn parse_token(text: &str) -> core::result::Result<Secret, Reason> {
    pasted::check_credential(text)?;
    if is_token(text) { Ok(Secret::new(text)) } else { Err("contains characters that a token cannot contain") }
}

/// The characters that separate the addresses in a list or enclose the address after a display name (RFC 5322 section
/// 3.4), and the character that ends a user-id (RFC 7617 section 2).
const NOT_IN_EMAIL: [char; 5] = ['<', '>', ',', ';', ':'];

fn parse_email(text: &str) -> Result<String> {
    pasted::check(text).map_err(|reason| argument("email", reason))?;
    let is_address = text.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty())
        && !text.chars().any(|c| c.is_control() || c.is_whitespace() || NOT_IN_EMAIL.contains(&c));
    if text.is_empty() {
        Err(argument("email", "is missing"))
    } else if is_address {
        Ok(text.to_owned())
    } else {
        Err(argument(
            "email",
            "is not an e-mail address: enter the e-mail address of the Atlassian account, not a user name",
        ))
    }
}

/// Returns a path segment for the slug of a workspace or repository, or for a UUID in braces.
pub fn segment(text: &str, field: &str) -> Result<String> {
    let text = text.trim();
    pasted::check(text).map_err(|reason| argument(field, reason))?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'{' | b'}');
    if text.is_empty() || !text.bytes().all(allowed) || text.bytes().all(|byte| byte == b'.') {
        return Err(argument(field, "must be a slug as in Bitbucket's URLs, or a UUID in braces"));
    }
    Ok(text.replace('{', "%7B").replace('}', "%7D"))
}

fn argument(field: &str, reason: &'static str) -> Box<Error> {
    Error::argument(Phase::Api, field, reason)
}
