//! The members of the objects that callers give to the public functions.
//!
//! In: the name of a member. Out: nothing, or an error that names it and the right ones. What never happens here: a
//! value is seen.
//!
//! A member that nothing reads would be ignored without a word: with `scope` in the place of `scopes`, the login would
//! ask for all default scopes.

use crate::error::{Error, Phase, Result};

/// The longest name that is told. What is longer, or not written like a name, may be a value that lost its place.
const LONGEST_NAME: usize = 32;

/// One argument of the public functions that is an object.
#[derive(Debug, Clone, Copy)]
pub struct Argument {
    name: &'static str,
    phase: Phase,
    /// What stands before a member's name in an error.
    prefix: &'static str,
    reads: &'static [&'static str],
    accepts: &'static [&'static str],
    reason: &'static str,
}

macro_rules! argument {
    ($name:literal, $phase:ident, $prefix:literal, [$first:literal $(, $read:literal)*], [$($accepted:literal),*]) => {
        Argument {
            name: $name,
            phase: Phase::$phase,
            prefix: $prefix,
            reads: &[$first $(, $read)*],
            accepts: &[$($accepted),*],
            reason: concat!("is not known here: write it as one of ", $first $(, ", ", $read)*),
        }
    };
}

impl Argument {
    /// The argument that the shim calls so.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "clientOptions" => {
                argument!(
                    "options",
                    Config,
                    "",
                    ["clientId", "clientSecret", "redirectUri", "scopes", "endpoints"],
                    []
                )
            }
            "endpoints" => argument!("endpoints", Config, "endpoints.", ["authorizeUrl", "tokenUrl", "apiUrl"], []),
            "authorizationOptions" => argument!("options", Authorize, "", ["extraParams"], []),
            // Callers keep what `createAuthorizationRequest` gave, and hand over all of it.
            "expectedResponse" => {
                argument!(
                    "expected",
                    Callback,
                    "",
                    ["state"],
                    ["url", "codeVerifier", "codeChallenge", "redirectUri"]
                )
            }
            // The same, with the code beside it. `authorizeInPopup` writes the verifier as NocoDB does.
            "codeGrant" => argument!(
                "grant",
                Exchange,
                "",
                ["code", "codeVerifier", "code_verifier", "redirectUri"],
                ["url", "state", "codeChallenge"]
            ),
            // A token set is a grant, too.
            "refreshGrant" => {
                argument!("grant", Refresh, "", ["refreshToken"], ["accessToken", "tokenType", "expiresAt", "scopes"])
            }
            "tokenResponse" => argument!(
                "response",
                Exchange,
                "",
                ["status", "headers", "body", "receivedAt", "grant", "previous", "request"],
                []
            ),
            // Of either list.
            "listQuery" => argument!("query", Api, "", ["workspace", "page", "next"], []),
            // One object serves both ways to log in. A secret is read to be refused with words of its own.
            "pageOptions" => argument!(
                "options",
                Config,
                "",
                [
                    "client",
                    "clientId",
                    "redirectUri",
                    "scopes",
                    "endpoints",
                    "window",
                    "timeoutMs",
                    "signal",
                    "onLateGrant"
                ],
                ["clientSecret", "client_secret", "secret"]
            ),
            _ => return None,
        })
    }

    /// What the function calls it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The step to which the argument belongs.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The members that have a meaning.
    pub fn reads(&self) -> &'static [&'static str] {
        self.reads
    }

    /// Whether a member may be there.
    pub fn check(&self, member: &str) -> Result<()> {
        if [self.reads, self.accepts].iter().any(|names| names.contains(&member)) {
            return Ok(());
        }
        let is_name = (1..=LONGEST_NAME).contains(&member.len())
            && member.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        Err(if is_name {
            Error::argument(self.phase, &[self.prefix, member].concat(), self.reason)
        } else {
            Error::argument(self.phase, self.name, "has a member that is not known here")
        })
    }
}
