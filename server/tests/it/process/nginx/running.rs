//! nginx in the foreground, with the example's configuration, its addresses and files replaced.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
};

use super::super::child::{Process, Server};
use crate::harness::openssl::OpenSsl;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/nginx/vouchsafe.conf");

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
pub(super) struct Nginx {
    _process: Process,
    pub(super) folder: PathBuf,
    /// The port for passwords, and the one for certificates.
    ports: [u16; 2],
}

impl Nginx {
    pub(super) fn start(folder: &Path, server: &Server, keys: [&str; 2], clients: &str) -> Self {
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
            TcpStream::connect(("127.0.0.1", ports[1])).ok()
        });
        Self { _process: process, folder: folder.to_owned(), ports }
    }

    /// The status that curl gets, its headers and its body.
    pub(super) fn curl(&self, which: usize, args: &[&str]) -> (u16, String) {
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
