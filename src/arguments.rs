//! The objects that callers give to the public functions: which members they have, and of which kind each is.
//!
//! In: the name of an argument, and what does not fit. Out: a description by which js/arguments.js takes a caller's object
//! apart, and the error for what does not fit. What never happens here: a value is seen.
//!
//! A member that nothing reads would be ignored without a word: with `scope` in the place of `scopes`, the login would
//! ask for all default scopes.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use crate::Reason;
use crate::authorization_response::LONGEST_CALLBACK;
use crate::client_config::IN_A_BROWSER;
use crate::error::{Error, Phase};
use crate::pending_authorization::refuse_waiting_time;
use crate::scope::{MOST_SCOPES, TOO_MANY};

/// The longest name that is told. What is longer, or not written like a name, may be a value that lost its place.
const LONGEST_NAME: usize = 32;

/// What a member may be, and in which form it is handed to the core. `undefined` and `null` are absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Anything; it is handed over as it is.
    Any,
    /// A string.
    Text,
    /// A number.
    Number,
    /// How long a page waits: a number.
    #[serde(rename = "number")]
    WaitingTime,
    /// A string or a `Uint8Array`, as a `Uint8Array`.
    Bytes,
    /// A string or a list of strings, as a text with spaces.
    Scopes,
    /// A string, a `URL` or a `URLSearchParams`, as a text.
    Callback,
    /// An object of strings, as a form.
    Texts,
    /// Header fields in any form, as an object with lower-case names.
    Headers,
    /// An object that is an argument itself.
    Members,
    /// The same; whatever else is left out.
    Hints,
    /// The word `false`.
    False,
    /// What must not be there.
    Forbidden,
    /// What may be there, and nobody reads.
    Ignored,
}

use Kind::{
    Any, Bytes, Callback, False, Forbidden, Headers, Hints, Ignored, Members, Number, Scopes, Text, Texts,
    WaitingTime,
};

impl Kind {
    fn reason(self) -> Reason {
        match self {
            Any | Ignored | WaitingTime => "cannot be used",
            Text => "is not a string",
            Number => "is not a number",
            Bytes => "is neither a string nor a Uint8Array",
            Scopes => "is neither a string nor a list of strings",
            Callback => "is not a string, a URL or URLSearchParams",
            Texts => "is not an object of strings",
            Headers | Members | Hints => NOT_AN_OBJECT,
            False => "has a secret: create one without clientSecret for a browser",
            Forbidden => IN_A_BROWSER,
        }
    }

    /// The most that is looked at: scopes in a list, bytes, or characters of a callback.
    fn limit(self) -> Option<usize> {
        match self {
            Scopes => Some(MOST_SCOPES),
            Callback => Some(LONGEST_CALLBACK),
            #[cfg(feature = "server")]
            Bytes => Some(crate::token_response::LARGEST_BODY),
            _ => None,
        }
    }
}

const NOT_AN_OBJECT: Reason = "is not an object";

/// One argument of the public functions that is an object.
#[derive(Debug, Clone, Copy)]
pub struct Argument {
    name: &'static str,
    phase: Phase,
    /// What stands before a member's name in an error.
    prefix: &'static str,
    members: &'static [(&'static str, Kind)],
    required: &'static [&'static str],
    /// Why a member is refused that is not among them.
    unknown: Reason,
    /// What of the rest holds for it.
    style: Style,
}

/// How strictly an argument is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// It must be an object.
    Needed,
    /// It may be missing.
    Optional,
    /// The same, and it may have members that nobody reads: it is another object of this package's.
    Foreign,
    /// The same, and what of it cannot be used is left out. It comes out of a store, and must not cost the tokens that have
    /// just arrived.
    Hint,
}

use Style::{Foreign, Hint, Needed, Optional};

macro_rules! argument {
    (
        $style:ident $name:literal, $phase:ident, $prefix:literal,
        { $first:ident: $kind:ident $(, $read:ident: $its:ident)* $(,)? },
        [$($required:ident),*],
        { $($more:ident: $other:ident),* }
    ) => {
        Argument {
            name: $name,
            phase: Phase::$phase,
            prefix: $prefix,
            members: &[
                $((stringify!($more), $other),)* (stringify!($first), $kind) $(, (stringify!($read), $its))*
            ],
            required: &[$(stringify!($required)),*],
            unknown: concat!(
                "is not known here: write it as one of ", stringify!($first) $(, ", ", stringify!($read))*
            ),
            style: $style,
        }
    };
}

/// How an argument is taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ArgumentDescription {
    /// The members that it may have, in the order in which they are looked at.
    members: Vec<MemberDescription>,
    /// Whether it must be an object.
    is_needed: bool,
    /// Whether it may have other members.
    is_foreign: bool,
    /// Whether what of it cannot be used is left out.
    is_hint: bool,
}

/// A member of an argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MemberDescription {
    name: &'static str,
    kind: Kind,
    is_required: bool,
    /// The most that is looked at of its value.
    limit: usize,
}

/// In which way something does not fit.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// The argument is no object.
    NotAnObject,
    /// The argument cannot be read.
    Unreadable,
    /// The argument has a member that it cannot have.
    Unknown,
    /// A member is not there.
    Missing,
    /// A member is of another kind.
    OtherKind,
    /// A list is longer than it may be.
    TooLong,
}

impl Argument {
    /// The argument that the shim calls so.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "clientOptions" => argument!(
                Needed "options", Config, "",
                { clientId: Text, clientSecret: Text, redirectUri: Text, scopes: Scopes, endpoints: Members },
                [clientId, redirectUri], {}
            ),
            "publicClientOptions" => argument!(
                Needed "options", Config, "",
                { clientId: Text, redirectUri: Text, scopes: Scopes, endpoints: Members }, [clientId, redirectUri],
                { clientSecret: Forbidden, client_secret: Forbidden, secret: Forbidden }
            ),
            "endpoints" => argument!(
                Needed "endpoints", Config, "endpoints.",
                { authorizeUrl: Text, tokenUrl: Text, apiUrl: Text }, [], {}
            ),
            "authorizationOptions" => argument!(Optional "options", Authorize, "", { extraParams: Texts }, [], {}),
            "callback" => argument!(Needed "callback", Callback, "", { callback: Callback }, [callback], {}),
            // Callers keep what `createAuthorizationRequest` gave, and hand over all of it.
            "expectedResponse" => argument!(
                Optional "expected", Callback, "", { state: Text }, [state],
                { url: Ignored, codeVerifier: Ignored, codeChallenge: Ignored, redirectUri: Ignored }
            ),
            // What was remembered of a login.
            "pending" => argument!(
                Foreign "pending", Callback, "",
                {
                    state: Text, startedAt: Number, codeVerifier: Text, clientId: Text, redirectUri: Text, scopes: Scopes,
                    endpoints: Members,
                },
                [state, startedAt, codeVerifier, clientId, redirectUri], {}
            ),
            // The same, with the code beside it. `authorizeInPopup` writes the verifier as NocoDB does.
            #[cfg(feature = "server")]
            "codeGrant" => argument!(
                Optional "grant", Exchange, "",
                { code: Text, codeVerifier: Text, code_verifier: Text, redirectUri: Text }, [code],
                { url: Ignored, state: Ignored, codeChallenge: Ignored }
            ),
            // A token set is a grant, too.
            #[cfg(feature = "server")]
            "refreshGrant" => argument!(
                Optional "grant", Refresh, "", { refreshToken: Text }, [refreshToken],
                { accessToken: Ignored, tokenType: Ignored, expiresAt: Ignored, scopes: Ignored }
            ),
            #[cfg(feature = "server")]
            "tokenResponse" => argument!(
                Optional "response", Exchange, "",
                {
                    grant: Text, status: Number, headers: Headers, body: Bytes, receivedAt: Number, previous: Hints,
                    request: Members,
                },
                [grant, status, body, receivedAt], {}
            ),
            #[cfg(feature = "server")]
            "previous" => argument!(Hint "previous", Refresh, "", { refreshToken: Text, scopes: Scopes }, [], {}),
            #[cfg(feature = "server")]
            "request" => argument!(Foreign "request.body", Exchange, "request.", { body: Text }, [], {}),
            #[cfg(feature = "server")]
            "scopes" => argument!(Needed "scopes", Config, "", { scopes: Scopes }, [scopes], {}),
            #[cfg(feature = "server")]
            "requiredScopes" => {
                argument!(Needed "scopes", Config, "", { required: Scopes, granted: Scopes }, [required, granted], {})
            }
            // A stored config has a lot more.
            #[cfg(feature = "server")]
            "testedConfig" => argument!(Foreign "config", Api, "", { workspace: Text, repository: Text }, [], {}),
            // Of either list.
            #[cfg(feature = "server")]
            "listQuery" => argument!(Optional "query", Api, "", { workspace: Text, page: Any, next: Text }, [], {}),
            // Of the requests for the pages of a list: Axios reads the rest.
            #[cfg(feature = "server")]
            "pagesConfig" => argument!(Foreign "config", Api, "", { concurrency: Number }, [], {}),
            // One object serves both ways to log in.
            "pageOptions" => argument!(
                Needed "options", Config, "",
                {
                    client: Members, clientId: Text, redirectUri: Text, scopes: Scopes, endpoints: Members,
                    window: Any, timeoutMs: WaitingTime, signal: Any, onLateGrant: Any,
                },
                [], { clientSecret: Forbidden, client_secret: Forbidden, secret: Forbidden }
            ),
            "client" => argument!(
                Foreign "client", Config, "client.",
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

    /// How it is taken apart.
    pub fn describe(&self) -> ArgumentDescription {
        let describe = |&(name, kind): &(&'static str, Kind)| MemberDescription {
            name,
            kind,
            is_required: self.required.contains(&name),
            limit: kind.limit().unwrap_or_default(),
        };
        ArgumentDescription {
            members: self.members.iter().map(describe).collect(),
            is_needed: self.style == Needed,
            is_foreign: matches!(self.style, Foreign | Hint),
            is_hint: self.style == Hint,
        }
    }

    /// Whether a member may be there.
    pub fn knows(&self, member: &str) -> bool {
        self.kind(member).is_some()
    }

    fn kind(&self, member: &str) -> Option<Kind> {
        self.members.iter().find(|(name, _)| *name == member).map(|(_, kind)| *kind)
    }

    /// Why a member, or the argument itself, is refused. `phase`: another than the argument's own.
    pub fn refuse(&self, misfit: Misfit, member: &str, phase: Option<Phase>) -> Box<Error> {
        let phase = phase.unwrap_or(self.phase);
        let whole = |reason| Error::argument(phase, self.name, reason);
        let kind = self.kind(member).unwrap_or(Any);
        let reason = match (misfit, kind) {
            (Misfit::NotAnObject, _) => return whole(NOT_AN_OBJECT),
            (Misfit::Unreadable, _) => return whole("cannot be read"),
            (Misfit::Unknown, _) if !is_name(member) => return whole("has a member that is not known here"),
            (Misfit::Unknown, _) => self.unknown,
            (Misfit::TooLong, _) => TOO_MANY,
            (_, False) => return whole(kind.reason()),
            (_, WaitingTime) => return refuse_waiting_time(),
            (Misfit::Missing, Text) => "is missing",
            (Misfit::Missing | Misfit::OtherKind, _) => kind.reason(),
        };
        Error::argument(phase, &[self.prefix, member].concat(), reason)
    }
}

fn is_name(member: &str) -> bool {
    (1..=LONGEST_NAME).contains(&member.len())
        && member.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
