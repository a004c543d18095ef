//! NocoDB's responses to requests that fail, and the errors that only the preload can detect.
//!
//! In: the code of an error, and the status of Bitbucket's response. Out: the status of NocoDB's own response, and
//! errors about rows. Never: the status 401 or 403. NocoDB's GUI would log its user out after a 401, and would report
//! missing permissions in NocoDB after a 403.

use crate::error::{Code, ConnectionEnd, Error, Phase};
use crate::pasted::MASKED;

/// How long the exchange of an authorization code may keep a transaction of NocoDB's database open, in milliseconds. On
/// SQLite, the transaction blocks all other writers meanwhile.
pub const TRANSACTION_TIMEOUT_MS: u32 = 5_000;

/// Returns the status (RFC 9110 section 15) of NocoDB's response to a request that failed with this code. `status` is
/// the status of Bitbucket's response; `None` if Bitbucket did not respond. A failure that the caller or an
/// administrator can fix gets the status 400.
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
        // A 429 would mean that NocoDB's own rate limit was exceeded.
        Code::ApiRateLimited
        | Code::ApiNotReady
        | Code::RefreshPending
        | Code::PersistFailed
        | Code::RequestAborted => 503,
        Code::RequestTimeout => 504,
        Code::UnexpectedStatus | Code::TokenRequestFailed | Code::ApiFailed => match status {
            Some(408 | 504) => 504,
            Some(429 | 503) => 503,
            // When Bitbucket rejects a token request with a 4xx, the response has an OAuth error. So an unexpected
            // 4xx comes from another server.
            Some(400..=499) if code != Code::UnexpectedStatus => 400,
            _ => 502,
        },
    }
}

/// Returns the error for an exchange of an authorization code that has reached [`TRANSACTION_TIMEOUT_MS`].
pub fn transaction_timeout_error() -> Box<Error> {
    Error::new(Code::RequestTimeout, Phase::Exchange).with_explanation(
        "Bitbucket did not respond within 5 seconds, and NocoDB's database cannot wait any longer for a connection that is created inside a base. Authenticate again, or create the connection outside of the base",
    )
}

/// Returns the error for a row with an authorization code. Without the preload, nothing exchanges the code that
/// NocoDB's GUI sends, and NocoDB stores the code as it is.
pub fn unexchanged_code_error(phase: Phase) -> Box<Error> {
    Error::new(Code::ReconnectRequired, phase).with_explanation(ConnectionEnd::Unexchanged.explanation())
}

/// Returns the error for a new row that has asterisks in place of a credential.
pub fn masked_credential_error(field: &str) -> Box<Error> {
    Error::argument(Phase::Config, field, MASKED)
}
