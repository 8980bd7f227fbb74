//! A server that lives as long as it is looked at.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A running server. Dropping it stops it; its folder is its maker's to remove.
pub(super) struct Server {
    process: Child,
    port: u16,
    folder: PathBuf,
}

impl Server {
    /// Starts the server in a folder, on a free port of the loopback interface.
    pub(super) fn start(program: &Path, folder: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        // Between finding a free port and using it another process may take it.
        for _ in 0..3 {
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            let mut command = Command::new(program);
            // Settings of whoever runs this are not for this server.
            for (name, _) in
                std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("VOUCHSAFE_"))
            {
                command.env_remove(name);
            }
            let process = command
                .current_dir(folder)
                .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
                .envs(settings.iter().copied())
                .stdin(Stdio::null())
                .stdout(fs::File::create(folder.join("out"))?)
                .stderr(fs::File::create(folder.join("log"))?)
                .spawn()
                .context("starting the server")?;
            let mut server = Self { process, port, folder: folder.to_owned() };
            if server.wait()? {
                return Ok(server);
            }
        }
        bail!("the server did not start:\n{}", fs::read_to_string(folder.join("log")).unwrap_or_default())
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The first credentials.
    pub(super) fn bootstrap(&self) -> Result<Value> {
        let text = fs::read_to_string(self.folder.join("vouchsafe-data/bootstrap.json"))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// An access token of the first client.
    pub(super) fn token(&self) -> Result<String> {
        let bootstrap = self.bootstrap()?;
        let member = |name: &str| bootstrap.get(name).and_then(Value::as_str).unwrap_or_default();
        let (id, secret) = (member("clientId"), member("clientSecret"));
        // Both are letters and digits.
        let body = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let request = format!(
            "POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = self.ask(&request)?;
        let body: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap_or_default())?;
        body["access_token"].as_str().map(str::to_owned).context("the server gave no access token")
    }

    /// Waits until the server answers; `false` if it ended instead.
    fn wait(&mut self) -> Result<bool> {
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline {
            if self.process.try_wait()?.is_some() {
                return Ok(false);
            }
            let ready = self.ask("GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            if ready.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
                return Ok(true);
            }
            sleep(Duration::from_millis(20));
        }
        bail!("the server was not ready within a minute")
    }

    fn ask(&self, request: &str) -> Result<String> {
        let mut stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
