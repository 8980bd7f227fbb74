//! One run: what is measured, in which order.

use std::{
    env, fs,
    io::{self, Write},
    path::PathBuf,
    process::Command,
    rc::Rc,
};

use anyhow::Context;
use tempfile::TempDir;

use crate::{
    Options, load,
    process::Process,
    race::Race,
    report::{Figure, Report},
    rows,
    server::Backend,
};

/// What the rows share.
pub(crate) struct Bench {
    pub(crate) options: Options,
    /// The server's program.
    pub(crate) server: PathBuf,
    /// The bare routes.
    pub(crate) bare: Rc<Process>,
    /// Where databases go.
    folder: PathBuf,
    report: Report,
    _own_folder: TempDir,
}

/// Measures and prints.
pub(crate) fn run(options: Options) -> anyhow::Result<()> {
    let mut bench = Bench::new(options)?;
    rows::credentials::run(&mut bench, Backend::Sqlite)?;
    if bench.options.postgres.is_some() {
        rows::credentials::run(&mut bench, Backend::Postgres)?;
    } else {
        bench.skip("PostgreSQL: neither --postgres nor VOUCHSAFE_TEST_POSTGRES names a server");
    }
    rows::rsa::run(&mut bench)?;
    rows::memory::run(&mut bench)?;
    rows::store::run(&mut bench, Backend::Sqlite)?;
    if bench.options.postgres.is_some() {
        rows::store::run(&mut bench, Backend::Postgres)?;
    }
    bench.finish()
}

impl Bench {
    fn new(options: Options) -> anyhow::Result<Self> {
        let this = env::current_exe()?;
        let beside = this.parent().context("this program is in no folder")?;
        let server = options.server.clone().unwrap_or_else(|| beside.join("vouchsafe"));
        anyhow::ensure!(server.is_file(), "there is no server {}: build it first", server.display());
        let folder = options.folder.clone().unwrap_or_else(|| beside.to_owned());
        let own_folder = new_folder(&folder)?;
        let bare = Process::start(&own_folder.path().join("log"), "/one", |address| {
            let mut command = Command::new(&this);
            command.args(["--bare-route", &address.to_string()]);
            command
        })?;
        let report = Report { cores: load::cores(), ..Report::default() };
        Ok(Self { options, server, bare: Rc::new(bare), folder, report, _own_folder: own_folder })
    }

    /// An empty folder on the disk that is measured.
    pub(crate) fn new_folder(&self) -> anyhow::Result<TempDir> {
        new_folder(&self.folder)
    }

    /// Whether a row or figure of that name is asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.options.only.as_ref().is_none_or(|only| name.to_lowercase().contains(&only.to_lowercase()))
    }

    /// Whether any of them is.
    pub(crate) fn wants_any(&self, backend: Backend, names: &[&str]) -> bool {
        names.iter().any(|name| self.wants(&named(backend, name)))
    }

    /// Runs a race and keeps its row.
    pub(crate) fn race(&mut self, race: Race<'_>) -> anyhow::Result<()> {
        self.report.rows.push(race.run(self.options.rounds)?);
        Ok(())
    }

    /// Keeps a figure.
    pub(crate) fn figure(
        &mut self,
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        target: Option<&'static str>,
    ) {
        self.report.figures.push(Figure { name: name.into(), value, unit, target });
    }

    /// Keeps the reason why something is not measured.
    pub(crate) fn skip(&mut self, reason: impl Into<String>) {
        self.report.skipped.push(reason.into());
    }

    fn finish(self) -> anyhow::Result<()> {
        if let Some(file) = &self.options.json {
            fs::write(file, serde_json::to_vec_pretty(&self.report)?)
                .with_context(|| format!("writing {}", file.display()))?;
        }
        Ok(io::stdout().write_all(self.report.to_text().as_bytes())?)
    }
}

fn new_folder(parent: &std::path::Path) -> anyhow::Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(parent);
    folder.with_context(|| format!("making a folder in {}", parent.display()))
}

/// A row's name on a database.
pub(crate) fn named(backend: Backend, name: &str) -> String {
    format!("{}: {name}", backend.as_str())
}

/// Tells on standard error what is going on. Without a standard error there is nobody to tell.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
