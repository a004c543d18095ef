//! Lists as JavaScript sees them: pagination.rs and page_sequence.rs.

use wasm_bindgen::prelude::*;

use crate::error::Code;
use crate::page_sequence;
use crate::pages_ahead;
use crate::pagination::{self, Attempt, Page};

/// A list that is read page by page.
#[wasm_bindgen]
pub struct List(pagination::List);

#[wasm_bindgen]
impl List {
    /// For the absolute address of the first page. `concurrency`: how many pages may be under way or kept at once.
    #[wasm_bindgen(constructor)]
    pub fn new(address: &str, concurrency: Option<f64>) -> core::result::Result<List, JsValue> {
        Ok(Self(pagination::List::new(address, concurrency)?))
    }

    /// The absolute address of the page to ask for.
    #[wasm_bindgen(getter)]
    pub fn address(&self) -> String {
        self.0.address().to_owned()
    }

    /// The addresses that may be asked for while the caller holds so many pages that it consumes: of the page to ask for, and
    /// of pages whose turn comes after it.
    pub fn addresses(&self, held: u32) -> Vec<String> {
        self.0.addresses(usize::try_from(held).unwrap_or(usize::MAX))
    }

    /// Whether one more page may be asked for ahead where so many were, whose values nobody has yet.
    #[wasm_bindgen(js_name = mayGoAhead)]
    pub fn may_go_ahead(&self, ahead: u32) -> bool {
        self.0.may_go_ahead(usize::try_from(ahead).unwrap_or(usize::MAX))
    }

    /// Takes note that a page was asked for ahead in vain.
    pub fn wasted(&mut self) {
        self.0.wasted();
    }

    /// What stands for that page, to be handed out.
    #[wasm_bindgen(getter)]
    pub fn token(&self) -> core::result::Result<String, JsValue> {
        Ok(self.0.token()?)
    }

    /// Takes what an answer says of its page. Whether there is another page.
    pub fn answered(
        &mut self,
        next: Option<String>,
        values: u32,
        page: Option<f64>,
        pagelen: Option<f64>,
        size: Option<f64>,
    ) -> core::result::Result<bool, JsValue> {
        let values = usize::try_from(values).unwrap_or(usize::MAX);
        Ok(self.0.answered(&Page { next: next.as_deref(), values, page, pagelen, size })?)
    }
}

/// The pages of lists that one client is asked for by their numbers.
#[wasm_bindgen]
#[derive(Default)]
pub struct PageSequence(page_sequence::PageSequence);

#[wasm_bindgen]
impl PageSequence {
    /// For a client that was asked for nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> PageSequence {
        Self::default()
    }

    /// Takes note of a request of the caller's, by its absolute address. The address of the page that may be fetched at once.
    pub fn asked(&mut self, address: &str) -> Option<String> {
        self.0.asked(address)
    }

    /// Takes note of a request that is not for a page, or not like any other.
    pub fn interrupted(&mut self) {
        self.0.interrupted();
    }

    /// Takes note that a request was answered as it should be. Whether it matters what the answer says.
    pub fn answered(&mut self, address: &str) -> bool {
        self.0.answered(address)
    }

    /// Takes what the answer says of its page. The address of the page that may be fetched now.
    pub fn told(
        &mut self,
        address: &str,
        next: Option<String>,
        pagelen: Option<f64>,
        size: Option<f64>,
    ) -> Option<String> {
        self.0.told(address, &Page { next: next.as_deref(), pagelen, size, ..Page::default() })
    }
}

/// Whether what came of a request ahead, an answer with this status or an error with this code, is what the page has to show
/// when its turn comes.
#[wasm_bindgen(js_name = isOutcomeAhead)]
pub fn is_outcome_ahead(status: Option<u16>, code: Option<String>) -> bool {
    pages_ahead::is_outcome(status, code.as_deref().and_then(Code::from_name))
}

/// The address of a page of a list, whose own address has no query: of the one that `next` stands for, else of the one that
/// `page` stands for or has as its number, else of the first one.
#[wasm_bindgen(js_name = pageAddress)]
pub fn page_address(
    list: &str,
    next: Option<String>,
    page: Option<String>,
    page_number: Option<f64>,
) -> core::result::Result<String, JsValue> {
    Ok(match (next, page, page_number) {
        (Some(token), ..) => pagination::page_address(list, &token, "next")?,
        // Who wrote a loop when `next` was a number hands it on as `page`.
        (None, Some(token), _) => pagination::page_address(list, &token, "page")?,
        (None, None, Some(number)) => pagination::numbered_address(list, number)?,
        (None, None, None) => list.to_owned(),
    })
}

/// In how many milliseconds a page is asked for again, for it is not ready; `undefined`: this is the page.
#[wasm_bindgen(js_name = pageRepetition)]
pub fn page_repetition(
    status: u16,
    retry_after: Option<String>,
    number: u32,
    patience: f64,
    received_at: f64,
    random: f64,
) -> core::result::Result<Option<f64>, JsValue> {
    let retry_after = retry_after.as_deref();
    Ok(pagination::repetition(&Attempt { status, retry_after, number, patience, received_at, random })?)
}
