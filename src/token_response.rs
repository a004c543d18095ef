//! Validates the token response (RFC 6749 section 5): status, headers and body.
//!
//! In: the token endpoint's response, the grant type, and the time. Out: a [`TokenSet`], or an error that says who
//! can fix it. Never: an unchecked part of the response in the result, or unsanitized text of the response in an error.

use std::borrow::Cow;

use crate::client_config::ClientConfig;
use crate::error::{Code, Error, Result, clean_error_code};
use crate::grant_type::GrantType;
use crate::json_object::{Problem, Value, members};
use crate::pasted::{has_control, is_graphic};
use crate::query;
use crate::retry_after::{self, MAX_TOKEN_WAIT};
use crate::scope::{self, ScopeSet};
use crate::secret::{Secret, clean_description};
use crate::token_request::MAX_TOKEN_LENGTH;
use crate::token_set::{Previous, TokenSet};

/// The maximum size of a response: 1 MiB, over a hundred times the largest response that was observed.
pub const MAX_BODY_SIZE: usize = 1_048_576;

/// The maximum lifetime that is accepted: ten years, in seconds.
const MAX_LIFETIME: f64 = 10.0 * 365.0 * 86_400.0;

/// The latest time that JavaScript can represent, in milliseconds since 1970.
const MAX_TIME: f64 = 8.64e15;

/// A response of the token endpoint.
#[derive(Clone, Copy)]
pub struct TokenResponse<'a> {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// `WWW-Authenticate`.
    pub www_authenticate: Option<&'a str>,
    /// `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// The body, not yet decoded.
    pub body: &'a [u8],
    /// When the response arrived, in milliseconds since 1970.
    pub received_at: f64,
    /// The grant type of the token request.
    pub grant_type: GrantType,
    /// The form-encoded body of the token request, if it is available. Confidential values in it are removed from the
    /// error description in the response.
    pub request_body: Option<&'a str>,
}

/// Validates a response. A valid one has the status 200 and everything that RFC 6749 section 5.1 requires. Values that the
/// response to a refresh leaves out are taken from `previous` (section 6); other grant types have no previous tokens.
pub fn parse(client: &ClientConfig, response: &TokenResponse<'_>, previous: &Previous) -> Result<TokenSet> {
    if !(0.0..=MAX_TIME).contains(&response.received_at) {
        let reason = "must be a time in milliseconds since 1970";
        return Err(Error::argument(response.grant_type.phase(), "receivedAt", reason));
    }
    let no_tokens = Previous::default();
    match response.status {
        200 if response.grant_type == GrantType::RefreshToken => parse_success(client, response, previous),
        200 => parse_success(client, response, &no_tokens),
        300..=399 => Err(response.error(Code::RedirectRefused)),
        400..=499 => Err(parse_failure(client, response, previous)),
        _ => Err(response.unexpected_status()),
    }
}

impl TokenResponse<'_> {
    fn error(&self, code: Code) -> Box<Error> {
        Error::new(code, self.grant_type.phase()).with_status(self.status)
    }

    fn unexpected_status(&self) -> Box<Error> {
        let mut error = self.error(Code::UnexpectedStatus);
        error.retry_after = self.wait();
        error
    }

    fn invalid(&self, field: &str, reason: &'static str) -> Box<Error> {
        self.error(Code::ResponseInvalid).with_field(field).with_reason(reason)
    }

    fn wait(&self) -> Option<u64> {
        retry_after::wait(self.retry_after, self.received_at).map(|wait| wait.min(MAX_TOKEN_WAIT))
    }

    /// Whether the media type is JSON. Without a media type, parsing the body decides.
    fn may_be_json(&self) -> bool {
        let Some(content_type) = self.content_type else { return true };
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let subtype = essence.strip_prefix("application/").unwrap_or_default();
        subtype == "json" || subtype.strip_suffix("+json").is_some_and(|subtype| !subtype.is_empty())
    }

    fn unreadable(&self, problem: Problem<'_>) -> Box<Error> {
        match problem {
            Problem::Syntax => self.error(Code::ResponseNotJson),
            Problem::NotAnObject => self.error(Code::ResponseInvalid).with_reason("it is not a JSON object"),
            Problem::DuplicateName => {
                self.error(Code::ResponseInvalid).with_reason("a member appears more than once")
            }
            Problem::Unreadable(field) => self.invalid(field, "has a value that cannot be read"),
        }
    }

    /// An optional member of type string.
    fn text(&self, field: &str, value: Option<Value>) -> Result<Option<String>> {
        value.map(|value| value.text().ok_or_else(|| self.invalid(field, "is not a string"))).transpose()
    }

    /// An optional member that must be a valid token.
    fn token(&self, field: &str, value: Option<Value>) -> Result<Option<Secret>> {
        match self.text(field, value)? {
            Some(token) if is_token(&token) => Ok(Some(Secret::new(token))),
            Some(_) => Err(self.invalid(field, "is not 1 to 65536 printable ASCII characters without spaces")),
            None => Ok(None),
        }
    }

    /// When the access token expires: `expires_in` seconds after the response.
    fn expires_at(&self, expires_in: Option<Value>) -> Result<Option<f64>> {
        let Some(expires_in) = expires_in else { return Ok(None) };
        let seconds = expires_in.number().filter(|seconds| (0.0..=MAX_LIFETIME).contains(seconds));
        let seconds =
            seconds.ok_or_else(|| self.invalid("expires_in", "is not a number of seconds from 0 to ten years"))?;
        Ok(Some(self.received_at + (seconds * 1000.0).floor()))
    }

    /// The granted scopes, if the response names any. Bitbucket's own `scopes` takes precedence over the standard's `scope`,
    /// because Bitbucket keeps only `scopes` up to date.
    fn granted_scopes(&self, scopes: Option<Value>, scope: Option<Value>) -> Result<Option<ScopeSet>> {
        let scopes = self.scopes("scopes", scopes)?;
        let scope = self.scopes("scope", scope)?;
        // An empty list is ignored if the other list is not empty.
        let named = scopes.as_ref().filter(|scopes| !scopes.is_empty()).is_some();
        Ok(if named { scopes } else { scope.or(scopes) })
    }

    /// An optional member with scopes, in one string or in a list of strings.
    fn scopes(&self, field: &str, value: Option<Value>) -> Result<Option<ScopeSet>> {
        let Some(value) = value else { return Ok(None) };
        let texts = match value {
            Value::Text(text) => Some(vec![text]),
            value => value.texts(),
        };
        let texts = texts.ok_or_else(|| self.invalid(field, "is neither a string nor a list of strings"))?;
        let scopes =
            ScopeSet::read(texts.iter().map(String::as_str)).map_err(|reason| self.invalid(field, reason))?;
        if scopes.iter().any(has_control) {
            return Err(self.invalid(field, "contains control characters"));
        }
        Ok(Some(scopes))
    }
}

/// Validates a successful response (RFC 6749 section 5.1).
fn parse_success(client: &ClientConfig, response: &TokenResponse<'_>, previous: &Previous) -> Result<TokenSet> {
    if !response.may_be_json() {
        return Err(response.error(Code::ResponseNotJson));
    }
    if response.body.len() > MAX_BODY_SIZE {
        return Err(response.error(Code::ResponseTooLarge));
    }
    let names = ["access_token", "token_type", "expires_in", "refresh_token", "scopes", "scope"];
    let [access_token, token_type, expires_in, refresh_token, scopes, scope] =
        members(response.body, names).map_err(|problem| response.unreadable(problem))?;
    let access_token = response.token("access_token", access_token)?;
    let access_token = access_token.ok_or_else(|| response.invalid("access_token", "is missing"))?;
    let token_type = response.text("token_type", token_type)?;
    let token_type = token_type.ok_or_else(|| response.invalid("token_type", "is missing"))?;
    if !token_type.eq_ignore_ascii_case("bearer") {
        return Err(response.error(Code::UnsupportedTokenType));
    }
    let expires_at = response.expires_at(expires_in)?;
    let refresh_token = response.token("refresh_token", refresh_token)?;
    let scopes = response.granted_scopes(scopes, scope)?;
    Ok(TokenSet {
        access_token,
        refresh_token: refresh_token.or_else(|| previous.refresh_token.clone()),
        expires_at,
        // RFC 6749 section 5.1: a response without a scope grants the requested scopes; after a refresh, the previous ones.
        scopes: scopes.or_else(|| previous.scopes.clone()).unwrap_or_else(|| match response.grant_type {
            // A client credentials request names no scopes.
            GrantType::ClientCredentials => ScopeSet::default(),
            GrantType::AuthorizationCode | GrantType::RefreshToken => client.scopes().clone(),
        }),
    })
}

/// Whether a text is a valid token: its length is limited, and it consists of printable ASCII without spaces, because
/// a token goes into a header field (RFC 6749 appendix A.12, RFC 6750 section 2.1).
pub fn is_token(text: &str) -> bool {
    (1..=MAX_TOKEN_LENGTH).contains(&text.len()) && is_graphic(text)
}

/// The error for a 4xx status. If the body has an error of RFC 6749 section 5.2, the body determines the error code;
/// otherwise, the status and the challenge determine it.
fn parse_failure(client: &ClientConfig, response: &TokenResponse<'_>, previous: &Previous) -> Box<Error> {
    if response.body.len() > MAX_BODY_SIZE {
        return response.error(Code::ResponseTooLarge);
    }
    let [error, description] = members(response.body, ["error", "error_description"]).unwrap_or_default();
    let error = error.and_then(Value::text).filter(|error| !error.is_empty());
    let Some(error) = error else {
        // RFC 6749 section 5.2: a 401 with a challenge means that client authentication failed.
        if response.status == 401 && response.www_authenticate.is_some() {
            return response.error(Code::InvalidClient);
        }
        return response.unexpected_status();
    };
    let description = description.and_then(Value::text);
    let code = match (response.grant_type, error.as_str()) {
        (GrantType::RefreshToken, "invalid_grant" | "unauthorized_client") => Code::ReconnectRequired,
        (GrantType::RefreshToken, "invalid_request") if description.as_deref() == Some(INVALID_REFRESH_TOKEN) => {
            Code::ReconnectRequired
        }
        (_, "invalid_client" | "unauthorized_client") => Code::InvalidClient,
        (GrantType::AuthorizationCode, "invalid_grant") => Code::InvalidGrant,
        _ => Code::TokenRequestFailed,
    };
    let sent: Vec<Cow<'_, str>> = query::pairs(response.request_body.unwrap_or_default())
        .flatten()
        .filter(|(name, _)| CONFIDENTIAL_PARAMETERS.contains(&&**name))
        .map(|(_, value)| value)
        .collect();
    let known = [client.client_secret(), previous.refresh_token.as_ref()];
    let secrets = || {
        let credentials =
            client.authorization().into_iter().filter_map(|header| header.expose().strip_prefix("Basic "));
        sent.iter().map(|value| &**value).chain(known.into_iter().flatten().map(Secret::expose)).chain(credentials)
    };
    let mut failure = response.error(code);
    failure.reason = scope::cure(&error).filter(|_| code == Code::TokenRequestFailed);
    failure.error = clean_error_code(&error, secrets());
    failure.error_description = description.and_then(|text| clean_description(&text, secrets()));
    failure.retry_after = response.wait();
    failure
}

/// The description with which Bitbucket's older back end rejects a refresh token, with the error code
/// `invalid_request`.
const INVALID_REFRESH_TOKEN: &str = "Invalid refresh_token";

/// The parameters of a token request whose values must not appear in an error description.
const CONFIDENTIAL_PARAMETERS: [&str; 3] = ["code", "code_verifier", "refresh_token"];
