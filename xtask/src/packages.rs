//! The programs that tests run for real. On Debian they are installed where that is allowed; else they are named.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

use crate::{spec::say, test::run_command};

/// A program and the Debian package that has it.
struct Program {
    name: &'static str,
    package: &'static str,
}

const PROGRAMS: [Program; 12] = [
    Program { name: "cc", package: "gcc libc6-dev" },
    Program { name: "curl", package: "curl" },
    Program { name: "openssl", package: "openssl" },
    Program { name: "initdb", package: "postgresql" },
    Program { name: "psql", package: "postgresql-client" },
    Program { name: "sqlite3", package: "sqlite3" },
    Program { name: "python3", package: "python3 python3-venv" },
    Program { name: "mosquitto_sub", package: "mosquitto-clients" },
    Program { name: "node", package: "nodejs" },
    Program { name: "npm", package: "npm" },
    Program { name: "chromium", package: "chromium" },
    Program { name: "nginx", package: "nginx" },
];

/// Where Debian keeps PostgreSQL's programs, which are not on the path.
const POSTGRESQL: &str = "/usr/lib/postgresql";

/// Where daemons are. Not everybody has it on the path.
const DAEMONS: &str = "/usr/sbin";

/// The oldest Node.js that the linter of the document runs on. Debian has it since 13.
const NODE: (u32, u32) = (20, 19);

/// Makes sure that every program is there.
pub(crate) fn require(_root: &Path) -> Result<()> {
    let missing = missing();
    if missing.is_empty() {
        return node();
    }
    let packages: Vec<&str> = missing.iter().flat_map(|program| program.package.split(' ')).collect();
    if !install(&packages)? || !self::missing().is_empty() {
        let names: Vec<_> = missing.iter().map(|program| program.name).collect();
        bail!("missing: {}; on Debian: apt-get install {}", names.join(", "), packages.join(" "));
    }
    node()
}

fn node() -> Result<()> {
    let output = Command::new("node").arg("--version").output()?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let mut numbers = version.trim_start_matches('v').split('.').map(|number| number.parse().unwrap_or(0));
    if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < NODE {
        bail!("node is {version}, and {}.{} or newer is needed", NODE.0, NODE.1);
    }
    Ok(())
}

fn missing() -> Vec<&'static Program> {
    let there = |name| find(name).is_some() && (name != "python3" || python_makes_environments());
    PROGRAMS.iter().filter(|program| !there(program.name)).collect()
}

/// Debian's `python3` has the module `venv`, but not what it puts into an environment.
fn python_makes_environments() -> bool {
    let output = Command::new("python3").args(["-c", "import ensurepip, venv"]).output();
    output.is_ok_and(|output| output.status.success())
}

/// The program's path.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let versions =
        fs::read_dir(POSTGRESQL).into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    folders.extend(versions);
    folders.push(DAEMONS.into());
    folders.into_iter().map(|folder| folder.join(name)).find(|candidate| candidate.is_file())
}

/// Whether we are root.
pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// Installs packages as root, or by a sudo that asks nothing. Says whether it could.
fn install(packages: &[&str]) -> Result<bool> {
    if find("apt-get").is_none() {
        return Ok(false);
    }
    let root = is_root();
    let sudo =
        || Command::new("sudo").args(["-n", "true"]).output().is_ok_and(|output| output.status.success());
    let prefix: &[&str] = match root {
        true => &[],
        false if sudo() => &["sudo", "-n"],
        false => return Ok(false),
    };
    say(&format!("installing {}", packages.join(" ")))?;
    for args in
        [&["update", "--quiet"][..], &[&["install", "--yes", "--no-install-recommends"], packages].concat()]
    {
        let words = [prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], args].concat();
        run_command(Command::new(words[0]).args(&words[1..]))?;
    }
    Ok(true)
}
