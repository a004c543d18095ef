//! The table of all error codes, with their phases and flags, and the messages.

use nocodb_bitbucket_auth::client_config::ClientConfig;
use nocodb_bitbucket_auth::endpoints::Endpoints;
use nocodb_bitbucket_auth::error::{Code, ConnectionEnd, Error, NOCODB_REFRESH_PHRASES, Phase, clean_error_code};
use nocodb_bitbucket_auth::nocodb_response;

use Phase::{Api, Authorize, Callback, Config, Exchange, Refresh};

/// The contract that consumers rely on: a code, its name, the phases in which it occurs, and two flags. The flags say whether an
/// error without further details is retryable, and whether it requires a new authorization.
type Row = (Code, &'static str, &'static [Phase], bool, bool);

const TABLE: [Row; 36] = [
    (Code::InvalidArgument, "INVALID_ARGUMENT", &[Config, Authorize, Callback, Exchange, Refresh, Api], false, false),
    (Code::InvalidConfig, "INVALID_CONFIG", &[Config, Authorize], false, false),
    (Code::PopupBlocked, "POPUP_BLOCKED", &[Authorize], false, false),
    (Code::AuthorizationTimeout, "AUTHORIZATION_TIMEOUT", &[Authorize, Callback], false, false),
    (Code::CallbackInvalid, "CALLBACK_INVALID", &[Callback], false, false),
    (Code::CallbackDuplicateParameter, "CALLBACK_DUPLICATE_PARAMETER", &[Callback], false, false),
    (Code::CallbackUnsupportedResponse, "CALLBACK_UNSUPPORTED_RESPONSE", &[Callback], false, false),
    (Code::StateMissing, "STATE_MISSING", &[Callback], false, false),
    (Code::StateMismatch, "STATE_MISMATCH", &[Callback], false, false),
    (Code::IssuerMismatch, "ISSUER_MISMATCH", &[Callback], false, false),
    (Code::AccessDenied, "ACCESS_DENIED", &[Callback], false, false),
    (Code::AuthorizationFailed, "AUTHORIZATION_FAILED", &[Callback], false, false),
    (Code::CodeMissing, "CODE_MISSING", &[Callback], false, false),
    (Code::RequestFailed, "REQUEST_FAILED", &[Exchange, Refresh, Api], true, false),
    (Code::RequestTimeout, "REQUEST_TIMEOUT", &[Exchange, Refresh, Api], true, false),
    (Code::RequestAborted, "REQUEST_ABORTED", &[Authorize, Exchange, Refresh, Api], false, false),
    (Code::RedirectRefused, "REDIRECT_REFUSED", &[Exchange, Refresh, Api], false, false),
    (Code::ResponseTooLarge, "RESPONSE_TOO_LARGE", &[Exchange, Refresh, Api], false, false),
    (Code::ResponseNotJson, "RESPONSE_NOT_JSON", &[Exchange, Refresh, Api], false, false),
    (Code::ResponseInvalid, "RESPONSE_INVALID", &[Exchange, Refresh, Api], false, false),
    (Code::UnexpectedStatus, "UNEXPECTED_STATUS", &[Exchange, Refresh], false, false),
    (Code::UnsupportedTokenType, "UNSUPPORTED_TOKEN_TYPE", &[Exchange, Refresh], false, false),
    (Code::InvalidClient, "INVALID_CLIENT", &[Exchange, Refresh], false, false),
    (Code::InvalidGrant, "INVALID_GRANT", &[Exchange], false, true),
    (Code::ReconnectRequired, "RECONNECT_REQUIRED", &[Exchange, Refresh, Api], false, true),
    (Code::TokenRequestFailed, "TOKEN_REQUEST_FAILED", &[Exchange, Refresh], false, false),
    (Code::ApiUnauthenticated, "API_UNAUTHENTICATED", &[Api], false, false),
    (Code::ApiInsufficientScope, "API_INSUFFICIENT_SCOPE", &[Api], false, false),
    (Code::ApiNotFound, "API_NOT_FOUND", &[Api], false, false),
    (Code::ApiGone, "API_GONE", &[Api], false, false),
    (Code::ApiRateLimited, "API_RATE_LIMITED", &[Api], true, false),
    (Code::ApiNotReady, "API_NOT_READY", &[Api], true, false),
    (Code::ApiFailed, "API_FAILED", &[Api], false, false),
    (Code::ForeignOrigin, "FOREIGN_ORIGIN", &[Api], false, false),
    (Code::RefreshPending, "REFRESH_PENDING", &[Refresh], true, false),
    (Code::PersistFailed, "PERSIST_FAILED", &[Refresh], true, false),
];

#[test]
fn every_code_has_its_name_and_flags() {
    let listed: Vec<Code> = TABLE.iter().map(|(code, ..)| *code).collect();
    assert_eq!(listed, Code::ALL);
    for (code, name, phases, retryable, reauthorize) in TABLE {
        let error = Error::new(code, phases[0]);
        assert_eq!(code.as_str(), name);
        assert_eq!(Code::from_name(name), Some(code));
        assert_eq!(error.retryable(), retryable, "{name}");
        assert_eq!(error.reauthorize(), reauthorize, "{name}");
    }
    assert_eq!(Code::from_name("NO_SUCH_CODE"), None);
}

/// Fails if an error has a phase that the table does not list for its code. The tests call this function for every error.
pub fn assert_listed(error: &Error) {
    let row = TABLE.iter().find(|(code, ..)| *code == error.code).unwrap();
    assert!(row.2.contains(&error.phase), "{} in phase {}", row.1, error.phase.as_str());
}

#[test]
fn every_phase_has_its_name() {
    let names: Vec<&str> = Phase::ALL.iter().map(|phase| phase.as_str()).collect();
    assert_eq!(names, ["config", "authorize", "callback", "exchange", "refresh", "api"]);
    for phase in Phase::ALL {
        assert_eq!(Phase::from_name(phase.as_str()), Some(*phase));
    }
    assert_eq!(Phase::from_name("Config"), None);
}

#[test]
fn an_error_response_that_shows_a_temporary_problem_is_retryable() {
    for (status, retryable) in [(400, false), (403, false), (404, false), (408, true), (429, true), (500, true)] {
        for code in [Code::UnexpectedStatus, Code::TokenRequestFailed, Code::ApiFailed] {
            assert_eq!(Error::new(code, Phase::Refresh).with_status(status).retryable(), retryable, "{status}");
        }
        assert!(!Error::new(Code::InvalidClient, Phase::Refresh).with_status(status).retryable());
    }
    for (error, retryable) in [("server_error", true), ("temporarily_unavailable", true), ("invalid_scope", false)] {
        for code in [Code::AuthorizationFailed, Code::TokenRequestFailed] {
            let mut failure = Error::new(code, Phase::Callback);
            failure.error = Some(error.to_owned());
            assert_eq!(failure.retryable(), retryable, "{error}");
        }
    }
}

#[test]
fn an_error_about_a_replaced_or_deleted_connection_does_not_ask_the_user_to_authenticate() {
    for (name, ending, says) in [
        ("replaced", ConnectionEnd::Replaced, "A user authenticated this connection again. Reload the connection."),
        (
            "deleted",
            ConnectionEnd::Deleted,
            "This connection was deleted in NocoDB, and its tokens are no longer refreshed.",
        ),
    ] {
        assert_eq!(ConnectionEnd::from_name(name), Some(ending));
        let error = Error::new(Code::ReconnectRequired, Refresh).with_explanation(ending.explanation());
        assert_eq!(error.message(), says);
        assert!(!error.reauthorize() && !error.retryable());
        assert!(!NOCODB_REFRESH_PHRASES.iter().any(|phrase| error.message().contains(phrase)));
    }
    assert_eq!(ConnectionEnd::from_name("Replaced"), None);
}

#[test]
fn an_error_about_a_code_that_was_never_exchanged_asks_the_user_to_authenticate() {
    assert_eq!(ConnectionEnd::from_name("unexchanged"), Some(ConnectionEnd::Unexchanged));
    let error = nocodb_response::unexchanged_code_error(Exchange);
    assert_eq!(error.message(), "A NocoDB process without the preload created this connection. Authenticate again.");
    assert!(error.reauthorize() && !error.retryable());
}

#[test]
fn the_message_about_a_fixed_time_limit_does_not_advise_raising_the_limit() {
    assert!(
        Error::new(Code::RequestTimeout, Exchange)
            .message()
            .ends_with(", or raise INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS.")
    );
    let message = nocodb_response::transaction_timeout_error().message();
    assert!(message.contains("within 5 seconds") && !message.contains("raise"), "{message}");
    assert_eq!(nocodb_response::TRANSACTION_TIMEOUT_MS, 5_000);
}

#[test]
fn a_masked_credential_in_a_new_row_is_rejected_with_the_name_of_its_field() {
    let error = nocodb_response::masked_credential_error("config.token");
    assert_eq!(error.field.as_deref(), Some("config.token"));
    assert!(error.message().contains("config.token is a mask"), "{error}");
    assert_listed(&error);
}

/// NocoDB refreshes tokens if a message contains one of the phrases. A refresh would fix no error of the core.
#[test]
fn no_message_makes_nocodb_refresh_tokens() {
    let described = ["The access TOKEN EXPIRED", "Unauthorized", "see invalid_grant", "Plain words"];
    for code in Code::ALL {
        for phase in Phase::ALL {
            for text in described {
                let mut error = Error::new(*code, *phase).with_status(401).with_field("field");
                error.error = Some("unauthorized_client".to_owned());
                error.error_description = Some(text.to_owned());
                error.announcement_url = Some("https://developer.atlassian.com/unauthorized".to_owned());
                let message = error.message().to_lowercase();
                for phrase in NOCODB_REFRESH_PHRASES {
                    assert!(!message.contains(phrase), "{message}");
                }
            }
        }
    }
}

#[test]
fn a_message_contains_the_field_and_the_reason_and_the_description_of_its_error() {
    let error = Error::new(Code::InvalidConfig, Phase::Config)
        .with_field("INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI")
        .with_reason("is not set");
    assert_eq!(
        error.to_string(),
        "The configuration is invalid: INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI is not set."
    );
    let error = Error::new(Code::ResponseInvalid, Phase::Exchange).with_field("access_token");
    assert_eq!(error.to_string(), "Bitbucket's response has a missing or malformed member: access_token.");
    let error = Error::new(Code::ResponseInvalid, Phase::Exchange).with_reason("a member appears more than once");
    assert_eq!(
        error.to_string(),
        "Bitbucket's response has a missing or malformed member: a member appears more than once."
    );
    let error = Error::new(Code::UnexpectedStatus, Phase::Exchange).with_status(418);
    assert_eq!(error.to_string(), "Bitbucket responded with an unexpected status 418.");
    let mut error = Error::new(Code::AuthorizationFailed, Phase::Callback);
    error.error = Some("invalid_scope".to_owned());
    error.error_description = Some("No such scope".to_owned());
    assert_eq!(error.to_string(), "Bitbucket rejected the authorization request: invalid_scope, No such scope.");
    error.error = None;
    assert_eq!(error.to_string(), "Bitbucket rejected the authorization request: No such scope.");
}

#[test]
fn a_message_about_the_api_names_the_missing_scopes_or_the_waiting_time() {
    let mut error = Error::new(Code::ApiInsufficientScope, Phase::Api).with_status(403).with_reason("add it");
    error.required = vec!["repository".to_owned(), "webhook".to_owned()];
    assert_eq!(
        error.to_string(),
        "The connection lacks a permission that this request needs (repository, webhook): add it."
    );
    error.granted = Some(vec!["pullrequest".to_owned()]);
    assert_eq!(error.to_string(), "The connection lacks a permission that this request needs (webhook): add it.");
    assert_eq!(error.missing_scopes().to_vec(), ["webhook"]);
    // `pullrequest` includes `repository`, so no required scope seems to be missing. The error then lists all required
    // scopes.
    error.granted = Some(vec!["pullrequest".to_owned(), "webhook".to_owned()]);
    assert_eq!(error.missing_scopes().to_vec(), ["repository", "webhook"]);

    let mut error = Error::new(Code::ApiRateLimited, Phase::Api);
    for (wait, seconds) in [(0, 0), (1, 1), (1000, 1), (1001, 2)] {
        error.retry_after = Some(wait);
        let expected = format!("Bitbucket's rate limit is reached. Try again later, in {seconds} seconds.");
        assert_eq!(error.to_string(), expected);
    }
    let mut error = Error::new(Code::ApiFailed, Phase::Api).with_status(500).with_reason("it passes");
    assert_eq!(error.to_string(), "The request to Bitbucket's API returned an error 500: it passes.");
    error.error_description = Some("No.".to_owned());
    assert_eq!(
        error.to_string(),
        "The request to Bitbucket's API returned an error 500: it passes. Bitbucket says: No."
    );
}

#[test]
fn the_error_for_a_non_ascii_host_advises_punycode() {
    for address in ["https://n\u{f6}codb.example/", "https://%6Eocodb.example/"] {
        let endpoints = Endpoints::new(None, None, None).unwrap();
        let error = ClientConfig::new("Key", None, address, None, endpoints).unwrap_err();
        assert!(error.to_string().contains("punycode"), "{error}");
    }
}

#[test]
fn every_message_is_a_sentence() {
    for code in Code::ALL {
        let message = Error::new(*code, Phase::Api).message();
        assert!(message.starts_with(|c: char| c.is_ascii_uppercase()), "{message}");
        assert!(message.ends_with('.') && !message.ends_with(".."), "{message}");
    }
}

#[test]
fn an_error_code_from_bitbucket_is_shown_only_if_its_syntax_is_valid_and_it_contains_no_secret() {
    let long = "a".repeat(42);
    for good in ["invalid_scope", "ACCESS_DENIED", "org.example.teapot-2", long.as_str()] {
        assert_eq!(clean_error_code(good, []), Some(good.to_owned()));
    }
    let too_long = "a".repeat(43);
    for bad in
        ["", "a b", "aB", "a\"b", "a\\b", "a/b", "a:b", "a?b", "a=b", "a\u{7f}", "ä", "a\nb", too_long.as_str()]
    {
        assert_eq!(clean_error_code(bad, []), None, "{bad}");
    }
    assert_eq!(clean_error_code("x-secret-x", ["", "secret"]), None);
    assert_eq!(clean_error_code("x-secret-x", [""]), Some("x-secret-x".to_owned()));
}
