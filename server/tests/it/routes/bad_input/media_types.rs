//! Content types: `application/json`, in UTF-8, and nothing else.

use reqwest::Method;

use super::{BASIC, path, subjects};
use crate::harness::{Answer, TestServer, both, database::Everything, document::OPERATIONS};

both!(other_than_json_are_refused, async |server: TestServer| {
    let (subjects, store) = (subjects(&server).await, server.ready().await.store);
    let before = Everything::of(&store).await;
    for operation in OPERATIONS.iter() {
        let Some((_, example)) = operation.request else { continue };
        let path = path(operation, &subjects);
        for media in [
            None,
            Some(""),
            Some("text/plain"),
            Some("text/json"),
            Some("application/xml"),
            Some("application/jsonp"),
            Some("application/merge-patch+json"),
            Some("application/x-www-form-urlencoded"),
            Some("multipart/form-data; boundary=x"),
            Some("application/json; charset=latin1"),
            Some("application/json; charset=utf-16"),
            Some("application/json; charset=utf-8; charset=latin1"),
            Some("application/json, text/plain"),
            Some("*/*"),
            Some("application/json\u{fc}"),
        ] {
            let mut request = server.request(operation.method.clone(), &path).body(example.to_string());
            if let Some(media) = media {
                request = request.header("content-type", media);
            }
            let message = Answer::of(request).await.message(415);
            assert_eq!(message, "the body must have the content type application/json", "{media:?}");
        }
    }
    assert_eq!(Everything::of(&store).await, before);
});

both!(ways_to_write_json_are_accepted, async |server: TestServer| {
    for media in [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "application/json; charset=\"utf-8\"",
        "Application/JSON",
        "application/json;",
    ] {
        let request = server.request(Method::POST, BASIC).header("content-type", media);
        Answer::of(request.body("{}")).await.expect(201);
    }
});
