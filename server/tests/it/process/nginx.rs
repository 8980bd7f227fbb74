//! A real nginx with the example's configuration between curl and a service: `auth_request` asks a real server.

mod running;

use std::fs;

use serde_json::{Value, json};

use self::running::Nginx;
use super::{
    admin::{Admin, TENANTS},
    child::{Server, bootstrap, sqlite, vouchsafe},
    database::sql,
};
use crate::harness::{TestDatabase, openssl::OpenSsl};

const BASIC: &str = "/api/v1/basic-credentials";
const X509: &str = "/api/v1/x509-credentials";

/// Two integration keys: one whose client certificates don't count, and one whose do.
async fn keys(server: &Server, made: &Value) -> [String; 2] {
    let admin = Admin::new(server, made).await;
    let tenant = admin.items(TENANTS).await.remove(0);
    let path = format!("{TENANTS}/{}", tenant["key"].as_str().unwrap());
    let mut body = tenant["body"].clone();
    body["lockout"] = json!({"failures": 3, "duration_seconds": 3600});
    admin.put(&path, &body).await.expect(201);
    let mut keys = [false, true].map(|_| String::new());
    for (key, counts) in keys.iter_mut().zip([false, true]) {
        let body = json!({"name": format!("proxy {counts}"), "client_certificates": counts});
        let created = admin.post(&format!("{path}/integration_keys"), &body).await.expect(201);
        *key = created["integration_key"].as_str().unwrap().to_owned();
    }
    admin.commit().await.expect(201);
    keys
}

async fn started(database: &TestDatabase) -> (Server, Nginx) {
    let mut command = vouchsafe(database, ["serve"]);
    command.env("VOUCHSAFE_TRUSTED_PROXIES", "127.0.0.1/32");
    let mut server = Server::spawn(command);
    let made = bootstrap(database);
    server.authorise(&made).await;
    let keys = keys(&server, &made).await;
    let mut clients = String::new();
    for ca in ["default", "platform"] {
        clients += &server.get(&format!("/pki/{ca}/ca.pem")).await.text;
    }
    let nginx = Nginx::start(database.folder.path(), &server, keys.each_ref().map(|key| &**key), &clients);
    (server, nginx)
}

async fn set_state(server: &Server, resource: &str, id: &Value, state: &str) {
    let path = format!("{resource}/{}/state", id.as_str().unwrap());
    server.patch(&path, json!({"state": state})).await.expect(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lets_passwords_in() {
    let database = sqlite();
    let (server, nginx) = started(&database).await;
    let body = json!({"username": "UserA", "password": "123"});
    let id = server.post(BASIC, body).await.expect(201)["id"].take();
    let served = format!("[default|{}|UserA|||", id.as_str().unwrap());
    for args in [&["-u", "UserA:123"][..], &["-u", "UserA@default:123"], &["-u", "UserA:123", "-d", "a=b"]] {
        let (status, text) = nginx.curl(0, args);
        assert_eq!(status, 200, "{text}");
        assert!(text.contains(&served), "{text}");
    }
    let spoofed =
        ["-H", "X-Vouchsafe-Tenant: acme", "-H", "X-Vouchsafe-Common-Name: root", "-u", "UserA:123"];
    let (status, text) = nginx.curl(0, &spoofed);
    assert!(status == 200 && text.contains(&served), "{text}");

    let certificate = server.post(X509, json!({"keyType": "ec-p256"})).await.expect(201);
    let pem = certificate["certificate"].as_str().unwrap();
    let escaped: String = url::form_urlencoded::byte_serialize(pem.as_bytes()).collect();
    let header = format!("X-SSL-Client-Cert: {escaped}");
    for args in [
        &[][..],
        &["-u", "UserA:124"],
        &["-u", "Nobody:123"],
        &["-H", "Authorization: Bearer x"],
        &["-H", "X-SSL-Client-Verify: SUCCESS", "-H", &header],
        &["-X", "OPTIONS"],
    ] {
        let (status, text) = nginx.curl(0, args);
        assert_eq!(status, 401, "{text}");
        let challenge = "www-authenticate: basic realm=\"vouchsafe\"";
        assert!(text.to_lowercase().contains(challenge) && !text.contains("default|"), "{text}");
    }
    set_state(&server, BASIC, &id, "Suspended").await;
    assert_eq!(nginx.curl(0, &["-u", "UserA:123"]).0, 403);
    assert_eq!(nginx.curl(0, &["-u", "UserA:124"]).0, 401);
    set_state(&server, BASIC, &id, "Active").await;
    // A third failure of this device: it has to wait, and no other one.
    assert_eq!(nginx.curl(0, &["--interface", "127.0.0.2", "-u", "UserA:124"]).0, 401);
    let seen = [(); 3].map(|()| nginx.curl(0, &["--interface", "127.0.0.3", "-u", "UserA:124"]).0);
    assert_eq!(seen, [401; 3]);
    // No lock of a second ends while this looks at it.
    sql(&database, "UPDATE verification_failures SET last_at = last_at + 3600000000");
    assert_eq!(nginx.curl(0, &["--interface", "127.0.0.3", "-u", "UserA:124"]).0, 403);
    assert_eq!(nginx.curl(0, &["--interface", "127.0.0.3", "-u", "UserA:123"]).0, 403);
    assert_eq!(nginx.curl(0, &["--interface", "127.0.0.2", "-u", "UserA:123"]).0, 200);
    set_state(&server, BASIC, &id, "Revoked").await;
    assert_eq!(nginx.curl(0, &["--interface", "127.0.0.2", "-u", "UserA:123"]).0, 401);
    server.stop();
    assert_eq!(nginx.curl(0, &["-u", "UserA:123"]).0, 500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lets_certificates_in() {
    let database = sqlite();
    let (server, nginx) = started(&database).await;
    let mut ids = Vec::new();
    for name in ["one", "two"] {
        let body = json!({"commonName": name, "keyType": "ec-p256"});
        let issued = server.post(X509, body).await.expect(201);
        for (file, part) in [("pem", "certificate"), ("key", "privateKey")] {
            fs::write(nginx.folder.join(format!("{name}.{file}")), issued[part].as_str().unwrap()).unwrap();
        }
        ids.push(issued["id"].clone());
    }
    let [one, two] = ["one", "two"]
        .map(|name| ["--cert".to_owned(), format!("{name}.pem"), "--key".to_owned(), format!("{name}.key")]);
    let [one, two] = [&one, &two].map(|args| args.each_ref().map(|text| &**text));
    let (status, text) = nginx.curl(1, &one);
    assert_eq!(status, 200, "{text}");
    assert!(text.contains(&format!("[default|{}||one||GET]", ids[0].as_str().unwrap())), "{text}");
    assert_eq!(nginx.curl(1, &two).0, 200);
    assert_eq!(nginx.curl(1, &[]).0, 400, "nginx itself wants one");
    // A certificate of nobody we know: nginx itself refuses it.
    let openssl = OpenSsl::new();
    openssl.run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout my.key -subj /CN=one -out my.pem");
    for file in ["my.key", "my.pem"] {
        fs::write(nginx.folder.join(file), openssl.read(file)).unwrap();
    }
    assert_eq!(nginx.curl(1, &["--cert", "my.pem", "--key", "my.key"]).0, 400);
    for (state, expected) in [("Suspended", 403), ("Active", 200), ("Revoked", 401)] {
        set_state(&server, X509, &ids[0], state).await;
        assert_eq!(nginx.curl(1, &one).0, expected, "{state}");
        assert_eq!(nginx.curl(1, &two).0, 200, "{state}");
    }
    server.stop();
    assert_eq!(nginx.curl(1, &two).0, 500);
}
