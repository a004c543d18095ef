//! Runs each fuzz target with its corpus, so that bugs that fuzzing once found stay fixed.

#[path = "../../fuzz/bodies.rs"]
mod bodies;

use std::fs;
use std::path::Path;

fn replay(target: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let inputs: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(inputs.len() >= 20, "the corpus of {target} has fewer than 20 inputs");
    for input in inputs {
        let data = fs::read(&input).unwrap();
        let outcome = std::panic::catch_unwind(|| body(&data));
        assert!(
            outcome.is_ok(),
            "the input {} of {target} causes a panic",
            input.file_name().unwrap().to_string_lossy()
        );
    }
}

#[test]
fn callbacks_of_the_fuzz_corpus_cause_no_panic() {
    replay("callback", bodies::callback);
}

#[test]
fn token_responses_of_the_fuzz_corpus_cause_no_panic() {
    replay("token_response", bodies::token_response);
}

#[test]
fn api_responses_of_the_fuzz_corpus_cause_no_panic() {
    replay("api_response", bodies::api_response);
}

#[test]
fn scopes_of_the_fuzz_corpus_cause_no_panic() {
    replay("scope", bodies::scope);
}

#[test]
fn configurations_of_the_fuzz_corpus_cause_no_panic() {
    replay("config", bodies::config);
}
