//! The cases of the configuration API: on a server of its reference alone, and one fault at a time.

use serde_json::{Value, json};
use vouchsafe_conformance::{
    Admin, Auth, Options, Outcome, Profile, Secret, Skip, Target, Verdict, report, run,
};

use crate::{
    fake::{ADMIN, Call, Fake, Fault, Reply, Weakness},
    runs::{NO_FAULT, told},
};

const SYSTEM_ALERTS: &str = "/api/configuration/alerting/system_alerts";

async fn run_on(fake: &Fake) -> Outcome {
    run_with(fake, Options::default()).await
}

async fn run_with(fake: &Fake, options: Options) -> Outcome {
    let (user, password) = ADMIN;
    let admin = Admin { user: user.to_owned(), password: Secret::new(password) };
    let target = Target::new(&fake.url(), Auth::None).unwrap().with_admin(admin);
    let mut options = Options { profile: Profile::Configuration, ..options };
    options.skip.extend(DERIVED.map(Skip::from));
    run(target, options).await
}

/// Bad requests of every sort, which are tried on the real server: the fake one looks at few.
const DERIVED: [&str; 12] = [
    "*::method-get",
    "*::method-p*",
    "*::method-delete",
    "*::body-*",
    "*::content-type-*",
    "*::malformed-id",
    "*::garbage-session",
    "*::password-instead-of-session",
    "*-wrong-type",
    "*-unknown",
    "*-missing",
    "*-null",
];

fn ids<'a>(outcome: &'a Outcome, word: &str) -> Vec<&'a str> {
    let declared = |verdict: &Verdict| matches!(verdict, Verdict::Skip { declared: true, .. });
    let results = outcome.results.iter().filter(|result| !declared(&result.verdict));
    let results = results.filter(|result| result.verdict.word() == word);
    results.map(|result| result.case.id.as_str()).collect()
}

#[tokio::test]
async fn an_implementation_of_the_reference_alone_passes_and_is_left_as_it_was() {
    let fake = Fake::start(NO_FAULT).await;
    let before = fake.configuration();
    let outcome = run_on(&fake).await;
    assert_eq!(outcome.count("fail") + outcome.count("error"), 0, "{}", told(&outcome));
    assert_eq!(fake.configuration(), before);
    assert!(outcome.results.iter().all(|result| result.left_behind.is_empty()), "{}", told(&outcome));
    // It has no second user and no way to make one. Unless that is declared, not everything was checked.
    assert!(!outcome.passed());
    let skipped = ids(&outcome, "skip");
    insta::assert_json_snapshot!(skipped);
    let skip = skipped.iter().map(|id| format!("{id}=There is one user.").as_str().into()).collect();
    assert!(run_with(&fake, Options { skip, ..Options::default() }).await.passed());
    let promises = report::promises(&outcome);
    assert!(promises.contains("\nSKIP  403 Unauthorized"), "{promises}");
    insta::assert_snapshot!(promises);
}

#[tokio::test]
async fn without_a_login_the_cases_are_skipped_with_the_reason() {
    let fake = Fake::start(NO_FAULT).await;
    let options =
        Options { only: vec!["*::list::read".to_owned(), "*alerts::*".to_owned()], ..Options::default() };
    let outcome = crate::runs::run_on(&fake, options).await;
    assert!(!outcome.passed(), "{}", told(&outcome));
    assert!(outcome.count("skip") > 50);
    let reason = "needs an administrator's login: give --admin";
    for result in outcome.results.iter().filter(|result| result.verdict != Verdict::Pass) {
        assert_eq!(
            result.verdict,
            Verdict::Skip { reason: reason.to_owned(), declared: false },
            "{}",
            result.case.id
        );
    }
    assert!(report::summary(&outcome).starts_with("Partial: nothing failed, but not all was checked"));
}

#[tokio::test]
async fn a_session_that_ends_is_renewed() {
    let fake = Fake::start(|call, reply| {
        // The first session is over after the login.
        if call.cookie.ends_with("0001") {
            reply.become_json(
                401,
                json!({"error": {"type": "Unauthenticated", "message": "Over.", "details": {"path": call.path}}}),
            );
        }
    })
    .await;
    let outcome = run_on(&fake).await;
    assert_eq!(outcome.count("fail") + outcome.count("error"), 0, "{}", told(&outcome));
}

fn is(call: &Call, method: &str, path: &str) -> bool {
    call.method == method && call.path == path
}

fn meta(reply: &mut Reply) -> Option<&mut Value> {
    reply.body.as_mut()?.get_mut("meta")
}

/// Name, broken rule, spoiled answers.
const FAULTS: &[(&str, Weakness, Fault)] = &[
    ("the lock is not enforced", Weakness::NoLock, NO_FAULT),
    ("changes are seen before the commit", Weakness::NoIsolation, NO_FAULT),
    ("a commit forgets the changes", Weakness::NoCommit, NO_FAULT),
    ("a dropped transaction leaves its changes", Weakness::NoRollback, NO_FAULT),
    ("a change does not open a transaction", Weakness::NoAutomaticTransaction, NO_FAULT),
    ("the rule of revocation_check is not enforced", Weakness::NoRevocationRule, NO_FAULT),
    ("names of trust stores may be taken", Weakness::NoUniqueNames, NO_FAULT),
    ("the built-in trust store can be changed", Weakness::BuiltInChanges, NO_FAULT),
    ("meta.next of alerting is another sibling", Weakness::None, |call, reply| {
        if is(call, "GET", "/api/configuration/alerting")
            && let Some(meta) = meta(reply)
        {
            meta["next"] = json!("/api/configuration/management");
        }
    }),
    ("meta.previous is missing where there is none", Weakness::None, |call, reply| {
        if is(call, "GET", SYSTEM_ALERTS)
            && let Some(Value::Object(meta)) = meta(reply)
        {
            meta.remove("previous");
        }
    }),
    ("a replaced object is answered with 200", Weakness::None, |call, reply| {
        if is(call, "PUT", SYSTEM_ALERTS) && reply.status == 201 {
            reply.status = 200;
        }
    }),
    ("a created object is answered without its key", Weakness::None, |call, reply| {
        if is(call, "POST", "/api/configuration/trust_stores") {
            reply.drop_member("key");
        }
    }),
    ("refused credentials are answered with the wrong type", Weakness::None, |_, reply| {
        if reply.status == 401 && reply.body()["error"]["type"] == "AuthenticationFailure" {
            reply.body()["error"]["type"] = json!("Unauthenticated");
        }
    }),
    ("a 401 does not tell the path", Weakness::None, |call, reply| {
        if reply.status == 401 && call.path.starts_with("/api/configuration/alerting") {
            reply.body()["error"]["details"] = json!({});
        }
    }),
    ("a syntactic error tells another path", Weakness::None, |_, reply| {
        let error = reply.body.as_mut().and_then(|body| body.get_mut("error"));
        if let Some(error) = error.filter(|error| error["type"] == "SyntacticError") {
            error["details"]["path"] = json!("/api/configuration");
        }
    }),
    ("the cookie has no path and no end", Weakness::None, |_, reply| {
        if let Some(cookie) = &mut reply.cookie {
            cookie.truncate("session_id=".len() + 40);
        }
    }),
    ("the built-in trust store shows its authorities", Weakness::None, |call, reply| {
        if is(call, "GET", "/api/configuration/trust_stores/-7001") {
            reply.body()["body"]["authorities"] = json!([]);
        }
    }),
    ("a fingerprint is written with capitals", Weakness::None, |call, reply| {
        let spoil = |authority: &mut Value| {
            if let Some(Value::String(digest)) = authority.pointer_mut("/fingerprint/digest") {
                *digest = digest.to_uppercase();
            }
        };
        if call.method == "GET" && call.path.starts_with("/api/configuration/trust_stores/") {
            let authorities = reply.body().pointer_mut("/body/authorities").and_then(Value::as_array_mut);
            authorities.into_iter().flatten().for_each(spoil);
        }
    }),
    ("issuer and subject are confused", Weakness::None, |call, reply| {
        if call.method == "GET" && call.path.starts_with("/api/configuration/trust_stores/") {
            let authorities = reply.body().pointer_mut("/body/authorities").and_then(Value::as_array_mut);
            for authority in authorities.into_iter().flatten().filter(|authority| authority.is_object()) {
                authority["issuer"] = authority["subject"].clone();
            }
        }
    }),
    ("one of the system alerts is missing", Weakness::None, |call, reply| {
        if is(call, "GET", SYSTEM_ALERTS)
            && let Some(Value::Object(body)) = reply.body.as_mut().and_then(|body| body.get_mut("body"))
        {
            body.remove("xcbSwapFull");
        }
    }),
    ("the time that a transaction has left is not told", Weakness::None, |_, reply| {
        if let Some(Value::Object(meta)) = meta(reply) {
            meta.remove("remaining_seconds");
        }
    }),
    ("a deleted object's meta is that of its collection", Weakness::None, |call, reply| {
        if call.method == "DELETE"
            && call.path.starts_with("/api/configuration/trust_stores/")
            && reply.status == 200
        {
            reply.body()["meta"]["href"] = json!("/api/configuration/trust_stores");
        }
    }),
    ("a body that is not JSON is a syntactic error", Weakness::None, |_, reply| {
        let error = reply.body.as_mut().and_then(|body| body.get_mut("error"));
        if let Some(error) = error.filter(|error| error["type"] == "InvalidRequestBody") {
            error["type"] = json!("SyntacticError");
        }
    }),
    ("the alerting address is elsewhere", Weakness::None, |call, reply| {
        if is(call, "GET", "/api/configuration/management/email")
            && let Some(Value::Object(body)) = reply.body.as_mut().and_then(|body| body.get_mut("body"))
        {
            body.remove("alerting_address");
        }
    }),
];

/// One of the cases that are the same for each alert is enough.
fn all_but_most_alerts() -> Options {
    let others = ["scb", "xcbA", "xcbB", "xcbC", "xcbD", "xcbE", "xcbF", "xcbH", "xcbL", "xcbR", "xcbT"];
    let skip = others.map(|start| format!("*::element::{start}*").as_str().into()).to_vec();
    Options { skip, ..Options::default() }
}

/// Which cases fail by each fault: the snapshot is read by a person, who asks whether these and no others should.
#[tokio::test(flavor = "multi_thread")]
async fn each_fault_is_found_by_the_cases_of_its_topic() {
    let runs = FAULTS.iter().map(|(name, weakness, fault)| {
        let run = async move {
            let fake = Fake::weak(*weakness, *fault).await;
            run_with(&fake, all_but_most_alerts()).await
        };
        (*name, tokio::spawn(run))
    });
    let mut found = serde_json::Map::new();
    for (name, run) in runs.collect::<Vec<_>>() {
        let outcome = run.await.unwrap();
        assert_eq!(outcome.count("error"), 0, "{name}: {}", told(&outcome));
        let failed = ids(&outcome, "fail");
        assert!(!failed.is_empty(), "{name}");
        assert!(!outcome.passed(), "{name}");
        found.insert(name.to_owned(), json!(failed));
    }
    insta::assert_json_snapshot!(found);
}
