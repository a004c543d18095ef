//! Decides which pages of a list may be prefetched.
//!
//! In: what the responses say about their pages, in the order of the pages, and how many prefetches were useless. Out: the URLs
//! that may be requested now. Never: a prefetched page that decides how a list continues. Responses are read in the order of
//! the pages, and each response decides which page comes next. So the URL of a prefetched page is a guess. The response for
//! the preceding page confirms or refutes the guess.
//!
//! Bitbucket promises only the URL `next`, and not that it contains a page number. But most lists are numbered: their first
//! response has `size` and `pagelen`, and its `next` is the requested URL with the next page number.

use crate::error::{Code, Error, Phase, Result};
use crate::pagination::{CURSOR, MAX_PAGE_NUMBER, PAGE, Page, resource};
use crate::query;

/// The parameter for the number of values on a page. Responses name the default number when the request did not have
/// this parameter.
const PAGELEN: &str = "pagelen";

/// The maximum number of pages of a list that are requested or buffered at once, including the one that the caller consumes.
const MAX_CONCURRENCY: u8 = 6;

/// The maximum number of additional requests that prefetching may cause for a list. Useless prefetches count, and so do
/// prefetched pages that are not used yet.
const MAX_WASTED: usize = 6;

/// Whether the result of a prefetch is used when the caller needs the page. The page itself, a 429 and a timeout are used.
/// After a 429, another request would meet the same rate limit; after a timeout, another request would take as long again. Any
/// other failure may be over when the caller needs the page. `code` is the error code, if there was no response.
pub fn is_usable(status: Option<u16>, code: Option<Code>) -> bool {
    matches!(status, Some(200 | 429)) || code == Some(Code::RequestTimeout)
}

/// What is known about the pages that follow.
#[derive(Debug, Clone)]
pub struct PagesAhead {
    concurrency: usize,
    /// How many more prefetches may turn out to be useless.
    remaining_waste: usize,
    numbering: Numbering,
}

#[derive(Debug, Clone, Copy)]
enum Numbering {
    /// No page was received yet.
    Unknown,
    /// The pages are numbered, at least up to the page `last`.
    Numbered { last: u64 },
    /// The URL of a page is known only from the response for the preceding page.
    Opaque,
}

impl PagesAhead {
    /// `concurrency` limits how many pages are requested or buffered at once; the default is the maximum. With 1, each page is
    /// requested after the caller has consumed the preceding page.
    pub fn new(concurrency: Option<f64>) -> Result<Self> {
        let max = f64::from(MAX_CONCURRENCY);
        let concurrency = concurrency.unwrap_or(max);
        if concurrency.fract() != 0.0 || !(1.0..=max).contains(&concurrency) {
            return Err(Error::argument(Phase::Api, "concurrency", "must be a whole number from 1 to 6"));
        }
        Ok(Self { concurrency: concurrency as usize, remaining_waste: MAX_WASTED, numbering: Numbering::Unknown })
    }

    /// Takes the response for `requested`, whose next page is at `next`. Returns the URL of the next page: the
    /// guessed URL if `next` is the same page in another notation, or else `next`.
    pub fn advance(&mut self, requested: &str, next: String, page: &Page<'_>) -> String {
        let last = self.numbering.last_page_after(&PagePosition::of(requested), &PagePosition::of(&next), page);
        let is_known = matches!(self.numbering, Numbering::Numbered { .. });
        self.numbering = last.map_or(Numbering::Opaque, |last| Numbering::Numbered { last });
        match last.and_then(|_| PagePosition::of(&next)) {
            Some(position) if is_known => with_page_number(requested, position.number),
            _ => next,
        }
    }

    /// The URLs that may be requested now: the next page first, then the pages to prefetch. `held` is the number of pages
    /// that the caller holds and has not consumed completely.
    pub fn fetchable_urls(&self, next: &str, held: usize) -> Vec<String> {
        let numbers = match (self.numbering, PagePosition::of(next)) {
            (Numbering::Numbered { last }, Some(position)) => Some(position.number.saturating_add(1)..=last),
            _ => None,
        };
        let ahead = numbers.into_iter().flatten().map(|number| with_page_number(next, number));
        std::iter::once(next.to_owned()).chain(ahead).take(self.concurrency.saturating_sub(held)).collect()
    }

    /// Whether one more page may be prefetched. `unused` is the number of prefetched pages that are not used yet.
    pub fn may_prefetch(&self, unused: usize) -> bool {
        unused < self.remaining_waste
    }

    /// Records a prefetch that turned out to be useless.
    pub fn record_wasted_prefetch(&mut self) {
        self.remaining_waste = self.remaining_waste.saturating_sub(1);
    }
}

impl Numbering {
    /// The last page that may be prefetched after a response, if the pages are numbered. This number never rises:
    /// when a list becomes shorter, the pages beyond its new end are given up, and are not prefetched again.
    fn last_page_after(
        self,
        requested: &Option<PagePosition>,
        next: &Option<PagePosition>,
        page: &Page<'_>,
    ) -> Option<u64> {
        let (requested, next) = (requested.as_ref()?, next.as_ref()?);
        match self {
            Self::Unknown => {
                let is_next = page.next.is_some() && next.is_first_after(requested);
                last_page(page).filter(|_| is_next)
            }
            Self::Numbered { last } => {
                next.is_after(requested).then(|| last_page(page).map_or(last, |known| known.min(last)))
            }
            Self::Opaque => None,
        }
    }
}

/// The position of a page in a list that may be numbered.
#[derive(Debug, Clone)]
pub(crate) struct PagePosition {
    base: String,
    pub(crate) number: u64,
    /// The other parameters, sorted: responses may have them in another order and encoding.
    others: Vec<(String, String)>,
}

impl PagePosition {
    /// `None` for a URL with a cursor, a malformed query or an invalid page number.
    pub(crate) fn of(url: &str) -> Option<Self> {
        let (base, query) = query::split(url);
        let mut position = Self { base: base.to_owned(), number: 1, others: Vec::new() };
        for pair in query::pairs(query) {
            let (name, value) = pair.ok()?;
            match &*name {
                PAGE => {
                    position.number =
                        value.parse().ok().filter(|number| (1..MAX_PAGE_NUMBER as u64).contains(number))?
                }
                CURSOR => return None,
                _ => position.others.push((name.into_owned(), value.into_owned())),
            }
        }
        position.others.sort();
        Some(position)
    }

    pub(crate) fn is_after(&self, before: &Self) -> bool {
        self.number == before.number.saturating_add(1) && self.base == before.base && self.others == before.others
    }

    /// Like `is_after`, for the first response: its `next` may write the list's URL in another notation, and may add the
    /// default `pagelen`.
    pub(crate) fn is_first_after(&self, before: &Self) -> bool {
        let is_default =
            |(name, _): &&(String, String)| name == PAGELEN && !before.others.iter().any(|(name, _)| name == PAGELEN);
        let is_same = self.others.iter().filter(|pair| !is_default(pair)).eq(&before.others);
        self.number == before.number.saturating_add(1) && resource(&self.base) == resource(&before.base) && is_same
    }
}

/// How many pages the list has according to a response.
pub(crate) fn last_page(page: &Page<'_>) -> Option<u64> {
    let whole = |number: Option<f64>| {
        number.filter(|number| number.fract() == 0.0 && (1.0..MAX_PAGE_NUMBER).contains(number))
    };
    Some((whole(page.size)? / whole(page.pagelen)?).ceil() as u64)
}

/// The URL of another page of a numbered list.
pub(crate) fn with_page_number(url: &str, number: u64) -> String {
    let (base, query) = query::split(url);
    let page = format!("{PAGE}={number}");
    query::join(base, query::written(query).map(|(name, text)| if name == PAGE { page.as_str() } else { text }))
}
