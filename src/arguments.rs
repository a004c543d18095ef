//! The schemas of the objects that callers pass to the public functions.
//!
//! In: the name of an argument, and a problem that JavaScript found in its value. Out: the schema by which
//! js/argument-reader.js reads the caller's object, and the error for the problem. Never: the value of an argument.
//!
//! An unknown member is an error, because ignoring it would hide a mistake: with `scope` instead of `scopes`, the
//! login would request all default scopes.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use crate::Reason;
use crate::authorization_response::MAX_CALLBACK_LENGTH;
use crate::client_config::IN_A_BROWSER;
use crate::error::{Error, Phase};
use crate::pending_authorization::login_timeout_error;
use crate::scope::{MAX_SCOPES, TOO_MANY};

/// The longest member name that an error shows. A longer name, or a name with characters other than ASCII letters,
/// digits and `_`, may be a misplaced value.
const MAX_NAME_LENGTH: usize = 32;

/// The type of a member, and the form in which the core takes it. `undefined` and `null` count as absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum MemberType {
    /// Any value; it is passed on as it is.
    Any,
    /// A string.
    Text,
    /// A number.
    Number,
    /// The time limit of a login in a page: a number.
    #[serde(rename = "number")]
    LoginTimeout,
    /// A string or a `Uint8Array`; passed on as a `Uint8Array`.
    Bytes,
    /// A string or a list of strings; passed on as one string with spaces.
    Scopes,
    /// A string, a `URL` or a `URLSearchParams`; passed on as a string.
    Callback,
    /// An object of strings; passed on in form encoding.
    TextRecord,
    /// Header fields in any form; passed on as an object with lower-case names.
    Headers,
    /// An object with a schema of its own.
    Object,
    /// An object with a schema of its own; a value of any other type is ignored.
    LenientObject,
    /// The value `false`.
    False,
    /// A member that must be absent.
    Forbidden,
    /// A member that may be present and is not read.
    Ignored,
}

use MemberType::{
    Any, Bytes, Callback, False, Forbidden, Headers, Ignored, LenientObject, LoginTimeout, Number, Object, Scopes,
    Text, TextRecord,
};

impl MemberType {
    fn reason(self) -> Reason {
        match self {
            Any | Ignored | LoginTimeout => "has an invalid value",
            Text => "is not a string",
            Number => "is not a number",
            Bytes => "is neither a string nor a Uint8Array",
            Scopes => "is neither a string nor a list of strings",
            Callback => "is not a string, a URL or URLSearchParams",
            TextRecord => "is not an object of strings",
            Headers | Object | LenientObject => NOT_AN_OBJECT,
            False => "has a client secret. For a browser, create a client without clientSecret",
            Forbidden => IN_A_BROWSER,
        }
    }

    /// The maximum size that the shim reads: the number of scopes in a list, of bytes in a body, or of characters in a
    /// callback.
    fn limit(self) -> Option<usize> {
        match self {
            Scopes => Some(MAX_SCOPES),
            Callback => Some(MAX_CALLBACK_LENGTH),
            #[cfg(feature = "server")]
            Bytes => Some(crate::token_response::MAX_BODY_SIZE),
            _ => None,
        }
    }
}

const NOT_AN_OBJECT: Reason = "is not an object";

/// An object that callers pass to a public function as an argument.
#[derive(Debug, Clone, Copy)]
pub struct Argument {
    name: &'static str,
    phase: Phase,
    /// The prefix of a member's name in errors.
    prefix: &'static str,
    members: &'static [(&'static str, MemberType)],
    required: &'static [&'static str],
    /// The reason in the error for an unknown member.
    unknown: Reason,
    /// How strictly the argument is read.
    mode: Mode,
}

/// How strictly an argument is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// The argument must be an object.
    Required,
    /// The argument may be absent. It then counts as an empty object, so a required member is reported as missing.
    Optional,
    /// Like `Optional`, but unknown members are ignored: the argument is an object that also serves other purposes.
    Open,
    /// Like `Open`, but invalid members are ignored as well. The object comes from a store, and a mistake in it must
    /// not cause the loss of tokens that have just arrived.
    Lenient,
}

use Mode::{Lenient, Open, Optional, Required};

/// Makes an [`Argument`] from its mode, name, phase and prefix, the members that an error for an unknown member lists, the
/// names of the required members, and the members that this error does not list.
macro_rules! argument {
    (
        $mode:ident $name:literal, $phase:ident, $prefix:literal,
        { $first:ident: $first_type:ident $(, $member:ident: $type:ident)* $(,)? },
        [$($required:ident),*],
        { $($unlisted:ident: $unlisted_type:ident),* }
    ) => {
        Argument {
            name: $name,
            phase: Phase::$phase,
            prefix: $prefix,
            members: &[
                $((stringify!($unlisted), $unlisted_type),)*
                (stringify!($first), $first_type) $(, (stringify!($member), $type))*
            ],
            required: &[$(stringify!($required)),*],
            unknown: concat!(
                "is not known; the known members are: ", stringify!($first) $(, ", ", stringify!($member))*
            ),
            mode: $mode,
        }
    };
}

/// The schema of an argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ArgumentSchema {
    /// The known members, in the order in which they are read.
    members: Vec<MemberSchema>,
    /// Whether the argument must be an object; otherwise, an absent argument counts as an empty object.
    is_required: bool,
    /// Whether unknown members are ignored.
    allows_unknown: bool,
    /// Whether invalid members are ignored.
    is_lenient: bool,
}

/// The schema of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MemberSchema {
    name: &'static str,
    #[serde(rename = "type")]
    member_type: MemberType,
    is_required: bool,
    /// The maximum size that the shim reads: the number of scopes in a list, of bytes in a body, or of characters in a
    /// callback; 0 for no limit.
    limit: usize,
}

/// What is wrong with an argument or one of its members.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentProblem {
    /// The argument is not an object.
    NotAnObject,
    /// Reading the argument threw an exception.
    Unreadable,
    /// The argument has an unknown member.
    UnknownMember,
    /// A required member is absent.
    MissingMember,
    /// A member has the wrong type.
    WrongType,
    /// A list is too long.
    TooLong,
}

impl Argument {
    /// The argument that the shim refers to by this name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "clientOptions" => argument!(
                Required "options", Config, "",
                { clientId: Text, clientSecret: Text, redirectUri: Text, scopes: Scopes, endpoints: Object },
                [clientId, redirectUri], {}
            ),
            "publicClientOptions" => argument!(
                Required "options", Config, "",
                { clientId: Text, redirectUri: Text, scopes: Scopes, endpoints: Object }, [clientId, redirectUri],
                { clientSecret: Forbidden, client_secret: Forbidden, secret: Forbidden }
            ),
            "endpoints" => argument!(
                Required "endpoints", Config, "endpoints.",
                { authorizeUrl: Text, tokenUrl: Text, apiUrl: Text }, [], {}
            ),
            "authorizationOptions" => {
                argument!(Optional "options", Authorize, "", { extraParams: TextRecord }, [], {})
            }
            "callback" => argument!(Required "callback", Callback, "", { callback: Callback }, [callback], {}),
            // Callers pass the whole result of `createAuthorizationRequest`.
            "expectedResponse" => argument!(
                Optional "expected", Callback, "", { state: Text }, [state],
                { url: Ignored, codeVerifier: Ignored, codeChallenge: Ignored, redirectUri: Ignored }
            ),
            // A pending login in the browser's session storage.
            "pending" => argument!(
                Open "pending", Callback, "",
                {
                    state: Text, startedAt: Number, codeVerifier: Text, clientId: Text, redirectUri: Text, scopes: Scopes,
                    endpoints: Object,
                },
                [state, startedAt, codeVerifier, clientId, redirectUri], {}
            ),
            // Callers pass the result of `createAuthorizationRequest` with the code added, or the result of
            // `authorizeInPopup`, which has `code_verifier` in NocoDB's spelling.
            #[cfg(feature = "server")]
            "codeGrant" => argument!(
                Optional "grant", Exchange, "",
                { code: Text, codeVerifier: Text, code_verifier: Text, redirectUri: Text }, [code],
                { url: Ignored, state: Ignored, codeChallenge: Ignored }
            ),
            // Callers may pass a whole token set.
            #[cfg(feature = "server")]
            "refreshGrant" => argument!(
                Optional "grant", Refresh, "", { refreshToken: Text }, [refreshToken],
                { accessToken: Ignored, tokenType: Ignored, expiresAt: Ignored, scopes: Ignored }
            ),
            #[cfg(feature = "server")]
            "tokenResponse" => argument!(
                Optional "response", Exchange, "",
                {
                    grant: Text, status: Number, headers: Headers, body: Bytes, receivedAt: Number, previous: LenientObject,
                    request: Object,
                },
                [grant, status, body, receivedAt], {}
            ),
            #[cfg(feature = "server")]
            "previous" => argument!(Lenient "previous", Refresh, "", { refreshToken: Text, scopes: Scopes }, [], {}),
            #[cfg(feature = "server")]
            "request" => argument!(Open "request.body", Exchange, "request.", { body: Text }, [], {}),
            #[cfg(feature = "server")]
            "scopes" => argument!(Required "scopes", Config, "", { scopes: Scopes }, [scopes], {}),
            #[cfg(feature = "server")]
            "requiredScopes" => {
                argument!(Required "scopes", Config, "", { required: Scopes, granted: Scopes }, [required, granted], {})
            }
            // A stored config has many more members.
            #[cfg(feature = "server")]
            "testedConfig" => argument!(Open "config", Api, "", { workspace: Text, repository: Text }, [], {}),
            // The query of the lists of workspaces and repositories in NocoDB's dialogs.
            #[cfg(feature = "server")]
            "listQuery" => argument!(Optional "query", Api, "", { workspace: Text, page: Any, next: Text }, [], {}),
            // The Axios config of a paginated request; Axios reads the rest.
            #[cfg(feature = "server")]
            "pagesConfig" => argument!(Open "config", Api, "", { concurrency: Number }, [], {}),
            // Popup and redirect logins take the same options.
            "pageOptions" => argument!(
                Required "options", Config, "",
                {
                    client: Object, clientId: Text, redirectUri: Text, scopes: Scopes, endpoints: Object,
                    window: Any, timeoutMs: LoginTimeout, signal: Any, onLateGrant: Any,
                },
                [], { clientSecret: Forbidden, client_secret: Forbidden, secret: Forbidden }
            ),
            "client" => argument!(
                Open "client", Config, "client.",
                {
                    confidential: False, clientId: Text, redirectUri: Text, scopes: Scopes, authorizeUrl: Text,
                    tokenUrl: Text, apiUrl: Text,
                },
                [confidential, clientId, redirectUri],
                { clientSecret: Forbidden, client_secret: Forbidden, secret: Forbidden }
            ),
            _ => return None,
        })
    }

    /// The schema by which the shim reads the argument.
    pub fn schema(&self) -> ArgumentSchema {
        let member = |&(name, member_type): &(&'static str, MemberType)| MemberSchema {
            name,
            member_type,
            is_required: self.required.contains(&name),
            limit: member_type.limit().unwrap_or_default(),
        };
        ArgumentSchema {
            members: self.members.iter().map(member).collect(),
            is_required: self.mode == Required,
            allows_unknown: matches!(self.mode, Open | Lenient),
            is_lenient: self.mode == Lenient,
        }
    }

    /// Whether the schema has a member of this name.
    pub fn knows(&self, member: &str) -> bool {
        self.type_of(member).is_some()
    }

    fn type_of(&self, member: &str) -> Option<MemberType> {
        self.members.iter().find(|(name, _)| *name == member).map(|(_, member_type)| *member_type)
    }

    /// The error for a problem of the argument, or of one of its members. `phase` overrides the argument's own phase.
    pub fn error(&self, problem: ArgumentProblem, member: &str, phase: Option<Phase>) -> Box<Error> {
        let phase = phase.unwrap_or(self.phase);
        let whole = |reason| Error::argument(phase, self.name, reason);
        let member_type = self.type_of(member).unwrap_or(Any);
        let reason = match (problem, member_type) {
            (ArgumentProblem::NotAnObject, _) => return whole(NOT_AN_OBJECT),
            (ArgumentProblem::Unreadable, _) => return whole("cannot be read"),
            (ArgumentProblem::UnknownMember, _) if !is_name(member) => return whole("has an unknown member"),
            (ArgumentProblem::UnknownMember, _) => self.unknown,
            (ArgumentProblem::TooLong, _) => TOO_MANY,
            (_, False) => return whole(member_type.reason()),
            (_, LoginTimeout) => return login_timeout_error(),
            (ArgumentProblem::MissingMember, Text) => "is missing",
            (ArgumentProblem::MissingMember | ArgumentProblem::WrongType, _) => member_type.reason(),
        };
        Error::argument(phase, &[self.prefix, member].concat(), reason)
    }
}

fn is_name(member: &str) -> bool {
    (1..=MAX_NAME_LENGTH).contains(&member.len())
        && member.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
