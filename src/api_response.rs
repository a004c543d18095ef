//! The API's answers that are no success, judged.
//!
//! In: status, header fields and body, and which kind of credential was sent. Out: an error that says what is wrong and
//! who can mend it. What never happens here: a decision by the text of a 401, which varies, or a word of the answer in
//! an error before it was cleaned.

use crate::credential::AuthType;
use crate::endpoints::WebUrl;
use crate::error::{Code, Error, Phase, sounds_like_refresh};
use crate::json_object::{Value, members};
use crate::rate_limit;
use crate::retry_after;
use crate::scope::{ScopeSet, split};
use crate::secret::clean_description;

/// The largest body that is looked at; Bitbucket's errors have some hundred bytes.
pub const MAX_BODY_SIZE: usize = 65_536;

/// The most scopes that are passed on; Bitbucket has about twenty-five.
const MOST_SCOPES: usize = 50;

/// The longest name of a scope; the longest of Bitbucket's has about forty characters.
const LONGEST_SCOPE: usize = 64;

/// The longest part of one, between colons. What is longer is more likely a token.
const LONGEST_PART: usize = 23;

/// The longest address of an announcement.
const LONGEST_ADDRESS: usize = 200;

/// The longest plain text that is quoted, in bytes. What is longer is no sentence about what is wrong.
const LONGEST_TEXT: usize = 512;

/// The most members that are named as wrong.
const MOST_FIELDS: usize = 5;

/// The most characters that are quoted of what is wrong with a member.
const LONGEST_FIELD: usize = 60;

/// Why Bitbucket refuses an accepted credential, where it names no scope.
pub const NOT_ALLOWED: &str = "Bitbucket does not accept this type of credential here, or its owner lacks the permission. Use another credential, or ask for the permission";

const NOT_BITBUCKETS: &str = "a proxy or firewall rejected the request, not Bitbucket. Check its rules";

const NOBODY_KNOWS_WHOSE: &str = "either the credential's owner lacks the permission, or a proxy or firewall rejected the request. Ask for the permission, and check the proxy's rules";

const ELSEWHERE: &str = "Bitbucket's API redirected the request to another server, which gave this response. The credential was not sent there, so the response says nothing about it";

const CONFLICT: &str =
    "the request conflicts with the current state of the resource. Check that state, and try again";

const REFUSED_SUCCESS: &str = "The request succeeded, but its validateStatus treats this status as an error:";

const UNAUTHENTICATED_BY_OTHERS: &str = "A proxy or firewall, not Bitbucket, asks for credentials (401). Check its rules, and the proxy settings of this server";

const SPAM: &str =
    "Bitbucket has marked this workspace as spam and hides its repositories. Ask Atlassian's support to review it";

/// The header fields of an answer that matter.
#[derive(Debug, Clone, Default)]
pub struct ResponseFields {
    retry_after: Option<String>,
    content_type: Option<String>,
    server: Option<String>,
    /// The scopes that the credential has.
    granted: Option<String>,
    /// The scopes that the request needs.
    accepted: Option<String>,
    credential_type: Option<String>,
    is_of_proxy: bool,
}

/// ResponseFields that proxies add to answers of their own. Some add the first to others, too.
const OF_PROXIES: [&str; 4] = ["via", "proxy-authenticate", "proxy-status", "x-squid-error"];

impl ResponseFields {
    /// Asks for each field by its name in lower case.
    pub fn read<E>(
        mut field: impl FnMut(&str) -> core::result::Result<Option<String>, E>,
    ) -> core::result::Result<Self, E> {
        let mut is_of_proxy = false;
        for name in OF_PROXIES {
            is_of_proxy |= field(name)?.is_some();
        }
        Ok(Self {
            retry_after: field("retry-after")?,
            content_type: field("content-type")?,
            server: field("server")?,
            granted: field("x-oauth-scopes")?,
            accepted: field("x-accepted-oauth-scopes")?,
            credential_type: field("x-credential-type")?,
            is_of_proxy,
        })
    }

    /// The scopes that the credential has, as far as they look like some.
    pub(crate) fn granted(&self) -> Option<Vec<String>> {
        listed(self.granted.as_deref())
    }

    /// Whether Bitbucket answered for sure: every answer of its API has the fields of the first line.
    fn is_of_bitbucket(&self) -> bool {
        self.granted.is_some()
            || self.accepted.is_some()
            || self.credential_type.is_some()
            || self.server.as_deref() == Some(EDGE)
    }

    /// Whether somebody else did: others are named, and Bitbucket is not.
    fn is_of_others(&self) -> bool {
        !self.is_of_bitbucket() && (self.is_of_proxy || self.server.is_some())
    }
}

/// How the servers in front of Bitbucket call themselves.
const EDGE: &str = "AtlassianEdge";

/// What the API answered.
#[derive(Clone, Copy)]
pub struct ApiResponse<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The header fields.
    pub fields: &'a ResponseFields,
    /// The body, not yet decoded.
    pub body: &'a [u8],
    /// When it arrived, in milliseconds since 1970.
    pub received_at: f64,
    /// What was sent along.
    pub auth_type: AuthType,
    /// What was asked for, below the API's base.
    pub path: Option<&'a str>,
    /// Whether a redirect led away from the API, where the credential does not go along.
    pub is_foreign_origin: bool,
}

/// Judges an answer that is no success.
pub fn to_error(response: &ApiResponse<'_>) -> Box<Error> {
    let ApiResponse { status, fields, auth_type, .. } = *response;
    let said = if response.is_foreign_origin { Said::Nothing } else { Said::read(response) };
    let bitbucket = match &said {
        Said::Error(error) => Some(error),
        _ => None,
    };
    let (required, granted) = scopes(bitbucket, fields);
    let (code, reason) = match status {
        _ if response.is_foreign_origin => (Code::ApiFailed, ELSEWHERE),
        401 => (Code::ApiUnauthenticated, if fields.is_of_others() { "" } else { cure_of_refusal(auth_type) }),
        403 => match said.speaker(fields) {
            Speaker::Bitbucket if lacks(bitbucket, &required, granted.as_deref()) => {
                (Code::ApiInsufficientScope, cure_of_missing_scope(auth_type))
            }
            Speaker::Bitbucket => (Code::ApiFailed, NOT_ALLOWED),
            Speaker::Unknown => (Code::ApiFailed, NOBODY_KNOWS_WHOSE),
            Speaker::Other => (Code::ApiFailed, NOT_BITBUCKETS),
        },
        407 => {
            (Code::ApiFailed, "a proxy requires a user name and a password. Check the proxy settings of this server")
        }
        404 => (Code::ApiNotFound, ""),
        409 if matches!(said, Said::Nothing) => match said.speaker(fields) {
            Speaker::Bitbucket => (Code::ApiFailed, CONFLICT),
            _ => (Code::ApiFailed, NOT_BITBUCKETS),
        },
        410 => (Code::ApiGone, ""),
        429 => (Code::ApiRateLimited, ""),
        500.. => (Code::ApiFailed, "Bitbucket or a proxy had an internal error. Try again later"),
        _ => (Code::ApiFailed, ""),
    };
    let mut error = Error::new(code, Phase::Api).with_status(status);
    error.reason = Some(reason).filter(|reason| !reason.is_empty());
    if matches!(status, 429 | 500..) {
        error.retry_after = retry_after::wait(fields.retry_after.as_deref(), response.received_at);
    }
    if error.code == Code::ApiRateLimited {
        // Whoever asks next waits as long.
        error.retry_after = error.retry_after.or_else(|| Some(rate_limit::refusal_pause(0)));
    }
    if status == 403 && !response.is_foreign_origin {
        error.required = required;
        error.granted = granted;
    }
    error.is_hearsay = !matches!(said.speaker(fields), Speaker::Bitbucket);
    if matches!(status, 200..=299) {
        error.explanation = Some(REFUSED_SUCCESS);
    }
    if error.code == Code::ApiUnauthenticated && fields.is_of_others() {
        error.explanation = Some(UNAUTHENTICATED_BY_OTHERS);
    }
    if status == 410 {
        error.announcement_url = bitbucket.and_then(|said| announcement_url(said.announcement.as_deref()?));
        let is_spam = response.path.is_some_and(is_workspace) && !fields.is_of_others();
        if error.announcement_url.is_none() && is_spam {
            error.explanation = Some(SPAM);
        }
    }
    if error.code != Code::ApiInsufficientScope {
        error.error_description = said.text();
    }
    error
}

/// Whether a path is that of a workspace's repositories, whose 410 is declared to mean something of its own.
pub(crate) fn is_workspace(path: &str) -> bool {
    let name = path.strip_prefix("/repositories/").unwrap_or_default();
    let name = name.split('?').next().unwrap_or_default();
    let name = name.strip_suffix('/').unwrap_or(name);
    !name.is_empty() && !name.contains('/')
}

/// The scopes of a header field.
fn listed(field: Option<&str>) -> Option<Vec<String>> {
    let names: Vec<String> = split(field?).map(str::to_owned).collect();
    known_scopes(&names)
}

/// The scopes that the request needs, and those that the credential has, as the body says, or else the header fields.
fn scopes(error: Option<&BitbucketError>, fields: &ResponseFields) -> (Vec<String>, Option<Vec<String>>) {
    let required = error.map(|error| error.required.clone()).filter(|scopes| !scopes.is_empty());
    let granted = error.and_then(|error| error.granted.clone());
    (
        required.or_else(|| listed(fields.accepted.as_deref())).unwrap_or_default(),
        granted.or_else(|| fields.granted()),
    )
}

/// Whether a refusal is for want of a scope: the body says so, or one that the header fields name is not granted.
fn lacks(error: Option<&BitbucketError>, required: &[String], granted: Option<&[String]>) -> bool {
    let set = |names: &[String]| names.iter().map(String::as_str).collect::<ScopeSet>();
    error.is_some_and(|error| !error.required.is_empty())
        || granted.is_some_and(|granted| !set(required).missing_from(&set(granted)).is_empty())
}

/// Who turned a request down.
enum Speaker {
    Bitbucket,
    Unknown,
    Other,
}

/// What a body says.
enum Said<'a> {
    /// Bitbucket's error, in its own form.
    Error(BitbucketError),
    /// There is no body.
    Nothing,
    /// A plain text, whose form does not tell whose it is. Only a short one is quoted.
    Text(Option<&'a str>),
    /// A page, or what else is no plain text.
    Other,
}

impl<'a> Said<'a> {
    fn read(response: &ApiResponse<'a>) -> Self {
        let ApiResponse { fields, body, .. } = *response;
        if body.iter().all(u8::is_ascii_whitespace) {
            return Self::Nothing;
        }
        if let Some(error) = BitbucketError::read(body) {
            return Self::Error(error);
        }
        let kind = fields.content_type.as_deref().unwrap_or("text/plain").to_ascii_lowercase();
        let text = core::str::from_utf8(body).unwrap_or_default().trim();
        // A page or an object is none, whatever it is called.
        let is_plain = kind.starts_with("text/plain") && !text.is_empty() && !text.starts_with(['<', '{', '[']);
        if !is_plain {
            return Self::Other;
        }
        let is_quotable = text.len() <= LONGEST_TEXT && !text.contains(['<', '>', '{', '}', '[', ']']);
        Self::Text(Some(text).filter(|_| is_quotable))
    }

    /// Who said it, by its form, or else by the header fields.
    fn speaker(&self, fields: &ResponseFields) -> Speaker {
        match self {
            Self::Error(_) => Speaker::Bitbucket,
            _ if fields.is_of_bitbucket() => Speaker::Bitbucket,
            _ if fields.is_of_others() => Speaker::Other,
            // Declared for many operations of Bitbucket's.
            Self::Nothing => Speaker::Bitbucket,
            Self::Text(_) => Speaker::Unknown,
            Self::Other => Speaker::Other,
        }
    }

    /// Its words, cleaned.
    fn text(&self) -> Option<String> {
        match self {
            Self::Error(error) => error.text(),
            Self::Text(text) => clean_description((*text)?, []),
            Self::Nothing | Self::Other => None,
        }
    }
}

fn cure_of_refusal(auth_type: AuthType) -> &'static str {
    match auth_type {
        AuthType::OAuth => "authenticate with Bitbucket again",
        AuthType::ApiKey => "enter a new token. The current one was revoked, has expired, or is not an access token",
        AuthType::Basic => {
            "check that the e-mail address belongs to the Atlassian account that created the API token, and that the token has scopes; or enter a new token"
        }
        AuthType::Custom => {
            "it belongs to the OAuth client itself, so an administrator must check the client at Bitbucket"
        }
    }
}

fn cure_of_missing_scope(auth_type: AuthType) -> &'static str {
    match auth_type {
        AuthType::OAuth => "add it to the OAuth client at Bitbucket, then authenticate again",
        AuthType::ApiKey | AuthType::Basic => "create a token that has it, and enter that token",
        AuthType::Custom => "add it to the OAuth client at Bitbucket",
    }
}

/// Bitbucket's `{"type":"error","error":{"message":…,"detail":…,"fields":…,"data":…}}`, in which `type` may be missing.
struct BitbucketError {
    message: Option<String>,
    /// Where it is a text.
    detail: Option<String>,
    /// Where `detail` is an object.
    required: Vec<String>,
    granted: Option<Vec<String>>,
    /// What is wrong with which member of the request.
    fields: Vec<String>,
    announcement: Option<String>,
}

impl BitbucketError {
    /// `None` for whatever else a body may be: plain text, a page of HTML, somebody else's JSON.
    fn read(body: &[u8]) -> Option<Self> {
        if body.len() > MAX_BODY_SIZE {
            return None;
        }
        let [kind, error] = members(body, ["type", "error"]).ok()?;
        let names = ["message", "detail", "fields", "data"];
        let [message, detail, fields, data] = error.and_then(|error| error.members(names)).unwrap_or_default();
        let message = message.and_then(Value::text);
        if message.is_none() && kind.and_then(Value::text).as_deref() != Some("error") {
            return None;
        }
        let (detail, scopes) = match detail {
            Some(Value::Text(text)) => (Some(text), None),
            detail => (None, detail.and_then(|detail| detail.members(["required", "granted"]))),
        };
        let [required, granted] = scopes.unwrap_or_default().map(|names| names.and_then(Value::texts));
        let fields = fields.and_then(|fields| fields.entries()).unwrap_or_default();
        let announcement = data.and_then(|data| data.members(["announcement_url"]));
        Some(Self {
            message,
            detail,
            required: required.map(|names| clean_scopes(&names)).unwrap_or_default(),
            granted: granted.and_then(|names| known_scopes(&names)),
            fields: fields
                .into_iter()
                .take(MOST_FIELDS)
                .filter_map(|(name, problem)| field(&name, problem))
                .collect(),
            announcement: announcement.and_then(|[address]| address?.text()),
        })
    }

    /// Message, detail and members in one text.
    fn text(&self) -> Option<String> {
        let texts = [self.message.as_deref(), self.detail.as_deref()];
        // A page within is not quoted either.
        let texts = texts.into_iter().flatten().filter(|text| !text.trim_start().starts_with('<'));
        let said = clean_description(&texts.collect::<Vec<_>>().join(" "), []);
        if self.fields.is_empty() {
            return said;
        }
        let parts = said.as_deref().into_iter().chain(self.fields.iter().map(String::as_str));
        Some(parts.map(|part| part.trim_end_matches('.')).collect::<Vec<_>>().join("; "))
    }
}

/// The name of a member, and the first words about it. Bitbucket has a sentence for each, or a list of them.
fn field(name: &str, problem: Value) -> Option<String> {
    let name = clean_description(name, [])?;
    let words = match problem {
        Value::Text(words) => Some(words),
        problem => problem.texts().and_then(|sentences| sentences.into_iter().next()),
    };
    let words =
        words.filter(|words| !words.trim_start().starts_with('<')).and_then(|words| clean_description(&words, []));
    Some(match words {
        Some(words) if words.chars().count() > LONGEST_FIELD => {
            [&name, ": ", &words.chars().take(LONGEST_FIELD - 1).collect::<String>(), "…"].concat()
        }
        Some(words) => [&name, ": ", &words].concat(),
        None => name,
    })
}

/// The same as [`clean_scopes`]. Where none of the names can be shown, it is not known which scopes there are; that there
/// is none is not said.
fn known_scopes(names: &[String]) -> Option<Vec<String>> {
    let shown = clean_scopes(names);
    (names.is_empty() || !shown.is_empty()).then_some(shown)
}

/// What looks like names of scopes, OAuth's (`repository:write`) and API tokens' (`read:repository:bitbucket`).
fn clean_scopes(names: &[String]) -> Vec<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.');
    let is_name = |name: &&String| {
        (1..=LONGEST_SCOPE).contains(&name.len())
            && name.bytes().all(allowed)
            && name.split(':').all(|part| part.len() <= LONGEST_PART)
            && !sounds_like_refresh(name)
    };
    names.iter().filter(is_name).take(MOST_SCOPES).cloned().collect()
}

/// The address of an announcement, if it is a page of Atlassian's.
fn announcement_url(text: &str) -> Option<String> {
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    let is_anchor = fragment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let host = WebUrl::parse(address).ok()?.origin().strip_prefix("https://")?.to_owned();
    let is_atlassians = ["atlassian.com", "bitbucket.org"]
        .into_iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
    (is_atlassians && is_anchor && !address.contains('?') && text.len() <= LONGEST_ADDRESS).then(|| text.to_owned())
}
