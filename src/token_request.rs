//! Token requests (RFC 6749 sections 4.1.3, 4.4.2 and 6).
//!
//! In: the client, and a code, a refresh token or neither. Out: method, URL, headers and body as data. Never: a
//! refresh request with a `scope`, which would permanently narrow the scopes of the new token.

use url::form_urlencoded::Serializer;

use crate::authorization_response::AuthorizationCode;
use crate::client_config::ClientConfig;
use crate::endpoints::WebUrl;
use crate::environment::CodeVerifierPolicy;
use crate::error::{Error, Phase, Result};
use crate::grant_type::GrantType;
use crate::pasted;
use crate::pkce::CodeVerifier;
use crate::secret::Secret;

/// The maximum length of a token, in bytes. Bitbucket's JWTs have up to about 3,000.
pub const MAX_TOKEN_LENGTH: usize = 65_536;

/// A request to the token endpoint, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// The token endpoint.
    pub url: String,
    /// The `Authorization` header; a public client has none.
    pub authorization: Option<Secret>,
    /// The form-encoded parameters.
    pub body: Secret,
}

impl TokenRequest {
    /// The only method of the token endpoint (RFC 6749 section 3.2).
    pub const METHOD: &'static str = "POST";
    /// The media type of the body. Bitbucket rejects JSON.
    pub const CONTENT_TYPE: &'static str = "application/x-www-form-urlencoded";
    /// The only media type that src/token_response.rs reads.
    pub const ACCEPT: &'static str = "application/json";

    /// Exchanges a code. The redirect URI must be the one of the authorization request. The verifier is required if the
    /// authorization request had a challenge.
    pub fn authorization_code(
        client: &ClientConfig,
        code: &AuthorizationCode,
        code_verifier: Option<&CodeVerifier>,
        redirect_uri: Option<&str>,
    ) -> Result<Self> {
        let redirect_uri = redirect_uri
            .map(WebUrl::parse)
            .transpose()
            .map_err(|reason| Error::argument(Phase::Exchange, "redirectUri", reason))?;
        let redirect_uri = redirect_uri.as_ref().unwrap_or(client.redirect_uri());
        let parameters = [
            Some(("code", code.expose())),
            Some(("redirect_uri", redirect_uri.as_str())),
            code_verifier.map(|verifier| ("code_verifier", verifier.expose())),
        ];
        Ok(Self::with(client, GrantType::AuthorizationCode, parameters.into_iter().flatten()))
    }

    /// Exchanges a code from NocoDB's form.
    pub fn nocodb_authorization_code(
        client: &ClientConfig,
        code: &AuthorizationCode,
        code_verifier: Option<&CodeVerifier>,
        host: CodeVerifierPolicy,
    ) -> Result<Self> {
        let request = Self::authorization_code(client, code, code_verifier, None)?;
        if code_verifier.is_none() && host == CodeVerifierPolicy::Required {
            return Err(Error::argument(Phase::Exchange, "codeVerifier", VERIFIER_IS_MISSING));
        }
        Ok(request)
    }

    /// Refreshes tokens.
    pub fn refresh_token(client: &ClientConfig, refresh_token: &str) -> Result<Self> {
        pasted::check_confidential(refresh_token, MAX_TOKEN_LENGTH)
            .map_err(|reason| Error::argument(Phase::Refresh, "refreshToken", reason))?;
        Ok(Self::with(client, GrantType::RefreshToken, [("refresh_token", refresh_token)]))
    }

    /// Requests a token for the client itself, which requires a client secret.
    pub fn client_credentials(client: &ClientConfig) -> Result<Self> {
        if client.client_secret().is_none() {
            let reason = "is needed for the client credentials grant (RFC 6749 section 4.4)";
            return Err(Error::argument(Phase::Exchange, "clientSecret", reason));
        }
        Ok(Self::with(client, GrantType::ClientCredentials, []))
    }

    /// Requests new tokens for a connection of this grant type. A code works only once, so tokens that were obtained
    /// with a code are refreshed.
    pub fn for_grant_type(client: &ClientConfig, grant_type: GrantType, refresh_token: &str) -> Result<Self> {
        match grant_type {
            GrantType::ClientCredentials => Self::client_credentials(client),
            GrantType::AuthorizationCode | GrantType::RefreshToken => Self::refresh_token(client, refresh_token),
        }
    }

    fn with<'a>(
        client: &ClientConfig,
        grant_type: GrantType,
        parameters: impl IntoIterator<Item = (&'static str, &'a str)>,
    ) -> Self {
        let authorization = client.authorization().cloned();
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", grant_type.as_str()).extend_pairs(parameters);
        if authorization.is_none() {
            // RFC 6749 section 3.2.1: a public client identifies itself in the body.
            form.append_pair("client_id", client.client_id());
        }
        let body = Secret::new(form.finish());
        Self { url: client.endpoints().token.as_str().to_owned(), authorization, body }
    }
}

/// Why a code from NocoDB is rejected without a verifier.
const VERIFIER_IS_MISSING: &str = "is missing, so nothing proves that the code is from a login that started here. NocoDB's form sends a code verifier. Set INTEGRATION_AUTH_BITBUCKET_CODE_VERIFIER to optional only for NocoDB 0.262 to 0.265, whose form sends none";
