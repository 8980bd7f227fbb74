//! Parameters of path and query.

use std::sync::Arc;

use poem::http::Method;
use vouchsafe_golden::generated::{schemas::WidgetKind, widgets::WidgetsListQuery};

use crate::{Reply, Service, get, request, send};

async fn listed(query: &str) -> (Reply, Option<WidgetsListQuery>) {
    let service = Arc::new(Service::default());
    let reply = send(&service, request(Method::GET, &format!("/v1/widgets{query}")).finish()).await;
    let seen = service.listed.lock().unwrap().take();
    (reply, seen)
}

#[tokio::test]
async fn query_arrives() {
    let (reply, seen) =
        listed("?kind=Very+Large&page-size=100&type=a%20b%26&minWeight=1e2&offset=-1&label=abc").await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let seen = seen.unwrap();
    assert_eq!(seen.kind, Some(WidgetKind::VeryLarge));
    assert_eq!(seen.page_size.map(|size| size.get()), Some(100));
    assert_eq!(seen.r#type.as_deref(), Some("a b&"));
    assert_eq!(seen.min_weight.map(|weight| weight.get().to_bits()), Some(100_f64.to_bits()));
    assert_eq!(seen.offset, Some(-1));
    assert_eq!(seen.label.as_ref().map(|label| label.as_str()), Some("abc"));
    for nothing in ["", "?", "?&&"] {
        let (reply, seen) = listed(nothing).await;
        assert_eq!(reply.status, 200, "{nothing}: {}", reply.body);
        let empty = WidgetsListQuery {
            kind: None,
            page_size: None,
            r#type: None,
            min_weight: None,
            offset: None,
            label: None,
        };
        assert_eq!(seen, Some(empty));
    }
}

#[tokio::test]
async fn query_is_held_against_its_rules() {
    let cases = [
        ("?kind=big", "kind must be one of small, ec-p256, Very Large, snake_case, v1"),
        ("?kind=", "kind must be one of small, ec-p256, Very Large, snake_case, v1"),
        ("?page-size=0", "page-size must be from 1 to 100"),
        ("?page-size=ten", "page-size must be a number, not a string"),
        ("?page-size=", "page-size must be a number, not a string"),
        ("?page-size=1.5", "page-size must be a whole number of at most 32 bits"),
        ("?minWeight=0", "minWeight must be greater than 0"),
        ("?minWeight=NaN", "minWeight must be a number, not a string"),
        ("?minWeight=1e999", "minWeight must be a number, not a string"),
        ("?offset=99999999999", "offset must be a whole number, not a number"),
        ("?label=A", "label must be 2 to 5 characters long"),
        ("?label=ab&label=cd", "query must not have a parameter twice"),
        ("?pagesize=1", "pagesize is not known; known are kind, page-size, type, minWeight, offset, label"),
        ("?%00=1", "a property is not known; known are kind, page-size, type, minWeight, offset, label"),
        (
            "?kind=x&page-size=x",
            "kind must be one of small, ec-p256, Very Large, snake_case, v1; page-size must be a number, not a string",
        ),
    ];
    for (query, message) in cases {
        let (reply, seen) = listed(query).await;
        assert_eq!((reply.told(), seen), ((400, message.to_owned()), None), "{query}");
    }
}

#[tokio::test]
async fn path_parameter_that_breaks_its_rules_is_not_found() {
    assert_eq!(get("/v1/widgets/0av").await.status, 200);
    for id in ["ab", "abcd", "abw", "ABC", "ab%0A", "%61b%00", "a%2Fb", "äöü"] {
        let id = id.replace("äöü", "%C3%A4%C3%B6%C3%BC");
        assert_eq!(get(&format!("/v1/widgets/{id}")).await.status, 404, "{id}");
    }
    assert_eq!(get("/v1/widgets/abd").await.told().0, 200);
}

#[tokio::test]
async fn parameters_arrive_where_they_belong() {
    let service = Arc::new(Service::default());
    let put =
        |uri: &str, body: &'static str| request(Method::PUT, uri).content_type("application/json").body(body);
    let reply = send(&service, put("/v1/widgets/abc?at=v1", r#"{"width":2.5,"unknown":[]}"#)).await;
    assert_eq!(reply.told(), (200, r#"["me","abc","v1","2.5"]"#.to_owned()));
    let reply = send(&service, put("/v1/widgets/abc", r#"{"width":2.5}"#)).await;
    assert_eq!(reply.told(), (400, "at is required".to_owned()));
    // What comes first in the request is told first.
    let reply = send(&service, put("/v1/widgets/a?a", "")).await;
    assert_eq!(reply.told(), (404, "there is nothing with this id".to_owned()));
    let patch = request(Method::PATCH, "/v1/parts/left%20one/abc/state").content_type("application/json");
    let reply = send(&service, patch.body(r#"{"state":"off","reason":"none of your business"}"#)).await;
    let expected = r#""abc left one StateUpdate { state: Off, reason: Token(redacted) }""#;
    assert_eq!(reply.told(), (202, expected.to_owned()));
}

#[tokio::test]
async fn other_paths_and_methods_are_not_served() {
    for (method, path, status) in [
        (Method::GET, "/v1/widget", 404),
        (Method::GET, "/v1/widgets/", 404),
        (Method::GET, "/v1/widgets/abc/more", 404),
        (Method::PATCH, "/v1/widgets", 405),
        (Method::POST, "/v1/widgets/abc", 405),
    ] {
        let reply = send(&Arc::new(Service::default()), request(method, path).finish()).await;
        assert_eq!(reply.status, status, "{path}");
    }
}
