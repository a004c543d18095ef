//! What the shared cases cannot say about tokens, because it needs no answer.

use nocodb_bitbucket_auth::token_set::is_expired;

#[test]
fn a_token_is_expired_from_its_last_millisecond_on() {
    assert!(is_expired(Some(1000.0), 1000.0));
    assert!(is_expired(Some(1000.0), 1001.0));
    assert!(!is_expired(Some(1000.0), 999.0));
    assert!(!is_expired(None, f64::MAX));
}
