//! Predicts the next page when a caller requests the pages of a list by their numbers, one after the other.
//!
//! In: the URLs that the caller of one client requests, in order, and what the responses say about their pages. Out:
//! the URL of the one page to prefetch. Never: a prediction after a single page, after several concurrent requests,
//! or after a request for anything other than a page.

use crate::pages_ahead::{PagePosition, last_page, with_page_number};
use crate::pagination::Page;

/// The sequence of pages that the caller of one client requests.
#[derive(Debug, Clone, Default)]
pub struct PagePredictor {
    latest: Option<RequestedPage>,
}

/// The page that the caller requested last.
#[derive(Debug, Clone)]
struct RequestedPage {
    url: String,
    position: PagePosition,
    /// Whether the caller's previous request was for the page before this one, and the caller received that page.
    is_in_sequence: bool,
    /// The number of the last page that the list has according to the responses; `None` before a response has shown it.
    last: Option<u64>,
    is_received: bool,
}

impl PagePredictor {
    /// Records a request of the caller. Returns the URL of the page to prefetch while that request is under way.
    pub fn on_request(&mut self, url: &str) -> Option<String> {
        let latest = self.latest.take();
        let position = PagePosition::of(url)?;
        let before = latest.filter(|latest| latest.is_received && position.is_after(&latest.position));
        let requested = RequestedPage {
            url: url.to_owned(),
            position,
            is_in_sequence: before.is_some(),
            last: before.and_then(|latest| latest.last),
            is_received: false,
        };
        self.latest.insert(requested).predict()
    }

    /// Forgets the sequence of pages. The shim calls this method for each request that is not for a page, or that has
    /// unusual options.
    pub fn reset(&mut self) {
        self.latest = None;
    }

    /// Records a successful response. Returns whether [`PagePredictor::on_page`] has to be called with what the
    /// response says about its page.
    pub fn on_success(&mut self, url: &str) -> bool {
        let latest = self.latest.as_mut().filter(|latest| latest.url == url);
        latest.is_some_and(|latest| {
            latest.is_received = true;
            latest.is_in_sequence
        })
    }

    /// Takes what a response says about its page. Returns the URL of the page to prefetch now.
    pub fn on_page(&mut self, url: &str, page: &Page<'_>) -> Option<String> {
        let latest = self.latest.as_mut().filter(|latest| latest.url == url)?;
        let number = latest.position.number;
        let next = page.next.and_then(PagePosition::of).filter(|next| next.is_first_after(&latest.position));
        // If the list has no page numbers, or ends with this page, there is no page to predict.
        latest.last = next.map(|next| last_page(page).unwrap_or(number).max(next.number));
        latest.predict()
    }
}

impl RequestedPage {
    fn predict(&self) -> Option<String> {
        let next = self.position.number.saturating_add(1);
        let exists = self.is_in_sequence && self.last.is_some_and(|last| next <= last);
        exists.then(|| with_page_number(&self.url, next))
    }
}
