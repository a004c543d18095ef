//! The JavaScript bindings of `src/pagination.rs`, `src/page_predictor.rs` and `src/pages_ahead.rs`: paginated lists.

use wasm_bindgen::prelude::*;

use crate::error::Code;
use crate::page_predictor;
use crate::pages_ahead;
use crate::pagination::{self, Attempt, Page};

/// Reads a list page by page.
#[wasm_bindgen]
pub struct Paginator(pagination::Paginator);

#[wasm_bindgen]
impl Paginator {
    /// Takes the absolute URL of the first page. `concurrency` limits how many pages are requested or buffered at
    /// once.
    #[wasm_bindgen(constructor)]
    pub fn new(first_page: &str, concurrency: Option<f64>) -> core::result::Result<Paginator, JsValue> {
        Ok(Self(pagination::Paginator::new(first_page, concurrency)?))
    }

    /// The absolute URL of the next page to request.
    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.0.url().to_owned()
    }

    /// The URLs that may be requested now: first the URL of the next page, then the URLs of the pages to prefetch.
    /// `held` is the number of pages that the caller is still consuming.
    #[wasm_bindgen(js_name = fetchableUrls)]
    pub fn fetchable_urls(&self, held: u32) -> Vec<String> {
        self.0.fetchable_urls(usize::try_from(held).unwrap_or(usize::MAX))
    }

    /// Whether one more page may be prefetched. `unused` is the number of prefetched pages whose values the caller
    /// has not used yet.
    #[wasm_bindgen(js_name = mayPrefetch)]
    pub fn may_prefetch(&self, unused: u32) -> bool {
        self.0.may_prefetch(usize::try_from(unused).unwrap_or(usize::MAX))
    }

    /// Records that a prefetched page turned out to be useless.
    #[wasm_bindgen(js_name = recordWastedPrefetch)]
    pub fn record_wasted_prefetch(&mut self) {
        self.0.record_wasted_prefetch();
    }

    /// An opaque token for the next page. The caller may return the token to its own caller.
    #[wasm_bindgen(getter, js_name = pageToken)]
    pub fn page_token(&self) -> core::result::Result<String, JsValue> {
        Ok(self.0.page_token()?)
    }

    /// Takes what a response says about its page, and advances to the next page. Returns whether there is a next page.
    pub fn advance(
        &mut self,
        next: Option<String>,
        values: u32,
        page: Option<f64>,
        pagelen: Option<f64>,
        size: Option<f64>,
    ) -> core::result::Result<bool, JsValue> {
        let values = usize::try_from(values).unwrap_or(usize::MAX);
        Ok(self.0.advance(&Page { next: next.as_deref(), values, page, pagelen, size })?)
    }
}

/// Predicts the page that a client's caller will request next, if the caller requests pages by their numbers.
#[wasm_bindgen]
#[derive(Default)]
pub struct PagePredictor(page_predictor::PagePredictor);

#[wasm_bindgen]
impl PagePredictor {
    /// Creates a predictor that has recorded no request.
    #[wasm_bindgen(constructor)]
    pub fn new() -> PagePredictor {
        Self::default()
    }

    /// Records the absolute URL of the caller's request. Returns the URL of the page to prefetch while that request
    /// is under way.
    #[wasm_bindgen(js_name = onRequest)]
    pub fn on_request(&mut self, url: &str) -> Option<String> {
        self.0.on_request(url)
    }

    /// Forgets the sequence of pages. The shim calls this method for each request that is not for a page, or that has
    /// unusual options.
    pub fn reset(&mut self) {
        self.0.reset();
    }

    /// Records a successful response. Returns whether `onPage` has to be called with what the response says about its
    /// page.
    #[wasm_bindgen(js_name = onSuccess)]
    pub fn on_success(&mut self, url: &str) -> bool {
        self.0.on_success(url)
    }

    /// Takes what the response says about its page. Returns the URL of the page to prefetch now.
    #[wasm_bindgen(js_name = onPage)]
    pub fn on_page(
        &mut self,
        url: &str,
        next: Option<String>,
        pagelen: Option<f64>,
        size: Option<f64>,
    ) -> Option<String> {
        self.0.on_page(url, &Page { next: next.as_deref(), pagelen, size, ..Page::default() })
    }
}

/// Whether the result of a prefetch may be used for the page. The result is a response with this status, or an error
/// with this code. The shim requests the page again if the result may not be used.
#[wasm_bindgen(js_name = isUsablePrefetch)]
pub fn is_usable_prefetch(status: Option<u16>, code: Option<String>) -> bool {
    pages_ahead::is_usable(status, code.as_deref().and_then(Code::from_name))
}

/// The URL of a page of a list. `list` has no query. The token `next` selects the page. If `next` is absent, the token
/// `page` selects the page, or else the number `page_number`. If all three are absent, the URL is that of the first
/// page.
#[wasm_bindgen(js_name = pageUrl)]
pub fn page_url(
    list: &str,
    next: Option<String>,
    page: Option<String>,
    page_number: Option<f64>,
) -> core::result::Result<String, JsValue> {
    Ok(match (next, page, page_number) {
        (Some(token), ..) => pagination::page_url(list, &token, "next")?,
        // Earlier, `next` was the number of the next page, and callers passed that number as `page`. Now `next` is a
        // token, and callers that were written earlier pass the token as `page`.
        (None, Some(token), _) => pagination::page_url(list, &token, "page")?,
        (None, None, Some(number)) => pagination::numbered_page_url(list, number)?,
        (None, None, None) => list.to_owned(),
    })
}

/// How many milliseconds to wait before requesting the page again; `undefined` if the response is the page. Bitbucket
/// responds with 202 while it prepares a page.
#[wasm_bindgen(js_name = pageRetryDelay)]
pub fn page_retry_delay(
    status: u16,
    retry_after: Option<String>,
    number: u32,
    patience: f64,
    received_at: f64,
    random: f64,
) -> core::result::Result<Option<f64>, JsValue> {
    let retry_after = retry_after.as_deref();
    Ok(pagination::retry_delay(&Attempt { status, retry_after, number, patience, received_at, random })?)
}
