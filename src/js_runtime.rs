//! What the core asks of the JavaScript runtime: random bytes.
//!
//! In: nothing. Out: bytes of the Web Crypto API, or an error that names what the runtime lacks. What never happens here: a
//! rule of OAuth, or a byte that is given twice.

use wasm_bindgen::prelude::*;
use web_sys::Crypto;

use crate::error::{Code, Error, Phase, Result};

/// Five kilobytes of WebAssembly less than Rust's own allocator.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[wasm_bindgen]
extern "C" {
    /// Node.js and browsers have it alike, browsers also on plain http.
    #[wasm_bindgen(thread_local_v2, js_name = crypto)]
    static CRYPTO: Option<Crypto>;
}

/// Random bytes, at most 65,536.
pub fn random_bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    CRYPTO.with(|crypto| crypto.as_ref()?.get_random_values_with_u8_array(&mut bytes).ok()).ok_or_else(|| {
        Error::new(Code::InvalidConfig, Phase::Authorize).with_reason("this runtime has no crypto.getRandomValues")
    })?;
    Ok(bytes)
}
