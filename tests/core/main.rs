//! The core's tests, run natively. `vectors` runs the shared cases of tests/vectors; the other modules hold what
//! cannot be said as a case: tables over all variants, redaction, and the JSON reader against a JSON library.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod corpus;
mod errors;
mod json;
mod properties;
mod redaction;
mod tokens;
mod vectors;
