//! Lifetimes: their bounds, their rounding, and the end of the authority.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{PATH, files, verify};
use crate::harness::{TestServer, both, database::Everything};

fn seconds(moment: &Value) -> i64 {
    OffsetDateTime::parse(moment.as_str().unwrap(), &Rfc3339).unwrap().unix_timestamp()
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// A date of `openssl x509 -dateopt iso_8601`, in seconds.
fn date(text: &str) -> i64 {
    seconds(&json!(text.replace(' ', "T").replace("TZ", "Z")))
}

both!(run_from_the_moment_of_issue, async |server: TestServer| {
    for (ttl, whole) in [
        (json!(1), 1),
        (json!(0.1), 1),
        (json!(1e-300), 1),
        (json!(1.000_001), 2),
        (json!(86_400), 86_400),
        (json!(86_399.5), 86_400),
        (json!(31_540_000), 31_540_000),
        (Value::Null, 31_536_000),
    ] {
        let mut body = json!({"keyType": "ec-p256"});
        if !ttl.is_null() {
            body["ttl"] = ttl.clone();
        }
        let issued = server.post(PATH, body).await.expect(201);
        let row = server.get(&format!("{PATH}/{}", issued["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(seconds(&row["invalidAfter"]) - seconds(&row["createdDate"]), whole, "{ttl}");
        assert!(row["invalidAfter"].as_str().unwrap().ends_with(".000000Z"), "{row}");
        let openssl = files(&server, &issued).await;
        let end = openssl.field("leaf.pem", "-enddate -dateopt iso_8601");
        assert_eq!(date(&end), seconds(&row["invalidAfter"]), "{ttl}");
        let start = openssl.field("leaf.pem", "-startdate -dateopt iso_8601");
        // Half a minute for verifiers whose clock is behind, but never before the authority's own start.
        let authority = date(&openssl.field("tenant.pem", "-startdate -dateopt iso_8601"));
        assert_eq!(date(&start), authority.max(seconds(&row["createdDate"]) - 30), "{ttl}");
    }
});

fn short_lived_authority(config: &mut vouchsafe::config::Config) {
    config.pki.ca_ttl_days = 30;
}

both!(end_with_the_authority, short_lived_authority, async |server: TestServer| {
    let body = json!({"keyType": "ec-p256"});
    let cut = server.post(PATH, body.clone()).await.expect(201);
    let openssl = verify(&server, &cut).await;
    let end = date(&openssl.field("tenant.pem", "-enddate -dateopt iso_8601"));
    assert_eq!(seconds(&cut["invalidAfter"]), end, "an omitted ttl is cut");
    // Exactly to the end. By the time it is read, the server's clock may be a second further than ours: then again.
    let mut exactly = None;
    for _ in 0..10 {
        let answer = server.post(PATH, json!({"keyType": "ec-p256", "ttl": end - now()})).await;
        if answer.status.as_u16() == 201 {
            exactly = Some(answer.json());
            break;
        }
    }
    let issued = exactly.unwrap();
    assert_eq!(seconds(&issued["invalidAfter"]), end);
    verify(&server, &issued).await;

    let store = server.ready().await.store;
    let before = Everything::of(&store).await;
    let latest = OffsetDateTime::from_unix_timestamp(end).unwrap().format(&Rfc3339).unwrap();
    let message = format!("ttl runs past the end of the issuing CA; the latest possible end is {latest}");
    for ttl in [json!(end - now() + 1), json!(31_536_000), json!(9_007_199_254_740_991_i64)] {
        let answer = server.post(PATH, json!({"keyType": "ec-p256", "ttl": ttl})).await;
        assert_eq!(answer.message(400), message, "{ttl}");
    }
    assert_eq!(Everything::of(&store).await, before);
});

both!(bad_ones_are_refused, async |server: TestServer| {
    let store = server.ready().await.store;
    let before = Everything::of(&store).await;
    let positive = "ttl must be greater than 0";
    for (ttl, message) in [
        ("0", positive),
        ("0.0", positive),
        ("-0.0", positive),
        ("-1", positive),
        ("-1e300", positive),
        ("-1e-300", positive),
        ("1e300", "ttl is longer than any certificate can live"),
        ("9007199254740992", "ttl is longer than any certificate can live"),
        ("123456789012345678901234567890", "ttl is longer than any certificate can live"),
        ("\"1\"", "ttl must be a number, not a string"),
        ("true", "ttl must be a number, not a boolean"),
        ("null", "ttl must be a number, not null"),
        ("[1]", "ttl must be a number, not a list"),
        ("{}", "ttl must be a number, not an object"),
        ("1e400", "the body is not valid JSON (line 1, column 12)"),
        ("NaN", "the body is not valid JSON (line 1, column 8)"),
        ("Infinity", "the body is not valid JSON (line 1, column 8)"),
        ("01", "the body is not valid JSON (line 1, column 9)"),
        ("+1", "the body is not valid JSON (line 1, column 8)"),
    ] {
        let request = server.request(reqwest::Method::POST, PATH).header("content-type", "application/json");
        let answer = crate::harness::Answer::of(request.body(format!("{{\"ttl\":{ttl}}}"))).await;
        assert_eq!(answer.message(400), message, "{ttl}");
    }
    assert_eq!(Everything::of(&store).await, before);
});
