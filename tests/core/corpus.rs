//! The fuzz targets' corpus, replayed: what was once found stays found.

#[path = "../../fuzz/bodies.rs"]
mod bodies;

use std::fs;
use std::path::Path;

fn replay(target: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let inputs: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(inputs.len() >= 20, "the corpus of {target} is gone");
    for input in inputs {
        let data = fs::read(&input).unwrap();
        let outcome = std::panic::catch_unwind(|| body(&data));
        assert!(outcome.is_ok(), "{} of {target}", input.file_name().unwrap().to_string_lossy());
    }
}

#[test]
fn callback() {
    replay("callback", bodies::callback);
}

#[test]
fn token_response() {
    replay("token_response", bodies::token_response);
}

#[test]
fn api_response() {
    replay("api_response", bodies::api_response);
}

#[test]
fn scope() {
    replay("scope", bodies::scope);
}

#[test]
fn config() {
    replay("config", bodies::config);
}
