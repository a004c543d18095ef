//! What crosses the border when an endpoint is asked for that Atlassian removed: removed_endpoints.rs.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::api_response::kind_of;
use super::{ApiResponse, leave};
use crate::endpoints::{Address, Endpoint, argument_error};
use crate::error::{Error, Phase, Result};
use crate::removed_endpoints::{self, Replacement, Sort, WorkspaceOutcome, replacement};

/// What takes the place of a request: a list that is collected, a refusal, or the request itself, whose answer
/// `issuesNotFoundBody` judges.
#[derive(Serialize, Tsify)]
#[tsify(rename = "Replacement")]
pub struct ReplacementResult<'a> {
    /// Path of the removed endpoint, below the API's base.
    endpoint: &'a str,
    /// What an administrator is told.
    notice: String,
    /// The body of a 400.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    /// A list that is collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<CollectedList<'a>>,
}

/// A list that is collected from all workspaces.
#[derive(Serialize, Tsify)]
pub struct CollectedList<'a> {
    /// What tells it from others, whatever its page.
    key: String,
    /// The address of the user's workspaces.
    workspaces: String,
    /// By what it is sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    sort: Option<&'a Sort>,
}

/// What lists that are collected may take.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct CollectionLimits {
    /// How long a list is kept, in milliseconds.
    kept_ms: u32,
    /// Lists of a connection.
    most_lists: u32,
    /// In characters of JSON.
    longest_list: u32,
    /// Workspaces that are read at the same time.
    most_at_once: u32,
}

/// What an answer about a workspace, which is no success, means for the list.
#[derive(Serialize, Tsify)]
#[tsify(rename = "WorkspaceOutcome")]
pub struct WorkspaceOutcomeResult {
    /// The list is answered with the same; it goes on without the workspace; or the workspace is asked without a role.
    #[tsify(type = "'fail' | 'skip' | 'retry-without-role'")]
    outcome: &'static str,
    /// What an administrator is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

/// The endpoints of an API that are gone. A list is known by the address that was asked for.
#[wasm_bindgen(js_name = RemovedEndpoints)]
pub struct Removed(Address);

impl Removed {
    fn list(&self, url: &str) -> Result<removed_endpoints::CollectedList> {
        match replacement(&self.0, "GET", url) {
            Some(Replacement::Collected(list)) => Ok(list),
            _ => Err(Error::argument(Phase::Api, "url", "is not that of a list that is collected")),
        }
    }
}

#[wasm_bindgen(js_class = RemovedEndpoints)]
impl Removed {
    /// For the API's base, as the environment gave it.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &str) -> core::result::Result<Removed, JsValue> {
        Ok(Self(Endpoint::Api.parse(Some(url)).map_err(|reason| argument_error("apiUrl", reason))?))
    }

    /// What takes the place of a request; `undefined` where it is sent as it is.
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
        leave(&ReplacementResult { endpoint: endpoint.asked(), notice: endpoint.notice(), refusal, list })
    }

    /// What a list may take.
    #[wasm_bindgen(unchecked_return_type = "CollectionLimits")]
    pub fn limits() -> JsValue {
        leave(&CollectionLimits {
            kept_ms: removed_endpoints::KEPT_MS,
            most_lists: removed_endpoints::MOST_LISTS,
            longest_list: removed_endpoints::LONGEST_LIST,
            most_at_once: removed_endpoints::MOST_AT_ONCE,
        })
    }

    /// The address of what belongs to a list in a workspace, by its segment of a path.
    #[wasm_bindgen(js_name = workspaceUrl)]
    pub fn workspace_url(&self, url: &str, segment: &str, with_role: bool) -> core::result::Result<String, JsValue> {
        Ok(self.list(url)?.workspace_url(segment, with_role))
    }

    /// Judges an answer about a workspace that is no success, to a request with a credential of this kind.
    #[wasm_bindgen(js_name = workspaceOutcome, unchecked_return_type = "WorkspaceOutcome")]
    pub fn workspace_outcome(
        &self,
        url: &str,
        segment: &str,
        with_role: bool,
        answer: ApiResponse,
        kind: &str,
    ) -> core::result::Result<JsValue, JsValue> {
        let response = answer.to(kind_of(kind)?);
        let (outcome, notice) = match self.list(url)?.workspace_outcome(segment, with_role, &response) {
            WorkspaceOutcome::Skip(notice) => ("skip", Some(notice)),
            WorkspaceOutcome::RetryWithoutRole => ("retry-without-role", None),
            WorkspaceOutcome::Fail(notice) => ("fail", notice),
        };
        Ok(leave(&WorkspaceOutcomeResult { outcome, notice }))
    }

    /// The page of a list, when it has so many values in all.
    #[wasm_bindgen(unchecked_return_type = "CollectedPage")]
    pub fn page(&self, url: &str, size: usize) -> core::result::Result<JsValue, JsValue> {
        Ok(leave(&self.list(url)?.page(size)))
    }
}

/// The body of the 404 in place of what Bitbucket answers for issues; `undefined`: that stays.
#[wasm_bindgen(js_name = issuesNotFoundBody)]
pub fn without_tracker(status: u16, is_foreign_origin: bool) -> Option<String> {
    removed_endpoints::without_tracker(status, is_foreign_origin)
}
