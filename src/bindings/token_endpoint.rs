//! Requests to the token endpoint and its answers, as JavaScript sees them: token_request.rs and token_response.rs.

use js_sys::{Number, Object, Uint8Array};
use wasm_bindgen::prelude::*;

use super::scopes::scopes_argument;
use super::{Client, Members};
use crate::client_config::ClientConfig;
use crate::environment::HostVerifier;
use crate::error::{Error, Phase, Result};
use crate::grant::Grant;
use crate::host::{self, Properties};
use crate::key_derivation::derive_key;
use crate::pkce::CodeVerifier;
use crate::secret::Secret;
use crate::token_request::TokenRequest;
use crate::token_response::{self, TokenResponse, is_token};
use crate::token_set::{self, Previous};

#[wasm_bindgen]
impl Client {
    /// A key for one purpose, derived from the secret.
    #[wasm_bindgen(js_name = deriveKey)]
    pub fn derive_key(&self, purpose: &str) -> core::result::Result<Vec<u8>, JsValue> {
        let key = derive_key(&self.config, purpose)
            .ok_or_else(|| Error::argument(Phase::Config, "clientSecret", "is missing"))?;
        Ok(key.to_vec())
    }

    /// `{ method, url, headers, body }` that exchanges a code. `its_other_name`: what the caller has as `code_verifier`, as
    /// NocoDB writes it.
    #[wasm_bindgen(js_name = buildTokenRequest)]
    pub fn build_token_request(
        &self,
        code: &JsValue,
        code_verifier: &JsValue,
        redirect_uri: &JsValue,
        its_other_name: &JsValue,
    ) -> core::result::Result<JsValue, JsValue> {
        let code = host::string(code, "code", Phase::Exchange)?;
        let code_verifier = host::optional_string(code_verifier, "codeVerifier", Phase::Exchange)?;
        let its_other_name = host::optional_string(its_other_name, "code_verifier", Phase::Exchange)?;
        let code_verifier = CodeVerifier::under_either_name(code_verifier.as_deref(), its_other_name.as_deref())?;
        let redirect_uri = host::optional_string(redirect_uri, "redirectUri", Phase::Exchange)?;
        let request =
            TokenRequest::authorization_code(&self.config, &code, code_verifier.as_ref(), redirect_uri.as_deref())?;
        Ok(request.to_js())
    }

    /// The same for what a host's form handed over.
    #[wasm_bindgen(js_name = buildHostTokenRequest)]
    pub fn build_host_token_request(
        &self,
        code: &JsValue,
        code_verifier: &JsValue,
        is_verifier_optional: bool,
    ) -> core::result::Result<JsValue, JsValue> {
        let code = host::string(code, "code", Phase::Exchange)?;
        let code_verifier = host::optional_string(code_verifier, "codeVerifier", Phase::Exchange)?;
        let code_verifier = code_verifier.as_deref().map(CodeVerifier::parse).transpose()?;
        let host = if is_verifier_optional { HostVerifier::Optional } else { HostVerifier::Required };
        let request = TokenRequest::authorization_code_of_host(&self.config, &code, code_verifier.as_ref(), host)?;
        Ok(request.to_js())
    }

    /// The requested scopes that Bitbucket asks for and that were not granted.
    #[wasm_bindgen(js_name = missingScopes)]
    pub fn missing_scopes(&self, granted: &JsValue) -> core::result::Result<Vec<String>, JsValue> {
        Ok(self.config.scopes().asked_for().missing_from(&scopes_argument(granted, "granted")?).to_vec())
    }

    /// `{ method, url, headers, body }` that refreshes tokens.
    #[wasm_bindgen(js_name = buildRefreshRequest)]
    pub fn build_refresh_request(&self, refresh_token: &JsValue) -> core::result::Result<JsValue, JsValue> {
        let refresh_token = host::string(refresh_token, "refreshToken", Phase::Refresh)?;
        Ok(TokenRequest::refresh_token(&self.config, &refresh_token)?.to_js())
    }

    /// `{ method, url, headers, body }` that asks for a token of the client itself.
    #[wasm_bindgen(js_name = buildClientCredentialsRequest)]
    pub fn build_client_credentials_request(&self) -> core::result::Result<JsValue, JsValue> {
        Ok(TokenRequest::client_credentials(&self.config)?.to_js())
    }

    /// Judges `{ status, headers, body, receivedAt, grant, previous?, request? }` and gives a token set. The headers
    /// have lower-case names; the body is a `Uint8Array`.
    #[wasm_bindgen(js_name = parseTokenResponse)]
    pub fn parse_token_response(&self, response: &JsValue) -> core::result::Result<JsValue, JsValue> {
        Ok(parse_token_response(&self.config, response)?)
    }
}

impl TokenRequest {
    fn to_js(&self) -> JsValue {
        let headers = Members::new()
            .text("Accept", Some(Self::ACCEPT))
            .text("Content-Type", Some(Self::CONTENT_TYPE))
            .text("Authorization", self.authorization.as_ref().map(Secret::expose))
            .end();
        Members::new()
            .text("method", Some(Self::METHOD))
            .text("url", Some(&self.url))
            .json("headers", Some(&headers))
            .text("body", Some(self.body.expose()))
            .into_js()
    }
}

fn parse_token_response(client: &ClientConfig, response: &JsValue) -> Result<JsValue> {
    let response = Properties::of(response, "response", Phase::Exchange)?;
    let grant = Grant::from_name(&response.required_string("grant")?)
        .ok_or_else(|| response.error("grant", "must be authorization_code, refresh_token or client_credentials"))?;
    let response = response.in_phase(grant.phase());
    let status = status_of(&response)?;
    let headers = response.get("headers")?.unwrap_or_else(|| Object::new().into());
    let headers = Properties::of(&headers, "headers", grant.phase())?.with_prefix("headers.");
    let content_type = headers.string("content-type")?;
    let www_authenticate = headers.string("www-authenticate")?;
    let retry_after = headers.string("retry-after")?;
    let body = body_of(&response, token_response::LARGEST_BODY)?;
    let previous = previous(response.get("previous")?.as_ref());
    let request_body = match response.get("request")? {
        None => None,
        Some(request) => {
            Properties::of(&request, "request", grant.phase())?.with_prefix("request.").string("body")?
        }
    };
    let tokens = token_response::parse(
        client,
        &TokenResponse {
            status,
            content_type: content_type.as_deref(),
            www_authenticate: www_authenticate.as_deref(),
            retry_after: retry_after.as_deref(),
            body: &body,
            received_at: response.required_number("receivedAt")?,
            grant,
            request_body: request_body.as_deref(),
        },
        &previous,
    )?;
    // JavaScript writes the number: Rust's own way would be thirteen kilobytes of WebAssembly.
    let expires_at =
        tokens.expires_at.and_then(|time| Number::from(time).to_string_with_radix(10).ok()).map(String::from);
    Ok(Members::new()
        .text("accessToken", Some(tokens.access_token.expose()))
        .text("tokenType", Some("bearer"))
        .text("refreshToken", tokens.refresh_token.as_ref().map(Secret::expose))
        .json("expiresAt", expires_at.as_deref())
        .texts("scopes", Some(&tokens.scopes.to_vec()))
        .into_js())
}

pub(super) fn status_of(response: &Properties<'_>) -> Result<u16> {
    let status = response.required_number("status")?;
    // Three digits (RFC 9110 section 15): a server that sends one beyond 599 is not the caller's fault.
    if (100.0..=999.0).contains(&status) && status.fract() == 0.0 {
        Ok(status as u16)
    } else {
        Err(response.error("status", "is not an HTTP status"))
    }
}

/// A body, or as much of a longer one as tells that it is too long.
pub(super) fn body_of(response: &Properties<'_>, longest: usize) -> Result<Vec<u8>> {
    let body: Uint8Array = response
        .get("body")?
        .and_then(|body| host::bytes(&body))
        .ok_or_else(|| response.error("body", "is neither a string nor a Uint8Array"))?;
    Ok(body.subarray(0, body.length().min(longest as u32 + 1)).to_vec())
}

/// What is known from before. It comes out of a store, and a hint that cannot be used must not cost the tokens that have
/// just arrived, so it is left out.
fn previous(value: Option<&JsValue>) -> Previous {
    let Some(Ok(hints)) = value.map(|value| Properties::of(value, "previous", Phase::Refresh)) else {
        return Previous::default();
    };
    let refresh_token = hints.string("refreshToken").ok().flatten().filter(|token| is_token(token));
    Previous { refresh_token: refresh_token.map(Secret::new), scopes: hints.scopes("scopes").ok().flatten() }
}

/// Whether an access token is past its time; without a time it is not known to be.
#[wasm_bindgen(js_name = isExpired)]
pub fn is_expired(expires_at: Option<f64>, now: f64) -> bool {
    token_set::is_expired(expires_at, now)
}
