//! Token requests (RFC 6749 sections 4.1.3, 4.4.2 and 6): what is posted to the token endpoint.
//!
//! In: the client and a code, a refresh token, or nothing. Out: method, address, headers and body as data. What never
//! happens here: a `scope` on a refresh, because it narrows the new token for good.

use url::form_urlencoded::Serializer;

use crate::authorization_response::AuthorizationCode;
use crate::client_config::ClientConfig;
use crate::endpoints::WebUrl;
use crate::environment::HostVerifier;
use crate::error::{Error, Phase, Result};
use crate::grant_type::GrantType;
use crate::pasted;
use crate::pkce::CodeVerifier;
use crate::secret::Secret;

/// The longest token that is accepted, in bytes. Bitbucket's JWTs have up to about 3,000.
pub const LONGEST_TOKEN: usize = 65_536;

/// A request to the token endpoint, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// The token endpoint.
    pub url: String,
    /// The `Authorization` header; a public client has none.
    pub authorization: Option<Secret>,
    /// The form.
    pub body: Secret,
}

impl TokenRequest {
    /// Always this one (RFC 6749 section 3.2).
    pub const METHOD: &'static str = "POST";
    /// Bitbucket refuses a JSON body.
    pub const CONTENT_TYPE: &'static str = "application/x-www-form-urlencoded";
    /// What is understood.
    pub const ACCEPT: &'static str = "application/json";

    /// Exchanges a code. The redirect URI must be the one of the authorization request; a verifier is sent if one was.
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

    /// The same for a code that a host's form hands over.
    pub fn authorization_code_of_host(
        client: &ClientConfig,
        code: &AuthorizationCode,
        code_verifier: Option<&CodeVerifier>,
        host: HostVerifier,
    ) -> Result<Self> {
        let request = Self::authorization_code(client, code, code_verifier, None)?;
        if code_verifier.is_none() && host == HostVerifier::Required {
            return Err(Error::argument(Phase::Exchange, "codeVerifier", VERIFIER_IS_MISSING));
        }
        Ok(request)
    }

    /// Asks for new tokens.
    pub fn refresh_token(client: &ClientConfig, refresh_token: &str) -> Result<Self> {
        pasted::check_confidential(refresh_token, LONGEST_TOKEN)
            .map_err(|reason| Error::argument(Phase::Refresh, "refreshToken", reason))?;
        Ok(Self::with(client, GrantType::RefreshToken, [("refresh_token", refresh_token)]))
    }

    /// Asks for a token of the client itself, which takes a client with a secret.
    pub fn client_credentials(client: &ClientConfig) -> Result<Self> {
        if client.client_secret().is_none() {
            let reason = "is needed for the client credentials grant (RFC 6749 section 4.4)";
            return Err(Error::argument(Phase::Exchange, "clientSecret", reason));
        }
        Ok(Self::with(client, GrantType::ClientCredentials, []))
    }

    /// Asks for new tokens in the place of those that a grant gave. A code can be used once, so what it gave is refreshed.
    pub fn renewal(client: &ClientConfig, grant: GrantType, refresh_token: &str) -> Result<Self> {
        match grant {
            GrantType::ClientCredentials => Self::client_credentials(client),
            GrantType::AuthorizationCode | GrantType::RefreshToken => Self::refresh_token(client, refresh_token),
        }
    }

    fn with<'a>(
        client: &ClientConfig,
        grant: GrantType,
        parameters: impl IntoIterator<Item = (&'static str, &'a str)>,
    ) -> Self {
        let authorization = client.authorization().cloned();
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", grant.as_str()).extend_pairs(parameters);
        if authorization.is_none() {
            // RFC 6749 section 3.2.1: a public client names itself in the body.
            form.append_pair("client_id", client.client_id());
        }
        let body = Secret::new(form.finish());
        Self { url: client.endpoints().token.as_str().to_owned(), authorization, body }
    }
}

/// Why a host's code is refused without one.
const VERIFIER_IS_MISSING: &str = "is missing, so nothing proves that the code is from a login that started here. NocoDB's form sends one. Only for NocoDB 0.262 to 0.265, whose form sends none, set INTEGRATION_AUTH_BITBUCKET_CODE_VERIFIER to optional";
