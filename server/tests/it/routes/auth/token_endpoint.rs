//! The token endpoint: RFC 6749 sections 2.3, 4.4 and 5, as a table.

use data_encoding::BASE64;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use vouchsafe_domain::{Scope, ScopeSet};

use crate::harness::{Answer, TestServer, both};

const PATH: &str = "/oauth2/token";
const READ: &str = "tenant:basic-credentials:read";

/// The answer, which nobody may keep, whatever it is.
async fn send(request: RequestBuilder) -> Answer {
    let answer = Answer::of(request).await;
    assert_eq!(
        (answer.header("cache-control"), answer.header("pragma")),
        (Some("no-store"), Some("no-cache"))
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer
}

/// The error code of a refusal, which is 401 with a challenge for an unknown client and 400 for all else.
async fn refused(request: RequestBuilder) -> String {
    let answer = send(request).await;
    let body = answer.json();
    let code = body["error"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned();
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["error", "error_description"]);
    let (status, challenge) =
        if code == "invalid_client" { (401, Some(r#"Basic realm="vouchsafe""#)) } else { (400, None) };
    assert_eq!(
        (answer.status.as_u16(), answer.header("www-authenticate")),
        (status, challenge),
        "{answer:?}"
    );
    code
}

fn post(server: &TestServer) -> RequestBuilder {
    server.anonymous(Method::POST, PATH)
}

fn form(server: &TestServer, body: &str) -> RequestBuilder {
    post(server).header("content-type", "application/x-www-form-urlencoded").body(body.to_owned())
}

both!(issues_to_who_proves_who_they_are, async |server: TestServer| {
    let (id, secret) = (&*server.client_id, &*server.client_secret);
    let grant = [("grant_type", "client_credentials")];
    let in_body = [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
        ("unknown", "1"),
    ];
    let upper = "Application/X-WWW-Form-Urlencoded; charset=UTF-8";
    for request in [
        post(&server).basic_auth(id, Some(secret)).form(&grant),
        post(&server).form(&in_body),
        post(&server).basic_auth(id, Some(secret)).form(&in_body[..2]),
        post(&server)
            .basic_auth(id, Some(secret))
            .header("content-type", upper)
            .body("grant_type=client_credentials"),
        post(&server).basic_auth(id, Some(secret)).form(&[grant[0], ("scope", "")]),
    ] {
        let body = send(request).await.expect(200);
        let token = body["access_token"].as_str().unwrap();
        let scope = ScopeSet::all().to_string();
        assert_eq!(
            body,
            json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": scope})
        );
        let caller = server.with_token(Some(token));
        caller.send(Method::GET, "/api/v1/basic-credentials", None).await.expect(200);
    }
});

both!(gives_the_scopes_asked_for_and_no_others, async |server: TestServer| {
    let granted = [Scope::BasicCredentialsRead, Scope::BasicCredentialsCreate];
    server.client_token("default", "small", granted.into_iter().collect()).await;
    let ask = |scope: &str| {
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        post(&server).basic_auth("small", Some("a client's secret")).form(&form)
    };
    let both = format!("{READ} tenant:basic-credentials:create");
    for (scope, given) in [
        ("", &*both),
        (READ, READ),
        (&*format!(" {READ}  {READ} "), READ),
        (&*format!("tenant:basic-credentials:create {READ}"), &*both),
    ] {
        assert_eq!(send(ask(scope)).await.expect(200)["scope"], given, "{scope:?}");
    }
    for scope in [
        "tenant:x509-credentials:read",
        &*format!("{READ} tenant:x509-credentials:read"),
        &*format!("{READ} openid"),
        "unknown",
        "\0",
        "tenant:basic-credentials:READ",
        &*format!("{READ},{READ}"),
    ] {
        assert_eq!(refused(ask(scope)).await, "invalid_scope", "{scope:?}");
    }
});

both!(refuses_who_does_not_prove_it, async |server: TestServer| {
    let (id, secret) = (&*server.client_id, &*server.client_secret);
    let basic = |id: &str, secret: &str| post(&server).basic_auth(id, Some(secret));
    let grant = [("grant_type", "client_credentials")];
    let with = |pairs: &[(&'static str, &str)]| {
        let pairs: Vec<_> = grant.iter().chain(pairs).collect();
        post(&server).form(&pairs)
    };
    let header = |value: &str| post(&server).header("authorization", value).form(&grant);
    let long = "x".repeat(300);
    for request in [
        basic(id, "wrong").form(&grant),
        basic(id, "").form(&grant),
        basic(id, &secret[..31]).form(&grant),
        basic(id, &format!("{secret} ")).form(&grant),
        basic("nobody", secret).form(&grant),
        basic("", "").form(&grant),
        basic(&long, secret).form(&grant),
        basic("a%00b", secret).form(&grant),
        with(&[]),
        with(&[("client_id", id)]),
        with(&[("client_secret", secret)]),
        with(&[("client_id", id), ("client_secret", "wrong")]),
        with(&[("client_id", "a\0b"), ("client_secret", secret)]),
        with(&[("client_id", "\u{fc}"), ("client_secret", secret)]),
        with(&[("client_id", ""), ("client_secret", "")]),
        header("Bearer x"),
        header("Basic"),
        header("Basic !"),
        header(&format!("Basic {}", BASE64.encode(b"no colon"))),
        header(&format!("Basic {}", BASE64.encode(b"\xff:\xff"))),
    ] {
        assert_eq!(refused(request).await, "invalid_client");
    }
});

both!(refuses_malformed_requests, async |server: TestServer| {
    let (id, secret) = (&*server.client_id, &*server.client_secret);
    let good = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let json = post(&server).json(&json!({"grant_type": "client_credentials"}));
    let as_text = post(&server).header("content-type", "text/plain").body(good.clone());
    for (code, request) in [
        ("invalid_request", form(&server, "")),
        ("invalid_request", post(&server)),
        ("invalid_request", json),
        ("invalid_request", as_text),
        ("invalid_request", post(&server).body(good.clone())),
        ("invalid_request", form(&server, &good.replace("grant_type", "grant"))),
        ("invalid_request", form(&server, &format!("{good}&grant_type=client_credentials"))),
        ("invalid_request", form(&server, &format!("{good}&scope=a&scope=b"))),
        ("invalid_request", form(&server, &format!("{good}&client_secret={secret}"))),
        ("invalid_request", form(&server, &good).basic_auth(id, Some(secret))),
        (
            "invalid_request",
            form(&server, "grant_type=client_credentials&client_id=x").basic_auth(id, Some(secret)),
        ),
        ("invalid_request", form(&server, &format!("{good}&x={}", "y".repeat(16 * 1024)))),
        ("unsupported_grant_type", form(&server, &good.replace("client_credentials", "password"))),
        ("unsupported_grant_type", form(&server, &good.replace("client_credentials", "authorization_code"))),
        ("unsupported_grant_type", form(&server, &good.replace("client_credentials", ""))),
        ("unsupported_grant_type", form(&server, &good.replace("client_credentials", "Client_Credentials"))),
    ] {
        assert_eq!(refused(request).await, code);
    }
    // In the query nothing counts: secrets in URLs end in logs.
    let in_query = form(&server, "").query(&[("grant_type", "client_credentials")]);
    assert_eq!(refused(in_query).await, "invalid_request");
});

both!(has_one_method, async |server: TestServer| {
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"] {
        let method: Method = method.parse().unwrap();
        let answer = Answer::of(server.anonymous(method.clone(), PATH)).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some("POST")), "{method}");
        if method != Method::HEAD {
            assert_eq!(answer.message(405), "this path has POST");
        }
    }
});

// RFC 6749 section 2.3.1: both parts are form-encoded before they are joined by a colon.
both!(takes_every_character_of_a_client_id, async |server: TestServer| {
    for id in ["a:b", "a+b", "a%20b", "a&b=c", "'--"] {
        server.client_token("default", id, ScopeSet::all()).await;
        let encoded: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        let request = post(&server).basic_auth(encoded, Some("a+client%27s+secret"));
        let body = send(request.form(&[("grant_type", "client_credentials")])).await.expect(200);
        assert_ne!(body["access_token"], Value::Null, "{id}");
    }
});
