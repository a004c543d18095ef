//! The JavaScript bindings of `src/callback_page.rs`: the page that NocoDB's server shows at the redirect URI.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::to_js_value;
use crate::callback_page::{self, Content, ErrorNotice};

/// The page at the redirect URI.
#[wasm_bindgen]
#[derive(Debug)]
pub struct CallbackPage(callback_page::CallbackPage);

impl From<callback_page::CallbackPage> for CallbackPage {
    fn from(page: callback_page::CallbackPage) -> Self {
        Self(page)
    }
}

#[wasm_bindgen]
impl CallbackPage {
    /// What the page shows for a request target; `undefined` for a request without an authorization response.
    #[wasm_bindgen(js_name = contentFor, unchecked_return_type = "CallbackContent | undefined")]
    pub fn content_for(&self, target: &str) -> JsValue {
        let Some(content) = self.0.content_for(target) else { return JsValue::UNDEFINED };
        let error = match &content {
            Content::Received => None,
            Content::Error(notice) => Some(notice),
        };
        to_js_value(&CallbackContent { error })
    }
}

/// What the page at the redirect URI shows.
#[derive(Serialize, Tsify)]
pub struct CallbackContent<'a> {
    /// Why Bitbucket sent no authorization code; absent if it sent one.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a ErrorNotice>,
}
