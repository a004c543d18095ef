//! The authorization response (RFC 6749 section 4.1.2): what Bitbucket sends back through the user's browser.
//!
//! In: a callback, the redirect URI, and the state of the authorization request. Out: an [`AuthorizationCode`], which
//! exists only if all checks passed. Never: trust in a code, an error or a description before the state is verified.

use std::borrow::Cow;

use crate::client_config::ClientConfig;
use crate::endpoints::{WebUrl, has_scheme};
use crate::error::{ACCESS_DENIED, Code, Error, Phase, Result, clean_error_code};
use crate::pasted::{self, has_control, is_graphic};
use crate::query;
use crate::scope;
use crate::secret::{Secret, clean_description};
use crate::state::State;

/// The maximum length of an authorization code, in bytes.
pub const MAX_CODE_LENGTH: usize = 4096;

/// The maximum length of a callback, in bytes.
pub const MAX_CALLBACK_LENGTH: usize = 65_536;

/// A code from a validated callback. The token request accepts only a code of this type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationCode(Secret);

impl AuthorizationCode {
    /// A code that [`validate`] returned to a caller as a string, and that the caller passes back for the token request.
    pub fn validated_before(code: &str) -> Result<Self> {
        Self::from_text(code)
    }

    /// A code from NocoDB's form. NocoDB's own page has compared the state, and the code verifier ties the code to a
    /// login that started on that page ([`crate::environment::CodeVerifierPolicy`]).
    pub fn from_nocodb_payload(code: &str) -> Result<Self> {
        Self::from_text(code)
    }

    fn from_text(code: &str) -> Result<Self> {
        pasted::check_confidential(code, MAX_CODE_LENGTH)
            .map_err(|reason| Error::argument(Phase::Exchange, "code", reason))?;
        Ok(Self(Secret::new(code)))
    }

    /// The code, for the token request.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Validates a callback: an absolute or relative URL, or a query. The order of the checks is part of the contract:
/// syntax and redirect URI, response type, issuer, state, error, code. If the state does not match, the error reveals
/// nothing about the `error` and the `code` of the response.
pub fn validate(client: &ClientConfig, callback: &str, state: &State) -> Result<AuthorizationCode> {
    let parameters = Parameters::parse(query_of(client, callback)?)?;
    let Parameters { unsupported, iss, state: received_state, error, error_description, code, .. } = parameters;
    if unsupported {
        return Err(rejected(Code::CallbackUnsupportedResponse));
    }
    if iss.is_some_and(|iss| iss != client.endpoints().authorize.origin()) {
        return Err(rejected(Code::IssuerMismatch));
    }
    // RFC 6749 section 3.1: a parameter without a value is treated as omitted.
    let received_state = received_state.filter(|value| !value.is_empty());
    match received_state {
        None => return Err(rejected(Code::StateMissing)),
        Some(received) if !state.matches(&received) => return Err(rejected(Code::StateMismatch)),
        Some(_) => {}
    }
    let code = code.filter(|code| !code.is_empty());
    if let Some(error) = error.filter(|error| !error.is_empty()) {
        let known = [Some(state.expose()), code.as_deref(), client.client_secret().map(Secret::expose)];
        return Err(authorization_error(&error, error_description.as_deref(), known));
    }
    let code = code.ok_or_else(|| rejected(Code::CodeMissing))?;
    // `query_of` has already rejected control characters in a code that needed no decoding.
    if code.len() > MAX_CODE_LENGTH || matches!(&code, Cow::Owned(code) if has_control(code)) {
        let reason = "the code is too long or contains control characters";
        return Err(rejected(Code::CallbackInvalid).with_reason(reason));
    }
    Ok(AuthorizationCode(Secret::new(code)))
}

/// Validates the callback that a page waits for. Returns `None` if the user denied access. It is not known whether
/// Bitbucket sends the state with a denial, so a denial without a state is accepted. An attacker who forges such a
/// denial ends a login that the user can start again, and gains nothing. A denial with a wrong state belongs to
/// another login.
pub fn validate_in_page(client: &ClientConfig, callback: &str, state: &State) -> Result<Option<AuthorizationCode>> {
    match validate(client, callback, state) {
        Ok(code) => Ok(Some(code)),
        Err(error) if error.code == Code::AccessDenied => Ok(None),
        Err(error) if error.code == Code::StateMissing && is_denial(query_of(client, callback)?)? => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a callback that was rejected with this error belongs to another login than the pending one. If so, the callback of
/// the pending login may still arrive.
pub fn is_from_another_login(code: Code) -> bool {
    matches!(code, Code::StateMissing | Code::StateMismatch | Code::CallbackInvalid)
}

/// Whether a query says that the user denied access (RFC 6749 section 4.1.2.1).
pub(crate) fn is_denial(query: &str) -> Result<bool> {
    Ok(Parameters::parse(query)?.error.as_deref() == Some(ACCESS_DENIED))
}

/// Whether an absolute URL has the redirect URI's origin and path.
pub fn is_callback_url(client: &ClientConfig, url: &str) -> bool {
    let (base, _) = query::split(url);
    has_scheme(base) && client.redirect_uri().matches(base)
}

fn rejected(code: Code) -> Box<Error> {
    Error::new(code, Phase::Callback)
}

/// Returns the error for an error response (RFC 6749 section 4.1.2.1).
fn authorization_error(error: &str, description: Option<&str>, known: [Option<&str>; 3]) -> Box<Error> {
    let secrets = || known.into_iter().flatten();
    let code = if error == ACCESS_DENIED { Code::AccessDenied } else { Code::AuthorizationFailed };
    let mut rejection = rejected(code);
    rejection.reason = scope::cure(error);
    rejection.error = clean_error_code(error, secrets());
    rejection.error_description = description.and_then(|text| clean_description(text, secrets()));
    rejection
}

/// The query of a callback. Fails if the callback's origin or path differs from the redirect URI's.
fn query_of<'a>(client: &ClientConfig, callback: &'a str) -> Result<&'a str> {
    if callback.len() > MAX_CALLBACK_LENGTH {
        return Err(rejected(Code::CallbackInvalid).with_reason("it is longer than 64 KiB"));
    }
    // The fragment is ignored: browsers do not send it to servers, and it is not part of the response.
    let text = callback.split('#').next().unwrap_or_default();
    if !is_graphic(text) && text.contains(|c: char| c.is_control() || c == ' ') {
        return Err(rejected(Code::CallbackInvalid).with_reason("it contains white space or control characters"));
    }
    let (base, query) = split_base(text, client.redirect_uri());
    if base.is_some_and(|base| !client.redirect_uri().matches(base)) {
        let reason = "its origin or path differs from the redirect URI's";
        return Err(rejected(Code::CallbackInvalid).with_reason(reason));
    }
    Ok(query)
}

/// Splits a callback into the URL that has to be compared with the redirect URI, and the query. The URL is `None` if the
/// callback is only a query, or begins with the exact redirect URI.
fn split_base<'a>(text: &'a str, redirect_uri: &WebUrl) -> (Option<&'a str>, &'a str) {
    match text.split_once('?') {
        // Most callbacks begin with the exact redirect URI.
        Some((base, query)) if query::split(redirect_uri.as_str()).0 == base => (None, query),
        // A bare query may contain a question mark in a value, but not before its first '=' or '&'. An empty URL before the
        // question mark refers to the redirect URI (RFC 3986 section 5.2.2).
        Some((base, query)) if is_url(text) || !base.contains(['=', '&']) => (Some(base), query),
        None if is_url(text) => (Some(text), ""),
        _ => (None, text),
    }
}

/// Whether a text is a URL and not a bare query: it begins with a scheme or a path.
fn is_url(text: &str) -> bool {
    has_scheme(text) || text.starts_with(['/', '.'])
}

/// The parameters of the response, each at most once.
#[derive(Default)]
struct Parameters<'a> {
    /// Which of [`RESPONSE_PARAMETERS`] were present.
    seen: [bool; RESPONSE_PARAMETERS.len()],
    /// Whether this is a JARM, hybrid or implicit response, which the client did not request.
    unsupported: bool,
    iss: Option<Cow<'a, str>>,
    state: Option<Cow<'a, str>>,
    error: Option<Cow<'a, str>>,
    error_description: Option<Cow<'a, str>>,
    code: Option<Cow<'a, str>>,
}

impl<'a> Parameters<'a> {
    fn parse(query: &'a str) -> Result<Self> {
        let mut found = Self::default();
        for pair in query::pairs(query) {
            let (name, value) = pair.map_err(|_| {
                rejected(Code::CallbackInvalid).with_reason("it contains a malformed percent-encoding")
            })?;
            found.add(&name, value).map_err(|name| rejected(Code::CallbackDuplicateParameter).with_field(name))?;
        }
        Ok(found)
    }

    /// Stores a parameter that belongs to the response, and ignores any other. Fails with the parameter's name if the
    /// parameter was stored before.
    fn add(&mut self, name: &str, value: Cow<'a, str>) -> core::result::Result<(), &'static str> {
        let Some((seen, name)) = self.seen.iter_mut().zip(RESPONSE_PARAMETERS).find(|(_, known)| *known == name)
        else {
            return Ok(());
        };
        if *seen {
            return Err(name);
        }
        *seen = true;
        match name {
            "code" => self.code = Some(value),
            "state" => self.state = Some(value),
            "iss" => self.iss = Some(value),
            "error" => self.error = Some(value),
            "error_description" => self.error_description = Some(value),
            "error_uri" => {}
            _ => self.unsupported = true,
        }
        Ok(())
    }
}

/// The parameters that may appear only once. Those of a usual callback come first.
pub(crate) const RESPONSE_PARAMETERS: [&str; 10] = [
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "error_uri",
    "response",
    "id_token",
    "token",
    "access_token",
];
