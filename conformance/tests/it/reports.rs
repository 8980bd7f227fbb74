//! Reports of a run in which something of everything happened, against a target that tries to break them.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use vouchsafe_conformance::{CaseResult, Implementation, Options, Outcome, Verdict, report};

use crate::{
    fake::{Call, Fake, Reply},
    runs::{NO_FAULT, run_on},
};

/// What does something where it is taken for markup.
pub(crate) const HOSTILE: &str =
    "</script><script>window.owned = 1</script><img src=x onerror=\"window.owned = 2\">";

/// What no report may show.
const SECRETS: [&str; 3] = ["wrong-and-secret", "cookie-and-secret", "MIGHkey"];

const COMMAND: &str = "vouchsafe-conformance run --target http://target --token \"$VOUCHSAFE_TOKEN\"";

fn hostile(call: &Call, reply: &mut Reply) {
    if call.method == "POST" && call.path == "basic-credentials" {
        reply.body()["username"] = json!(HOSTILE);
        reply.body()["updatedDate"] = json!("2020-04-17T12:00:01Z");
        reply.body()["password"] = json!("wrong-and-secret");
        reply.cookie = Some("session_id=cookie-and-secret; Path=/".to_owned());
    }
    if call.body.get("csr").is_some() {
        let key = "-----BEGIN PRIVATE KEY-----\nMIGHkey\n-----END PRIVATE KEY-----\n";
        reply.body()["privateKey"] = json!(key);
    }
    if call.method == "GET" && call.path == "x509-credentials" {
        let body = format!("\u{1b}[31m\0 {HOSTILE} ``` ]]> {{\"password\":\"wrong-and-secret\"}}");
        *reply = Reply { content_type: "text/html", ..Reply::json(200, Value::from(body)) };
    }
    reply.extra_header = "server: Example/1.2\r\n";
}

/// All verdicts. Times and addresses are fixed.
pub(crate) async fn mixed() -> Outcome {
    let fake = Fake::start(hostile).await;
    let skip = vec!["basic*::verify::*=Not in this version, <b>sorry</b>.".into()];
    let mut outcome = run_on(&fake, Options { skip, ..Options::default() }).await;
    let error = outcome.results.iter_mut().find(|result| result.case.id.contains("x509-credentials::get"));
    error.unwrap().verdict = Verdict::Error(format!("GET {HOSTILE}: no complete answer in time"));
    for result in &mut outcome.results {
        fix(result, &fake.url());
    }
    outcome.target = "http://target".to_owned();
    outcome.command = Some(COMMAND.to_owned());
    outcome.started = SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000);
    outcome.duration = Duration::from_millis(1_234);
    outcome
}

fn fix(result: &mut CaseResult, url: &str) {
    result.duration = Duration::from_millis(7);
    if let Verdict::Fail(mismatches) = &mut result.verdict {
        for mismatch in mismatches {
            mismatch.expected = mismatch.expected.replace(&result.suffix, "UNIQUE");
        }
    }
    let fixed = result.exchanges.iter().enumerate().map(|(index, mut exchange)| {
        exchange.request.url = exchange.request.url.replace(url, "http://target");
        let text =
            exchange.request.body.as_ref().map(|body| body.to_string().replace(&result.suffix, "UNIQUE"));
        exchange.request.body = text.map(|text| serde_json::from_str(&text).unwrap());
        exchange.duration = Duration::from_micros(1_500 * (index as u64 + 1));
        exchange
    });
    result.exchanges = fixed.collect();
}

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(report::SCHEMA).unwrap()).unwrap()
}

#[tokio::test]
async fn the_json_report_is_what_the_schema_says() {
    let outcome = mixed().await;
    for word in ["pass", "fail", "skip", "error"] {
        assert!(outcome.count(word) > 0, "{word}");
    }
    let told: Value = serde_json::from_str(&report::json(&outcome)).unwrap();
    let validator = validator();
    let wrong: Vec<String> = validator.iter_errors(&told).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(told["totals"]["fail"], json!(outcome.count("fail")));
    assert_eq!(
        told["implementation"],
        json!({"name": "Example", "version": "1.2", "source": "server-header"})
    );
    assert_eq!(told["started"], "2030-03-17T17:46:40Z");
    assert_eq!(told["cases"].as_array().unwrap().len(), outcome.results.len());
    let latency = &told["latency"][0];
    assert_eq!(
        (&latency["operation"], &latency["median_ms"]),
        (&json!("basic_credentials_list"), &json!(3.0))
    );

    let of = |verdict: &str| {
        let cases = told["cases"].as_array().unwrap();
        cases.iter().position(|case| case["verdict"] == verdict).unwrap()
    };
    let breakages: [(String, Value); 9] = [
        ("/started".to_owned(), json!(7)),
        ("/profile".to_owned(), json!("all")),
        ("/totals/pass".to_owned(), json!(-1)),
        ("/implementation/source".to_owned(), json!("hearsay")),
        ("/latency/0/max_ms".to_owned(), json!("1")),
        (format!("/cases/{}/mismatches", of("fail")), json!([])),
        (format!("/cases/{}/mismatches/0/part", of("fail")), json!("trailer")),
        (format!("/cases/{}/declared", of("skip")), Value::Null),
        (format!("/cases/{}/reason", of("error")), Value::Null),
    ];
    for (pointer, value) in breakages {
        let mut broken = told.clone();
        *broken.pointer_mut(&pointer).unwrap() = value;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
    let mut unknown = told.clone();
    unknown["cases"][0]["more"] = json!(1);
    assert!(!validator.is_valid(&unknown));
}

#[tokio::test]
async fn an_implementation_that_was_named_is_told() {
    let mut outcome = mixed().await;
    for (said, name, version) in
        [("My CCM 2.0", "My CCM", Some("2.0")), ("My CCM", "My CCM", None), ("Other v3", "Other", Some("v3"))]
    {
        outcome.implementation = Some(Implementation::from(said));
        let told: Value = serde_json::from_str(&report::json(&outcome)).unwrap();
        let expected = json!({"name": name, "version": version, "source": "command"});
        assert_eq!(told["implementation"], expected);
    }
}

#[tokio::test]
async fn the_junit_report_is_xml_with_a_test_case_for_each_case() {
    let outcome = mixed().await;
    let xml = report::junit(&outcome);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("tests"), Some(outcome.results.len().to_string().as_str()));
    let cases: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    assert_eq!(cases.len(), outcome.results.len());
    let ids: Vec<String> = cases
        .iter()
        .map(|case| {
            let class = case.attribute("classname").unwrap().replace('.', "::");
            format!("{class}::{}", case.attribute("name").unwrap())
        })
        .collect();
    for (element, word, attribute) in
        [("failure", "fail", "failures"), ("skipped", "skip", "skipped"), ("error", "error", "errors")]
    {
        let told: Vec<&String> = ids
            .iter()
            .zip(&cases)
            .filter(|(_, case)| case.children().any(|child| child.has_tag_name(element)))
            .map(|(id, _)| id)
            .collect();
        let there = outcome.results.iter().filter(|result| result.verdict.word() == word);
        assert_eq!(told, there.map(|result| &result.case.id).collect::<Vec<_>>(), "{element}");
        assert_eq!(root.attribute(attribute), Some(told.len().to_string().as_str()));
    }
    let failures = document.descendants().filter(|node| node.has_tag_name("failure"));
    let texts: String = failures.filter_map(|failure| failure.text()).collect();
    assert!(
        texts.contains("likely cause: ")
            && texts.contains("curl -i -X POST")
            && texts.contains("\\u{1b}[31m")
    );
}

#[tokio::test]
async fn every_report_tells_what_was_left_behind() {
    let mut outcome = mixed().await;
    let of_run = "tenant \u{202e}conformance-1 <b>";
    outcome.left_behind = vec![of_run.to_owned()];
    let passed = outcome.results.iter_mut().find(|result| result.verdict == Verdict::Pass).unwrap();
    passed.left_behind = vec!["credentials-2".to_owned()];
    let reports: [fn(&Outcome) -> String; 5] =
        [report::text, report::json, report::junit, report::markdown, report::html];
    for (index, write) in reports.iter().enumerate() {
        let text = write(&outcome);
        assert!(text.contains("conformance-1") && text.contains("credentials-2"), "report {index}");
        let json = [1, 4].contains(&index);
        assert!(json || !text.contains('\u{202e}'), "report {index}");
    }
    let told: Value = serde_json::from_str(&report::json(&outcome)).unwrap();
    assert_eq!(told["left_behind"], json!([of_run]));
    assert!(validator().is_valid(&told));
    let xml = report::junit(&outcome);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let outputs = document.descendants().filter(|node| node.has_tag_name("system-out"));
    let outputs: Vec<_> = outputs
        .map(|node| (node.parent_element().unwrap().tag_name().name(), node.text().unwrap()))
        .collect();
    let of_case = ("testcase", "left behind: credentials-2");
    let of_run = ("testsuite", "left behind by the run: tenant \\u{202e}conformance-1 <b>");
    assert_eq!(outputs, [of_case, of_run]);
    let last: Vec<String> = report::summary(&outcome).lines().map(str::to_owned).collect();
    assert_eq!(last[0], "Left behind by the run: tenant \\u{202e}conformance-1 <b>");
    assert_eq!(last.len(), 2);
}

#[tokio::test]
async fn of_what_passed_only_the_essential_is_kept() {
    let outcome = mixed().await;
    let text = report::json(&outcome);
    let told: Value = serde_json::from_str(&text).unwrap();
    let (mut passed, mut others) = (0, 0);
    for (case, result) in told["cases"].as_array().unwrap().iter().zip(&outcome.results) {
        // Each is a line.
        assert!(text.lines().any(|line| line.starts_with(&format!("{{\"id\":\"{}\"", result.case.id))));
        let exchanges = case["exchanges"].as_array().unwrap();
        let roles: Vec<_> = exchanges.iter().filter_map(|exchange| exchange["role"].as_str()).collect();
        let all: Vec<String> = result.exchanges.iter().map(|exchange| exchange.role.to_string()).collect();
        let essential = |role: &&String| ["request", "observe"].contains(&role.as_str());
        let headers = exchanges.iter().flat_map(|exchange| exchange["answer"]["headers"].as_array().unwrap());
        let servers = headers.filter(|header| header[0] == "server").count();
        if case["verdict"] == "pass" {
            assert_eq!(roles, all.iter().filter(essential).collect::<Vec<_>>());
            assert_eq!(servers, 0);
            passed += all.len() - roles.len();
        } else {
            assert_eq!((roles, servers), (all.iter().map(String::as_str).collect(), all.len()));
            others += servers;
        }
    }
    assert!(passed > 0 && others > 0, "{passed} {others}");
}

#[tokio::test]
async fn no_report_has_a_secret() {
    let outcome = mixed().await;
    // They are there.
    let all = format!("{outcome:?}");
    assert!(SECRETS.iter().all(|secret| all.contains(secret)));
    let reports: [fn(&Outcome) -> String; 5] =
        [report::text, report::json, report::junit, report::markdown, report::html];
    for (index, write) in reports.iter().enumerate() {
        let text = write(&outcome);
        for secret in SECRETS {
            assert!(!text.contains(secret), "report {index}: {secret}");
        }
        assert!(text.contains("[redacted"), "report {index}");
        // Of what is asked for and is public, but the member is a secret's.
        assert!(!text.contains("\"password\":\"123\""), "report {index}");
    }
}

#[tokio::test]
async fn a_fail_in_text_and_in_markdown() {
    let mut outcome = mixed().await;
    outcome.results.retain(|result| result.case.id == "basic-credentials::create::example-specific");
    insta::assert_snapshot!("text", report::text(&outcome));
    insta::assert_snapshot!("markdown", report::markdown(&outcome));
}

#[tokio::test]
async fn markdown_stays_what_it_is_whatever_was_answered() {
    let text = report::markdown(&mixed().await);
    // Outside of blocks and of code between backticks no markup is left.
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                let outside: String = line.split('`').step_by(2).collect();
                assert!(!outside.replace("\\<", "").contains('<'), "{line}");
            }
        }
    }
    assert_eq!(fence, None);
    assert!(text.contains("````"), "an answer with a fence in it");
}

#[tokio::test]
async fn a_page_of_300_cases_has_less_than_two_megabytes() {
    let mut outcome = mixed().await;
    let one = outcome.results.clone();
    while outcome.results.len() < 300 {
        outcome.results.extend(one.clone());
    }
    let page = report::html(&outcome);
    assert!(page.len() < 2_000_000, "{}", page.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_writes_reports_and_their_schema() {
    let fake = Fake::start(NO_FAULT).await;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reports");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let command = || Command::new(env!("CARGO_BIN_EXE_vouchsafe-conformance"));
    let mut run = command();
    run.args([
        "run",
        "--target",
        &fake.url(),
        "--token",
        "given-and-secret",
        "--only",
        "basic*::list::example*",
    ]);
    run.args(["--implementation", "Mine 2.1"]);
    let formats = ["text", "json", "junit", "markdown", "html"];
    for format in formats {
        run.arg("--report").arg(format!("{format}={}", folder.join(format).display()));
    }
    let output = run.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for format in formats {
        let text = fs::read_to_string(folder.join(format)).unwrap();
        assert!(text.contains(&fake.url()) && !text.contains("given-and-secret"), "{format}");
    }
    let told: Value = serde_json::from_str(&fs::read_to_string(folder.join("json")).unwrap()).unwrap();
    assert!(validator().is_valid(&told));
    assert_eq!((&told["implementation"]["name"], &told["passed"]), (&json!("Mine"), &json!(true)));
    let again =
        format!("vouchsafe-conformance run --target {} --token \"$VOUCHSAFE_TOKEN\" --only", fake.url());
    assert!(told["command"].as_str().unwrap().starts_with(&again), "{told}");

    let schema = command().arg("schema").output().unwrap();
    assert_eq!(String::from_utf8(schema.stdout).unwrap(), report::SCHEMA);
    let mut wrong = command();
    wrong.args(["run", "--target", &fake.url(), "--no-auth", "--report", "html=/nowhere/at/all.html"]);
    let output = wrong.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no folder for"));
}
