//! What is said of typical mismatches.

use std::time::Duration;

use serde_json::{Value, json};

use super::likely;
use crate::{
    case::{CaseInfo, CaseResult, Kind, Level, Mismatch, Plane, Verdict},
    exchange::{Answer, Authorization, Body, Exchange, Request, Role},
};

fn exchange(role: Role, status: u16, content_type: &str, body: Body) -> Exchange {
    let request = Request {
        method: "GET".to_owned(),
        url: "http://target/".to_owned(),
        path: "/".to_owned(),
        authorization: Authorization::None,
        content_type: None,
        body: None,
        text: None,
    };
    let headers = vec![("content-type".to_owned(), content_type.to_owned())];
    let answer = Answer { status, headers, body };
    Exchange { role, operation: String::new(), request, answer, focus: None, duration: Duration::ZERO }
}

fn told(kind: Kind, exchange: Exchange, at: &str, requirement: &str, expected: &str, actual: &str) -> String {
    let case = CaseInfo {
        id: "a::b::c".to_owned(),
        operation: String::new(),
        kind,
        level: Level::Must,
        requirement: String::new(),
        pointer: String::new(),
        fix: Some("The case's own advice."),
        note: None,
        extension: false,
        plane: Plane::ClientCredentials,
        quote: None,
    };
    let mismatch = Mismatch {
        exchange: 0,
        at: at.to_owned(),
        requirement: requirement.to_owned(),
        pointer: String::new(),
        expected: expected.to_owned(),
        actual: actual.to_owned(),
    };
    let result = CaseResult {
        case,
        verdict: Verdict::Fail(vec![mismatch.clone()]),
        exchanges: [exchange].into_iter().collect(),
        left_behind: Vec::new(),
        suffix: String::new(),
        duration: Duration::ZERO,
    };
    likely(&result, &mismatch)
}

#[test]
fn a_status_has_a_cause_of_its_own() {
    let json = |status| exchange(Role::Request, status, "application/json", Body::Json(json!({})));
    for (expected, actual, kind, cause) in [
        ("200", 500, Kind::Example, "Its log has the cause"),
        ("200", 501, Kind::Example, "not implemented"),
        ("200", 503, Kind::Example, "A proxy answered"),
        ("200", 302, Kind::Example, "A redirect"),
        ("201", 200, Kind::Example, "another status than the document"),
        ("200", 401, Kind::Example, "was not accepted"),
        ("400", 201, Kind::Input, "The constraint is not checked"),
        ("400", 422, Kind::Input, "default for invalid input"),
        ("401 or 403", 200, Kind::Access, "without a check of who asks"),
        ("401", 403, Kind::Access, "401 says that nobody is logged in"),
        ("403", 401, Kind::Access, "that is 403"),
        ("404", 204, Kind::Identity, "not looked up"),
        ("405", 404, Kind::Protocol, "The router knows methods and paths only together"),
        ("409", 201, Kind::Input, "a unique index is missing"),
        ("409", 200, Kind::State, "somebody else holds the lock"),
        ("415", 400, Kind::Protocol, "The content type of the request"),
        ("a refusal (4xx)", 200, Kind::Access, "The case's own advice."),
        ("418", 200, Kind::Access, "The case's own advice."),
    ] {
        let told = told(kind, json(actual), "status", "", expected, &actual.to_string());
        assert!(told.contains(cause), "{expected}, {actual}: {told}");
    }
}

#[test]
fn a_body_has_a_cause_of_its_own() {
    let body = json!({"created_date": "x", "id": "y"});
    for (role, at, requirement, expected, actual, cause) in [
        (
            Role::Request,
            "body/createdDate",
            "",
            "a value",
            "nothing",
            "The answer has `created_date` in its place",
        ),
        (Role::Request, "body/state", "", "a value", "nothing", "The member is left out"),
        (Role::Request, "body/private_key", "", "nothing", "a value", "leave the secret out"),
        (Role::Request, "body/row", "", "nothing", "a value", "`row` is an extension"),
        (Role::Request, "body/a", "This is of type string.", "string", "null", "written as null"),
        (Role::Request, "body/a", "This is of type string.", "string", "the number 1", "A number is written"),
        (
            Role::Request,
            "body/a",
            "This is of type integer.",
            "integer",
            "the string \"1\"",
            "written as a string",
        ),
        (Role::Observe, "body/a", "", "the string \"b\"", "the string \"a\"", "not stored"),
        (Role::Request, "body/a", "", "the string \"b\"", "the string \"a\"", "The case's own advice."),
    ] {
        let exchange = exchange(role, 200, "application/json", Body::Json(body.clone()));
        let told = told(Kind::Example, exchange, at, requirement, expected, actual);
        assert!(told.contains(cause), "{at}, {requirement}: {told}");
    }
}

#[test]
fn times_are_told_apart() {
    let requirement = "This is a date and time in UTC with microseconds, as in all documented examples.";
    for (text, cause) in [
        ("2020-03-01T12:47:02Z", "is left out"),
        ("2020-03-01T12:47:02.247Z", "six digits"),
        ("2020-03-01T12:47:02.247462+00:00", "not written in UTC with `Z`"),
        ("2020-03-01 12:47:02.247462Z", "in another way"),
        ("1583066822", "This is no date and time"),
    ] {
        let exchange = exchange(Role::Request, 200, "application/json", Body::Json(Value::Null));
        let actual = format!("the string \"{text}\"");
        let told = told(Kind::Form, exchange, "body/a", requirement, "such as", &actual);
        assert!(told.contains(cause), "{text}: {told}");
    }
}

#[test]
fn what_is_not_the_api_is_told_first() {
    let text = |text: &str| Body::Text(text.to_owned());
    for (status, content_type, body, at, expected, cause) in [
        (
            200,
            "text/html; charset=utf-8",
            text("<p>"),
            "header content-type",
            "application/json",
            "A page for people",
        ),
        (200, "application/json", text("{"), "body", "JSON (RFC 8259)", "This is no JSON"),
        (200, "application/json", Body::Empty, "body", "JSON (RFC 8259)", "nothing is written"),
        (204, "application/json", Body::Json(json!({})), "body", "no body", "the document has no body here"),
        (
            200,
            "text/plain",
            Body::Json(json!({})),
            "header content-type",
            "application/json",
            "The body is JSON",
        ),
        (405, "text/plain", Body::Empty, "header allow", "GET", "the methods that the path has"),
        (200, "text/plain", Body::Empty, "header x-else", "1", "not set where this answer is made"),
    ] {
        let told =
            told(Kind::Form, exchange(Role::Request, status, content_type, body), at, "", expected, "b");
        assert!(told.contains(cause), "{at}, {expected}: {told}");
    }
}
