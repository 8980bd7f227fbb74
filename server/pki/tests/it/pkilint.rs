//! Runs pkilint on files in a temporary folder.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::env;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// The folder of programs of pkilint's environment; `cargo xtask test` makes it and sets this.
const VARIABLE: &str = "VOUCHSAFE_TEST_PKILINT";

/// Files to lint: `.crt`, `.crl`, `.ocsp`, all DER.
pub(crate) struct PkiLint(TempDir);

impl PkiLint {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn write(&self, file: &str, der: &[u8]) {
        let path = self.0.path().join(file);
        assert!(!path.exists(), "{file} is there already");
        std::fs::write(path, der).unwrap();
    }

    /// All findings from warnings upwards, each as `FILE SEVERITY CODE FIELD`.
    pub(crate) fn findings(&self) -> BTreeSet<String> {
        let python = programs().join("python");
        // As text: the server's tests include this file, too, and have another folder.
        let script = include_str!("../run_pkilint.py");
        let output = Command::new(&python).args(["-c", script]).arg(self.0.path()).output();
        let output = output.unwrap_or_else(|error| {
            panic!(
                "pkilint is not there ({}: {error}): `cargo xtask test` installs it, or set {VARIABLE}",
                python.display()
            )
        });
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| line.replace('\t', " ")).collect()
    }
}

fn programs() -> PathBuf {
    let cache = || match env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cache"),
    };
    match env::var_os(VARIABLE) {
        Some(folder) => folder.into(),
        None => cache().join("vouchsafe/pkilint-0.13.3/bin"),
    }
}
