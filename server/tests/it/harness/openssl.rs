//! Runs the `openssl` program on files in a temporary folder: it knows nothing of this project.

use std::{path::PathBuf, process::Command};

use tempfile::TempDir;

pub(crate) struct OpenSsl(TempDir);

impl OpenSsl {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// Writes a file; a line feed ends it.
    pub(crate) fn write(&self, file: &str, text: &str) {
        std::fs::write(self.0.path().join(file), format!("{text}\n")).unwrap();
    }

    /// Writes a file byte by byte.
    pub(crate) fn write_bytes(&self, file: &str, bytes: &[u8]) {
        std::fs::write(self.path(file), bytes).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.path().join(file)).unwrap()
    }

    pub(crate) fn read_bytes(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.path(file)).unwrap()
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    /// Runs a command line (no quoting); what it wrote to both outputs if it succeeded, else as an error.
    pub(crate) fn try_run(&self, line: &str) -> Result<String, String> {
        let mut command = Command::new("openssl");
        command.current_dir(self.0.path()).args(line.split_whitespace());
        let output = command.output().unwrap_or_else(|error| panic!("openssl must be installed: {error}"));
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        if output.status.success() { Ok(text) } else { Err(text) }
    }

    /// Runs a command line that must succeed.
    pub(crate) fn run(&self, line: &str) -> String {
        self.try_run(line).unwrap_or_else(|text| panic!("openssl {line}\n{text}"))
    }

    /// One field of the certificate in a file, e.g. `-serial`, without its name.
    pub(crate) fn field(&self, file: &str, option: &str) -> String {
        let line = self.run(&format!("x509 -in {file} -noout {option}"));
        line.trim_end().split_once('=').unwrap().1.to_owned()
    }
}
