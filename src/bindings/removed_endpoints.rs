//! The JavaScript bindings of `src/removed_endpoints.rs`: the replacement of removed endpoints.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::api_response::auth_type_of;
use super::{ApiResponse, to_js_value};
use crate::endpoints::{Endpoint, WebUrl, argument_error};
use crate::error::{Error, Phase, Result};
use crate::removed_endpoints::{self, Replacement, Sort, WorkspaceOutcome, replacement};

/// How a request to a removed endpoint is handled. If `list` is present, the package collects that list instead. If `refusal` is
/// present, the caller gets a 400 with this body. If both are absent, the request is sent unchanged, and `issuesNotFoundBody`
/// judges the response.
#[derive(Serialize, Tsify)]
#[tsify(rename = "Replacement")]
pub struct ReplacementResult<'a> {
    /// The path of the removed endpoint, below the API's base URL.
    endpoint: &'a str,
    /// The message for NocoDB's log.
    notice: String,
    /// The body of a 400 that replaces the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    /// The list that the package collects.
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<CollectedList<'a>>,
}

/// A list that the package collects from all workspaces.
#[derive(Serialize, Tsify)]
pub struct CollectedList<'a> {
    /// Identifies the list. All pages of a list have the same key.
    key: String,
    /// The URL of the user's workspaces.
    workspaces: String,
    /// The order of the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    sort: Option<&'a Sort>,
}

/// The limits of collected lists.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct CollectionLimits {
    /// How long a list is cached, in milliseconds.
    cache_ms: u32,
    /// The maximum number of cached lists of a connection.
    max_lists: u32,
    /// The largest size of a list, in characters of JSON.
    max_list_length: u32,
    /// The maximum number of workspaces that are read at the same time.
    max_concurrent: u32,
}

/// What a failed request about a workspace means for the list.
#[derive(Serialize, Tsify)]
#[tsify(rename = "WorkspaceOutcome")]
pub struct WorkspaceOutcomeResult {
    /// The whole list fails with the same error, the list leaves the workspace out, or the request is repeated without a
    /// role.
    #[tsify(type = "'fail' | 'skip' | 'retry-without-role'")]
    outcome: &'static str,
    /// The message for NocoDB's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

/// The removed endpoints of an API. A list is identified by the URL that was requested.
#[wasm_bindgen(js_name = RemovedEndpoints)]
pub struct Removed(WebUrl);

impl Removed {
    fn list(&self, url: &str) -> Result<removed_endpoints::CollectedList> {
        match replacement(&self.0, "GET", url) {
            Some(Replacement::Collected(list)) => Ok(list),
            _ => Err(Error::argument(Phase::Api, "url", "must be the URL of a list that the package collects")),
        }
    }
}

#[wasm_bindgen(js_class = RemovedEndpoints)]
impl Removed {
    /// Takes the API's base URL, as it was configured.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &str) -> core::result::Result<Removed, JsValue> {
        Ok(Self(Endpoint::Api.parse(Some(url)).map_err(|reason| argument_error("apiUrl", reason))?))
    }

    /// How a request is handled; `undefined` unless it is for a removed endpoint.
    #[wasm_bindgen(unchecked_return_type = "Replacement | undefined")]
    pub fn replacement(&self, method: &str, url: &str) -> JsValue {
        let Some(replacement) = replacement(&self.0, method, url) else { return JsValue::UNDEFINED };
        let endpoint = replacement.endpoint();
        let (refusal, list) = match &replacement {
            Replacement::Issues => (None, None),
            Replacement::Refused(message) => (Some(removed_endpoints::error_body(message)), None),
            Replacement::Collected(list) => {
                (None, Some(CollectedList { key: list.key(), workspaces: list.workspaces_url(), sort: list.sort() }))
            }
        };
        to_js_value(&ReplacementResult { endpoint: endpoint.path(), notice: endpoint.notice(), refusal, list })
    }

    /// The limits of a list.
    #[wasm_bindgen(unchecked_return_type = "CollectionLimits")]
    pub fn limits() -> JsValue {
        to_js_value(&CollectionLimits {
            cache_ms: removed_endpoints::CACHE_MS,
            max_lists: removed_endpoints::MAX_LISTS,
            max_list_length: removed_endpoints::MAX_LIST_LENGTH,
            max_concurrent: removed_endpoints::MAX_CONCURRENT,
        })
    }

    /// The URL of one workspace's part of a list. `segment` is the workspace's path segment.
    #[wasm_bindgen(js_name = workspaceUrl)]
    pub fn workspace_url(&self, url: &str, segment: &str, with_role: bool) -> core::result::Result<String, JsValue> {
        Ok(self.list(url)?.workspace_url(segment, with_role))
    }

    /// Decides what a failed request about a workspace means. `kind` is the type of the request's credential.
    #[wasm_bindgen(js_name = workspaceOutcome, unchecked_return_type = "WorkspaceOutcome")]
    pub fn workspace_outcome(
        &self,
        url: &str,
        segment: &str,
        with_role: bool,
        answer: ApiResponse,
        kind: &str,
    ) -> core::result::Result<JsValue, JsValue> {
        let response = answer.to(auth_type_of(kind)?);
        let (outcome, notice) = match self.list(url)?.workspace_outcome(segment, with_role, &response) {
            WorkspaceOutcome::Skip(notice) => ("skip", Some(notice)),
            WorkspaceOutcome::RetryWithoutRole => ("retry-without-role", None),
            WorkspaceOutcome::Fail(notice) => ("fail", notice),
        };
        Ok(to_js_value(&WorkspaceOutcomeResult { outcome, notice }))
    }

    /// The page that `url` requests from a list of `size` values.
    #[wasm_bindgen(unchecked_return_type = "CollectedPage")]
    pub fn page(&self, url: &str, size: usize) -> core::result::Result<JsValue, JsValue> {
        Ok(to_js_value(&self.list(url)?.page(size)))
    }
}

/// The body of a 404 that replaces Bitbucket's response to a request for issues; `undefined` when the response stays as it is.
#[wasm_bindgen(js_name = issuesNotFoundBody)]
pub fn issues_not_found_body(status: u16, is_foreign_origin: bool) -> Option<String> {
    removed_endpoints::issues_not_found_body(status, is_foreign_origin)
}
