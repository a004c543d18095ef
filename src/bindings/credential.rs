//! The JavaScript bindings of `src/credential.rs`: stored credentials.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::to_js_value;
use crate::credential::{self, AuthType, Credential, MEMBERS, segment};
use crate::environment::ClientCredentials;
use crate::error::{Error, Phase};
use crate::secret::Secret;

/// The credential in a stored config.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct StoredCredential<'a> {
    /// The credential's type, as NocoDB names it.
    #[tsify(type = "'oauth' | 'api_key' | 'basic' | 'custom'")]
    kind: &'a str,
    /// The token; absent if the plugin has to request it first.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<&'a str>,
    /// The value of the `Authorization` header; absent if the plugin has to request the token first.
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization: Option<&'a str>,
    /// The e-mail address of the Atlassian account that an API token belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    /// Whether the plugin can request a new token without a user.
    can_refresh: bool,
    /// Whether the credential belongs to a user.
    has_user: bool,
    /// A sentence about a probable mistake, if the token looks like one of another type.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

/// The names of the members that `readCredential` reads, separated by spaces.
#[wasm_bindgen(js_name = credentialMembers)]
pub fn credential_members() -> String {
    MEMBERS.join(" ")
}

/// Reads the credential from the JSON of a config's members. `allows_client_credentials` comes from the environment.
#[wasm_bindgen(js_name = readCredential, unchecked_return_type = "StoredCredential")]
pub fn read_credential(config: &str, allows_client_credentials: bool) -> core::result::Result<JsValue, JsValue> {
    let allowed = if allows_client_credentials { ClientCredentials::Allowed } else { ClientCredentials::Refused };
    let credential = Credential::read(config, allowed)?;
    Ok(to_js_value(&StoredCredential {
        kind: credential.auth_type.as_str(),
        access_token: credential.access_token.as_ref().map(Secret::expose),
        authorization: credential.authorization().as_ref().map(Secret::expose),
        email: credential.email.as_deref(),
        can_refresh: credential.can_refresh,
        has_user: credential.auth_type.has_user(),
        hint: credential.hint(),
    }))
}

/// The value of `Authorization` for an access token.
#[wasm_bindgen]
pub fn bearer(access_token: &str) -> String {
    credential::bearer(access_token).expose().to_owned()
}

/// Whether the JSON of a config's member is a reference to a secret in a vault.
#[wasm_bindgen(js_name = isVaultReference)]
pub fn is_vault_reference(member: &str) -> bool {
    credential::is_vault_reference(member)
}

/// Whether a config of this type gets its tokens in exchange for an authorization code.
#[wasm_bindgen(js_name = usesAuthorizationCode)]
pub fn uses_authorization_code(kind: &str) -> bool {
    AuthType::uses_authorization_code(kind)
}

/// Whether a config of this type has tokens that a user consented to.
#[wasm_bindgen(js_name = holdsUserTokens)]
pub fn holds_user_tokens(kind: &str) -> bool {
    AuthType::holds_user_tokens(kind)
}

/// Whether a config of this type acts as the OAuth client itself.
#[wasm_bindgen(js_name = isClientCredentials)]
pub fn is_client_credentials(kind: &str) -> bool {
    AuthType::is_client_credentials(kind)
}

/// Whether the tokens of a config of this type can be refreshed with this refresh token.
#[wasm_bindgen(js_name = isRefreshable)]
pub fn is_refreshable(kind: &str, refresh_token: &str) -> bool {
    credential::is_refreshable(kind, refresh_token)
}

/// Returns a path segment for the slug of a workspace, or for its UUID in braces.
#[wasm_bindgen(js_name = workspaceSegment)]
pub fn workspace_segment(workspace: Option<String>) -> core::result::Result<String, JsValue> {
    let workspace = workspace.ok_or_else(|| Error::argument(Phase::Api, "workspace", "is missing"))?;
    Ok(segment(&workspace, "workspace")?)
}
