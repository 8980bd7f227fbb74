//! `cargo xtask conformance`: the whole suite against the server, both as they are shipped, with reports.

mod server;

use std::{
    fs,
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{release::Release, spec::say};
use server::Server;

/// Where the reports go.
const REPORTS: &str = "target/conformance";

/// Format and name of each report.
const FORMATS: [(&str, &str); 4] =
    [("html", "report.html"), ("json", "report.json"), ("junit", "junit.xml"), ("markdown", "report.md")];

/// The suite's exit code when it did not understand its options, and ran nothing.
const WRONG_COMMAND: u8 = 2;

/// Runs the suite against a server that is made for it and goes with it. Its exit code is ours.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<ExitCode> {
    let release = Release::build(root, &["vouchsafe", "vouchsafe-conformance"])?;
    let (program, suite) = (release.program("vouchsafe")?, release.program("vouchsafe-conformance")?);
    let folder = tempfile::Builder::new().prefix("vouchsafe-conformance-").tempdir()?;
    let expired = expired_token(&program, folder.path())?;
    let server = Server::start(&program, folder.path(), &[])?;
    let reports = root.join(REPORTS);
    fs::create_dir_all(&reports)?;
    let mut command = Command::new(suite);
    command
        .current_dir(root)
        .args(["run", "--profile", "extended", "--quiet", "--target", &server.url()])
        .args(["--implementation", &format!("Vouchsafe {}", env!("CARGO_PKG_VERSION"))])
        .args(
            FORMATS
                .iter()
                .flat_map(|(format, name)| ["--report".to_owned(), format!("{format}={REPORTS}/{name}")]),
        )
        .args(arguments);
    for (variable, value) in access(&server.bootstrap()?, &expired)? {
        command.env(variable, value);
    }
    let run = measure(&mut command).context("running the suite")?;
    // What ended by a signal has no code.
    let code = run.code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    if code == WRONG_COMMAND {
        return Ok(ExitCode::from(code));
    }
    say(&format!("page     {}", reports.join("report.html").display()))?;
    say(&format!("cases    {}", cases(&run.output)))?;
    say(&format!("seconds  {:.1}", run.took.as_secs_f64()))?;
    let memory =
        run.peak_kib.map_or("not known here".to_owned(), |kib| format!("{:.1} MiB at most", kib / 1024.0));
    say(&format!("memory   {memory}"))?;
    Ok(ExitCode::from(code))
}

/// A token that was valid: of the same server and key, when its tokens lived for a second.
fn expired_token(program: &Path, folder: &Path) -> Result<String> {
    let server = Server::start(program, folder, &[("VOUCHSAFE_AUTH_TOKEN_TTL_SECONDS", "1")])?;
    let token = server.token()?;
    drop(server);
    sleep(Duration::from_secs(2));
    Ok(token)
}

/// How the suite gets in.
fn access(bootstrap: &Value, expired: &str) -> Result<[(&'static str, String); 4]> {
    let text = |name: &str| {
        let text = bootstrap.get(name).and_then(Value::as_str);
        text.map(str::to_owned).with_context(|| format!("bootstrap.json has no {name}"))
    };
    Ok([
        ("VOUCHSAFE_CLIENT_ID", text("clientId")?),
        ("VOUCHSAFE_CLIENT_SECRET", text("clientSecret")?),
        ("VOUCHSAFE_ADMIN", format!("{}:{}", text("adminUser")?, text("adminPassword")?)),
        ("VOUCHSAFE_EXPIRED_TOKEN", expired.to_owned()),
    ])
}

/// A run of the suite.
struct Run {
    /// What it printed, which has been printed on.
    output: String,
    code: Option<i32>,
    took: Duration,
    peak_kib: Option<f64>,
}

fn measure(command: &mut Command) -> Result<Run> {
    let started = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut stdout = child.stdout.take().context("no output")?;
    let reader = std::thread::spawn(move || std::io::read_to_string(&mut stdout));
    let mut peak_kib = None;
    let status = loop {
        peak_kib = peak(&child).or(peak_kib);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        sleep(Duration::from_millis(20));
    };
    let took = started.elapsed();
    let output = reader.join().ok().context("the output could not be read")??;
    if !output.is_empty() {
        say(output.trim_end())?;
    }
    Ok(Run { output, code: status.code(), took, peak_kib })
}

/// The most memory that a process has had resident, as Linux tells it.
fn peak(child: &Child) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// The counts in the last line.
fn cases(output: &str) -> &str {
    let last = output.lines().rev().find(|line| line.contains(" passed, ")).unwrap_or_default();
    let counts = last.split_once(": ").map_or(last, |(_, counts)| counts);
    counts.split_once(" at ").map_or(counts, |(counts, _)| counts)
}

#[cfg(test)]
mod tests {
    #[test]
    fn counts() {
        let output = "FAIL x\nNot passed: 3 passed, 1 failed, 0 skipped, 0 errors at http://a\n";
        assert_eq!(super::cases(output), "3 passed, 1 failed, 0 skipped, 0 errors");
        assert_eq!(super::cases(""), "");
    }
}
