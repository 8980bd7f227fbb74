//! The served document and Swagger UI, whole and from this server alone.

use std::collections::BTreeSet;

use regex::Regex;
use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe_api_spec::document;

use crate::harness::{Answer, Backend, TestServer};

async fn server() -> TestServer {
    TestServer::start(Backend::Sqlite, |_| {}).await
}

async fn get(server: &TestServer, path: &str) -> Answer {
    Answer::of(server.anonymous(Method::GET, path)).await
}

/// The bundled document with this server first.
fn expected() -> Value {
    let mut expected = document().clone();
    let this = json!({"url": "/", "description": "This server"});
    expected["servers"].as_array_mut().unwrap().insert(0, this);
    expected
}

#[tokio::test]
async fn the_document_is_ours_with_this_server_first() {
    let server = server().await;
    let served = get(&server, "/openapi.json").await;
    assert_eq!(served.header("content-type"), Some("application/json"));
    assert_eq!(served.expect(200), expected());
    // In the document's order too: people read it.
    assert_eq!(served.text, serde_json::to_string_pretty(&expected()).unwrap());
    assert_eq!(served.json()["servers"][1]["url"], "{schema}://{host}");

    let yaml = get(&server, "/openapi.yaml").await;
    assert_eq!((yaml.status.as_u16(), yaml.header("content-type")), (200, Some("application/yaml")));
    assert_eq!(yaml_serde::from_str::<Value>(&yaml.text).unwrap(), expected());
}

#[tokio::test]
async fn the_root_leads_to_the_docs() {
    let server = server().await;
    for path in ["/", "/docs"] {
        let answer = get(&server, path).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (302, Some("/docs/")), "{path}");
    }
}

/// What a page or a style sheet names to be loaded with it.
fn loaded(text: &str) -> BTreeSet<String> {
    let names = Regex::new(
        r#"(?:<script[^>]*\ssrc=|<link[^>]*\shref=|<img[^>]*\ssrc=|@import\s|url\()\s*["']?([^"')\s>]+)"#,
    );
    names.unwrap().captures_iter(text).map(|found| found[1].to_owned()).collect()
}

#[tokio::test]
async fn swagger_ui_loads_everything_from_here() {
    let server = server().await;
    let index = get(&server, "/docs/").await;
    assert_eq!(index.status.as_u16(), 200);
    assert_eq!(index.header("content-type"), Some("text/html"));
    let pages = loaded(&index.text);
    let kind = |path: &str| match path.rsplit_once('.').unwrap().1 {
        "js" => ["text/javascript", "application/javascript"].as_slice(),
        "css" => &["text/css"],
        "png" => &["image/png"],
        other => panic!("what is a {other}?"),
    };
    for path in &pages {
        assert!(!path.contains("//"), "{path} is not ours");
        let answer = get(&server, &format!("/docs/{}", path.trim_start_matches("./"))).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}");
        assert!(kind(path).contains(&answer.header("content-type").unwrap()), "{path}: {:?}", answer.headers);
        assert!(!answer.text.is_empty(), "{path}");
        if path.ends_with(".css") || path.ends_with("initializer.js") {
            let others: Vec<_> =
                loaded(&answer.text).into_iter().filter(|name| !name.starts_with("data:")).collect();
            assert_eq!(others, Vec::<String>::new(), "{path}");
        }
    }
    for wanted in [
        "swagger-ui.css",
        "swagger-ui-bundle.js",
        "swagger-ui-standalone-preset.js",
        "swagger-initializer.js",
    ] {
        assert!(pages.iter().any(|path| path.ends_with(wanted)), "{wanted}: {pages:?}");
    }
    let initializer = get(&server, "/docs/swagger-initializer.js").await.text;
    for setting in
        [r#""url": "/docs/openapi.json""#, r#""tryItOutEnabled": true"#, r#""validatorUrl": "none""#]
    {
        assert!(initializer.contains(setting), "{setting}: {initializer}");
    }
    assert_eq!(get(&server, "/docs/nothing.js").await.message(404), "there is nothing at this path");
}
