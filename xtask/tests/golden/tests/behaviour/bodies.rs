//! Bodies: what is read, and what is refused with which words.

use std::sync::Arc;

use poem::{Body, http::Method};
use vouchsafe_golden::generated::schemas::WidgetKind;

use crate::{Reply, Service, create, request, send};

async fn created(body: &str) -> (Reply, Arc<Service>) {
    let service = Arc::new(Service::default());
    (create(&service, body).await, service)
}

#[tokio::test]
async fn everything_arrives() {
    let body = r#"{"kind":"Very Large","type":"t","label":"abc","note":"","password":"pässword","is-urgent":false,
        "count":2147483647,"pageSize":100,"weight":1000.5,"notBefore":"2020-03-01T12:47:02.247462Z",
        "labels":["ab","cd"],"grid":[[1],[],[-2,3]],"box":{"width":1,"more":null},"nothing":{}}"#;
    let (reply, service) = created(body).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let seen = service.created.lock().unwrap().take().unwrap();
    let labels: Vec<_> = seen.labels.as_ref().unwrap().iter().map(|label| label.as_str()).collect();
    assert_eq!(seen.kind, WidgetKind::VeryLarge);
    assert_eq!(seen.r#type.as_deref(), Some("t"));
    assert_eq!(seen.label.as_ref().unwrap().as_str(), "abc");
    assert_eq!(seen.note.as_ref().unwrap().as_str(), "");
    assert_eq!(seen.password.as_ref().unwrap().expose(), "pässword");
    assert_eq!((seen.is_urgent, seen.count), (Some(false), Some(i32::MAX)));
    assert_eq!(seen.page_size.unwrap().get(), 100);
    assert_eq!(seen.weight.unwrap().get().to_bits(), 1000.5_f64.to_bits());
    assert_eq!(seen.not_before.unwrap().0.microsecond(), 247_462);
    assert_eq!(labels, ["ab", "cd"]);
    assert_eq!(seen.grid, Some(vec![vec![1], vec![], vec![-2, 3]]));
    assert_eq!((seen.r#box.as_ref().unwrap().height, seen.nothing.is_some()), (None, true));
    let shown = format!("{seen:?}");
    assert!(shown.contains("redacted") && !shown.contains("pässword"), "{shown}");
}

#[tokio::test]
async fn absent_is_none() {
    let (reply, service) = created(r#"{"kind":"small"}"#).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let seen = service.created.lock().unwrap().take().unwrap();
    assert!(seen.label.is_none() && seen.count.is_none() && seen.labels.is_none() && seen.r#box.is_none());
}

/// The body and what its refusal says.
const REFUSED: &[(&str, &str)] = &[
    ("", "a JSON body is required"),
    (" \n\t", "a JSON body is required"),
    ("{", "the body is not valid JSON (line 1, column 1)"),
    ("{\"kind\":\n\"small\",}", "the body is not valid JSON (line 2, column 9)"),
    ("{\"kind\":\"small\"} x", "the body is not valid JSON (line 1, column 18)"),
    ("{\"kind\":\"\\ud800\"}", "the body is not valid JSON (line 1, column 16)"),
    (r#"{"kind":"small","weight":1e400}"#, "the body is not valid JSON (line 1, column 30)"),
    ("null", "body must be an object, not null"),
    ("[]", "body must be an object, not a list"),
    (r#""small""#, "body must be an object, not a string"),
    (r#"["small"]"#, "body must be an object, not a list"),
    ("{}", "kind is required"),
    (r#"{"kind":null}"#, "kind must be a string, not null"),
    (r#"{"kind":"Small"}"#, "kind must be one of small, ec-p256, Very Large, snake_case, v1"),
    (r#"{"kind":{"small":null}}"#, "kind must be a string, not an object"),
    (r#"{"kind":0}"#, "kind must be a string, not a number"),
    (r#"{"kind":"small","type":true}"#, "type must be a string, not a boolean"),
    (r#"{"kind":"small","label":null}"#, "label must be a string, not null"),
    (r#"{"kind":"small","label":"a"}"#, "label must be 2 to 5 characters long"),
    (r#"{"kind":"small","label":"abcdef"}"#, "label must be 2 to 5 characters long"),
    (r#"{"kind":"small","label":"aB"}"#, "label must be lower case letters"),
    (r#"{"kind":"small","label":"ab\n"}"#, "label must be lower case letters"),
    (r#"{"kind":"small","password":"äöü"}"#, "password must be at least 4 characters long"),
    (r#"{"kind":"small","is-urgent":"true"}"#, "is-urgent must be a boolean, not a string"),
    (r#"{"kind":"small","count":"1"}"#, "count must be a whole number, not a string"),
    (r#"{"kind":"small","count":null}"#, "count must be a whole number, not null"),
    (r#"{"kind":"small","pageSize":0}"#, "pageSize must be from 1 to 100"),
    (r#"{"kind":"small","pageSize":101}"#, "pageSize must be from 1 to 100"),
    (r#"{"kind":"small","pageSize":1.0}"#, "pageSize must be a whole number of at most 32 bits"),
    (r#"{"kind":"small","pageSize":2147483648}"#, "pageSize must be a whole number of at most 32 bits"),
    (r#"{"kind":"small","weight":0}"#, "weight must be greater than 0"),
    (r#"{"kind":"small","weight":-0.0}"#, "weight must be greater than 0"),
    (r#"{"kind":"small","weight":1000.6}"#, "weight must be at most 1000.5"),
    (r#"{"kind":"small","weight":"1"}"#, "weight must be a number, not a string"),
    (
        r#"{"kind":"small","notBefore":"2020-03-01"}"#,
        "notBefore must be a moment such as 2020-03-01T12:47:02.247462Z",
    ),
    (r#"{"kind":"small","notBefore":0}"#, "notBefore must be a string, not a number"),
    (r#"{"kind":"small","labels":{}}"#, "labels must be a list, not an object"),
    (
        r#"{"kind":"small","labels":["ab",null,"x"]}"#,
        "labels[1] must be a string, not null; labels[2] must be 2 to 5 characters long",
    ),
    (r#"{"kind":"small","grid":[[1],[2,true]]}"#, "grid[1][1] must be a whole number, not a boolean"),
    (r#"{"kind":"small","box":[1]}"#, "box must be an object, not a list"),
    (
        r#"{"kind":"small","box":{"width":0,"height":null}}"#,
        "box.width must be greater than 0; box.height must be a number, not null",
    ),
    (r#"{"kind":"small","nothing":[]}"#, "nothing must be an object, not a list"),
    (r#"{"kind":"small","nothing":{"x":1}}"#, "nothing.x is not known; known are "),
    (
        r#"{"kind":"small","Label":"abc"}"#,
        "Label is not known; known are kind, type, label, note, password, is-urgent, count, pageSize, weight, notBefore, labels, grid, box, nothing",
    ),
    (r#"{"kind":"small","kind":"small"}"#, "body must not have a property twice"),
    (r#"{"kind":"small","label":"abc","label":"abc"}"#, "body must not have a property twice"),
    (
        r#"{"label":"-","count":"-","labels":"-"}"#,
        "kind is required; label must be 2 to 5 characters long; count must be a whole number, not a string; labels must be a list, not a string",
    ),
];

#[tokio::test]
async fn refusals_say_what_is_wrong() {
    let mut wrong = Vec::new();
    for (body, message) in REFUSED {
        let (reply, service) = created(body).await;
        let told = reply.told();
        let json = reply.header("content-type") == Some("application/json");
        if told != (400, (*message).to_owned()) || !json || service.created.lock().unwrap().is_some() {
            wrong.push((body, told));
        }
    }
    assert_eq!(wrong, []);
}

#[tokio::test]
async fn refusals_repeat_nothing() {
    let secret = "hunter2-hunter2-hunter2-hunter2-hunter2-hunter2";
    let bodies = [
        format!(r#"{{"kind":"{secret}"}}"#),
        format!(r#"{{"kind":"small","label":"{secret}"}}"#),
        format!(r#"{{"kind":"small","count":"{secret}"}}"#),
        format!(r#"{{"kind":"small","notBefore":"{secret}"}}"#),
        format!(r#"{{"kind":"small","{secret}":1}}"#),
        format!(r#"{{"kind":"small","password":{{"{secret}":"{secret}"}}}}"#),
        format!(r#"{{"kind":"small" {secret}}}"#),
        format!(r#"["{secret}"]"#),
        format!(r#""{secret}""#),
        secret.to_owned(),
    ];
    for body in bodies {
        let (reply, _) = created(&body).await;
        assert_eq!((reply.status, reply.body.contains("hunter2")), (400, false), "{}", reply.body);
    }
}

#[tokio::test]
async fn content_type_is_json() {
    let plain = r#"{"kind":"small"}"#;
    let cases = [
        (Some("application/json"), 201),
        (Some("Application/JSON; charset=UTF-8"), 201),
        (Some("application/json;charset=\"utf-8\""), 201),
        (Some("application/json; charset=latin1"), 415),
        (Some("application/json-patch+json"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("text/plain"), 415),
        (Some(""), 415),
        (None, 415),
    ];
    for (content_type, status) in cases {
        let mut request = request(Method::POST, "/v1/widgets");
        if let Some(content_type) = content_type {
            request = request.content_type(content_type);
        }
        let reply = send(&Arc::new(Service::default()), request.body(plain)).await;
        assert_eq!(reply.status, status, "{content_type:?}: {}", reply.body);
        if status == 415 {
            assert_eq!(reply.told().1, "the body must have the content type application/json");
        }
    }
}

#[tokio::test]
async fn body_has_a_limit() {
    let limit = vouchsafe_golden::runtime::BODY_LIMIT;
    let padded = |size: usize| {
        let body = r#"{"kind":"small"}"#;
        format!("{body}{}", " ".repeat(size - body.len()))
    };
    let (reply, _) = created(&padded(limit)).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let (reply, _) = created(&padded(limit + 1)).await;
    assert_eq!(reply.told(), (413, format!("the body is longer than {limit} bytes")));
    // Nothing of it is read when its length is told.
    let long = request(Method::POST, "/v1/widgets")
        .content_type("application/json")
        .header("content-length", "99999999");
    let reply = send(&Arc::new(Service::default()), long.body(Body::empty())).await;
    assert!([400, 413].contains(&reply.status), "{}", reply.body);
}
