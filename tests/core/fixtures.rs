//! Values that several test modules need.

use nocodb_bitbucket_auth::grant_type::GrantType;
use nocodb_bitbucket_auth::token_response::TokenResponse;

/// A token response with status 200 and without the header fields that the core reads.
pub fn token_response(grant_type: GrantType, body: &str) -> TokenResponse<'_> {
    TokenResponse {
        status: 200,
        content_type: None,
        www_authenticate: None,
        retry_after: None,
        body: body.as_bytes(),
        received_at: 0.0,
        grant_type,
        request_body: None,
    }
}
