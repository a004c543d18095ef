//! How NocoDB answers a request that fails, and why it fails where only the preload sees that.
//!
//! In: the code of an error, and the status that Bitbucket answered with. Out: the status of NocoDB's own answer, and errors
//! about rows. What never happens here: 401 or 403, which NocoDB's GUI takes for the end of its user's session and for a
//! lack of permissions in NocoDB.

use crate::error::{Code, Ending, Error, Phase};
use crate::pasted::MASKED;

/// How long a code's exchange may keep a transaction of NocoDB's database open, in milliseconds: on SQLite nobody else can
/// write meanwhile.
pub const TRANSACTION_LIMIT_MS: u32 = 5_000;

/// The status (RFC 9110 section 15) with which NocoDB answers a request that failed with this code. `status` is that of
/// Bitbucket's answer, where there was one. What the caller, or an administrator, can mend is 400.
pub fn status(code: Code, status: Option<u16>) -> u16 {
    match code {
        Code::InvalidArgument
        | Code::InvalidConfig
        | Code::PopupBlocked
        | Code::AuthorizationTimeout
        | Code::CallbackInvalid
        | Code::CallbackDuplicateParameter
        | Code::CallbackUnsupportedResponse
        | Code::StateMissing
        | Code::StateMismatch
        | Code::IssuerMismatch
        | Code::AccessDenied
        | Code::AuthorizationFailed
        | Code::CodeMissing
        | Code::InvalidClient
        | Code::InvalidGrant
        | Code::ReconnectRequired
        | Code::ApiUnauthenticated
        | Code::ApiInsufficientScope
        | Code::ApiNotFound
        | Code::ForeignOrigin => 400,
        Code::RequestFailed
        | Code::RedirectRefused
        | Code::ResponseTooLarge
        | Code::ResponseNotJson
        | Code::ResponseInvalid
        | Code::UnsupportedTokenType
        | Code::ApiGone => 502,
        // 429 would speak of NocoDB's own limit.
        Code::ApiRateLimited
        | Code::ApiNotReady
        | Code::RefreshPending
        | Code::PersistFailed
        | Code::RequestAborted => 503,
        Code::RequestTimeout => 504,
        Code::UnexpectedStatus | Code::TokenRequestFailed | Code::ApiFailed => match status {
            Some(408 | 504) => 504,
            Some(429 | 503) => 503,
            // Such an answer to a token request comes from another server than Bitbucket's.
            Some(400..=499) if code != Code::UnexpectedStatus => 400,
            _ => 502,
        },
    }
}

/// The exchange of a code has reached [`TRANSACTION_LIMIT_MS`].
pub fn late_in_transaction() -> Box<Error> {
    Error::new(Code::RequestTimeout, Phase::Exchange).with_explanation(
        "Bitbucket did not answer within 5 seconds, and NocoDB's database cannot wait any longer for a connection that is created inside a base. Authenticate again, or create the connection outside of the base",
    )
}

/// A row holds an authorization code: NocoDB stores what its GUI sends where no preload exchanges it.
pub fn unexchanged(phase: Phase) -> Box<Error> {
    Error::new(Code::ReconnectRequired, phase).with_explanation(Ending::Unexchanged.explanation())
}

/// A new row would hold the asterisks that stand in place of a credential.
pub fn masked(field: &str) -> Box<Error> {
    Error::argument(Phase::Config, field, MASKED)
}
