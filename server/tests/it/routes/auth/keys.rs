//! What others need to verify our tokens: metadata, keys, and tokens of the profile they expect.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use data_encoding::BASE64URL_NOPAD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, TestServer, both};

async fn public(server: &TestServer, path: &str) -> Value {
    let answer = Answer::of(server.anonymous(Method::GET, path)).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.expect(200)
}

both!(metadata_and_keys, async |server: TestServer| {
    let metadata = public(&server, "/.well-known/oauth-authorization-server").await;
    let text = serde_json::to_string_pretty(&metadata).unwrap().replace(&server.url, "[url]");
    insta::assert_snapshot!("metadata", text);
    // What it names is there.
    let path = |name: &str| metadata[name].as_str().unwrap().strip_prefix(&server.url).unwrap().to_owned();
    let keys = public(&server, &path("jwks_uri")).await;
    insta::assert_json_snapshot!("keys", keys, {
        ".keys[].x" => "[x]", ".keys[].y" => "[y]", ".keys[].kid" => "[kid]",
    });
    let answer = Answer::of(server.anonymous(Method::POST, &path("token_endpoint"))).await;
    assert_eq!(answer.expect(400)["error"], "invalid_request");
});

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
}

both!(tokens_are_of_rfc_9068, async |server: TestServer| {
    let scope = "tenant:x509-credentials:read tenant:basic-credentials:create";
    let token = server.token_with(&server.client_id, &server.client_secret, Some(scope)).await;
    let jwk = &public(&server, "/oauth2/jwks.json").await["keys"][0];
    assert_eq!(part(&token, 0), json!({"typ": "at+jwt", "alg": "ES256", "kid": jwk["kid"]}));
    let claims = part(&token, 1);
    insta::assert_json_snapshot!("claims", claims, {
        ".iss" => "[url]", ".exp" => "[exp]", ".iat" => "[iat]", ".jti" => "[jti]",
    });
    assert_eq!(claims["iss"], server.url);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3_600);
    let another = server.token_with(&server.client_id, &server.client_secret, None).await;
    assert_ne!(part(&another, 1)["jti"], claims["jti"]);

    let coordinate = |name: &str| BASE64URL_NOPAD.decode(jwk[name].as_str().unwrap().as_bytes()).unwrap();
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    key.verify(signed.as_bytes(), &signature).unwrap();
    assert!(key.verify(another.rsplit_once('.').unwrap().0.as_bytes(), &signature).is_err());
});

both!(a_restart_keeps_keys_and_tokens, async |server: TestServer| {
    let token = server.token_with(&server.client_id, &server.client_secret, None).await;
    let keys = public(&server, "/oauth2/jwks.json").await;
    let (database, config) = server.stop().await;
    let server = TestServer::on(database, config).await;
    assert_eq!(public(&server, "/oauth2/jwks.json").await, keys);
    let caller = server.with_token(Some(&token));
    caller.send(Method::GET, "/api/v1/basic-credentials", None).await.expect(200);
});
