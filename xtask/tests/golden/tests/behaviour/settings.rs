//! Values that may be null, unions, lists and strings as bodies, any value, and where violations are.

use std::sync::Arc;

use poem::http::Method;
use vouchsafe_golden::runtime::{BadInput, SchemeKind};

use crate::{Reply, Service, get, request, send};

async fn put(path: &str, body: &str) -> (Reply, Arc<Service>) {
    let service = Arc::new(Service::default());
    let request = request(Method::PUT, path).content_type("application/json").body(body.to_owned());
    (send(&service, request).await, service)
}

const NULLS: &str =
    r#"{"text":null,"at":null,"count":null,"flag":null,"size":null,"main":null,"others":[],"value":null}"#;
const VALUES: &str = r#"{"text":"","at":"2020-03-01T12:47:02.247462Z","count":-1,"flag":false,"size":10,"main":"a","others":["b",{"key":"c"},{"key":"d","note":""}],"value":{"a":[1.5,null]},"old":null}"#;

#[tokio::test]
async fn what_is_sent_comes_back() {
    for body in [NULLS, VALUES] {
        let (reply, _) = put("/v1/settings", body).await;
        assert_eq!(reply.told(), (200, body.to_owned()));
    }
    for (path, body, answer) in [
        ("/v1/settings/references", r#"["b",{"key":"c"}]"#, r#"["b",{"key":"c"}]"#),
        ("/v1/settings/references", "[]", "[]"),
        ("/v1/settings/zone", r#""UTC""#, r#"{"body":"UTC"}"#),
    ] {
        let (reply, _) = put(path, body).await;
        assert_eq!(reply.told(), (200, answer.to_owned()), "{path}");
    }
}

#[tokio::test]
async fn moments_arrive_in_the_query() {
    let reply = get("/v1/settings?since=2019-12-31T23:59:59Z&until=2020-03-01T13:47:02%2B01:00").await;
    let expected = r#"{"text":null,"at":"2020-03-01T12:47:02.000000Z","count":2019,"flag":null,"size":null,"main":"key","others":[],"value":null}"#;
    assert_eq!(reply.told(), (200, expected.to_owned()));
    let rule = "must be a moment such as 2020-03-01T12:47:02.247462Z";
    assert_eq!(
        get("/v1/settings?until=2020&since=").await.told(),
        (400, format!("since {rule}; until {rule}"))
    );
}

#[tokio::test]
async fn cookies_are_set() {
    let reply = get("/v1/login").await;
    assert_eq!((reply.status, reply.header("set-cookie")), (204, Some("session_id=1")));
}

/// The path, the body, and the violations: pointer, whether the property is unknown, words.
type Case = (&'static str, &'static str, &'static [(&'static str, bool, &'static str)]);

const REFUSED: &[Case] = &[
    (
        "",
        "{}",
        &[
            ("/text", false, "text is required"),
            ("/at", false, "at is required"),
            ("/count", false, "count is required"),
            ("/flag", false, "flag is required"),
            ("/size", false, "size is required"),
            ("/main", false, "main is required"),
            ("/others", false, "others is required"),
            ("/value", false, "value is required"),
        ],
    ),
    (
        "",
        r#"{"text":1,"at":"x","count":"1","flag":"x","size":0,"main":1,"others":null,"value":1,"body":{}}"#,
        &[
            ("/text", false, "text must be a string, not a number"),
            ("/at", false, "at must be a moment such as 2020-03-01T12:47:02.247462Z"),
            ("/count", false, "count must be a whole number, not a string"),
            ("/flag", false, "flag must be a boolean, not a string"),
            ("/size", false, "size must be from 1 to 100"),
            ("/main", false, "main must be a string or an object, not a number"),
            ("/others", false, "others must be a list, not null"),
            (
                "/body",
                true,
                "body is not known; known are text, at, count, flag, size, main, others, value, old",
            ),
        ],
    ),
    (
        "",
        r#"{"text":null,"at":null,"count":null,"flag":null,"size":null,"main":{"key":"a","x":1},"others":[],"value":null,"h k":1}"#,
        &[
            ("/main/x", true, "main.x is not known; known are key, note"),
            (
                "",
                true,
                "a property is not known; known are text, at, count, flag, size, main, others, value, old",
            ),
        ],
    ),
    (
        "/references",
        r#"["a",null,"A",{"key":"A"},{"note":null},{"key":"b"},["a"]]"#,
        &[
            ("/1", false, "[1] must be a string or an object, not null"),
            ("/2", false, "[2] must be lower case letters"),
            ("/3/key", false, "[3].key must be lower case letters"),
            ("/4/key", false, "[4].key is required"),
            ("/4/note", false, "[4].note must be a string, not null"),
            ("/6", false, "[6] must be a string or an object, not a list"),
        ],
    ),
    ("/references", r#"[{"key":"a","key":"a"}]"#, &[("", false, "body must not have a property twice")]),
    ("/references", r#""a""#, &[("", false, "body must be a list, not a string")]),
    (
        "/references",
        r#"{"body":["a"]}"#,
        &[
            ("", false, "body must be a list, not an object"),
            ("/body", true, "body is not known; known are "),
        ],
    ),
    ("/zone", r#""utc""#, &[("", false, "body must be upper case letters")]),
    ("/zone", "null", &[("", false, "body must be a string, not null")]),
];

#[tokio::test]
async fn violations_say_where() {
    for (path, body, expected) in REFUSED {
        let path = format!("/v1/settings{path}");
        let (reply, service) = put(&path, body).await;
        let (seen, input) = service.refused.lock().unwrap().take().unwrap();
        let BadInput::Violations(violations) = input else { unreachable!("{body}: {input:?}") };
        let found: Vec<_> = violations
            .iter()
            .map(|violation| {
                let words = format!("{} {}", violation.field, violation.rule);
                (violation.pointer.as_str(), violation.unknown, words)
            })
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(at, unknown, words)| (*at, *unknown, (*words).to_owned())).collect();
        assert_eq!((reply.status, seen, found), (400, path, expected), "{body}");
    }
}

#[tokio::test]
async fn many_violations_are_enough() {
    let body = format!("[{}]", vec!["1"; 1000].join(","));
    let (reply, service) = put("/v1/settings/references", &body).await;
    let (_, input) = service.refused.lock().unwrap().take().unwrap();
    let BadInput::Violations(violations) = input else { unreachable!("{input:?}") };
    assert_eq!((violations.len(), reply.told().1.matches(';').count()), (100, 15));
}

#[tokio::test]
async fn violations_of_a_query_are_told_apart() {
    let service = Arc::new(Service::default());
    send(&service, request(Method::GET, "/v1/settings?until=2020").finish()).await;
    let Some((_, BadInput::Query(violations))) = service.refused.lock().unwrap().take() else {
        unreachable!()
    };
    assert_eq!(violations[0].pointer, "/until");
}

#[test]
fn operations_say_who_may_call() {
    let kinds: Vec<_> = vouchsafe_golden::generated::OPERATIONS
        .iter()
        .map(|operation| match operation.security {
            None => "anyone",
            Some((scheme, _)) => match scheme.kind {
                SchemeKind::OAuth2 { .. } => "token",
                SchemeKind::Basic => "password",
                SchemeKind::Cookie("session_id") => "session",
                SchemeKind::Cookie(_) => "cookie",
            },
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "token", "token", "anyone", "token", "anyone", "anyone", "session", "session", "session",
            "session", "anyone", "password"
        ]
    );
}
