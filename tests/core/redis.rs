//! Redis URLs, and the meaning of errors that real servers sent (Redis 7.0, Node.js 20 to 26).

use nocodb_bitbucket_auth::redis::{Choice, Problem, Server, database_candidates};
use nocodb_bitbucket_auth::secret::Secret;

fn server(host: &str, port: u16) -> Server {
    Server {
        host: host.to_owned(),
        port,
        username: None,
        password: None,
        database: 0,
        tls: None,
        family: 0,
        key_prefix: None,
    }
}

#[test]
fn every_part_of_a_redis_url_is_parsed() {
    let plain = server("redis.example", 6379);
    let password = |text: &str| Some(Secret::new(text));
    let tls = Some("true".to_owned());
    for (address, expected) in [
        ("redis://redis.example", plain.clone()),
        ("redis://redis.example/", plain.clone()),
        ("redis://redis.example:/0", plain.clone()),
        ("redis://redis.example?connectTimeout=5", plain.clone()),
        ("redis://nc_redis:6380/15", Server { database: 15, ..server("nc_redis", 6380) }),
        ("redis://redis.example?db=7", Server { database: 7, ..plain.clone() }),
        ("redis://redis.example/3?db=7", Server { database: 3, ..plain.clone() }),
        ("redis://[2001:db8::1]:6380", server("2001:db8::1", 6380)),
        ("redis://[::1]", server("::1", 6379)),
        ("rediss://redis.example?family=6", Server { tls: tls.clone(), family: 6, ..plain.clone() }),
        ("redis://redis.example?tls=true", Server { tls, ..plain.clone() }),
        ("redis://redis.example?keyPrefix=noco%3A", Server { key_prefix: Some("noco:".to_owned()), ..plain.clone() }),
        ("redis://:pass@redis.example", Server { password: password("pass"), ..plain.clone() }),
        ("redis://:p@ss@redis.example", Server { password: password("p@ss"), ..plain.clone() }),
        ("redis://:a:b+c%2F@redis.example", Server { password: password("a:b+c/"), ..plain.clone() }),
        (
            "redis://us%3Aer:pass@redis.example",
            Server { username: Some("us:er".to_owned()), password: password("pass"), ..plain.clone() },
        ),
        ("redis://:@redis.example", plain),
    ] {
        assert_eq!(Server::parse(address), Ok(expected), "{address}");
    }
}

#[test]
fn an_invalid_redis_url_is_rejected_for_a_reason_that_repeats_no_part_of_the_url() {
    for (address, reason) in [
        ("redis.example:6379", "starts with redis://"),
        ("redis://", "no valid host"),
        ("redis:///0", "no valid host"),
        ("redis://marked host", "no valid host"),
        ("redis://marked%2eexample", "no valid host"),
        ("redis://märked.example", "no valid host"),
        ("redis://[marked]", "no valid host"),
        ("redis://[::1]6379", "no valid host"),
        ("redis://:marked/pass@redis.example", "no valid host"),
        ("redis://user:marked/pass@redis.example", "port"),
        ("redis://redis.example:0", "port"),
        ("redis://redis.example:65536", "port"),
        ("redis://redis.example:+1", "port"),
        ("redis://:mar%ked@redis.example", "not percent-encoded"),
        ("redis://:marked#pass@redis.example", "fragment"),
        ("redis://redis.example/marked", "database"),
        ("redis://redis.example/1/", "database"),
        ("redis://redis.example/-1", "database"),
        ("redis://redis.example/+1", "database"),
        ("redis://redis.example/1.5", "database"),
        ("redis://redis.example/%31", "database"),
        ("redis://redis.example/9999999999", "database"),
        ("redis://redis.example?db=marked", "database"),
        ("redis://redis.example/0?db=marked", "database"),
        ("redis://redis.example?family=7", "family"),
        ("redis://redis.example?tls=marked", "tls"),
        ("redis://redis.example?path=marked", "before the question mark"),
        ("redis://redis.example?password=marked", "before the question mark"),
        ("redis://redis.example?db=%zz", "percent-encoded"),
    ] {
        let reason_given = Server::parse(address).expect_err(address);
        assert!(reason_given.contains(reason) && !reason_given.contains("marked"), "{address}: {reason_given}");
    }
}

#[test]
fn every_redis_error_is_assigned_to_a_problem() {
    let of_script = " script: bfc8ea27beba87120f18cc3b90f1c44841362996, on @user_script:1.";
    for (message, problem) in [
        ("WRONGPASS invalid username-password pair or user is disabled.", Problem::Password),
        ("NOAUTH Authentication required.", Problem::Password),
        ("EXECABORT Transaction discarded because of: NOAUTH Authentication required.", Problem::Password),
        ("ERR invalid password", Problem::Password),
        ("NOPERM this user has no permissions to run the 'eval' command", Problem::Permission),
        ("NOPERM this user has no permissions to access one of the keys used as arguments", Problem::Permission),
        ("ERR The user executing the script can't run this command or subcommand", Problem::Permission),
        ("NOPERM ACL failure in script: User x has no permissions to run the 'zadd' command", Problem::Permission),
        ("ERR EXEC without MULTI", Problem::Permission),
        ("DENIED Redis is running in protected mode because protected mode is enabled", Problem::Permission),
        ("READONLY You can't write against a read only replica.", Problem::ReadOnly),
        ("ERR Error running script (call to f_1): @user_script:1: -READONLY You can't write", Problem::ReadOnly),
        ("NOREPLICAS Not enough good replicas to write.", Problem::Replicas),
        ("OOM command not allowed when used memory > 'maxmemory'.", Problem::Memory),
        ("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist", Problem::Disk),
        ("MOVED 866 127.0.0.1:7001", Problem::Cluster),
        ("CLUSTERDOWN Hash slot not served", Problem::Cluster),
        ("ERR SELECT is not allowed in cluster mode", Problem::Cluster),
        ("ERR Script attempted to access a non local key in a cluster node", Problem::Cluster),
        ("ERR unknown command 'eval', with args beginning with: 'local prefix = KEYS[1]'", Problem::Command),
        ("ERR DB index is out of range", Problem::Database),
        ("ERR invalid DB index", Problem::Database),
        ("LOADING Redis is loading the dataset in memory", Problem::Loading),
        ("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", Problem::Loading),
        (
            "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
            Problem::NoResponse,
        ),
        ("ERR max number of clients reached", Problem::Connections),
        ("Protocol error, got \"H\" as reply type byte", Problem::Protocol),
        ("Connection is closed.", Problem::ConnectionClosed),
        ("WRONGTYPE Operation against a key holding the wrong kind of value", Problem::Value),
        ("ERR value is not an integer or out of range", Problem::Value),
        ("ERR increment or decrement would overflow", Problem::Value),
        (
            "ERR AUTH <password> called without any password configured for the default user. Are you sure?",
            Problem::UnneededPassword,
        ),
        ("ERR Client sent AUTH, but no password is set", Problem::UnneededPassword),
        ("ERR something new", Problem::Other),
        ("", Problem::Other),
    ] {
        assert_eq!(Problem::of("", message), problem, "{message}");
        assert_eq!(Problem::of("", &[message, of_script].concat()), problem, "{message}");
    }
    for (code, problem) in [
        ("ECONNREFUSED", Problem::Unreachable),
        ("ENOTFOUND", Problem::Unreachable),
        ("EHOSTUNREACH", Problem::Unreachable),
        ("EAI_AGAIN", Problem::Unreachable),
        ("ECONNRESET", Problem::ConnectionClosed),
        ("ETIMEDOUT", Problem::NoResponse),
        ("TIMEOUT", Problem::NoResponse),
        ("DEPTH_ZERO_SELF_SIGNED_CERT", Problem::Certificate),
        ("SELF_SIGNED_CERT_IN_CHAIN", Problem::Certificate),
        ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", Problem::Certificate),
        ("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", Problem::Certificate),
        ("ERR_TLS_CERT_ALTNAME_INVALID", Problem::Certificate),
        ("CERT_HAS_EXPIRED", Problem::Certificate),
        ("ERR_SSL_WRONG_VERSION_NUMBER", Problem::Tls),
        ("EPROTO", Problem::Tls),
    ] {
        assert_eq!(Problem::of(code, "whatever it says"), problem, "{code}");
    }
}

/// The reply of the script that surveys the candidate databases: one word for each database. The words of the databases in
/// `holding` are listed there. The word of every other database is `others`.
fn survey(home: u32, holding: &[(u32, &str)], others: &str) -> String {
    let word = |number| holding.iter().find(|(of, _)| *of == number).map_or(others, |(_, word)| *word);
    database_candidates(home, &[]).into_iter().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_candidate_database_is_listed_once_and_the_database_of_nocodb_comes_first() {
    for home in [0, 1, 15, 16, 63, 64, 999] {
        let all = database_candidates(home, &[3, 16, 16, 70, home]);
        let mut sorted = all.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), all.len(), "{home}");
        assert_eq!(all.first(), Some(&home));
        assert!((0..64).all(|number| all.contains(&number)), "{home}");
    }
    assert_eq!(database_candidates(0, &[])[..4], [0, 15, 14, 13]);
    assert_eq!(database_candidates(0, &[])[14..18], [2, 1, 16, 17]);
}

#[test]
fn databases_that_other_variables_of_nocodb_name_come_last() {
    let surveyed = database_candidates(0, &[15, 13]);
    assert_eq!(surveyed[..4], [0, 14, 12, 11]);
    assert_eq!(surveyed[62..], [15, 13]);
    let survey = |holding: &[(u32, &str)]| {
        let word = |number: &u32| holding.iter().find(|(of, _)| of == number).map_or("empty", |(_, word)| *word);
        surveyed.iter().map(word).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(Choice::of(&surveyed, &survey(&[])).database, 14);
    // Processes in which fewer variables of NocoDB are set already use the database 15.
    assert_eq!(Choice::of(&surveyed, &survey(&[(15, "marked")])).database, 15);
    assert_eq!(Choice::of(&surveyed, &survey(&[(15, "invaded")])).database, 14);
}

#[test]
fn the_plugin_chooses_a_database_without_keys_of_other_software_if_there_is_one() {
    let first_16: Vec<(u32, &str)> = (0..16).map(|number| (number, "others")).collect();
    for (home, holding, others, database) in [
        (0, &[][..], "empty", 15),
        (15, &[], "empty", 14),
        (0, &[(15, "others"), (14, "others")], "empty", 13),
        // A database that other processes of the plugin use comes before an unused one.
        (0, &[(3, "ours")], "empty", 3),
        (0, &[(3, "ours"), (2, "marked")], "empty", 2),
        (0, &[(3, "marked"), (2, "marked")], "ours", 3),
        (0, &[(3, "invaded"), (2, "ours")], "others", 2),
        (0, &[(1, "empty")], "missing", 1),
        (0, &first_16, "empty", 16),
        // The plugin does not choose NocoDB's own database, whatever it contains, because NocoDB empties it.
        (0, &[(0, "empty"), (7, "empty")], "missing", 7),
        (0, &[(0, "marked"), (7, "empty")], "others", 7),
        (99, &[(0, "empty")], "missing", 0),
    ] {
        let choice = Choice::of(&database_candidates(home, &[]), &survey(home, holding, others));
        assert_eq!(choice, Choice { database, fallback_reason: None }, "{home} {holding:?} {others}");
    }
    for (home, holding, others, reason) in [
        (0, &[(0, "others")][..], "missing", "no other database"),
        (0, &[(0, "marked")], "missing", "no other database"),
        (5, &[(1, "others")], "missing", "keys of other software"),
        (0, &[(0, "ours"), (9, "invaded")], "others", "keys of other software"),
        (0, &[], "something new", "keys of other software"),
    ] {
        let choice = Choice::of(&database_candidates(home, &[]), &survey(home, holding, others));
        assert_eq!(choice.database, home);
        assert!(choice.fallback_reason.is_some_and(|why| why.contains(reason)), "{home} {holding:?} {others}");
    }
    assert_eq!(Choice::of(&database_candidates(4, &[]), "").database, 4);
}

#[test]
fn after_an_error_the_plugin_uses_the_database_of_nocodb_only_if_redis_forbids_the_survey() {
    for (message, uses_nocodb_database) in [
        ("NOPERM this user has no permissions to run the 'select' command", true),
        ("ERR The user executing the script can't run this command or subcommand", true),
        ("ERR SELECT is not allowed in cluster mode", true),
        ("ERR This Redis command is not allowed from script", true),
        ("ERR unknown command 'SCAN'", true),
        ("OOM command not allowed when used memory > 'maxmemory'.", false),
        ("READONLY You can't write against a read only replica.", false),
        ("LOADING Redis is loading the dataset in memory", false),
        ("NOAUTH Authentication required.", false),
    ] {
        assert_eq!(Problem::of("", message).fallback_reason().is_some(), uses_nocodb_database, "{message}");
    }
    assert_eq!(Problem::of("ECONNRESET", "").fallback_reason(), None);
}
