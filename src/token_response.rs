//! The token response (RFC 6749 section 5): status, headers and body, judged.
//!
//! In: what the token endpoint answered, for which grant, when. Out: a [`TokenSet`] or an error that says who can
//! mend it. What never happens here: trust in anything of the answer that was not checked, or a word of the answer
//! in an error before it was cleaned.

use std::borrow::Cow;

use crate::client_authentication::basic;
use crate::client_config::ClientConfig;
use crate::error::{Code, Error, Result, clean_error_code};
use crate::grant::Grant;
use crate::json::{self, Object, Problem, Value};
use crate::query;
use crate::retry_after::{self, LONGEST_TOKEN_WAIT};
use crate::scope::{self, ScopeSet, is_plain_list};
use crate::secret::{Secret, clean_description};
use crate::text::{cut, has_control, is_graphic, same};
use crate::token_request::LONGEST_TOKEN;
use crate::token_set::{Previous, TokenSet};

/// The largest answer that is looked at: 1 MiB, over a hundred times the largest seen.
pub const LARGEST_BODY: usize = 1_048_576;

/// The longest lifetime that is believed: ten years, in milliseconds.
const LONGEST_LIFETIME: u64 = 10 * 365 * 86_400_000;

/// The latest time that JavaScript can tell, in milliseconds since 1970.
const LATEST_TIME: f64 = 8.64e15;

/// What the token endpoint answered.
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
    /// When it arrived, in milliseconds since 1970.
    pub received_at: f64,
    /// What had been asked for.
    pub grant: Grant,
    /// The form that had been sent, if it is at hand: what stands in it is cut out of any description.
    pub request_body: Option<&'a str>,
}

/// Judges an answer.
pub fn parse(client: &ClientConfig, response: &TokenResponse<'_>, previous: &Previous) -> Result<TokenSet> {
    let granted = granted(client, response, previous, "")?;
    let refresh_token = granted.refresh_token.map(Secret::new);
    Ok(TokenSet {
        access_token: Secret::new(granted.access_token),
        refresh_token: refresh_token.or_else(|| previous.refresh_token.clone()),
        expires_at: granted.expires_at,
        scopes: match granted.scopes {
            // It was found to be a short list.
            Scopes::Written(text) => ScopeSet::parse(text).unwrap_or_default(),
            Scopes::Read(scopes) => scopes,
        },
    })
}

/// The scopes of an answer.
pub(crate) enum Scopes<'a> {
    /// As they stand there: [`is_plain_list`].
    Written(&'a str),
    /// As they were read.
    Read(ScopeSet),
}

impl Scopes<'_> {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Read(scopes) if scopes.is_empty())
    }
}

/// What an answer grants, with tokens left where they stand if they stand for themselves. They are secrets, so it has no
/// `Debug`.
pub(crate) struct Granted<'a> {
    pub(crate) access_token: Cow<'a, str>,
    pub(crate) refresh_token: Option<Cow<'a, str>>,
    pub(crate) expires_at: Option<f64>,
    pub(crate) scopes: Scopes<'a>,
}

/// Judges an answer like [`parse`], without the refresh token of before. `known`: scopes that were [`Scopes::Written`] in
/// an answer before, if there was one.
pub(crate) fn granted<'a>(
    client: &ClientConfig,
    response: &TokenResponse<'a>,
    previous: &Previous,
    known: &str,
) -> Result<Granted<'a>> {
    if !(0.0..=LATEST_TIME).contains(&response.received_at) {
        let reason = "must be a time in milliseconds since 1970";
        return Err(Error::argument(response.grant.phase(), "receivedAt", reason));
    }
    match response.status {
        200 => parse_success(client, response, previous, known),
        300..=399 => Err(response.error(Code::RedirectRefused)),
        400..=499 => Err(parse_failure(client, response, previous)),
        _ => Err(response.unexpected_status()),
    }
}

impl TokenResponse<'_> {
    fn error(&self, code: Code) -> Box<Error> {
        Error::new(code, self.grant.phase()).with_status(self.status)
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
        retry_after::wait(self.retry_after, self.received_at).map(|wait| wait.min(LONGEST_TOKEN_WAIT))
    }

    /// Whether the answer says that it is JSON. Without a media type the body has to speak for itself.
    fn may_be_json(&self) -> bool {
        let Some(content_type) = self.content_type else { return true };
        let essence = cut(content_type, b';').0;
        if same(essence, "application/json") {
            return true;
        }
        let essence = essence.trim();
        if essence.eq_ignore_ascii_case("application/json") {
            return true;
        }
        let essence = essence.to_ascii_lowercase();
        let suffixed = essence.strip_prefix("application/").and_then(|subtype| subtype.strip_suffix("+json"));
        suffixed.is_some_and(|subtype| !subtype.is_empty())
    }
}

/// RFC 6749 section 5.1.
fn parse_success<'a>(
    client: &ClientConfig,
    response: &TokenResponse<'a>,
    previous: &Previous,
    known: &str,
) -> Result<Granted<'a>> {
    if !response.may_be_json() {
        return Err(response.error(Code::ResponseNotJson));
    }
    if response.body.len() > LARGEST_BODY {
        return Err(response.error(Code::ResponseTooLarge));
    }
    let members = Members::parse(response.body).map_err(|problem| problem.into_error(response))?;
    let access_token = match members.token("access_token") {
        Some(token) => token.map_err(|reason| response.invalid("access_token", reason))?,
        None => return Err(response.invalid("access_token", "is missing")),
    };
    match members.string("token_type") {
        Member::Value(kind) if kind.eq_ignore_ascii_case("bearer") => {}
        Member::Value(_) => return Err(response.error(Code::UnsupportedTokenType)),
        Member::Absent => return Err(response.invalid("token_type", "is missing")),
        Member::Malformed => return Err(response.invalid("token_type", "is not a string")),
    }
    let lifetime = members.lifetime().map_err(|reason| response.invalid("expires_in", reason))?;
    let refresh_token = members.token("refresh_token").transpose();
    let refresh_token = refresh_token.map_err(|reason| response.invalid("refresh_token", reason))?;
    let scopes = members.granted_scopes(known).map_err(|(field, reason)| response.invalid(field, reason))?;
    Ok(Granted {
        access_token,
        refresh_token,
        expires_at: lifetime.map(|lifetime| response.received_at + lifetime as f64),
        // RFC 6749 section 5.1: an answer without a scope granted what was requested; after a refresh, what there was.
        scopes: scopes.or_else(|| previous.scopes.clone().map(Scopes::Read)).unwrap_or_else(|| {
            Scopes::Read(match response.grant {
                // That request names no scopes.
                Grant::ClientCredentials => ScopeSet::default(),
                Grant::AuthorizationCode | Grant::RefreshToken => client.scopes().clone(),
            })
        }),
    })
}

/// Whether a text can be a token: printable ASCII without spaces, because it goes into a header field (RFC 6749 appendix
/// A.12, RFC 6750 section 2.1), and not too long.
pub fn is_token(text: &str) -> bool {
    has_length_of_token(text) && is_graphic(text)
}

fn has_length_of_token(text: &str) -> bool {
    (1..=LONGEST_TOKEN).contains(&text.len())
}

/// A 4xx status: RFC 6749 section 5.2 if the body says so, else what the status and the challenge tell.
fn parse_failure(client: &ClientConfig, response: &TokenResponse<'_>, previous: &Previous) -> Box<Error> {
    if response.body.len() > LARGEST_BODY {
        return response.error(Code::ResponseTooLarge);
    }
    let members = Members::parse(response.body).ok();
    let error = match members.as_ref().map(|members| members.string("error")) {
        Some(Member::Value(error)) if !error.is_empty() => Some(error),
        _ => None,
    };
    let Some(error) = error else {
        // RFC 6749 section 5.2: a 401 with a challenge is the answer to a client that failed to authenticate.
        if response.status == 401 && response.www_authenticate.is_some() {
            return response.error(Code::InvalidClient);
        }
        return response.unexpected_status();
    };
    let description = match members.as_ref().map(|members| members.string("error_description")) {
        Some(Member::Value(description)) => Some(description),
        _ => None,
    };
    let code = match (response.grant, error.as_ref()) {
        (Grant::RefreshToken, "invalid_grant" | "unauthorized_client") => Code::ReconnectRequired,
        (Grant::RefreshToken, "invalid_request") if description.as_deref() == Some(DEAD_REFRESH_TOKEN) => {
            Code::ReconnectRequired
        }
        (_, "invalid_client" | "unauthorized_client") => Code::InvalidClient,
        (Grant::AuthorizationCode, "invalid_grant") => Code::InvalidGrant,
        _ => Code::TokenRequestFailed,
    };
    let sent: Vec<Cow<'_, str>> = query::pairs(response.request_body.unwrap_or_default())
        .flatten()
        .filter(|(name, _)| CONFIDENTIAL_PARAMETERS.contains(&&**name))
        .map(|(_, value)| value)
        .collect();
    let credentials = client.client_secret().map(|secret| basic(client.client_id(), secret));
    let known = [client.client_secret(), previous.refresh_token.as_ref()];
    let secrets = || {
        let credentials = credentials.iter().filter_map(|header| header.expose().strip_prefix("Basic "));
        sent.iter().map(|value| &**value).chain(known.into_iter().flatten().map(Secret::expose)).chain(credentials)
    };
    let mut failure = response.error(code);
    failure.reason = scope::cure(&error).filter(|_| code == Code::TokenRequestFailed);
    failure.error = clean_error_code(&error, secrets());
    failure.error_description = description.and_then(|text| clean_description(&text, secrets()));
    failure.retry_after = response.wait();
    failure
}

/// How Bitbucket's older back end says that a refresh token is dead: as a malformed request.
const DEAD_REFRESH_TOKEN: &str = "Invalid refresh_token";

/// The parameters of a token request that must not come back in a description.
const CONFIDENTIAL_PARAMETERS: [&str; 3] = ["code", "code_verifier", "refresh_token"];

/// A member of the answer, as far as its type goes.
enum Member<T> {
    Absent,
    Malformed,
    Value(T),
}

impl Problem {
    fn into_error(self, response: &TokenResponse<'_>) -> Box<Error> {
        match self {
            Self::Syntax => response.error(Code::ResponseNotJson),
            Self::NotAnObject => response.error(Code::ResponseInvalid).with_reason("it is not a JSON object"),
            Self::TooManyMembers => {
                response.error(Code::ResponseInvalid).with_reason("it has more than a thousand members")
            }
            Self::DuplicateName => response.error(Code::ResponseInvalid).with_reason("a member stands twice"),
        }
    }
}

/// The answer as a JSON object.
struct Members<'a>(Object<'a>);

impl<'a> Members<'a> {
    fn parse(body: &'a [u8]) -> core::result::Result<Self, Problem> {
        let text = core::str::from_utf8(body).map_err(|_| Problem::Syntax)?;
        Object::parse(text).map(Self)
    }

    fn string(&self, name: &str) -> Member<Cow<'a, str>> {
        match self.0.value(name).map(Value::string) {
            None => Member::Absent,
            Some(None) => Member::Malformed,
            Some(Some(value)) => Member::Value(value),
        }
    }

    /// A member that has to be a token if it is there.
    fn token(&self, name: &str) -> Option<core::result::Result<Cow<'a, str>, &'static str>> {
        let value = self.0.value(name)?;
        Some(match value.string() {
            // Whoever read it has looked at its characters already.
            Some(token) if value.is_graphic() && has_length_of_token(&token) => Ok(token),
            Some(token) if is_token(&token) => Ok(token),
            Some(_) => Err("is not 1 to 65536 printable ASCII characters without spaces"),
            None => Err("is not a string"),
        })
    }

    /// `expires_in` in milliseconds: a number, or a string that is one, as some servers write it.
    fn lifetime(&self) -> core::result::Result<Option<u64>, &'static str> {
        let Some(json) = self.0.get("expires_in") else { return Ok(None) };
        let text = json::string(json).unwrap_or(Cow::Borrowed(json));
        match json::thousandths(&text) {
            None => Err("is not a number, or negative"),
            Some(lifetime) if lifetime <= LONGEST_LIFETIME => Ok(Some(lifetime)),
            Some(_) => Err("is more than ten years"),
        }
    }

    /// Bitbucket's own `scopes` before the standard's `scope`; when both are there, `scopes` is the one that is kept
    /// up to date.
    fn granted_scopes(&self, known: &str) -> core::result::Result<Option<Scopes<'a>>, (&'static str, &'static str)> {
        let mut granted: Option<Scopes<'a>> = None;
        for &field in &["scopes", "scope"] {
            let Some(value) = self.0.value(field).filter(|value| value.json() != "null") else { continue };
            // An empty list beside one that is not says nothing.
            let is_first = granted.as_ref().is_none_or(Scopes::is_empty);
            let text = value.string();
            if let Some(Cow::Borrowed(text)) = text
                && ((!text.is_empty() && same(text, known)) || is_plain_list(text))
            {
                if is_first {
                    granted = Some(Scopes::Written(text));
                }
                continue;
            }
            let texts = match text {
                Some(text) => vec![text],
                None => json::strings(value.json()).ok_or((field, "is neither a string nor a list of strings"))?,
            };
            let scopes = ScopeSet::read(texts.iter().map(|text| &**text)).map_err(|reason| (field, reason))?;
            if scopes.iter().any(has_control) {
                return Err((field, "contains control characters"));
            }
            if is_first {
                granted = Some(Scopes::Read(scopes));
            }
        }
        Ok(granted)
    }
}
