//! What crosses the border when NocoDB's server asks whether a request is a callback.

use wasm_bindgen::prelude::*;

use super::Members;
use crate::callback_page::{self, Shown};

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
    /// What to show for a request with this target: `{ refusal?: { heading, text } }`; `undefined` when it is none of ours.
    #[wasm_bindgen(js_name = shownAt)]
    pub fn shown_at(&self, target: &str) -> JsValue {
        match self.0.shown_at(target) {
            None => JsValue::UNDEFINED,
            Some(Shown::Answer) => Members::new().into_js(),
            Some(Shown::Refusal(refusal)) => {
                let words =
                    Members::new().text("heading", Some(refusal.heading)).text("text", Some(&refusal.text)).end();
                Members::new().json("refusal", Some(&words)).into_js()
            }
        }
    }
}
