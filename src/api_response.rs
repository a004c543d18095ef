//! Turns unsuccessful responses of the API into errors.
//!
//! In: the status, header fields and body of a response, and the type of the credential that was sent. Out: an error
//! that says what is wrong and who can fix it. Never: a decision that depends on the text of a 401, or unsanitized text
//! of the response in an error. Bitbucket's texts for a 401 vary.

use crate::credential::AuthType;
use crate::endpoints::WebUrl;
use crate::error::{Code, Error, Phase, triggers_nocodb_refresh};
use crate::json_object::{Value, members};
use crate::rate_limit;
use crate::retry_after;
use crate::scope::{ScopeSet, split};
use crate::secret::clean_description;

/// The maximum size of a body that is searched for an error, in bytes. Bitbucket's errors have a few hundred bytes.
pub const MAX_BODY_SIZE: usize = 65_536;

/// The maximum number of scopes that are read from a response. Bitbucket has about twenty-five OAuth scopes.
const MAX_SCOPES: usize = 50;

/// The maximum length of a scope; the longest of Bitbucket's has about forty characters.
const MAX_SCOPE_LENGTH: usize = 64;

/// The maximum length of each part of a scope; colons separate the parts. A longer part is more likely a token.
const MAX_SCOPE_PART_LENGTH: usize = 23;

/// The maximum length of an announcement's URL.
const MAX_URL_LENGTH: usize = 200;

/// The maximum size of a plain text that is quoted, in bytes. A longer text is not an error message.
const MAX_TEXT_SIZE: usize = 512;

/// The maximum number of invalid request members that an error names.
const MAX_FIELDS: usize = 5;

/// The maximum length of the quoted problem of a member, in characters.
const MAX_PROBLEM_LENGTH: usize = 60;

/// The reason in the error if Bitbucket accepts the credential, but rejects the request without naming a scope.
pub const NOT_ALLOWED: &str = "Bitbucket does not accept this type of credential here, or its owner lacks the permission. Use another credential, or ask for the permission";

const REJECTED_BY_PROXY: &str = "a proxy or firewall rejected the request, not Bitbucket. Check its rules";

const REJECTED_BY_UNKNOWN: &str = "either the owner of the credential lacks the permission, or a proxy or firewall rejected the request. Ask for the permission, and check the proxy's rules";

const FOREIGN_ORIGIN: &str = "Bitbucket's API redirected the request to another server, which gave this response. The credential was not sent there, so the response says nothing about it";

const CONFLICT: &str =
    "the request conflicts with the current state of the resource. Check that state, and try again";

const REJECTED_SUCCESS: &str =
    "The request succeeded, but the request's option validateStatus treats this status as an error:";

const UNAUTHENTICATED_BY_PROXY: &str = "A proxy or firewall, not Bitbucket, requires credentials (401). Check its rules, and the proxy settings of this server";

const SPAM: &str =
    "Bitbucket has marked this workspace as spam and hides its repositories. Ask Atlassian's support to review it";

/// The header fields that this module reads from a response.
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
    has_proxy_field: bool,
}

/// Header fields that proxies add to their own responses. Some proxies also add `Via` to responses that they forward.
const PROXY_FIELDS: [&str; 4] = ["via", "proxy-authenticate", "proxy-status", "x-squid-error"];

impl ResponseFields {
    /// Reads each field by calling `field` with the field's lower-case name.
    pub fn read<E>(
        mut field: impl FnMut(&str) -> core::result::Result<Option<String>, E>,
    ) -> core::result::Result<Self, E> {
        let mut has_proxy_field = false;
        for name in PROXY_FIELDS {
            has_proxy_field |= field(name)?.is_some();
        }
        Ok(Self {
            retry_after: field("retry-after")?,
            content_type: field("content-type")?,
            server: field("server")?,
            granted: field("x-oauth-scopes")?,
            accepted: field("x-accepted-oauth-scopes")?,
            credential_type: field("x-credential-type")?,
            has_proxy_field,
        })
    }

    /// The scopes that the credential has. Values that do not look like scopes are left out.
    pub(crate) fn granted(&self) -> Option<Vec<String>> {
        listed(self.granted.as_deref())
    }

    /// Whether the response certainly comes from Bitbucket. Every response of Bitbucket's API has `X-OAuth-Scopes`,
    /// `X-Accepted-OAuth-Scopes` or `X-Credential-Type`.
    fn is_from_bitbucket(&self) -> bool {
        self.granted.is_some()
            || self.accepted.is_some()
            || self.credential_type.is_some()
            || self.server.as_deref() == Some(BITBUCKET_SERVER)
    }

    /// Whether the header fields show that another server than Bitbucket sent the response.
    fn is_from_another_server(&self) -> bool {
        !self.is_from_bitbucket() && (self.has_proxy_field || self.server.is_some())
    }
}

/// The `Server` field of Bitbucket's front end.
const BITBUCKET_SERVER: &str = "AtlassianEdge";

/// A response of the API.
#[derive(Clone, Copy)]
pub struct ApiResponse<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The header fields.
    pub fields: &'a ResponseFields,
    /// The body, not yet decoded.
    pub body: &'a [u8],
    /// When the response arrived, in milliseconds since 1970.
    pub received_at: f64,
    /// The type of the credential that was sent.
    pub auth_type: AuthType,
    /// The request's path below the API's base URL.
    pub path: Option<&'a str>,
    /// Whether the response comes from another origin than the API's, to which a redirect led. The request to that
    /// origin carried no credential.
    pub is_foreign_origin: bool,
}

/// The error for an unsuccessful response.
pub fn to_error(response: &ApiResponse<'_>) -> Box<Error> {
    let ApiResponse { status, fields, auth_type, .. } = *response;
    let body = if response.is_foreign_origin { Body::Empty } else { Body::read(response) };
    let bitbucket = match &body {
        Body::Error(error) => Some(error),
        _ => None,
    };
    let (required, granted) = scopes(bitbucket, fields);
    let (code, reason) = match status {
        _ if response.is_foreign_origin => (Code::ApiFailed, FOREIGN_ORIGIN),
        401 => (
            Code::ApiUnauthenticated,
            if fields.is_from_another_server() { "" } else { cure_of_unauthenticated(auth_type) },
        ),
        403 => match body.origin(fields) {
            Origin::Bitbucket if lacks(bitbucket, &required, granted.as_deref()) => {
                (Code::ApiInsufficientScope, cure_of_missing_scope(auth_type))
            }
            Origin::Bitbucket => (Code::ApiFailed, NOT_ALLOWED),
            Origin::Unknown => (Code::ApiFailed, REJECTED_BY_UNKNOWN),
            Origin::Other => (Code::ApiFailed, REJECTED_BY_PROXY),
        },
        407 => {
            (Code::ApiFailed, "a proxy requires a user name and a password. Check the proxy settings of this server")
        }
        404 => (Code::ApiNotFound, ""),
        409 if matches!(body, Body::Empty) => match body.origin(fields) {
            Origin::Bitbucket => (Code::ApiFailed, CONFLICT),
            _ => (Code::ApiFailed, REJECTED_BY_PROXY),
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
        // All requests pause for this long after a 429 without `Retry-After`.
        error.retry_after = error.retry_after.or_else(|| Some(rate_limit::refusal_pause(0)));
    }
    if status == 403 && !response.is_foreign_origin {
        error.required = required;
        error.granted = granted;
    }
    error.is_of_unknown_origin = !matches!(body.origin(fields), Origin::Bitbucket);
    if matches!(status, 200..=299) {
        error.explanation = Some(REJECTED_SUCCESS);
    }
    if error.code == Code::ApiUnauthenticated && fields.is_from_another_server() {
        error.explanation = Some(UNAUTHENTICATED_BY_PROXY);
    }
    if status == 410 {
        error.announcement_url = bitbucket.and_then(|error| announcement_url(error.announcement.as_deref()?));
        let is_spam = response.path.is_some_and(is_workspace) && !fields.is_from_another_server();
        if error.announcement_url.is_none() && is_spam {
            error.explanation = Some(SPAM);
        }
    }
    if error.code != Code::ApiInsufficientScope {
        error.error_description = body.text();
    }
    error
}

/// Whether a path leads to the repositories of one workspace. For this list, Bitbucket documents a special meaning of
/// the status 410: the workspace is marked as spam.
pub(crate) fn is_workspace(path: &str) -> bool {
    let name = path.strip_prefix("/repositories/").unwrap_or_default();
    let name = name.split('?').next().unwrap_or_default();
    let name = name.strip_suffix('/').unwrap_or(name);
    !name.is_empty() && !name.contains('/')
}

/// The scopes in a header field.
fn listed(field: Option<&str>) -> Option<Vec<String>> {
    let names: Vec<String> = split(field?).map(str::to_owned).collect();
    known_scopes(&names)
}

/// The scopes that the request needs, and the scopes that the credential has. Each list comes from the body, or else
/// from the header fields.
fn scopes(error: Option<&BitbucketError>, fields: &ResponseFields) -> (Vec<String>, Option<Vec<String>>) {
    let required = error.map(|error| error.required.clone()).filter(|scopes| !scopes.is_empty());
    let granted = error.and_then(|error| error.granted.clone());
    (
        required.or_else(|| listed(fields.accepted.as_deref())).unwrap_or_default(),
        granted.or_else(|| fields.granted()),
    )
}

/// Whether a 403 is due to a missing scope: the body names required scopes, or the credential does not have all of the
/// scopes that the header fields require.
fn lacks(error: Option<&BitbucketError>, required: &[String], granted: Option<&[String]>) -> bool {
    let set = |names: &[String]| names.iter().map(String::as_str).collect::<ScopeSet>();
    error.is_some_and(|error| !error.required.is_empty())
        || granted.is_some_and(|granted| !set(required).missing_from(&set(granted)).is_empty())
}

/// The server that a response comes from.
enum Origin {
    Bitbucket,
    Unknown,
    Other,
}

/// What a body contains.
enum Body<'a> {
    /// An error in Bitbucket's format.
    Error(BitbucketError),
    /// There is no body.
    Empty,
    /// A plain text. Its format does not show which server sent it. `None` if an error must not quote the text, because
    /// it is long or contains brackets.
    Text(Option<&'a str>),
    /// An HTML page, or anything else that is not plain text.
    Other,
}

impl<'a> Body<'a> {
    fn read(response: &ApiResponse<'a>) -> Self {
        let ApiResponse { fields, body, .. } = *response;
        if body.iter().all(u8::is_ascii_whitespace) {
            return Self::Empty;
        }
        if let Some(error) = BitbucketError::read(body) {
            return Self::Error(error);
        }
        let kind = fields.content_type.as_deref().unwrap_or("text/plain").to_ascii_lowercase();
        let text = core::str::from_utf8(body).unwrap_or_default().trim();
        // HTML and JSON are not plain text, whatever `Content-Type` says.
        let is_plain = kind.starts_with("text/plain") && !text.is_empty() && !text.starts_with(['<', '{', '[']);
        if !is_plain {
            return Self::Other;
        }
        let is_quotable = text.len() <= MAX_TEXT_SIZE && !text.contains(['<', '>', '{', '}', '[', ']']);
        Self::Text(Some(text).filter(|_| is_quotable))
    }

    /// Determines the origin of the body by its format, or else by the header fields.
    fn origin(&self, fields: &ResponseFields) -> Origin {
        match self {
            Self::Error(_) => Origin::Bitbucket,
            _ if fields.is_from_bitbucket() => Origin::Bitbucket,
            _ if fields.is_from_another_server() => Origin::Other,
            // Bitbucket documents empty responses for many operations.
            Self::Empty => Origin::Bitbucket,
            Self::Text(_) => Origin::Unknown,
            Self::Other => Origin::Other,
        }
    }

    /// The text that an error may quote, sanitized; `None` if there is none.
    fn text(&self) -> Option<String> {
        match self {
            Self::Error(error) => error.text(),
            Self::Text(text) => clean_description((*text)?, []),
            Self::Empty | Self::Other => None,
        }
    }
}

fn cure_of_unauthenticated(auth_type: AuthType) -> &'static str {
    match auth_type {
        AuthType::OAuth => "authenticate with Bitbucket again",
        AuthType::ApiKey => "enter a new token. The current one was revoked, has expired, or is not an access token",
        AuthType::Basic => {
            "check that the e-mail address belongs to the Atlassian account that created the API token, and that the token has scopes; or enter a new token"
        }
        AuthType::Custom => {
            "the token belongs to the OAuth client itself, so an administrator must check the client at Bitbucket"
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
    /// The value of `detail`, if it is a string.
    detail: Option<String>,
    /// The scopes that the request needs, if `detail` is an object that names them.
    required: Vec<String>,
    granted: Option<Vec<String>>,
    /// The invalid members of the request, and their problems.
    fields: Vec<String>,
    announcement: Option<String>,
}

impl BitbucketError {
    /// Reads an error. Returns `None` for any other body: plain text, HTML, or JSON in another format.
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
            fields: fields.into_iter().take(MAX_FIELDS).filter_map(|(name, problem)| field(&name, problem)).collect(),
            announcement: announcement.and_then(|[address]| address?.text()),
        })
    }

    /// Message, detail and members in one text.
    fn text(&self) -> Option<String> {
        let texts = [self.message.as_deref(), self.detail.as_deref()];
        // A member that contains HTML is not quoted, just as an HTML page is not quoted.
        let texts = texts.into_iter().flatten().filter(|text| !text.trim_start().starts_with('<'));
        let text = clean_description(&texts.collect::<Vec<_>>().join(" "), []);
        if self.fields.is_empty() {
            return text;
        }
        let parts = text.as_deref().into_iter().chain(self.fields.iter().map(String::as_str));
        Some(parts.map(|part| part.trim_end_matches('.')).collect::<Vec<_>>().join("; "))
    }
}

/// Returns the name of an invalid member, and the beginning of its problem. Bitbucket describes the problem in one
/// sentence, or in a list of sentences, of which only the first is used.
fn field(name: &str, problem: Value) -> Option<String> {
    let name = clean_description(name, [])?;
    let words = match problem {
        Value::Text(words) => Some(words),
        problem => problem.texts().and_then(|sentences| sentences.into_iter().next()),
    };
    let words =
        words.filter(|words| !words.trim_start().starts_with('<')).and_then(|words| clean_description(&words, []));
    Some(match words {
        Some(words) if words.chars().count() > MAX_PROBLEM_LENGTH => {
            [&name, ": ", &words.chars().take(MAX_PROBLEM_LENGTH - 1).collect::<String>(), "…"].concat()
        }
        Some(words) => [&name, ": ", &words].concat(),
        None => name,
    })
}

/// Like [`clean_scopes`], but returns `None` if the list has names and none of them looks like a scope. Then the
/// scopes are unknown, whereas an empty list means that there are no scopes.
fn known_scopes(names: &[String]) -> Option<Vec<String>> {
    let shown = clean_scopes(names);
    (names.is_empty() || !shown.is_empty()).then_some(shown)
}

/// The names that look like scopes: those of OAuth (`repository:write`) and of API tokens (`read:repository:bitbucket`).
fn clean_scopes(names: &[String]) -> Vec<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.');
    let is_name = |name: &&String| {
        (1..=MAX_SCOPE_LENGTH).contains(&name.len())
            && name.bytes().all(allowed)
            && name.split(':').all(|part| part.len() <= MAX_SCOPE_PART_LENGTH)
            && !triggers_nocodb_refresh(name)
    };
    names.iter().filter(is_name).take(MAX_SCOPES).cloned().collect()
}

/// The URL of an announcement, if it is a page of Atlassian.
fn announcement_url(text: &str) -> Option<String> {
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    let is_anchor = fragment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let host = WebUrl::parse(address).ok()?.origin().strip_prefix("https://")?.to_owned();
    let is_atlassian = ["atlassian.com", "bitbucket.org"]
        .into_iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
    (is_atlassian && is_anchor && !address.contains('?') && text.len() <= MAX_URL_LENGTH).then(|| text.to_owned())
}
