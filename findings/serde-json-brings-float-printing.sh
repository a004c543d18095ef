#!/bin/sh
# serde_json 1.0.154 with serde 1.0.229, compiled to WebAssembly for size (opt-level z, fat LTO, Rust 1.95.0): a program
# that only reads one string links the code that prints floating-point numbers, although it prints no number and ignores the
# text of every error. The reason is the error text for a value of the wrong type ("invalid type: floating point `1.5`,
# expected a string"). Every typed read (`from_slice::<String>`) may need this text, and so does each Visitor method that
# keeps its default. A Visitor that accepts every type under `deserialize_any` does not need it, and the program is only two
# thirds as large. An engineer expects the cost of a reader to depend on the types that it reads, not on the types that its
# Visitor rejects.
#
# Needs Rust 1.95.0 with the target wasm32-unknown-unknown.
#
# Seen:
#   a String: 45264 bytes, prints numbers: yes
#   every type accepted: 27802 bytes, prints numbers: no
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir src
cat >Cargo.toml <<'END'
[package]
name = "reader"
version = "0.1.0"
edition = "2021"
[lib]
crate-type = ["cdylib"]
[features]
typed = []
[dependencies]
serde = "=1.0.229"
serde_json = "=1.0.154"
[profile.release]
opt-level = "z"
lto = "fat"
codegen-units = 1
panic = "abort"
END
cat >src/lib.rs <<'END'
#[cfg(feature = "typed")]
fn length(json: &[u8]) -> Option<usize> {
    serde_json::from_slice::<String>(json).ok().map(|text| text.len())
}

#[cfg(not(feature = "typed"))]
fn length(json: &[u8]) -> Option<usize> {
    use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
    struct Text;
    impl<'a> Visitor<'a> for Text {
        type Value = Option<usize>;
        fn expecting(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { Ok(()) }
        fn visit_unit<E>(self) -> Result<Self::Value, E> { Ok(None) }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> { Ok(None) }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> { Ok(None) }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> { Ok(None) }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> { Ok(None) }
        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> { Ok(Some(text.len())) }
        fn visit_seq<S: SeqAccess<'a>>(self, mut list: S) -> Result<Self::Value, S::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(None)
        }
        fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<Self::Value, M::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(None)
        }
    }
    serde_json::Deserializer::from_slice(json).deserialize_any(Text).ok()?
}

/// # Safety
/// `start` points to `bytes` readable bytes.
#[no_mangle]
pub unsafe extern "C" fn length_of(start: *const u8, bytes: usize) -> usize {
    length(unsafe { std::slice::from_raw_parts(start, bytes) }).unwrap_or(0)
}
END
built=target/wasm32-unknown-unknown/release/reader.wasm
build() {
  cargo +1.95.0 build --quiet --release --target wasm32-unknown-unknown "$@"
  prints=$(grep -c -E 'zmij|flt2dec' "$built" || true)
  bytes=$(CARGO_PROFILE_RELEASE_STRIP=true cargo +1.95.0 build --quiet --release --target wasm32-unknown-unknown "$@" && wc -c <"$built")
}
build --features typed
echo "a String: $bytes bytes, prints numbers: $([ "$prints" -gt 0 ] && echo yes || echo no)"
[ "$prints" -gt 0 ]
typed=$bytes
build
echo "every type accepted: $bytes bytes, prints numbers: $([ "$prints" -gt 0 ] && echo yes || echo no)"
[ "$prints" -eq 0 ]
[ "$((typed - bytes))" -gt 10000 ]
