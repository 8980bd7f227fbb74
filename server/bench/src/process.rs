//! A child process, and what `/proc` tells of it.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use crate::http::{Connection, request};

/// A server process on the loopback. Killed when dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From spawning it to its first answer.
    pub(crate) started_in: Duration,
}

/// `USER_HZ`, which Linux fixes at 100 for every program.
const TICKS_A_SECOND: f64 = 100.0;

impl Process {
    /// Starts a server on a free port, which `command` is told, and waits until `GET path` answers 200. What it prints
    /// goes to the file `log`.
    pub(crate) fn start(
        log: &Path,
        path: &str,
        command: impl FnOnce(SocketAddr) -> Command,
    ) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let output = fs::OpenOptions::new().create(true).append(true).open(log)?;
        let mut command = command(address);
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let start = Instant::now();
        let child = command.spawn().with_context(|| format!("starting {:?}", command.get_program()))?;
        let mut process = Self { child, address, started_in: Duration::ZERO };
        process.wait_for_answer(path).with_context(|| tail(log))?;
        process.started_in = start.elapsed();
        Ok(process)
    }

    fn wait_for_answer(&mut self, path: &str) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended: {status}");
            }
            if Instant::now() > deadline {
                bail!("the server does not listen");
            }
            thread::sleep(Duration::from_micros(200));
        }
        let status = Connection::open(self.address)?.call(&request("GET", path, "none", ""))?;
        anyhow::ensure!(status == 200, "GET {path} answered {status}");
        Ok(())
    }

    /// Its processor time so far, in seconds.
    pub(crate) fn cpu_seconds(&self) -> anyhow::Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The second field is the name in parentheses, which may hold anything; utime and stime are the 14th and 15th.
        let fields = stat.rsplit_once(')').context("no name in /proc/PID/stat")?.1;
        let ticks: Vec<f64> = fields.split_whitespace().skip(11).take(2).flat_map(str::parse).collect();
        Ok(ticks.iter().sum::<f64>() / TICKS_A_SECOND)
    }

    /// Its resident memory, in MiB.
    pub(crate) fn resident_mib(&self) -> anyhow::Result<f64> {
        self.status("VmRSS:")
    }

    /// The most resident memory since [`Self::forget_peak`], in MiB.
    pub(crate) fn peak_mib(&self) -> anyhow::Result<f64> {
        self.status("VmHWM:")
    }

    /// Begins a new count of the most resident memory (proc(5), `clear_refs`).
    pub(crate) fn forget_peak(&self) -> anyhow::Result<()> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5")?)
    }

    fn status(&self, name: &str) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such line")?;
        let kib: f64 = line.split_whitespace().next().context("no number")?.parse()?;
        Ok(kib / 1024.0)
    }

    /// Waits until it has nothing to do, for a minute at most.
    pub(crate) fn settle(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let before = self.cpu_seconds()?;
            thread::sleep(Duration::from_millis(250));
            if self.cpu_seconds()? - before < 0.015 || Instant::now() > deadline {
                return Ok(());
            }
        }
    }

    /// Ends it as an operator would, so that it closes its database.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        let killed = Command::new("kill").arg(self.child.id().to_string()).status()?;
        anyhow::ensure!(killed.success(), "the server could not be told to stop");
        let status = self.child.wait()?;
        anyhow::ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The end of a log, for an error.
fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}
