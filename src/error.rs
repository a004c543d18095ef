//! One error type with stable codes, for everything that can go wrong between NocoDB and Bitbucket.
//!
//! In: a code, the phase, and the details that an error may reveal. Out: a message that says what is wrong and how to
//! fix it. Never: an authorization code, token, secret, verifier, state, or full URL of a request in any field.
//!
//! The messages also avoid the phrases that make NocoDB refresh tokens silently and try again ("token expired",
//! "invalid_grant", "unauthorized"): a refresh fixes none of these errors.

use core::fmt;

use serde::Serialize;

use crate::redaction::Redaction;
use crate::scope::ScopeSet;

/// The phrases that make NocoDB refresh tokens and try again; see the module's documentation.
pub const NOCODB_REFRESH_PHRASES: [&str; 3] = ["token expired", "invalid_grant", "unauthorized"];

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// What went wrong. The names are stable; consumers branch on them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        #[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
        pub enum Code { $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+ }

        impl Code {
            /// Every code, for the tests that must cover all of them.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// The name that JavaScript sees as `error.code`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $name,)+ }
            }
        }
    };
}

codes! {
    /// The caller passed an invalid value; `field` names it.
    InvalidArgument = "INVALID_ARGUMENT",
    /// An environment variable has an invalid value; `field` names it.
    InvalidConfig = "INVALID_CONFIG",
    /// The browser did not open the popup.
    PopupBlocked = "POPUP_BLOCKED",
    /// The user took too long to log in.
    AuthorizationTimeout = "AUTHORIZATION_TIMEOUT",
    /// The callback cannot be parsed, or did not arrive at the redirect URI.
    CallbackInvalid = "CALLBACK_INVALID",
    /// A parameter appears more than once in the callback (RFC 6749 section 3.1).
    CallbackDuplicateParameter = "CALLBACK_DUPLICATE_PARAMETER",
    /// The callback contains a token, an ID token or a JARM response.
    CallbackUnsupportedResponse = "CALLBACK_UNSUPPORTED_RESPONSE",
    /// The callback has no state (RFC 9700 section 2.1).
    StateMissing = "STATE_MISSING",
    /// The callback's state differs from the one in the authorization request.
    StateMismatch = "STATE_MISMATCH",
    /// The callback's `iss` is not Bitbucket's (RFC 9207).
    IssuerMismatch = "ISSUER_MISMATCH",
    /// The user denied access.
    AccessDenied = "ACCESS_DENIED",
    /// The callback has any other `error` parameter (RFC 6749 section 4.1.2.1).
    AuthorizationFailed = "AUTHORIZATION_FAILED",
    /// The callback has neither a code nor an error.
    CodeMissing = "CODE_MISSING",
    /// The endpoint could not be reached.
    RequestFailed = "REQUEST_FAILED",
    /// The endpoint did not respond in time.
    RequestTimeout = "REQUEST_TIMEOUT",
    /// The caller's signal aborted the request.
    RequestAborted = "REQUEST_ABORTED",
    /// The endpoint responded with a redirect that the request does not follow. A token request follows none, because
    /// it carries credentials.
    RedirectRefused = "REDIRECT_REFUSED",
    /// The response is larger than any response from Bitbucket.
    ResponseTooLarge = "RESPONSE_TOO_LARGE",
    /// The response is not JSON.
    ResponseNotJson = "RESPONSE_NOT_JSON",
    /// A member of the response is missing or malformed; `field` names it.
    ResponseInvalid = "RESPONSE_INVALID",
    /// The response has a status that no token endpoint should return.
    UnexpectedStatus = "UNEXPECTED_STATUS",
    /// The token is of a type other than bearer (RFC 6749 section 7.1).
    UnsupportedTokenType = "UNSUPPORTED_TOKEN_TYPE",
    /// Bitbucket rejected the Key or the Secret.
    InvalidClient = "INVALID_CLIENT",
    /// The code was used before, has expired, or belongs to another client or redirect URI.
    InvalidGrant = "INVALID_GRANT",
    /// Bitbucket no longer accepts the refresh token.
    ReconnectRequired = "RECONNECT_REQUIRED",
    /// The token endpoint returned any other error of RFC 6749 section 5.2.
    TokenRequestFailed = "TOKEN_REQUEST_FAILED",
    /// The API does not accept the credential.
    ApiUnauthenticated = "API_UNAUTHENTICATED",
    /// The credential lacks a scope.
    ApiInsufficientScope = "API_INSUFFICIENT_SCOPE",
    /// The resource does not exist, or is hidden from this credential.
    ApiNotFound = "API_NOT_FOUND",
    /// Atlassian removed this part of the API.
    ApiGone = "API_GONE",
    /// The account has sent too many requests.
    ApiRateLimited = "API_RATE_LIMITED",
    /// Bitbucket has not finished preparing the response.
    ApiNotReady = "API_NOT_READY",
    /// The API returned any other error.
    ApiFailed = "API_FAILED",
    /// The request would have sent the credential to another origin.
    ForeignOrigin = "FOREIGN_ORIGIN",
    /// The access token is not refreshed yet: its token request has to wait, because Bitbucket rejected an earlier token
    /// request of this OAuth client, or because another process may be refreshing the token.
    RefreshPending = "REFRESH_PENDING",
    /// New tokens are in use, but NocoDB could not save them.
    PersistFailed = "PERSIST_FAILED",
}

impl Code {
    /// The code with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }

    /// Tells the person who reads a log or a dialog what is wrong and how to fix it.
    fn explanation(self) -> &'static str {
        match self {
            Self::InvalidArgument => "An argument passed to nocodb-bitbucket-auth is invalid",
            Self::InvalidConfig => "The configuration is invalid",
            Self::PopupBlocked => {
                "The browser blocked Bitbucket's popup window. Allow popups for this page, then click again"
            }
            Self::AuthorizationTimeout => {
                "The login at Bitbucket took too long. Start again with \"Authenticate with Bitbucket\""
            }
            Self::CallbackInvalid => {
                "The callback is malformed, or does not match the configured redirect URI. Start again with \"Authenticate with Bitbucket\""
            }
            Self::CallbackDuplicateParameter => {
                "The callback contains a parameter more than once and cannot be trusted. Start again with \"Authenticate with Bitbucket\""
            }
            Self::CallbackUnsupportedResponse => {
                "The callback contains a type of response that the client did not request, and cannot be trusted. Start again with \"Authenticate with Bitbucket\""
            }
            Self::StateMissing => {
                "The callback has no state, so nothing ties it to a login that started here. Start again with \"Authenticate with Bitbucket\""
            }
            Self::StateMismatch => {
                "The callback belongs to a login other than the one that started here. Start again with \"Authenticate with Bitbucket\" in a single window"
            }
            Self::IssuerMismatch => "The callback was rejected because a server other than Bitbucket issued it",
            Self::AccessDenied => {
                "The user denied access on Bitbucket's page. Authenticate again and choose \"Grant access\""
            }
            Self::AuthorizationFailed => "Bitbucket rejected the authorization request",
            Self::CodeMissing => {
                "The callback has no authorization code. Start again with \"Authenticate with Bitbucket\""
            }
            Self::RequestAborted => "The request was cancelled",
            #[cfg(feature = "server")]
            of_request => of_request.explanation_of_request(),
            #[cfg(not(feature = "server"))]
            _ => "A request failed",
        }
    }

    /// The explanations of errors that only occur when a server sends requests.
    #[cfg(feature = "server")]
    fn explanation_of_request(self) -> &'static str {
        match self {
            Self::RequestFailed => {
                "Bitbucket could not be reached. Check the network, the proxy settings and the certificates of this server"
            }
            Self::RequestTimeout => "Bitbucket did not respond in time. Check the network and the proxy settings",
            Self::RedirectRefused => {
                "The endpoint responded with a redirect. The package does not follow it, because the request carries credentials. Check the configured endpoint and the proxy"
            }
            Self::ResponseTooLarge => {
                "The response is larger than any response from Bitbucket. Check the configured endpoint and the proxy"
            }
            Self::ResponseNotJson => {
                "The response is not JSON, so it probably does not come from Bitbucket. Check the configured endpoint and the proxy"
            }
            Self::ResponseInvalid => "Bitbucket's response has a missing or malformed member",
            Self::UnexpectedStatus => "Bitbucket responded with an unexpected status",
            Self::UnsupportedTokenType => "Bitbucket's response contains a token whose type is not bearer",
            Self::InvalidClient => {
                "Bitbucket rejected the Key or the Secret of the OAuth client. An administrator must check INTEGRATION_AUTH_BITBUCKET_CLIENT_ID and INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET"
            }
            Self::InvalidGrant => {
                "Bitbucket rejected the authorization code: it was used before, has expired, or belongs to another client or redirect URI. Authenticate again"
            }
            Self::ReconnectRequired => {
                "Bitbucket no longer accepts this connection's refresh token. Open the integration and authenticate with Bitbucket again"
            }
            Self::TokenRequestFailed => "Bitbucket rejected the token request",
            Self::ApiUnauthenticated => "Bitbucket does not accept this connection's credential",
            Self::ApiInsufficientScope => "The connection lacks a permission that this request needs",
            Self::ApiNotFound => {
                "Bitbucket does not have this resource, or does not show it to this connection. Check the URL and the connection's permissions"
            }
            Self::ApiGone => "Atlassian has removed this part of Bitbucket's API. Update the package that calls it",
            Self::ApiRateLimited => "Bitbucket's rate limit is reached. Try again later",
            Self::ApiNotReady => "Bitbucket has not finished preparing this response. Try again later",
            Self::ApiFailed => "The request to Bitbucket's API returned an error",
            Self::ForeignOrigin => {
                "The request was not sent, because it would have sent the credential to a server other than Bitbucket's API"
            }
            Self::RefreshPending => {
                "The access token has not been refreshed yet. The token request waits for other token requests of this OAuth client. No action is needed. Try again later"
            }
            Self::PersistFailed => {
                "New tokens are in use, but NocoDB could not save them. If NocoDB still cannot save them at the next restart, the connection is lost"
            }
            _ => "A request failed",
        }
    }
}

/// Why a connection ended, if Bitbucket did not refuse its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionEnd {
    /// NocoDB's row now has the tokens of another authorization.
    Replaced,
    /// NocoDB's row was deleted.
    Deleted,
    /// NocoDB's row has an authorization code instead of tokens.
    Unexchanged,
}

impl ConnectionEnd {
    /// The reason with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "replaced" => Some(Self::Replaced),
            "deleted" => Some(Self::Deleted),
            "unexchanged" => Some(Self::Unexchanged),
            _ => None,
        }
    }

    /// The explanation that replaces the explanation of [`Code::ReconnectRequired`].
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Replaced => "A user authenticated this connection again. Reload the connection",
            Self::Deleted => "This connection was deleted in NocoDB, and its tokens are no longer refreshed",
            Self::Unexchanged => "A NocoDB process without the preload created this connection. Authenticate again",
        }
    }
}

/// The step of a connection's life cycle in which an error occurred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Reading the configuration.
    Config,
    /// Building the authorization request.
    Authorize,
    /// Validating the callback.
    Callback,
    /// Exchanging a code, or the client's own credentials, for tokens.
    Exchange,
    /// Refreshing tokens.
    Refresh,
    /// Calling the API.
    Api,
}

impl Phase {
    /// Every phase.
    pub const ALL: &'static [Phase] =
        &[Phase::Config, Phase::Authorize, Phase::Callback, Phase::Exchange, Phase::Refresh, Phase::Api];

    /// The name that JavaScript sees as `error.phase`.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Config => "config",
            Phase::Authorize => "authorize",
            Phase::Callback => "callback",
            Phase::Exchange => "exchange",
            Phase::Refresh => "refresh",
            Phase::Api => "api",
        }
    }

    /// The phase with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|phase| phase.as_str() == name)
    }
}

/// An error without confidential values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The stable code.
    pub code: Code,
    /// The phase in which the error occurred.
    pub phase: Phase,
    /// The explanation that replaces the code's own explanation, if the latter does not apply. The text comes from this
    /// crate, never from a server.
    pub explanation: Option<&'static str>,
    /// The reason for the error, if the code alone does not give it. The text comes from this crate, never from a
    /// server.
    pub reason: Option<&'static str>,
    /// The OAuth error code that Bitbucket sent.
    pub error: Option<String>,
    /// Bitbucket's description, shortened and without control characters and secrets.
    pub error_description: Option<String>,
    /// Whether the description may come from another server than Bitbucket.
    pub is_of_unknown_origin: bool,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The invalid argument, variable or member: its name, never its value.
    pub field: Option<String>,
    /// How long to wait before the request is sent again, in milliseconds.
    pub retry_after: Option<u64>,
    /// The scopes that the API names as required. The request needs one of them, or all of them.
    pub required: Vec<String>,
    /// The scopes that the credential has, according to the API.
    pub granted: Option<Vec<String>>,
    /// The URL of Atlassian's announcement that this part of the API is removed.
    pub announcement_url: Option<String>,
}

/// A result with this crate's error. The error is boxed because it is rare: code that moves an unboxed one through
/// every `?` would make up a tenth of the WebAssembly.
pub type Result<T> = core::result::Result<T, Box<Error>>;

impl Error {
    /// Creates an error without details.
    pub fn new(code: Code, phase: Phase) -> Box<Self> {
        Box::new(Self {
            code,
            phase,
            explanation: None,
            reason: None,
            error: None,
            error_description: None,
            is_of_unknown_origin: false,
            status: None,
            field: None,
            retry_after: None,
            required: Vec::new(),
            granted: None,
            announcement_url: None,
        })
    }

    /// Creates the error for an invalid value from the caller.
    pub fn argument(phase: Phase, field: &str, reason: &'static str) -> Box<Self> {
        Self::new(Code::InvalidArgument, phase).with_field(field).with_reason(reason)
    }

    /// Adds the name of the invalid field.
    pub fn with_field(mut self: Box<Self>, field: impl Into<String>) -> Box<Self> {
        self.field = Some(field.into());
        self
    }

    /// Adds the reason.
    pub fn with_reason(mut self: Box<Self>, reason: &'static str) -> Box<Self> {
        self.reason = Some(reason);
        self
    }

    /// Replaces the code's own explanation.
    pub fn with_explanation(mut self: Box<Self>, explanation: &'static str) -> Box<Self> {
        self.explanation = Some(explanation);
        self
    }

    /// Adds the HTTP status.
    pub fn with_status(mut self: Box<Self>, status: u16) -> Box<Self> {
        self.status = Some(status);
        self
    }

    /// Whether the same request may succeed later without any action.
    pub fn retryable(&self) -> bool {
        match self.code {
            Code::RequestFailed
            | Code::RequestTimeout
            | Code::ApiRateLimited
            | Code::ApiNotReady
            | Code::RefreshPending
            | Code::PersistFailed => true,
            Code::UnexpectedStatus | Code::TokenRequestFailed | Code::ApiFailed => {
                self.status.is_some_and(|status| status == 408 || status == 429 || status >= 500)
                    || self.is_transient_oauth_error()
            }
            Code::AuthorizationFailed => self.is_transient_oauth_error(),
            _ => false,
        }
    }

    /// Whether only the user can fix the error, by authenticating again. A new authentication does not help if the
    /// connection's row was deleted or has the tokens of another authorization.
    pub fn reauthorize(&self) -> bool {
        let unexchanged = ConnectionEnd::Unexchanged.explanation();
        matches!(self.code, Code::ReconnectRequired | Code::InvalidGrant)
            && self.explanation.is_none_or(|explanation| explanation == unexchanged)
    }

    /// The required scopes that were not granted. If the granted scopes are unknown, or include all required ones, all
    /// required scopes count as missing.
    pub fn missing_scopes(&self) -> ScopeSet {
        let set = |names: &[String]| names.iter().map(String::as_str).collect::<ScopeSet>();
        let required = set(&self.required);
        let missing = required.missing_from(&set(self.granted.as_deref().unwrap_or_default()));
        if missing.is_empty() { required } else { missing }
    }

    fn is_transient_oauth_error(&self) -> bool {
        matches!(self.error.as_deref(), Some("server_error" | "temporarily_unavailable"))
    }

    /// Says in one or two sentences what is wrong and how to fix it.
    pub fn message(&self) -> String {
        let mut message = self.explanation.unwrap_or_else(|| self.code.explanation()).to_owned();
        #[cfg(feature = "server")]
        if self.code == Code::ApiInsufficientScope && !self.required.is_empty() {
            push(&mut message, &[" (", &self.missing_scopes().to_vec().join(", "), ")"]);
        }
        if let (Code::UnexpectedStatus | Code::ApiFailed, Some(status)) = (self.code, self.status) {
            push(&mut message, &[" ", &status.to_string()]);
        }
        match (&self.field, self.reason) {
            // The field names the setting of the time limit, and the reader of the message can raise that limit.
            (field, _) if self.code == Code::RequestTimeout && self.explanation.is_none() => {
                let limit = field.as_deref().unwrap_or("INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS");
                push(&mut message, &[", or raise ", limit]);
            }
            (Some(field), Some(reason)) => push(&mut message, &[": ", field, " ", reason]),
            (Some(field), None) => push(&mut message, &[": ", field]),
            (None, Some(reason)) => push(&mut message, &[": ", reason]),
            (None, None) => {}
        }
        if matches!(self.code, Code::AuthorizationFailed | Code::TokenRequestFailed | Code::ApiFailed | Code::ApiGone)
        {
            let parts = [self.error.as_deref(), self.error_description.as_deref()];
            let first = match self.reason.or(self.explanation) {
                Some(_) if self.is_of_unknown_origin => ". The response says: ",
                Some(_) => ". Bitbucket says: ",
                None => ": ",
            };
            for (part, separator) in parts.into_iter().flatten().zip([first, ", "]) {
                if !triggers_nocodb_refresh(part) {
                    push(&mut message, &[separator, part]);
                }
            }
        }
        if let (Code::ApiRateLimited | Code::ApiNotReady, Some(wait)) = (self.code, self.retry_after) {
            push(&mut message, &[", in ", &wait.div_ceil(1000).to_string(), " seconds"]);
        }
        if !message.ends_with(['.', '…']) {
            message.push('.');
        }
        message
    }
}

/// The error code for a denial by the user (RFC 6749 section 4.1.2.1).
pub(crate) const ACCESS_DENIED: &str = "access_denied";

/// Whether a text would make NocoDB refresh tokens and try again.
pub fn triggers_nocodb_refresh(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    NOCODB_REFRESH_PHRASES.iter().any(|phrase| text.contains(phrase))
}

fn push(message: &mut String, parts: &[&str]) {
    for part in parts {
        message.push_str(part);
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl core::error::Error for Error {}

/// The maximum length of an OAuth error code that an error may show. It is longer than all registered codes, and
/// shorter than a verifier or a state.
const MAX_ERROR_CODE_LENGTH: usize = 42;

/// Returns the OAuth error code if an error may show it. RFC 6749 allows nearly every character in it, so a server
/// could send a URL or an authorization code instead. An error only shows a code that consists of letters in one
/// case, digits, `_`, `.` and `-`, and that contains none of the given secrets.
pub fn clean_error_code<'a>(code: &str, secrets: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let in_one_case = |code: &str| {
        !code.bytes().any(|byte| byte.is_ascii_uppercase()) || !code.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    let usable = (1..=MAX_ERROR_CODE_LENGTH).contains(&code.len()) && code.bytes().all(allowed) && in_one_case(code);
    let secrets = Redaction::new(secrets.into_iter().map(str::as_bytes));
    (usable && !secrets.is_in(code)).then(|| code.to_owned())
}
