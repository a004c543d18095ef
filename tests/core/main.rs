//! The core's tests, run natively. `vectors` runs the shared cases of tests/vectors; the other modules hold what
//! cannot be said as a case: tables over all variants, redaction, and the readers of JSON and of addresses against
//! libraries.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod addresses;
mod corpus;
mod doctor;
mod errors;
mod json_object;
mod keys;
mod pages;
mod properties;
mod redaction;
mod redis;
mod refresh_model;
mod refresh_policy;
mod refresh_queue;
mod requests;
mod tables;
mod tokens;
mod vectors;
