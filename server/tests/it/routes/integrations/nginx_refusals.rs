//! Below `/integrations/nginx` nothing is answered that nginx has no word for, and nothing but the right question passes.

use reqwest::Method;

use super::{KEY, NGINX, key, nginx, status};
use crate::{
    harness::{Answer, TestServer, both},
    routes::verification::basic,
};

both!(other_questions, async |server: TestServer| {
    basic(&server, "UserA", "123").await;
    let key = key(&server, true).await;
    let methods = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "QUERY"];
    let below = [
        "/integrations/nginx",
        "/integrations/nginx/",
        "/integrations/nginx/auth/",
        "/integrations/nginx/auth/x",
        "/integrations/nginx/Auth",
        "/integrations/nginx/%61uth%00",
        "/integrations/nginx/..%2f..%2fhealth",
        "/integrations/nginx/%ff%fe",
        "/integrations/nginx/emqx/authn",
    ];
    let asked = methods.map(|method| (method, NGINX)).into_iter().chain(below.map(|path| ("GET", path)));
    for (method, path) in asked {
        let in_path = path.replace("/integrations/", &format!("/integrations/key/{key}/"));
        let method: Method = method.parse().unwrap();
        for request in [
            server.anonymous(method.clone(), path).header(KEY, &key),
            server.anonymous(method.clone(), &in_path),
        ] {
            let answer = Answer::of(request.basic_auth("UserA", Some("123"))).await;
            assert!([401, 403].contains(&answer.status.as_u16()), "{method} {path}: {answer:?}");
        }
    }
});

both!(other_credentials, async |server: TestServer| {
    basic(&server, "UserA", "123").await;
    let key = key(&server, true).await;
    // UserA:123
    for (authorization, expected) in [
        ("Basic VXNlckE6MTIz", 204),
        ("basic VXNlckE6MTIz", 204),
        ("BASIC   VXNlckE6MTIz", 204),
        ("Basic", 401),
        ("Basic ", 401),
        ("Basic !", 401),
        ("Basic VXNlckE6MTI", 401),
        ("Basic VXNlckE", 401),
        ("Basic VXNlckE6", 401),
        ("Basic Og==", 401),
        ("Basic /////w==", 401),
        ("Basic AAAAOjEyMw==", 401),
        ("Basic VXNlckE6MTIz, Basic VXNlckE6MTIz", 401),
        ("VXNlckE6MTIz", 401),
        ("Bearer VXNlckE6MTIz", 401),
        ("Digest username=\"UserA\"", 401),
        ("", 401),
    ] {
        let request = nginx(&server, &key).header("authorization", authorization);
        assert_eq!(status(&Answer::of(request).await), expected, "{authorization}");
    }
    // A body and a query say nothing.
    let request = server.anonymous(Method::GET, &format!("{NGINX}?username=UserA&password=123"));
    let request =
        request.header(KEY, &key).json(&serde_json::json!({"username": "UserA", "password": "123"}));
    assert_eq!(status(&Answer::of(request).await), 401);
    let request = nginx(&server, &key).header("authorization", [b"Basic ".as_slice(), &[0xff; 9]].concat());
    assert_eq!(status(&Answer::of(request).await), 401);
});
