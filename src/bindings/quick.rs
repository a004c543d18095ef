//! The quick ways of the client, and the buffer through which their texts go.

use core::cell::RefCell;
use wasm_bindgen::prelude::*;

use super::Client;
use crate::authorization_request::AuthorizationRequest;
use crate::authorization_response::{Callback, code_of};
use crate::error::{Code, Error, Phase};
use crate::host;
use crate::token_request::{Grant, TokenRequest};
use crate::token_response::{self, Scopes, TokenResponse};
use crate::token_set::Previous;

/// The quick ways, for what has the right types and is as it should be. Texts come in the [buffer](text_buffer), and only
/// those of ASCII, in which bytes and characters are the same. What is given says what came of it, and 0 that the way
/// above of the same name has to say it.
#[wasm_bindgen]
impl Client {
    /// State, verifier and challenge, each of 43 characters, and the address, in the buffer. Gives their length.
    #[wasm_bindgen(js_name = quickAuthorizationRequest)]
    pub fn quick_authorization_request(&self) -> usize {
        let Ok(random) = host::random_bytes() else { return 0 };
        TEXTS.with(|texts| {
            let Ok(mut texts) = texts.try_borrow_mut() else { return 0 };
            AuthorizationRequest::write(&self.address, &random, &mut texts).unwrap_or_default()
        })
    }

    /// The buffer has the state and the callback. Gives 1 when the callback is good, with offset and length of its code
    /// as the first numbers, or a [plain failure](plain_failure).
    #[wasm_bindgen(js_name = quickAuthorizationResponse)]
    pub fn quick_authorization_response(&self, state: usize, callback: usize) -> usize {
        with_texts(state, callback, |state, callback, numbers| {
            match code_of(&self.config, Callback::Text(callback), state) {
                _ if state.is_empty() => None,
                Ok(code) => {
                    *numbers = place_of(&code, callback)?;
                    Some(1)
                }
                Err(error) => number_of(&error),
            }
        })
    }

    /// The buffer has the verifier and the code. Gives 1 when they go as they are between the texts of
    /// [`Self::around_grant`].
    #[wasm_bindgen(js_name = quickTokenRequest)]
    pub fn quick_token_request(&self, code_verifier: usize, code: usize) -> usize {
        with_texts(code_verifier, code, |code_verifier, code, _: &mut [u8; 0]| {
            TokenRequest::is_plain_grant(code, code_verifier).then_some(1)
        })
    }

    /// Three texts, with a space between them.
    #[wasm_bindgen(js_name = aroundGrant)]
    pub fn around_grant(&self) -> String {
        TokenRequest::around_grant(&self.config).join(" ")
    }

    /// An answer with the status 200 to an exchanged code: the buffer has its media type, unless that is one that was taken
    /// before, and its body. Gives 1 when it is good, with the offsets and lengths of both tokens and of the scopes, which
    /// have single spaces between them, as the first numbers (a length of 0: there is none), and the expiry as a double
    /// behind them (NaN: it is not known).
    #[wasm_bindgen(js_name = quickTokenResponse)]
    pub fn quick_token_response(&self, media_type: usize, body: usize, received_at: f64) -> usize {
        with_texts(media_type, body, |media_type, body, numbers: &mut [u8; 32]| {
            let response = TokenResponse {
                status: 200,
                content_type: Some(media_type).filter(|media_type| !media_type.is_empty()),
                www_authenticate: None,
                retry_after: None,
                body: body.as_bytes(),
                received_at,
                grant: Grant::AuthorizationCode,
                request_body: None,
            };
            let mut known = self.scopes.try_borrow_mut().ok()?;
            let granted = token_response::granted(&self.config, &response, &Previous::default(), &known).ok()?;
            let Scopes::Written(scopes) = granted.scopes else { return None };
            if *known != scopes {
                scopes.clone_into(&mut known);
            }
            let refresh_token = granted.refresh_token.unwrap_or_default();
            let (places, expiry) = numbers.split_at_mut_checked(24)?;
            for (room, text) in places.chunks_exact_mut(8).zip([&granted.access_token, &refresh_token, scopes]) {
                room.copy_from_slice(&place_of(text, body)?);
            }
            expiry.copy_from_slice(&granted.expires_at.unwrap_or(f64::NAN).to_le_bytes());
            Some(1)
        })
    }
}

/// What a number above 1 that a quick way gives stands for, described like every failure.
#[wasm_bindgen(js_name = plainFailure)]
pub fn plain_failure(number: usize) -> JsValue {
    match number.checked_sub(2).and_then(|at| Code::ALL.get(at)) {
        Some(code) => Error::new(*code, Phase::Callback).into(),
        None => JsValue::UNDEFINED,
    }
}

/// The number of a failure of which nothing more is to be told.
fn number_of(error: &Error) -> Option<usize> {
    let at = Code::ALL.iter().position(|code| *code == error.code)?;
    (*error == *Error::new(error.code, Phase::Callback)).then_some(at + 2)
}

/// Offset and length of a part in a text; nothing where it does not stand there.
fn place_of(part: &str, text: &str) -> Option<[u8; 8]> {
    let offset = match part.len() {
        0 => 0,
        length => {
            let offset = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
            text.get(offset..offset.checked_add(length)?)?;
            offset
        }
    };
    Some(((part.len() as u64) << 32 | offset as u64).to_le_bytes())
}

thread_local! {
    static TEXTS: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The address of a buffer for the texts of a call, the second behind the first. `TextEncoder` fills it ten times as fast
/// as a text goes across as an argument, and nothing is allocated.
#[wasm_bindgen(js_name = textBuffer)]
pub fn text_buffer(length: usize) -> *mut u8 {
    TEXTS.with(|texts| match texts.try_borrow_mut() {
        Ok(mut texts) => {
            if texts.len() != length {
                *texts = vec![0; length];
            }
            texts.as_mut_ptr()
        }
        Err(_) => core::ptr::null_mut(),
    })
}

/// The memory in which the buffer is.
#[wasm_bindgen(js_name = textMemory)]
pub fn text_memory() -> JsValue {
    wasm_bindgen::memory()
}

/// Hands over the texts of a call by their lengths, and puts the numbers that come of it where they were. The texts are
/// secrets, so nothing of them is left in the buffer.
fn with_texts<const N: usize>(
    first: usize,
    second: usize,
    work: impl FnOnce(&str, &str, &mut [u8; N]) -> Option<usize>,
) -> usize {
    TEXTS.with(|texts| {
        let Ok(mut texts) = texts.try_borrow_mut() else { return 0 };
        let both = first.checked_add(second).and_then(|length| texts.get_mut(..length));
        let Some(both) = both else { return 0 };
        let mut numbers = [0; N];
        let text = core::str::from_utf8(both).ok().and_then(|text| text.split_at_checked(first));
        let outcome = text.and_then(|(first, second)| work(first, second, &mut numbers)).unwrap_or_default();
        both.fill(0);
        if let Some(room) = texts.first_chunk_mut() {
            *room = numbers;
        }
        outcome
    })
}
