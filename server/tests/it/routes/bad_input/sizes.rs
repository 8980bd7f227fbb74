//! The size limit counts what arrives, to the byte, whatever `Content-Length` says.

use reqwest::{Body, Method};
use serde_json::json;

use super::{BASIC, path, send_raw, subjects};
use crate::harness::{TestServer, both, database::Everything, document::OPERATIONS};

const MIB: usize = 1024 * 1024;

/// A body without `Content-Length`, in pieces.
pub(in crate::routes) fn chunked(text: String) -> Body {
    let pieces: Vec<_> = text.into_bytes().chunks(100_000).map(<[u8]>::to_vec).collect();
    Body::wrap_stream(futures_util::stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>)))
}

both!(over_one_mebibyte_is_too_large, async |server: TestServer| {
    let (subjects, store) = (subjects(&server).await, server.ready().await.store);
    let before = Everything::of(&store).await;
    for operation in OPERATIONS.iter().filter(|operation| operation.request.is_some()) {
        let path = path(operation, &subjects);
        let method = || operation.method.clone();
        // White space, so that nothing but the size is wrong.
        let spaces = |size: usize| format!("{{{}}}", " ".repeat(size - 2));
        for body in [Body::from(spaces(MIB + 1)), chunked(spaces(MIB + 1)), chunked(spaces(8 * MIB))] {
            let message = send_raw(&server, method(), &path, body).await.message(413);
            assert_eq!(message, "the body is longer than 1048576 bytes", "{}", operation.id);
        }
        for body in [Body::from("x".repeat(MIB)), chunked("x".repeat(MIB))] {
            let message = send_raw(&server, method(), &path, body).await.message(400);
            assert_eq!(message, "the body is not valid JSON (line 1, column 1)", "{}", operation.id);
        }
    }
    assert_eq!(Everything::of(&store).await, before);
    for body in
        [Body::from(format!("{{}}{}", " ".repeat(MIB - 2))), chunked(format!("{{}}{}", " ".repeat(MIB - 2)))]
    {
        send_raw(&server, Method::POST, BASIC, body).await.expect(201);
    }
    assert_eq!(server.get(BASIC).await.expect(200).as_array().unwrap().len(), 3);
});

both!(many_properties_are_no_burden, async |server: TestServer| {
    let many: serde_json::Map<_, _> = (0..20_000).map(|n| (format!("p{n}"), json!(n))).collect();
    let message = server.post(BASIC, json!(many)).await.message(400);
    assert!(message.starts_with("p0 is not known"), "{}", &message[..100]);
    assert!(message.len() < 2_048, "an answer is not longer than what was asked: {}", message.len());
});
