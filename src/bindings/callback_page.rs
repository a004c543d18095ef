//! What crosses the border when NocoDB's server asks whether a request is a callback.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::leave;
use crate::callback_page::{self, Refusal, Shown};

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
    /// What to show for a request with this target; `undefined` when it brings no authorization response.
    #[wasm_bindgen(js_name = shownAt, unchecked_return_type = "ShownPage | undefined")]
    pub fn shown_at(&self, target: &str) -> JsValue {
        let Some(shown) = self.0.shown_at(target) else { return JsValue::UNDEFINED };
        let refusal = match &shown {
            Shown::Answer => None,
            Shown::Refusal(refusal) => Some(refusal),
        };
        leave(&ShownPage { refusal })
    }
}

/// What the page at the redirect URI shows.
#[derive(Serialize, Tsify)]
pub struct ShownPage<'a> {
    /// Why Bitbucket gave no code; absent when it has answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'a Refusal>,
}
