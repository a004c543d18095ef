//! What crosses the border when an endpoint is asked for that Atlassian removed: removed_endpoints.rs.

use wasm_bindgen::prelude::*;

use super::{Members, ReadResponse};
use crate::endpoints::{Address, Endpoint, argument_error};
use crate::removed_endpoints::{self, Collected, Page, Replacement, Verdict, replacement};

/// The endpoints of an API that are gone. A list is known by the address that was asked for.
#[wasm_bindgen(js_name = RemovedEndpoints)]
pub struct Removed(Address);

impl Removed {
    fn list(&self, url: &str) -> Option<Collected> {
        match replacement(&self.0, "GET", url)? {
            Replacement::Collected(list) => Some(list),
            Replacement::Issues | Replacement::Refused(_) => None,
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

    /// What takes the place of a request, `{ endpoint, notice, refusal?, list? }`; `undefined` where it is sent as it is.
    /// `refusal` is the body of a 400; `list` is one that is collected: `{ key, workspaces, sort? }`.
    pub fn replacement(&self, method: &str, url: &str) -> JsValue {
        let Some(replacement) = replacement(&self.0, method, url) else { return JsValue::UNDEFINED };
        let endpoint = replacement.endpoint();
        let (refusal, list) = match &replacement {
            Replacement::Issues => (None, None),
            Replacement::Refused(message) => (Some(removed_endpoints::error_body(message)), None),
            Replacement::Collected(list) => (None, Some(about(list))),
        };
        Members::new()
            .text("endpoint", Some(endpoint.asked()))
            .text("notice", Some(&endpoint.notice()))
            .text("refusal", refusal.as_deref())
            .json("list", list.as_deref())
            .into_js()
    }

    /// What a list may take: `{ keptMs, mostLists, longestList, mostAtOnce }`.
    pub fn limits() -> JsValue {
        Members::new()
            .number("keptMs", Some(removed_endpoints::KEPT_MS.into()))
            .number("mostLists", Some(removed_endpoints::MOST_LISTS.into()))
            .number("longestList", Some(removed_endpoints::LONGEST_LIST.into()))
            .number("mostAtOnce", Some(removed_endpoints::MOST_AT_ONCE.into()))
            .into_js()
    }

    /// The address of what belongs to a list in a workspace, by its segment of a path.
    #[wasm_bindgen(js_name = inWorkspace)]
    pub fn in_workspace(&self, url: &str, segment: &str, with_role: bool) -> Option<String> {
        Some(self.list(url)?.in_workspace(segment, with_role))
    }

    /// `{ verdict, told? }` on an answer about a workspace that is no success: `refused`, `left out` or `without role`, and
    /// what an administrator is told of it.
    pub fn judge(
        &self,
        url: &str,
        segment: &str,
        with_role: bool,
        response: &JsValue,
    ) -> core::result::Result<JsValue, JsValue> {
        let response = ReadResponse::read(response)?;
        let verdict = self.list(url).map(|list| list.judge(segment, with_role, &response.as_response()));
        let (verdict, told) = match verdict {
            Some(Verdict::LeftOut(told)) => ("left out", Some(told)),
            Some(Verdict::WithoutRole) => ("without role", None),
            Some(Verdict::Refused(told)) => ("refused", told),
            None => ("refused", None),
        };
        Ok(Members::new().text("verdict", Some(verdict)).text("told", told.as_deref()).into_js())
    }

    /// `{ from, to, page, pagelen, size, next? }`: the page of a list, when it has so many values in all.
    pub fn page(&self, url: &str, size: usize) -> JsValue {
        let Some(list) = self.list(url) else { return JsValue::UNDEFINED };
        let Page { from, to, page, pagelen, size, next } = list.page(size);
        Members::new()
            .number("from", Some(from as u64))
            .number("to", Some(to as u64))
            .number("page", Some(page))
            .number("pagelen", Some(pagelen))
            .number("size", Some(size as u64))
            .text("next", next.as_deref())
            .into_js()
    }
}

fn about(list: &Collected) -> String {
    let sort = list
        .sort()
        .map(|sort| Members::new().text("member", Some(&sort.member)).flag("isDescending", sort.is_descending).end());
    Members::new()
        .text("key", Some(&list.key()))
        .text("workspaces", Some(&list.workspaces()))
        .json("sort", sort.as_deref())
        .end()
}

/// The body of the 404 in place of what Bitbucket answers for issues; `undefined`: that stays.
#[wasm_bindgen(js_name = withoutTracker)]
pub fn without_tracker(status: u16, is_elsewhere: bool) -> Option<String> {
    removed_endpoints::without_tracker(status, is_elsewhere)
}
