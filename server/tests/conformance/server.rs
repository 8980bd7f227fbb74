//! The program itself on an empty folder, for as long as the test wants it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;
use vouchsafe_conformance::{Admin, Auth, Secret, Target};

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    _folder: TempDir,
    pub(crate) url: String,
    bootstrap: Value,
}

impl Server {
    /// A first start with the smallest password hash, which is all that a test saves on.
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("vouchsafe-mutants-").tempdir().unwrap();
        let data = folder.path().join("data");
        let mut child = Command::new(env!("CARGO_BIN_EXE_vouchsafe"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(&data)
            .envs([("VOUCHSAFE_PASSWORDS_MEMORY_KIB", "8"), ("VOUCHSAFE_PASSWORDS_ITERATIONS", "1")])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let serving =
            lines.find_map(|line| line.strip_prefix("serving ")?.split(',').next().map(str::to_owned));
        let url = serving.expect("the server says where it is");
        // Nobody reads what else it may print, and a full pipe must not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        let bootstrap = std::fs::read(data.join("bootstrap.json")).unwrap();
        let bootstrap = serde_json::from_slice(&bootstrap).unwrap();
        Self { child, _folder: folder, url, bootstrap }
    }

    fn text(&self, name: &str) -> &str {
        self.bootstrap[name].as_str().unwrap()
    }

    /// The server as a target, reached by another address.
    pub(crate) fn target(&self, url: &str) -> Target {
        let auth = Auth::ClientCredentials {
            client_id: self.text("clientId").to_owned(),
            client_secret: Secret::new(self.text("clientSecret")),
            token_url: None,
        };
        let admin = Admin {
            user: self.text("adminUser").to_owned(),
            password: Secret::new(self.text("adminPassword")),
        };
        Target::new(url, auth).unwrap().with_admin(admin)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
