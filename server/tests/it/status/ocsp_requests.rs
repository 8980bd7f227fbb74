//! OCSP over HTTP, request by request: GET and POST, what is kept, and what is no request.

use std::process::Command;

use data_encoding::BASE64;
use reqwest::{Method, header::HeaderMap};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::{Fleet, get};
use crate::harness::{Backend, TestServer};

const PATH: &str = "/pki/default/ocsp";
/// `OCSPResponse` with a status and no more.
const MALFORMED: [u8; 5] = [0x30, 3, 0x0a, 1, 1];

async fn post(server: &TestServer, request: Vec<u8>) -> (u16, HeaderMap, Vec<u8>) {
    let request =
        server.anonymous(Method::POST, PATH).header("content-type", "application/ocsp-request").body(request);
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap().to_vec())
}

/// A request without a nonce, as `openssl` writes it.
fn request(fleet: &Fleet<'_>, question: &str) -> Vec<u8> {
    fleet.openssl.run(&format!("ocsp -issuer ca.pem {question} -no_nonce -reqout request.der"));
    fleet.openssl.read_bytes("request.der")
}

fn text(fleet: &Fleet<'_>, response: &[u8]) -> String {
    fleet.openssl.write_bytes("response.der", response);
    fleet.openssl.run("ocsp -respin response.der -resp_text -CAfile both.pem -issuer ca.pem")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_kept_until_the_state_changes() {
    let server = TestServer::start(Backend::Sqlite, |_| {}).await;
    let fleet = Fleet::new(&server).await;
    let device = fleet.device("device").await;
    let request = request(&fleet, "-cert device.pem");
    let (status, headers, first) = post(&server, request.clone()).await;
    assert_eq!((status, &headers["content-type"]), (200, &"application/ocsp-response".parse().unwrap()));
    // RFC 5019 section 6.2.
    assert_eq!(headers["cache-control"], "max-age=60, public, no-transform, must-revalidate");
    let date = |name: &str| OffsetDateTime::parse(headers[name].to_str().unwrap(), &Rfc2822).unwrap();
    let left = (date("expires") - OffsetDateTime::now_utc()).whole_seconds();
    assert!((50..=60).contains(&left), "{left}");
    assert!((OffsetDateTime::now_utc() - date("last-modified")).whole_seconds() < 10);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(post(&server, request.clone()).await.2, first, "a second later still the same bytes");

    let mut known = vec![first];
    for (state, says) in
        [("Suspended", "revoked"), ("Active", "good"), ("Suspended", "revoked"), ("Revoked", "revoked")]
    {
        fleet.change(&device, serde_json::json!({"state": state})).await;
        let (_, _, answer) = post(&server, request.clone()).await;
        assert!(!known.contains(&answer), "{state}: an old answer");
        assert!(text(&fleet, &answer).contains(&format!("Cert Status: {says}")), "{state}");
        assert_eq!(post(&server, request.clone()).await.2, answer, "{state}");
        known.push(answer);
    }
}

/// base64 in the path, as it is and percent-encoded, by a program that knows nothing of us.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_get() {
    let server = TestServer::start(Backend::Sqlite, |_| {}).await;
    let fleet = Fleet::new(&server).await;
    let device = fleet.device("device").await;
    fleet.revoke(&device, "affiliationChanged").await;
    let (mut slash, mut plus) = (false, false);
    // Until some base64 has both of its special characters.
    for n in 1..200 {
        let request = request(&fleet, &format!("-serial {n} -serial 0x{}", device.serial));
        let base64 = BASE64.encode(&request);
        (slash, plus) = (slash || base64.contains('/'), plus || base64.contains('+'));
        let encoded: String = url::form_urlencoded::byte_serialize(base64.as_bytes()).collect();
        for path in [base64.clone(), encoded, base64.trim_end_matches('=').to_owned()] {
            let file = fleet.openssl.path("got.der");
            let status = Command::new("curl")
                .args(["--silent", "--show-error", "--fail", "--max-time", "30", "--path-as-is", "--output"])
                .arg(&file)
                .arg(format!("{}{PATH}/{path}", server.url))
                .status();
            assert!(status.expect("curl must be installed").success(), "{path}");
            let said = text(&fleet, &fleet.openssl.read_bytes("got.der"));
            assert!(said.contains("Cert Status: revoked") && said.contains("affiliationChanged"), "{said}");
        }
        if slash && plus {
            return;
        }
    }
    panic!("no base64 with / and +");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_request() {
    let server = TestServer::start(Backend::Sqlite, |_| {}).await;
    let fleet = Fleet::new(&server).await;
    fleet.device("device").await;
    let good = request(&fleet, "-cert device.pem");
    let mut cut = good.clone();
    cut.pop();
    let too_large = vec![0x30; 16 * 1024 + 1];
    // RFC 5280 4.1.2.2: nobody has issued a number of more than twenty octets; nothing of the kind is kept.
    let long_number = request(&fleet, &format!("-serial 0x{}", "11".repeat(1000)));
    for (what, bad) in [
        ("long number", long_number),
        ("nothing", Vec::new()),
        ("text", b"give me everything".to_vec()),
        ("cut", cut.clone()),
        ("longer", [good.clone(), vec![0]].concat()),
        ("no certificate", vec![0x30, 4, 0x30, 2, 0x30, 0]),
        ("too large", too_large.clone()),
        ("nested", [0x30, 0x80].repeat(4000)),
        ("huge length", vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
    ] {
        let (status, headers, answer) = post(&server, bad).await;
        assert_eq!((status, &*answer), (200, &MALFORMED[..]), "{what}");
        assert_eq!(headers["content-type"], "application/ocsp-response", "{what}");
        assert_eq!(headers["cache-control"], "no-store", "{what}");
    }
    for path in ["not-base64!", "%00", "AAAA", &*BASE64.encode(&cut)] {
        let (status, headers, answer) = get(&server, &format!("{PATH}/{path}")).await;
        assert_eq!((status, &*answer), (200, &MALFORMED[..]), "{path}");
        assert_eq!(headers["content-type"], "application/ocsp-response", "{path}");
    }
    // A head that is too large for HTTP is refused before, not by us.
    let (status, _, good) = post(&server, good).await;
    assert!(status == 200 && text(&fleet, &good).contains("Cert Status: good"));
}
