//! Replays the corpus of the fuzz targets, so that bugs that fuzzing once found stay fixed.

#[path = "../../fuzz/bodies.rs"]
mod bodies;

use std::fs;
use std::path::Path;

fn replay(target: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let inputs: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(inputs.len() >= 20, "the corpus of {target} is missing");
    for input in inputs {
        let data = fs::read(&input).unwrap();
        let outcome = std::panic::catch_unwind(|| body(&data));
        assert!(outcome.is_ok(), "{} of {target}", input.file_name().unwrap().to_string_lossy());
    }
}

#[test]
fn the_callback_corpus_causes_no_panic() {
    replay("callback", bodies::callback);
}

#[test]
fn the_token_response_corpus_causes_no_panic() {
    replay("token_response", bodies::token_response);
}

#[test]
fn the_api_response_corpus_causes_no_panic() {
    replay("api_response", bodies::api_response);
}

#[test]
fn the_scope_corpus_causes_no_panic() {
    replay("scope", bodies::scope);
}

#[test]
fn the_config_corpus_causes_no_panic() {
    replay("config", bodies::config);
}
