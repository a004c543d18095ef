//! Rules about tokens that no shared case tests.

use crate::fixtures;
use nocodb_bitbucket_auth::client_config::ClientConfig;
use nocodb_bitbucket_auth::credential::AuthType;
use nocodb_bitbucket_auth::endpoints::Endpoints;
use nocodb_bitbucket_auth::error::Code;
use nocodb_bitbucket_auth::grant_type::GrantType;
use nocodb_bitbucket_auth::token_request::{MAX_TOKEN_LENGTH, TokenRequest};
use nocodb_bitbucket_auth::token_response::parse;
use nocodb_bitbucket_auth::token_set::{Previous, is_expired};

fn client() -> ClientConfig {
    let endpoints = Endpoints::new(None, None, None).unwrap();
    ClientConfig::new("Key", Some("Secret"), "https://nocodb.example/", None, endpoints).unwrap()
}

#[test]
fn a_token_of_the_maximum_length_is_accepted_and_a_longer_token_is_rejected() {
    for (length, accepted) in [(MAX_TOKEN_LENGTH, true), (MAX_TOKEN_LENGTH + 1, false)] {
        let token = "t".repeat(length);
        let answer = |name: &str| {
            let others = if name == "access_token" { "" } else { r#""access_token":"AT","# };
            let body = format!(r#"{{{others}"token_type":"bearer","{name}":"{token}"}}"#);
            let response = fixtures::token_response(GrantType::RefreshToken, &body);
            parse(&client(), &response, &Previous::default()).map(drop)
        };
        for name in ["access_token", "refresh_token"] {
            let refused = answer(name).err().map(|error| (error.code, error.field.clone()));
            let expected = (!accepted).then(|| (Code::ResponseInvalid, Some(name.to_owned())));
            assert_eq!(refused, expected, "{name}");
        }
        assert_eq!(TokenRequest::refresh_token(&client(), &token).is_ok(), accepted);
    }
}

#[test]
fn a_token_is_expired_from_the_millisecond_of_its_expiry() {
    assert!(is_expired(Some(1000.0), 1000.0));
    assert!(is_expired(Some(1000.0), 1001.0));
    assert!(!is_expired(Some(1000.0), 999.0));
    assert!(!is_expired(None, f64::MAX));
}

#[test]
fn a_config_uses_an_authorization_code_unless_it_names_another_type_of_credential() {
    for (name, uses_authorization_code) in
        [("oauth", true), ("", true), ("OAuth", true), ("api_key", false), ("basic", false), ("custom", false)]
    {
        assert_eq!(AuthType::uses_authorization_code(name), uses_authorization_code, "{name}");
    }
}
