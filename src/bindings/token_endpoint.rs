//! The JavaScript bindings of `src/token_request.rs` and `src/token_response.rs`: requests to the token endpoint, and
//! its responses.

use js_sys::Array;
use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::scopes::{list_of, scopes_of};
use super::{OAuthCore, to_js_value};
use crate::authorization_response::AuthorizationCode;
use crate::client_config::ClientConfig;
use crate::endpoints::Endpoints;
use crate::environment::CodeVerifierPolicy;
use crate::error::{Error, Phase, Result};
use crate::grant_type::GrantType;
use crate::key_derivation::derive_key;
use crate::pkce::CodeVerifier;
use crate::scope::ScopeSet;
use crate::secret::Secret;
use crate::token_request;
use crate::token_response::{self, TokenResponse, is_token};
use crate::token_set::{self, Previous};

/// A token request. It contains secrets: send it, do not log it.
#[derive(Serialize, Tsify)]
pub struct TokenRequest<'a> {
    /// Always `POST`.
    method: &'static str,
    /// The token endpoint.
    url: &'a str,
    #[tsify(type = "Record<string, string>")]
    headers: Headers<'a>,
    /// Encoded as `application/x-www-form-urlencoded`.
    body: &'a str,
}

#[derive(Serialize)]
struct Headers<'a> {
    #[serde(rename = "Accept")]
    accept: &'static str,
    #[serde(rename = "Content-Type")]
    content_type: &'static str,
    #[serde(rename = "Authorization", skip_serializing_if = "Option::is_none")]
    authorization: Option<&'a str>,
}

/// Tokens with an absolute expiry.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TokenSet<'a> {
    /// The access token, sent as `Authorization: Bearer`.
    access_token: &'a str,
    /// The only type that is accepted (RFC 6750).
    token_type: TokenType,
    /// The refresh token, which is exchanged for the next tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    /// When the access token expires, in milliseconds since 1970; absent if the response did not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<f64>,
    /// The granted scopes, in the response's order.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "string[]")]
    scopes: Array,
}

/// The type of an access token.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum TokenType {
    /// A bearer token (RFC 6750).
    Bearer,
}

#[wasm_bindgen]
impl OAuthCore {
    /// Validates a caller's configuration. Only a client with a secret can request tokens from Bitbucket.
    #[wasm_bindgen(constructor)]
    pub fn new(
        client_id: &str,
        redirect_uri: &str,
        client_secret: Option<String>,
        scopes: Option<String>,
        authorize_url: Option<String>,
        token_url: Option<String>,
        api_url: Option<String>,
    ) -> core::result::Result<OAuthCore, JsValue> {
        let scopes = scopes.map(|scopes| scopes_of(&scopes, "scopes")).transpose()?;
        let endpoints = Endpoints::new(authorize_url.as_deref(), token_url.as_deref(), api_url.as_deref())?;
        let config = ClientConfig::new(client_id, client_secret.as_deref(), redirect_uri, scopes, endpoints)?;
        Ok(config.into())
    }

    /// A key for one purpose, derived from the client secret.
    #[wasm_bindgen(js_name = deriveKey)]
    pub fn derive_key(&self, purpose: &str) -> core::result::Result<Vec<u8>, JsValue> {
        let key = derive_key(&self.config, purpose)
            .ok_or_else(|| Error::argument(Phase::Config, "clientSecret", "is missing"))?;
        Ok(key.to_vec())
    }

    /// The request that exchanges a code from `validateAuthorizationResponse`. `code_verifier_alias` is the same as
    /// `code_verifier`, for callers that use NocoDB's spelling of the member.
    #[wasm_bindgen(js_name = buildTokenRequest, unchecked_return_type = "TokenRequest")]
    pub fn build_token_request(
        &self,
        code: &str,
        code_verifier: Option<String>,
        code_verifier_alias: Option<String>,
        redirect_uri: Option<String>,
    ) -> core::result::Result<JsValue, JsValue> {
        let code = AuthorizationCode::validated_before(code)?;
        let code_verifier = CodeVerifier::from_either_name(code_verifier.as_deref(), code_verifier_alias.as_deref())?;
        Ok(token_request::TokenRequest::authorization_code(
            &self.config,
            &code,
            code_verifier.as_ref(),
            redirect_uri.as_deref(),
        )?
        .to_js())
    }

    /// The request that exchanges a code from NocoDB's form.
    #[wasm_bindgen(js_name = buildNocoDbTokenRequest, unchecked_return_type = "TokenRequest")]
    pub fn build_nocodb_token_request(
        &self,
        code: &str,
        code_verifier: Option<String>,
        is_verifier_optional: bool,
    ) -> core::result::Result<JsValue, JsValue> {
        let code = AuthorizationCode::from_nocodb_payload(code)?;
        let code_verifier = code_verifier.as_deref().map(CodeVerifier::parse).transpose()?;
        let host = if is_verifier_optional { CodeVerifierPolicy::Optional } else { CodeVerifierPolicy::Required };
        Ok(token_request::TokenRequest::nocodb_authorization_code(&self.config, &code, code_verifier.as_ref(), host)?
            .to_js())
    }

    /// The requested scopes that were not granted, without those that Bitbucket has retired.
    #[wasm_bindgen(js_name = missingScopes, unchecked_return_type = "string[]")]
    pub fn missing_scopes(&self, granted: &str) -> core::result::Result<Array, JsValue> {
        Ok(list_of(&self.config.scopes().without_retired().missing_from(&scopes_of(granted, "granted")?)))
    }

    /// The request that refreshes tokens.
    #[wasm_bindgen(js_name = buildRefreshRequest, unchecked_return_type = "TokenRequest")]
    pub fn build_refresh_request(&self, refresh_token: &str) -> core::result::Result<JsValue, JsValue> {
        Ok(token_request::TokenRequest::refresh_token(&self.config, refresh_token)?.to_js())
    }

    /// The request that gets new tokens for a connection with this grant type.
    #[wasm_bindgen(js_name = buildRequestForGrantType, unchecked_return_type = "TokenRequest")]
    pub fn build_request_for_grant_type(
        &self,
        grant_type: &str,
        refresh_token: &str,
    ) -> core::result::Result<JsValue, JsValue> {
        Ok(token_request::TokenRequest::for_grant_type(&self.config, grant_type_named(grant_type)?, refresh_token)?
            .to_js())
    }

    /// The request for a token that belongs to the client itself (RFC 6749 section 4.4).
    #[wasm_bindgen(js_name = buildClientCredentialsRequest, unchecked_return_type = "TokenRequest")]
    pub fn build_client_credentials_request(&self) -> core::result::Result<JsValue, JsValue> {
        Ok(token_request::TokenRequest::client_credentials(&self.config)?.to_js())
    }

    /// Validates a response and returns its token set. `previous_…` are the values that were stored before a refresh.
    /// `request_body` is the form of the request.
    #[expect(clippy::too_many_arguments, reason = "reading an object costs a call to JavaScript for each member")]
    #[wasm_bindgen(js_name = parseTokenResponse, unchecked_return_type = "TokenSet")]
    pub fn parse_token_response(
        &self,
        grant_type: &str,
        status: f64,
        body: &[u8],
        received_at: f64,
        content_type: Option<String>,
        www_authenticate: Option<String>,
        retry_after: Option<String>,
        previous_refresh_token: Option<String>,
        previous_scopes: Option<String>,
        request_body: Option<String>,
    ) -> core::result::Result<JsValue, JsValue> {
        let grant_type = grant_type_named(grant_type)?;
        let response = TokenResponse {
            status: status_code(status, grant_type.phase())?,
            content_type: content_type.as_deref(),
            www_authenticate: www_authenticate.as_deref(),
            retry_after: retry_after.as_deref(),
            body,
            received_at,
            grant_type,
            request_body: request_body.as_deref(),
        };
        // An invalid stored value is ignored, because it must not cause the loss of tokens that have just arrived.
        let previous = Previous {
            refresh_token: previous_refresh_token.filter(|token| is_token(token)).map(Secret::new),
            scopes: previous_scopes.and_then(|scopes| ScopeSet::parse(&scopes).ok()),
        };
        let tokens = token_response::parse(&self.config, &response, &previous)?;
        Ok(to_js_value(&TokenSet {
            access_token: tokens.access_token.expose(),
            token_type: TokenType::Bearer,
            refresh_token: tokens.refresh_token.as_ref().map(Secret::expose),
            expires_at: tokens.expires_at,
            scopes: list_of(&tokens.scopes),
        }))
    }
}

impl token_request::TokenRequest {
    fn to_js(&self) -> JsValue {
        to_js_value(&TokenRequest {
            method: Self::METHOD,
            url: &self.url,
            headers: Headers {
                accept: Self::ACCEPT,
                content_type: Self::CONTENT_TYPE,
                authorization: self.authorization.as_ref().map(Secret::expose),
            },
            body: self.body.expose(),
        })
    }
}

fn grant_type_named(name: &str) -> Result<GrantType> {
    GrantType::from_name(name).ok_or_else(|| {
        let reason = "must be authorization_code, refresh_token or client_credentials";
        Error::argument(Phase::Exchange, "grant", reason)
    })
}

/// A status has three digits (RFC 9110 section 15). A status above 599 is a mistake of the server and not of the
/// caller.
fn status_code(status: f64, phase: Phase) -> Result<u16> {
    if (100.0..=999.0).contains(&status) && status.fract() == 0.0 {
        Ok(status as u16)
    } else {
        Err(Error::argument(phase, "status", "is not an HTTP status"))
    }
}

/// Whether an access token has expired. Without an expiry time it counts as valid.
#[wasm_bindgen(js_name = isExpired)]
pub fn is_expired(expires_at: Option<f64>, now: f64) -> bool {
    token_set::is_expired(expires_at, now)
}
