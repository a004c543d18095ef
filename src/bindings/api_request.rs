//! The JavaScript bindings of `src/api_request.rs`, and the resource groups of `src/rate_limit.rs`: requests to the API.

use wasm_bindgen::prelude::*;

use super::to_js_value;
use crate::api_request::{self, FollowUp, ReceivedResponse, RedirectMode};
use crate::endpoints::{Endpoint, WebUrl, argument_error};
use crate::rate_limit::resource_group;

/// The API's base URL, by which the core decides where a request may go.
#[wasm_bindgen]
pub struct ApiBaseUrl(WebUrl);

#[wasm_bindgen]
impl ApiBaseUrl {
    /// Validates the base URL that the environment configures.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &str) -> core::result::Result<ApiBaseUrl, JsValue> {
        Ok(Self(Endpoint::Api.parse(Some(url)).map_err(|reason| argument_error("apiUrl", reason))?))
    }

    /// The path of a request below the base URL. Throws `FOREIGN_ORIGIN` for a URL of another origin.
    #[wasm_bindgen(js_name = relativePath)]
    pub fn relative_path(&self, url: &str) -> core::result::Result<String, JsValue> {
        Ok(api_request::path(&self.0, url)?)
    }

    /// What the sender (js/api/sender.js) does after a response: `undefined` to return the response to the caller, `'refresh'` to
    /// send the request again once a newer credential is available, or the request that follows a redirect.
    #[wasm_bindgen(js_name = followUp, unchecked_return_type = "'refresh' | Redirect | undefined")]
    #[expect(clippy::too_many_arguments, reason = "reading an object costs a call to JavaScript for each member")]
    pub fn follow_up(
        &self,
        method: &str,
        url: &str,
        with_credential: bool,
        status: u16,
        location: Option<String>,
        redirects_followed: u32,
        max_redirects: Option<f64>,
        redirect_mode: &str,
    ) -> core::result::Result<JsValue, JsValue> {
        let follow_up = api_request::follow_up(
            &self.0,
            &ReceivedResponse {
                method,
                url,
                with_credential,
                status,
                location: location.as_deref(),
                redirects_followed,
                max_redirects,
                // The caller of Axios may pass any text as the mode, because Axios does not check it. An unknown mode
                // counts as `Follow`.
                redirect_mode: RedirectMode::from_name(redirect_mode).unwrap_or(RedirectMode::Follow),
            },
        )?;
        Ok(match follow_up {
            FollowUp::Deliver => JsValue::UNDEFINED,
            FollowUp::Refresh => JsValue::from_str("refresh"),
            FollowUp::Redirect(redirect) => to_js_value(&redirect),
        })
    }
}

/// The group of resources that a path below the API's base URL belongs to. Each group has its own rate limit.
#[wasm_bindgen(js_name = resourceGroup)]
pub fn group_of(path: &str) -> String {
    resource_group(path).to_owned()
}

/// Whether the caller's header field with this lower-case name may be sent.
#[wasm_bindgen(js_name = mayForwardHeader)]
pub fn may_forward_header(name: &str, to_api: bool, with_body: bool) -> bool {
    api_request::may_forward_header(name, to_api, with_body)
}
