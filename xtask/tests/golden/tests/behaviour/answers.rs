//! Answers: bodies, headers, and lists that are sent page by page.

use std::sync::Arc;

use futures_util::stream;
use poem::http::Method;
use serde_json::{Value, json};
use vouchsafe_golden::{
    generated::schemas::Widget,
    runtime::{Interrupted, Items},
};

use crate::{Reply, Service, create, get, request, send, widget};

#[tokio::test]
async fn body_has_what_is_there() {
    let reply = get("/v1/widgets/abc").await;
    // As text: the order of members is the document's, and moments have six digits and Z.
    let expected = r#"{"id":"abc","createdDate":"2020-03-01T12:47:02.500000Z","tags":["me"],"kind":"ec-p256","useCount":-3}"#;
    assert_eq!(reply.told(), (200, expected.to_owned()));
    assert_eq!(reply.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn headers_are_set() {
    let service = Arc::new(Service::default());
    let reply = create(&service, r#"{"kind":"small","count":7}"#).await;
    let names = ["cache-control", "location", "x-left", "x-first", "x-request-id"];
    let headers = names.map(|name| reply.header(name));
    assert_eq!(headers, [Some("no-store"), Some("/v1/widgets/abc"), Some("7"), Some("true"), None]);
    let body: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(
        (&body["password"], &body["privateKey"], &body["privateKeyType"]),
        (&json!("open sesame"), &json!("KEY"), &json!("ec"))
    );
    assert_eq!(create(&service, r#"{"kind":"small"}"#).await.header("x-left"), None);
}

#[tokio::test]
async fn answer_without_a_body() {
    let delete = request(Method::DELETE, "/v1/widgets/abc").finish();
    let reply = send(&Arc::new(Service::default()), delete).await;
    assert_eq!((reply.status, reply.body.as_str(), reply.header("content-type")), (204, "", None));
}

#[test]
fn secrets_of_an_answer_are_not_shown() {
    let answer = vouchsafe_golden::generated::schemas::PrivateKey::from("BEGIN".to_owned());
    assert_eq!((format!("{answer:?}"), answer.expose()), ("PrivateKey(redacted)".to_owned(), "BEGIN"));
}

async fn listed(items: Items<Widget>) -> Reply {
    let service = Arc::new(Service::default());
    *service.list.lock().unwrap() = Some(items);
    send(&service, request(Method::GET, "/v1/widgets").finish()).await
}

fn page(ids: &[&str]) -> Vec<Widget> {
    ids.iter().map(|id| widget(id)).collect()
}

#[tokio::test]
async fn lists_are_one_array_whatever_their_pages() {
    let none: Vec<Result<Vec<Widget>, Interrupted>> = Vec::new();
    let cases = [
        (Items::from(Vec::new()), ""),
        (Items::from(page(&["aaa", "bbb"])), "aaa bbb"),
        (Items::paged(Vec::new(), stream::iter(none)), ""),
        (Items::paged(page(&["aaa"]), stream::empty()), "aaa"),
        (Items::paged(Vec::new(), stream::iter([Ok(Vec::new()), Ok(page(&["aaa"]))])), "aaa"),
        (
            Items::paged(
                page(&["aaa", "bbb"]),
                stream::iter([Ok(page(&["ccc"])), Ok(Vec::new()), Ok(page(&["ddd", "eee"]))]),
            ),
            "aaa bbb ccc ddd eee",
        ),
    ];
    for (items, ids) in cases {
        let reply = listed(items).await;
        assert_eq!((reply.status, reply.header("link")), (200, Some("<next>")));
        assert_eq!(reply.header("content-type"), Some("application/json"));
        let body: Value = serde_json::from_str(&reply.body).unwrap();
        let found: Vec<_> =
            body.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
        assert_eq!(found.join(" "), ids);
    }
}

#[tokio::test]
async fn a_list_that_breaks_off_is_no_array() {
    let reply =
        listed(Items::paged(page(&["aaa"]), stream::iter([Ok(page(&["bbb"])), Err(Interrupted)]))).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "broken: io: the list broke off"));
}
