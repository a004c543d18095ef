//! The authorization response (RFC 6749 section 4.1.2): what Bitbucket sends back through the user's browser.
//!
//! In: a callback, the redirect URI, the state that was remembered. Out: an [`AuthorizationCode`], which exists only
//! when everything was checked. What never happens here: a code, an error or a description being believed before the
//! state was found to be the right one.

use std::borrow::Cow;

use crate::client_config::ClientConfig;
use crate::endpoints::{WebUrl, has_scheme};
use crate::error::{ACCESS_DENIED, Code, Error, Phase, Result, clean_error_code};
use crate::pasted::{self, has_control, is_graphic};
use crate::query;
use crate::scope;
use crate::secret::{Secret, clean_description};
use crate::state::State;

/// The longest authorization code that is accepted, in bytes.
pub const LONGEST_CODE: usize = 4096;

/// The longest callback that is looked at, in bytes.
pub const LONGEST_CALLBACK: usize = 65_536;

/// A code that came with the right state. The token request takes nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationCode(Secret);

impl AuthorizationCode {
    /// A code that [`validate`] gave to a caller as a text, who gives it back for the token request.
    pub fn validated_before(code: &str) -> Result<Self> {
        Self::from_text(code)
    }

    /// A code that a host's form hands over: there, the host's own page has compared the state. What ties the code to a
    /// login that was started there is its verifier ([`crate::environment::HostVerifier`]).
    pub fn from_host_payload(code: &str) -> Result<Self> {
        Self::from_text(code)
    }

    fn from_text(code: &str) -> Result<Self> {
        pasted::check_confidential(code, LONGEST_CODE)
            .map_err(|reason| Error::argument(Phase::Exchange, "code", reason))?;
        Ok(Self(Secret::new(code)))
    }

    /// The code, for the token request.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Judges a callback: an absolute or relative address, or a query. The order of the checks is part of the contract: of a
/// callback whose state is wrong nothing is told but that it is malformed, in the wrong place, of a kind that was not asked
/// for, or another server's.
pub fn validate(client: &ClientConfig, callback: &str, state: &State) -> Result<AuthorizationCode> {
    let parameters = Parameters::parse(query_of(client, callback)?)?;
    let Parameters { unsupported, iss, state: received_state, error, error_description, code, .. } = parameters;
    if unsupported {
        return Err(refused(Code::CallbackUnsupportedResponse));
    }
    if iss.is_some_and(|iss| iss != client.endpoints().authorize.origin()) {
        return Err(refused(Code::IssuerMismatch));
    }
    // RFC 6749 section 3.1: a parameter without a value is treated as omitted.
    let received_state = received_state.filter(|value| !value.is_empty());
    match received_state {
        None => return Err(refused(Code::StateMissing)),
        Some(received) if !state.matches(&received) => return Err(refused(Code::StateMismatch)),
        Some(_) => {}
    }
    let code = code.filter(|code| !code.is_empty());
    if let Some(error) = error.filter(|error| !error.is_empty()) {
        let known = [Some(state.expose()), code.as_deref(), client.client_secret().map(Secret::expose)];
        return Err(authorization_error(&error, error_description.as_deref(), known));
    }
    let code = code.ok_or_else(|| refused(Code::CodeMissing))?;
    // What was not decoded was looked at with the rest of the callback.
    if code.len() > LONGEST_CODE || matches!(&code, Cow::Owned(code) if has_control(code)) {
        let reason = "the code is too long or contains control characters";
        return Err(refused(Code::CallbackInvalid).with_reason(reason));
    }
    Ok(AuthorizationCode(Secret::new(code)))
}

/// Judges the callback of a login for which a page waits; `None` when the user said no. Whether Bitbucket sends the
/// state along with a denial is not known, so one without a state is believed: whoever forges it ends a login that can
/// be started again, and gains nothing. A denial with a wrong state is somebody else's.
pub fn validate_in_page(client: &ClientConfig, callback: &str, state: &State) -> Result<Option<AuthorizationCode>> {
    match validate(client, callback, state) {
        Ok(code) => Ok(Some(code)),
        Err(error) if error.code == Code::AccessDenied => Ok(None),
        Err(error) if error.code == Code::StateMissing && is_denial(query_of(client, callback)?)? => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a callback that was refused with this code is none of the login that waits: its own may still come.
pub fn is_from_another_login(code: Code) -> bool {
    matches!(code, Code::StateMissing | Code::StateMismatch | Code::CallbackInvalid)
}

/// Whether a query denies access (RFC 6749 section 4.1.2.1).
pub(crate) fn is_denial(query: &str) -> Result<bool> {
    Ok(Parameters::parse(query)?.error.as_deref() == Some(ACCESS_DENIED))
}

/// Whether an absolute address is at the redirect URI, by origin and path, whatever it carries.
pub fn is_callback_url(client: &ClientConfig, address: &str) -> bool {
    let (place, _) = query::split(address);
    has_scheme(place) && client.redirect_uri().matches(place)
}

fn refused(code: Code) -> Box<Error> {
    Error::new(code, Phase::Callback)
}

/// RFC 6749 section 4.1.2.1.
fn authorization_error(error: &str, description: Option<&str>, known: [Option<&str>; 3]) -> Box<Error> {
    let secrets = || known.into_iter().flatten();
    let kind = if error == ACCESS_DENIED { Code::AccessDenied } else { Code::AuthorizationFailed };
    let mut refusal = refused(kind);
    refusal.reason = scope::cure(error);
    refusal.error = clean_error_code(error, secrets());
    refusal.error_description = description.and_then(|text| clean_description(text, secrets()));
    refusal
}

/// The query of a callback, after its origin and path were compared with the redirect URI's.
fn query_of<'a>(client: &ClientConfig, callback: &'a str) -> Result<&'a str> {
    if callback.len() > LONGEST_CALLBACK {
        return Err(refused(Code::CallbackInvalid).with_reason("it is longer than 64 KiB"));
    }
    // Fragments are not looked into: what stands there was never sent to a server and is not part of the response.
    let text = callback.split('#').next().unwrap_or_default();
    if !is_graphic(text) && text.contains(|c: char| c.is_control() || c == ' ') {
        return Err(refused(Code::CallbackInvalid).with_reason("it contains white space or control characters"));
    }
    let (place, query) = split_place(text, client.redirect_uri());
    if place.is_some_and(|place| !client.redirect_uri().matches(place)) {
        let reason = "its origin or path differs from the redirect URI's";
        return Err(refused(Code::CallbackInvalid).with_reason(reason));
    }
    Ok(query)
}

/// Splits a text into the place it points to, if it names one, and its query.
fn split_place<'a>(text: &'a str, redirect_uri: &WebUrl) -> (Option<&'a str>, &'a str) {
    match text.split_once('?') {
        // Most callbacks begin with the very redirect URI.
        Some((place, query)) if query::split(redirect_uri.as_str()).0 == place => (None, query),
        // A bare query may hold a question mark in a value, but not before its first '=' or '&'. Before its own question
        // mark it has no place, which is the redirect URI's (RFC 3986 section 5.2.2).
        Some((place, query)) if names_place(text) || !place.contains(['=', '&']) => (Some(place), query),
        None if names_place(text) => (Some(text), ""),
        _ => (None, text),
    }
}

/// Whether a text can only be an address, whatever it holds: it begins with a scheme or a path.
fn names_place(text: &str) -> bool {
    has_scheme(text) || text.starts_with(['/', '.'])
}

/// The parameters that are read, each at most once.
#[derive(Default)]
struct Parameters<'a> {
    /// Which of [`READ`] were there.
    seen: [bool; READ.len()],
    /// A JARM, hybrid or implicit response, which was not asked for.
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
                refused(Code::CallbackInvalid).with_reason("it contains a malformed percent-encoding")
            })?;
            found.add(&name, value).map_err(|name| refused(Code::CallbackDuplicateParameter).with_field(name))?;
        }
        Ok(found)
    }

    /// Notes a parameter, if it is one that is read; fails with its name when it was there already.
    fn add(&mut self, name: &str, value: Cow<'a, str>) -> core::result::Result<(), &'static str> {
        let Some((seen, name)) = self.seen.iter_mut().zip(READ).find(|(_, read)| *read == name) else {
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

/// The parameters of which a second one is refused, those first that each callback has.
pub(crate) const READ: [&str; 10] = [
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
