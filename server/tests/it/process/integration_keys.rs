//! A key that is part of a path gets into no log, whatever is wrong with the path.

use reqwest::Method;
use serde_json::json;

use super::{
    admin::{Admin, TENANTS},
    child::{Server, bootstrap, on_both, vouchsafe},
};
use crate::harness::TestDatabase;

on_both!(are_in_no_log);

async fn are_in_no_log(database: TestDatabase) {
    let mut command = vouchsafe(&database, ["serve"]);
    command.env("VOUCHSAFE_LOG_FILTER", "trace");
    let mut server = Server::spawn(command);
    let made = bootstrap(&database);
    server.authorise(&made).await;
    let body = json!({"username": "UserA", "password": "Correct-Horse-1"});
    server.post("/api/v1/basic-credentials", body).await.expect(201);
    let admin = Admin::new(&server, &made).await;
    let tenant = format!("{TENANTS}/{}", admin.items(TENANTS).await[0]["key"].as_str().unwrap());
    let body = json!({"name": "broker", "client_certificates": true});
    let created = admin.post(&format!("{tenant}/integration_keys"), &body).await.expect(201);
    let key = created["integration_key"].as_str().unwrap().to_owned();
    admin.commit().await.expect(201);
    let wrong = key.replace("vouchsafe_", "vouchsafe_x");
    let issued = server.post("/api/v1/x509-credentials", json!({"keyType": "ec-p256"})).await.expect(201);
    let pem = &issued["certificate"];

    let asked = |password: &str| json!({"username": "UserA", "password": password});
    for (path, status) in [
        ("emqx/authn", 200),
        ("emqx/authz", 200),
        ("emqx", 200),
        ("nginx/auth", 403),
        ("nginx", 403),
        ("", 404),
        ("nowhere", 404),
    ] {
        for key in [&key, &wrong] {
            for password in ["Correct-Horse-1", "Wrong-Secret-1"] {
                let url = format!("{}/integrations/key/{key}/{path}", server.url);
                let sent = server.http.post(url).json(&asked(password)).send().await.unwrap();
                assert_eq!(sent.status(), status, "{path}");
            }
        }
    }
    for path in [
        format!("/integrations/{key}"),
        format!("/integrations/{key}/emqx/authn"),
        format!("/integrations/emqx/authn/{key}"),
        format!("/integrations/emqx/authn?key={key}"),
        format!("//integrations/key/{key}/emqx/authn"),
        format!("/integrations//key/{key}/emqx/authn"),
        format!("/Integrations/key/{key}/emqx/authn"),
        format!("/vouchsafe/integrations/key/{key}/emqx/authn"),
        format!("/integrations/key/{key}/nginx/auth"),
        format!("/{key}"),
    ] {
        for method in [Method::GET, Method::POST] {
            let request = server.http.request(method, format!("{}{path}", server.url));
            let request = request.basic_auth("UserA", Some("Wrong-Secret-1"));
            request.json(&json!({"cert_pem": pem})).send().await.unwrap();
        }
    }
    let header =
        server.http.get(format!("{}/integrations/nginx/auth", server.url)).header("X-Vouchsafe-Key", &*key);
    assert_eq!(header.basic_auth("UserA", Some("Correct-Horse-1")).send().await.unwrap().status(), 204);

    let ended = server.stop();
    assert!(ended.stderr.contains("/integrations/key/redacted/emqx/authn"), "{}", ended.stderr);
    let random = key.strip_prefix("vouchsafe_").unwrap();
    let lines: Vec<&str> = pem.as_str().map(|pem| pem.lines().skip(1).take(3).collect()).unwrap();
    for secret in [&[random, "Correct-Horse", "Wrong-Secret"][..], &lines].concat() {
        let shown = |text: &str| text.lines().find(|line| line.contains(secret)).map(str::to_owned);
        assert_eq!(shown(&ended.stderr).or_else(|| shown(&ended.stdout)), None, "{secret}");
    }
    let trail = super::database::sql(&database, "SELECT * FROM audit");
    for secret in [random, "Correct-Horse", "Wrong-Secret"] {
        assert!(!trail.contains(secret), "{trail}");
    }
}
