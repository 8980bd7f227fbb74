//! A temporary `PostgreSQL` cluster for tests, made of the machine's own server binaries.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

/// The variable that tells the tests where the cluster is: the URL of a superuser.
pub(crate) const VARIABLE: &str = "VOUCHSAFE_TEST_POSTGRES";

/// Runs a command with [`VARIABLE`] set to a cluster that lives as long as the command.
///
/// # Errors
/// If there is no cluster to be had, or if the command fails.
pub(crate) fn run(command: Vec<String>) -> anyhow::Result<()> {
    let [program, arguments @ ..] = command.as_slice() else { bail!("no command to run") };
    let folder = tempfile::Builder::new().prefix("vouchsafe-postgres-").tempdir()?;
    let cluster = Cluster::start(folder.path())?;
    let status = Command::new(program).args(arguments).env(VARIABLE, cluster.url()).status();
    let status = status.with_context(|| format!("running {program}"))?;
    ensure!(status.success(), "{program} failed: {status}");
    Ok(())
}

/// A running cluster. Dropping it stops it; its folder is its maker's to remove.
pub(crate) struct Cluster {
    binaries: Binaries,
    data: PathBuf,
    port: u16,
    server: Child,
}

impl Cluster {
    /// Makes a cluster in a folder and starts it on a free port of the loopback interface. It trusts everyone and
    /// never syncs: it is for data that may be lost.
    ///
    /// # Errors
    /// If there are no server binaries, or if they fail; the message holds their log.
    pub(crate) fn start(folder: &Path) -> anyhow::Result<Self> {
        let binaries = Binaries::find()?;
        let folder = folder.canonicalize()?;
        if let Some((user, group)) = binaries.user {
            chown(&folder, Some(user), Some(group)).context("giving the folder to the user postgres")?;
        }
        let data = folder.join("data");
        let initdb = binaries
            .command("initdb")
            .arg("--pgdata")
            .arg(&data)
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .output()
            .context("running initdb")?;
        ensure!(initdb.status.success(), "initdb failed:\n{}", String::from_utf8_lossy(&initdb.stderr));
        // Between finding a free port and using it another process may take it.
        let mut log = String::new();
        for _ in 0..3 {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let server = serve(&binaries, &data, port)?;
            let mut cluster = Self { binaries: binaries.clone(), data: data.clone(), port, server };
            if cluster.wait()? {
                return Ok(cluster);
            }
            log = fs::read_to_string(data.join("log")).unwrap_or_default();
        }
        bail!("postgres did not start:\n{log}")
    }

    /// The URL of the superuser.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Waits until the server answers; `false` if it ended instead.
    fn wait(&mut self) -> anyhow::Result<bool> {
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline {
            if self.server.try_wait()?.is_some() {
                return Ok(false);
            }
            let ready = self
                .binaries
                .command("pg_isready")
                .args(["--quiet", "--host", "127.0.0.1", "--port", &self.port.to_string()])
                .status()
                .context("running pg_isready")?;
            if ready.success() {
                return Ok(true);
            }
            sleep(Duration::from_millis(50));
        }
        bail!("postgres did not answer within a minute")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.binaries.command("pg_ctl");
        stop.arg("--pgdata").arg(&self.data).args(["stop", "--silent", "--mode", "immediate"]);
        if !stop.status().is_ok_and(|status| status.success()) {
            // It has ended already, or it won't listen.
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

fn serve(binaries: &Binaries, data: &Path, port: u16) -> anyhow::Result<Child> {
    let log = fs::File::create(data.join("log"))?;
    let port = format!("port={port}");
    let settings = [
        &port,
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=300",
        "fsync=off",
        "full_page_writes=off",
    ];
    let mut server = binaries.command("postgres");
    server.arg("-D").arg(data).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    for setting in settings {
        server.args(["-c", setting]);
    }
    server.spawn().context("running postgres")
}

/// The binaries that are needed.
const NAMES: [&str; 4] = ["initdb", "postgres", "pg_ctl", "pg_isready"];

/// Where the server binaries are and who may run them.
#[derive(Clone)]
struct Binaries {
    folder: PathBuf,
    /// The user and group `postgres`, if we are root: the server refuses to run as root.
    user: Option<(u32, u32)>,
}

impl Binaries {
    fn find() -> anyhow::Result<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        // Where Debian keeps them, the newest first.
        let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        versions.sort_by_key(|folder| {
            folder.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()).unwrap_or(0)
        });
        folders.extend(versions.into_iter().rev().map(|folder| folder.join("bin")));
        let folder = folders
            .into_iter()
            .find(|folder| NAMES.iter().all(|name| folder.join(name).is_file()))
            .context("no PostgreSQL server in PATH or /usr/lib/postgresql: install the package postgresql")?;
        let root = fs::metadata("/proc/self")?.uid() == 0;
        let user = if root { Some((id("-u")?, id("-g")?)) } else { None };
        Ok(Self { folder, user })
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.folder.join(name));
        command.env_remove("PGDATA").env_remove("PGPORT");
        // The folder we are in may be closed to that user.
        command.current_dir("/");
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }
}

/// The number of the user `postgres` or of its group.
fn id(option: &str) -> anyhow::Result<u32> {
    let output = Command::new("id").args([option, "postgres"]).output().context("running id")?;
    ensure!(output.status.success(), "root can't run PostgreSQL, and there is no user postgres to run it as");
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}
