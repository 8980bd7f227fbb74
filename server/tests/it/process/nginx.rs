//! A real nginx with the example's configuration between curl and a service: `auth_request` asks a real server.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use super::{
    admin::{Admin, TENANTS},
    child::{Process, Server, bootstrap, sqlite, vouchsafe},
};
use crate::harness::{TestDatabase, openssl::OpenSsl};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/nginx/vouchsafe.conf");
const BASIC: &str = "/api/v1/basic-credentials";
const X509: &str = "/api/v1/x509-credentials";

/// Around the example: nginx in the foreground, and a service that says whom it serves.
const AROUND: &str = r#"
daemon off;
master_process off;
error_log stderr;
pid nginx.pid;
events {}
http {
    access_log off;
    client_body_temp_path temp;
    proxy_temp_path temp;
    fastcgi_temp_path temp;
    uwsgi_temp_path temp;
    scgi_temp_path temp;
    include vouchsafe.conf;
    server {
        listen unix:FOLDER/service.sock;
        return 200 "[$http_x_vouchsafe_tenant|$http_x_vouchsafe_credentials_id|$http_x_vouchsafe_username|$http_x_vouchsafe_common_name|$http_authorization|$request_method]";
    }
}
"#;

/// nginx, and the files around it.
struct Nginx {
    _process: Process,
    folder: PathBuf,
    /// The port for passwords, and the one for certificates.
    ports: [u16; 2],
}

impl Nginx {
    fn start(folder: &Path, server: &Server, keys: [&str; 2], clients: &str) -> Self {
        let openssl = OpenSsl::new();
        openssl.run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -subj /CN=localhost -addext subjectAltName=DNS:localhost -out server.pem");
        for file in ["server.key", "server.pem"] {
            fs::write(folder.join(file), openssl.read(file)).unwrap();
        }
        fs::write(folder.join("clients.pem"), clients).unwrap();
        // Both at once, so that they differ.
        let listeners = [(); 2].map(|()| TcpListener::bind(("127.0.0.1", 0)).unwrap());
        let ports = listeners.each_ref().map(|listener| listener.local_addr().unwrap().port());
        drop(listeners);
        let here = folder.display();
        let mut example = fs::read_to_string(EXAMPLE).unwrap();
        example =
            example.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
        for (from, to) in [
            ("127.0.0.1:8080", server.url.strip_prefix("http://").unwrap()),
            ("127.0.0.1:3000", &format!("unix:{here}/service.sock")),
            ("/etc/nginx/tls", &here.to_string()),
            ("listen 8443", &format!("listen 127.0.0.1:{}", ports[0])),
            ("listen 8444", &format!("listen 127.0.0.1:{}", ports[1])),
        ] {
            assert!(example.contains(from), "{from}");
            example = example.replace(from, to);
        }
        for key in keys {
            example = example.replacen("REPLACE-WITH-THE-INTEGRATION-KEY", key, 1);
        }
        fs::write(folder.join("vouchsafe.conf"), example).unwrap();
        fs::write(folder.join("nginx.conf"), AROUND.replace("FOLDER", &here.to_string())).unwrap();
        // Where Debian has it, which is not on everybody's path.
        let program = Path::new("/usr/sbin/nginx");
        let mut command = Command::new(if program.exists() { program } else { Path::new("nginx") });
        command.args(["-e", "stderr", "-c", "nginx.conf", "-p"]).arg(folder);
        let mut process = Process::spawn(command);
        process.until("port", |process| {
            assert!(!process.is_over(), "{}", process.stderr());
            std::net::TcpStream::connect(("127.0.0.1", ports[1])).ok()
        });
        Self { _process: process, folder: folder.to_owned(), ports }
    }

    /// The status that curl gets, its headers and its body.
    fn curl(&self, which: usize, args: &[&str]) -> (u16, String) {
        let mut command = Command::new("curl");
        command.current_dir(&self.folder).args(["-sS", "-i", "--cacert", "server.pem", "--noproxy", "*"]);
        command.arg("--resolve").arg(format!("localhost:{}:127.0.0.1", self.ports[which]));
        let url = format!("https://localhost:{}/a/path?with=query", self.ports[which]);
        let output = command.args(args).arg(url).output().expect("curl runs");
        let text = String::from_utf8(output.stdout).unwrap();
        let status =
            text.split(' ').nth(1).unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        (status.parse().unwrap(), text)
    }
}

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
    let seen = [(); 4].map(|()| nginx.curl(0, &["--interface", "127.0.0.3", "-u", "UserA:124"]).0);
    assert_eq!(seen, [401, 401, 401, 403]);
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
