//! Stored credentials as JavaScript sees them: credential.rs.

use wasm_bindgen::prelude::*;

use super::Members;
use crate::credential::{Credential, Kind, MEMBERS, Stored, VAULT, segment};
use crate::environment::ClientCredentials;
use crate::error::Phase;
use crate::host::{self, Properties};
use crate::secret::Secret;

/// What a stored config says of its credential: `{ kind, accessToken?, authorization?, email?, canRenew, hasUser, hint? }`.
/// `may_act_as_client` is what the environment says of that.
#[wasm_bindgen(js_name = readCredential)]
pub fn read_credential(config: &JsValue, may_act_as_client: bool) -> core::result::Result<JsValue, JsValue> {
    let config = Properties::of(config, "config", Phase::Api)?;
    // Stores may hold anything, and what is no text is as good as absent.
    let text = |name| config.string(name).ok().flatten();
    let value = |name: &str| config.get(name).ok().flatten();
    let (kind, token, oauth_token) = (text("type"), text("token"), text("oauth_token"));
    let (refresh_token, email) = (text("refresh_token"), text("email"));
    let is_reference = |name: &&str| value(name).is_some_and(|value| is_vault_reference(&value));
    let references: Vec<&str> = MEMBERS.into_iter().filter(is_reference).collect();
    let stored = Stored {
        kind: kind.as_deref(),
        token: token.as_deref(),
        oauth_token: oauth_token.as_deref(),
        refresh_token: refresh_token.as_deref(),
        email: email.as_deref(),
        has_code: value("oauth").is_some(),
        references: &references,
    };
    let allowed = if may_act_as_client { ClientCredentials::Allowed } else { ClientCredentials::Refused };
    let credential = Credential::read(&stored, allowed)?;
    let authorization = credential.authorization();
    Ok(Members::new()
        .text("kind", Some(credential.kind.as_str()))
        .text("accessToken", credential.access_token.as_ref().map(Secret::expose))
        .text("authorization", authorization.as_ref().map(Secret::expose))
        .text("email", credential.email.as_deref())
        .flag("canRenew", credential.can_renew)
        .flag("hasUser", credential.kind.has_user())
        .text("hint", credential.hint())
        .into_js())
}

/// Whether a value is an object that stands for a text in a vault, and holds nothing else.
#[wasm_bindgen(js_name = isVaultReference)]
pub fn is_vault_reference(value: &JsValue) -> bool {
    host::only_member(value, VAULT).is_some_and(|place| place.is_object())
}

/// Whether a config of this type takes its tokens for an authorization code.
#[wasm_bindgen(js_name = takesCode)]
pub fn takes_code(kind: &JsValue) -> bool {
    Kind::takes_code(&kind.as_string().unwrap_or_default())
}

/// The slug of a workspace, or its UUID in braces, as a segment of a path.
#[wasm_bindgen(js_name = workspaceSegment)]
pub fn workspace_segment(workspace: &JsValue) -> core::result::Result<String, JsValue> {
    Ok(segment(&host::string(workspace, "workspace", Phase::Api)?, "workspace")?)
}
