//! Gets from the JavaScript runtime what the core needs: random bytes, and long strings in UTF-8.
//!
//! In: nothing, or a JavaScript string. Out: bytes from the Web Crypto API, or an error that names the missing API; the
//! string in UTF-8. Never: a rule of OAuth, or the same random bytes twice.

use js_sys::JsString;
use wasm_bindgen::prelude::*;
use web_sys::Crypto;

use crate::error::{Code, Error, Phase, Result};

/// This allocator saves five kilobytes of WebAssembly compared to Rust's own.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[wasm_bindgen]
extern "C" {
    /// Node.js and browsers have this object. Browsers have it also in pages that were loaded over plain http.
    #[wasm_bindgen(thread_local_v2, js_name = crypto)]
    static CRYPTO: Option<Crypto>;

    // The binding of web-sys cannot be used: it takes a Rust string instead of a JavaScript string.
    type TextEncoder;

    #[wasm_bindgen(constructor)]
    fn new() -> TextEncoder;

    #[wasm_bindgen(method, js_name = encodeInto)]
    fn encode_into(this: &TextEncoder, text: &JsString, bytes: &mut [u8]) -> Encoded;

    type Encoded;

    #[wasm_bindgen(method, getter)]
    fn written(this: &Encoded) -> u32;
}

/// Converts a long JavaScript string. The bindings would copy it character by character if it were an ordinary
/// argument.
pub fn text_of(text: &JsString) -> String {
    // A UTF-16 code unit takes at most three bytes in UTF-8.
    let mut bytes = vec![0; 3 * text.length() as usize];
    let written = TextEncoder::new().encode_into(text, &mut bytes).written();
    bytes.truncate(written as usize);
    String::from_utf8(bytes).unwrap_or_default()
}

/// Returns random bytes. The Web Crypto API returns at most 65,536 at once.
pub fn random_bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    CRYPTO.with(|crypto| crypto.as_ref()?.get_random_values_with_u8_array(&mut bytes).ok()).ok_or_else(|| {
        Error::new(Code::InvalidConfig, Phase::Authorize).with_reason("this runtime has no crypto.getRandomValues")
    })?;
    Ok(bytes)
}
