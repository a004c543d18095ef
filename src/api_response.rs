//! The API's answers that are no success, judged.
//!
//! In: status, header fields and body, and which kind of credential was sent. Out: an error that says what is wrong and
//! who can mend it. What never happens here: a decision by the text of a 401, which varies, or a word of the answer in
//! an error before it was cleaned.

use std::borrow::Cow;

use crate::credential::Kind;
use crate::endpoints::Address;
use crate::error::{Code, Error, Phase, sounds_like_refresh};
use crate::json::{self, Object};
use crate::retry;
use crate::secret::clean_description;

/// The largest body that is looked at; Bitbucket's errors have some hundred bytes.
pub const LARGEST_BODY: usize = 65_536;

/// The most scopes that are passed on; Bitbucket has about twenty-five.
const MOST_SCOPES: usize = 50;

/// The longest name of a scope; the longest of Bitbucket's has about forty characters.
const LONGEST_SCOPE: usize = 64;

/// The longest part of one, between colons. What is longer is more likely a token.
const LONGEST_PART: usize = 23;

/// The longest address of an announcement.
const LONGEST_ADDRESS: usize = 200;

/// Why Bitbucket refuses an accepted credential, where it names no scope.
pub const NOT_ALLOWED: &str = "this kind of credential is not accepted there, or whoever it belongs to may not do this. Use another one, or ask for the permission";

/// What the API answered.
#[derive(Clone, Copy)]
pub struct ApiResponse<'a> {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// The body, not yet decoded.
    pub body: &'a [u8],
    /// When it arrived, in milliseconds since 1970.
    pub received_at: f64,
    /// What was sent along.
    pub kind: Kind,
}

/// Judges an answer that is no success.
pub fn judge(response: &ApiResponse<'_>) -> Box<Error> {
    let ApiResponse { status, kind, .. } = *response;
    let bitbucket = BitbucketError::read(response.body);
    let (code, reason) = match (status, &bitbucket) {
        (401, _) => (Code::ApiUnauthenticated, cure_of_refusal(kind)),
        (403, Some(BitbucketError { required, .. })) if !required.is_empty() => {
            (Code::ApiInsufficientScope, cure_of_missing_scope(kind))
        }
        (403, Some(_)) => (Code::ApiFailed, NOT_ALLOWED),
        // Bitbucket refuses in its own form.
        (403, None) => (
            Code::ApiFailed,
            "not Bitbucket, but a proxy or firewall on the way turned the request down. Check its rules",
        ),
        (407, _) => (
            Code::ApiFailed,
            "a proxy on the way wants a user name and a password. Check the proxy settings of this server",
        ),
        (404, _) => (Code::ApiNotFound, ""),
        (410, _) => (Code::ApiGone, ""),
        (429, _) => (Code::ApiRateLimited, ""),
        (500..=599, _) => (Code::ApiFailed, "Bitbucket, or a proxy on the way, has trouble. Try again later"),
        _ => (Code::ApiFailed, ""),
    };
    let mut error = Error::new(code, Phase::Api).with_status(status);
    error.reason = Some(reason).filter(|reason| !reason.is_empty());
    if matches!(status, 429 | 500..=599) {
        error.retry_after = retry::after(response.retry_after, response.received_at);
    }
    if let Some(BitbucketError { message, detail, required, granted, announcement }) = bitbucket {
        if error.code == Code::ApiInsufficientScope {
            error.required = required;
            error.granted = granted;
        } else {
            let texts = [message, detail];
            let text = texts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            error.error_description = clean_description(&text, []);
        }
        if status == 410 {
            error.announcement_url = announcement.as_deref().and_then(announcement_url);
        }
    }
    error
}

fn cure_of_refusal(kind: Kind) -> &'static str {
    match kind {
        Kind::OAuth => "authenticate with Bitbucket again",
        Kind::ApiKey => "enter a new token; this one was revoked, has expired, or is not an access token",
        Kind::Basic => {
            "check that the e-mail address is that of the Atlassian account which made the API token, and that it was made with scopes; or enter a new token"
        }
        Kind::Custom => {
            "it is that of the OAuth client itself, so an administrator must check the client at Bitbucket"
        }
    }
}

fn cure_of_missing_scope(kind: Kind) -> &'static str {
    match kind {
        Kind::OAuth => "add it to the OAuth client at Bitbucket, then authenticate again",
        Kind::ApiKey | Kind::Basic => "make a token that has it, and enter that",
        Kind::Custom => "add it to the OAuth client at Bitbucket",
    }
}

/// Bitbucket's `{"type":"error","error":{"message":…,"detail":…,"data":…}}`.
struct BitbucketError<'a> {
    message: Option<Cow<'a, str>>,
    /// Where it is a text.
    detail: Option<Cow<'a, str>>,
    /// Where `detail` is an object.
    required: Vec<String>,
    granted: Option<Vec<String>>,
    announcement: Option<Cow<'a, str>>,
}

impl<'a> BitbucketError<'a> {
    /// `None` for whatever else a body may be: plain text, a page of HTML, somebody else's JSON.
    fn read(body: &'a [u8]) -> Option<Self> {
        if body.len() > LARGEST_BODY {
            return None;
        }
        let body = Object::parse(core::str::from_utf8(body).ok()?).ok()?;
        if body.get("type").and_then(json::string).as_deref() != Some("error") {
            return None;
        }
        let error = body.get("error").and_then(|error| Object::parse(error).ok());
        let member = |name| error.as_ref().and_then(|error| error.get(name));
        let text = |name| member(name).and_then(json::string);
        let detail = member("detail").and_then(|detail| Object::parse(detail).ok());
        let scopes = |name| detail.as_ref().and_then(|detail| detail.get(name)).and_then(json::strings);
        Some(Self {
            message: text("message"),
            detail: text("detail"),
            required: scopes("required").map(|names| clean_scopes(&names)).unwrap_or_default(),
            // Where none of the names can be shown, it is not known which scopes there are; that there is none is not said.
            granted: scopes("granted")
                .map(|names| (names.is_empty(), clean_scopes(&names)))
                .filter(|(is_none, names)| *is_none || !names.is_empty())
                .map(|(_, names)| names),
            announcement: member("data")
                .and_then(|data| Object::parse(data).ok())
                .and_then(|data| data.get("announcement_url"))
                .and_then(json::string),
        })
    }
}

/// What looks like names of scopes, OAuth's (`repository:write`) and API tokens' (`read:repository:bitbucket`).
fn clean_scopes(names: &[Cow<'_, str>]) -> Vec<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.');
    let is_name = |name: &&Cow<'_, str>| {
        (1..=LONGEST_SCOPE).contains(&name.len())
            && name.bytes().all(allowed)
            && name.split(':').all(|part| part.len() <= LONGEST_PART)
            && !sounds_like_refresh(name)
    };
    names.iter().filter(is_name).take(MOST_SCOPES).map(|name| name.to_string()).collect()
}

/// The address of an announcement, if it is a page of Atlassian's.
fn announcement_url(text: &str) -> Option<String> {
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    let is_anchor = fragment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let host = Address::parse(address).ok()?.place().origin().strip_prefix("https://")?.to_owned();
    let is_atlassians = ["atlassian.com", "bitbucket.org"]
        .into_iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
    (is_atlassians && is_anchor && !address.contains('?') && text.len() <= LONGEST_ADDRESS).then(|| text.to_owned())
}
