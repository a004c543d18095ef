//! Keys that are derived from the client's secret. The tests compare the derivation with the test vectors of RFC 5869, and the
//! keys with the keys that another implementation derives. They also check that the keys of different clients and purposes
//! differ.

use hkdf::Hkdf;
use nocodb_bitbucket_auth::client_config::ClientConfig;
use nocodb_bitbucket_auth::endpoints::Endpoints;
use nocodb_bitbucket_auth::key_derivation::derive_key;
use sha2::Sha256;

fn client(id: &str, secret: Option<&str>, token_url: Option<&str>) -> ClientConfig {
    let endpoints = Endpoints::new(None, token_url, None).unwrap();
    ClientConfig::new(id, secret, "https://nocodb.example/", None, endpoints).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The test vectors of RFC 5869 appendix A.1 to A.3.
#[test]
fn the_derivation_matches_rfc_5869() {
    let range = |from: u8, to: u8| (from..=to).collect::<Vec<u8>>();
    let cases = [
        (
            vec![0x0b; 22],
            Some(range(0x00, 0x0c)),
            range(0xf0, 0xf9),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            range(0x00, 0x4f),
            Some(range(0x60, 0xaf)),
            range(0xb0, 0xff),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09\
             da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
        ),
        // HKDF replaces an absent salt by zeros. An empty salt is padded to the same zeros.
        (
            vec![0x0b; 22],
            None,
            Vec::new(),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ];
    for (secret, salt, info, expected) in cases {
        let mut key = vec![0; expected.len() / 2];
        Hkdf::<Sha256>::new(salt.as_deref(), &secret).expand_multi_info(&[&info], &mut key).unwrap();
        assert_eq!(hex(&key), expected);
    }
}

/// The HKDF of Node's OpenSSL computed the expected keys. Processes of different versions may share data that is encrypted or
/// named with these keys. If the derivation changes, `VERSION` in src/key_derivation.rs must change too.
#[test]
fn the_keys_do_not_change_between_versions() {
    let client = client("Key", Some("Secret"), None);
    for (purpose, expected) in [
        ("shared-store", "268a146ee832bfcc1a84652dced45ba342a787638b85e645cd5b7dbbbf64a462"),
        ("namespace", "f148d47cda7630070b9b179a263a7b1f2b52a3bc3a14b55ba2ac7b9b2e555b42"),
    ] {
        assert_eq!(hex(&derive_key(&client, purpose).unwrap()), expected, "{purpose}");
        assert_eq!(derive_key(&client, purpose), derive_key(&client, purpose));
    }
}

#[test]
fn different_clients_and_purposes_have_different_keys() {
    let elsewhere = Some("https://bitbucket.example/access_token");
    let keys = [
        derive_key(&client("Key", Some("Secret"), None), "purpose"),
        derive_key(&client("Key", Some("Secret"), None), "another purpose"),
        derive_key(&client("Key", Some("Secret"), None), ""),
        derive_key(&client("Key", Some("Secret!"), None), "purpose"),
        derive_key(&client("Key!", Some("Secret"), None), "purpose"),
        derive_key(&client("Key", Some("Secret"), elsewhere), "purpose"),
    ];
    for (at, key) in keys.iter().enumerate() {
        assert!(key.is_some());
        assert!(!keys.iter().skip(at + 1).any(|other| other == key), "{at}");
    }
}

/// The scopes may change during the life of a connection, and so may all URLs except that of the token endpoint.
#[test]
fn values_that_may_change_during_the_life_of_a_connection_do_not_change_the_key() {
    let endpoints = Endpoints::new(Some("https://other.example/"), None, Some("https://api.example/")).unwrap();
    let moved = ClientConfig::new("Key", Some("Secret"), "https://other.example/", None, endpoints).unwrap();
    assert_eq!(derive_key(&moved, "purpose"), derive_key(&client("Key", Some("Secret"), None), "purpose"));
}

#[test]
fn a_public_client_has_no_keys() {
    assert_eq!(derive_key(&client("Key", None, None), "purpose"), None);
}
