//! The core's tests, run natively. `vectors` runs the shared cases of tests/vectors. The other modules test what shared cases
//! cannot express: all variants of a type, redaction, and comparisons of the JSON and URL parsers with libraries. `tables`
//! writes the tables of docs/refresh-policy.md from the rows of `refresh_policy` and `refresh_queue`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod addresses;
mod corpus;
mod doctor;
mod errors;
mod fixtures;
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
