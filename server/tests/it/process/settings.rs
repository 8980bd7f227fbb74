//! `vouchsafe config`: every setting by every way, and what is told about wrong ones.

use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt, process::Command};

use toml::{Table, Value};
use vouchsafe::config::SETTINGS;

use super::child::{bare, run};

/// Values that are no defaults, as TOML writes them. Settings that go together are on one line.
const VALUES: [&[(&str, &str)]; 26] = [
    &[("data_dir", "'/srv/data'")],
    &[("listen", "'[::1]:9090'")],
    &[("public_url", "'https://vouchsafe.example'")],
    &[("database.url", "'postgres://me@db/vouchsafe'")],
    &[("database.max_connections", "3")],
    &[("database.migrate", "false")],
    &[("auth.enabled", "false")],
    &[("auth.token_ttl_seconds", "60")],
    &[("passwords.memory_kib", "1024")],
    &[("passwords.iterations", "3")],
    &[("passwords.parallelism", "2")],
    &[("passwords.queue", "9")],
    &[("passwords.remembered", "0")],
    &[("pki.ca_key_type", "'ec-p256'")],
    &[("pki.ca_ttl_days", "30")],
    &[("pki.key_pool", "0")],
    &[("master_key.value", "'redacted'")],
    &[("master_key.command", "'redacted'")],
    &[("master_key.file", "'/run/master.key'")],
    &[("tls.enabled", "true")],
    &[("tls.certificate", "'/etc/tls/chain.pem'"), ("tls.private_key", "'/etc/tls/key.pem'")],
    &[("outbound.allow", "['10.0.0.0/8', '::1/128']")],
    &[("outbound.trust_store", "'0b4e7a0e-5f0a-4c5b-8e0e-3c2d1b0a9f8e'")],
    &[("trusted_proxies", "['10.0.0.0/8', '::1/128']")],
    &[("log.format", "'json'")],
    &[("log.filter", "'vouchsafe=debug,warn'")],
];

fn show(command: Command) -> Table {
    let ended = run(command);
    assert_eq!(ended.stderr, "");
    toml::from_str(ended.worked()).unwrap()
}

#[test]
fn each_is_set_by_variable_and_by_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vouchsafe.toml");
    let default = show(bare(["config", "show"]));
    for line in VALUES {
        let mut expected = default.clone();
        let mut by_variable = bare(["config", "show"]);
        let mut text = String::new();
        for (name, literal) in line {
            let setting = SETTINGS.iter().find(|setting| setting.name == *name).unwrap();
            let value = literal.trim_start_matches("['").trim_end_matches("']").replace("', '", ",");
            by_variable.env(setting.variable(), value.trim_matches('\''));
            text += &format!("{name} = {literal}\n");
        }
        for (name, value) in toml::from_str::<Table>(&text).unwrap() {
            merge(&mut expected, &name, value);
        }
        if line[0].0 == "data_dir" {
            let url = Value::from("sqlite:///srv/data/vouchsafe.db?mode=rwc");
            expected["database"].as_table_mut().unwrap().insert("url".to_owned(), url);
        }
        assert_ne!(expected, default, "{text} is the default");
        assert_eq!(show(by_variable), expected, "{text}");
        fs::write(&file, &text).unwrap();
        assert_eq!(show(bare(["config", "show", "--config", file.to_str().unwrap()])), expected, "{text}");
    }
    let mut names: Vec<_> = VALUES.iter().flat_map(|line| line.iter().map(|(name, _)| *name)).collect();
    let mut all: Vec<_> = SETTINGS.iter().map(|setting| setting.name).collect();
    names.sort_unstable();
    all.sort_unstable();
    assert_eq!(names, all);
}

fn merge(table: &mut Table, name: &str, value: Value) {
    match (table.get_mut(name), value) {
        (Some(Value::Table(section)), Value::Table(inner)) => {
            inner.into_iter().for_each(|(name, value)| merge(section, &name, value));
        }
        (_, value) => {
            table.insert(name.to_owned(), value);
        }
    }
}

#[test]
fn flag_before_variable_before_file_before_default() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vouchsafe.toml");
    fs::write(&file, "data_dir = 'of-file'\n[log]\nformat = 'json'\n[database]\nurl = 'sqlite:of-file'\n")
        .unwrap();
    let shown = |command: Command| {
        let table = show(command);
        (table["data_dir"].clone(), table["database"]["url"].clone(), table["log"]["format"].clone())
    };
    let values = |data_dir: &str, url: &str, format: &str| (data_dir.into(), url.into(), format.into());
    let command = || {
        let mut command = bare(["config", "show"]);
        command.env("VOUCHSAFE_CONFIG", &file);
        command
    };
    assert_eq!(shown(command()), values("of-file", "sqlite:of-file", "json"));
    let with_variables = || {
        let mut command = command();
        command.env("VOUCHSAFE_DATA_DIR", "of-variable").env("VOUCHSAFE_DATABASE_URL", "sqlite:of-variable");
        command
    };
    assert_eq!(shown(with_variables()), values("of-variable", "sqlite:of-variable", "json"));
    let mut with_flags = with_variables();
    with_flags.args(["--data-dir", "of-flag", "--database-url", "sqlite:of-flag"]);
    assert_eq!(shown(with_flags), values("of-flag", "sqlite:of-flag", "json"));
    let mut other_file = command();
    fs::write(folder.path().join("other.toml"), "").unwrap();
    other_file.arg("--config").arg(folder.path().join("other.toml"));
    let default = "./vouchsafe-data";
    assert_eq!(
        shown(other_file),
        values(default, &format!("sqlite://{default}/vouchsafe.db?mode=rwc"), "human")
    );
}

#[test]
fn good_ones_are_checked_and_secrets_are_never_shown() {
    let mut command = bare(["config", "check"]);
    assert_eq!(run(bare(["config", "check"])).worked(), "the settings are good\n");
    let secret = "hunter2";
    let settings = [
        ("VOUCHSAFE_DATABASE_URL", "postgres://me:hunter2@db/vouchsafe?sslpassword=hunter2"),
        ("VOUCHSAFE_MASTER_KEY_VALUE", secret),
        ("VOUCHSAFE_MASTER_KEY_COMMAND", "echo hunter2"),
    ];
    let checked = run({
        command.envs(settings);
        command
    });
    assert_eq!((checked.worked(), checked.stderr.as_str()), ("the settings are good\n", ""));
    let mut show = bare(["config", "show"]);
    show.envs(settings);
    let shown = run(show);
    assert!(!shown.worked().contains(secret), "{}", shown.stdout);
    assert!(shown.stdout.contains("postgres://me:redacted@db/vouchsafe?redacted"), "{}", shown.stdout);
}

/// What is wrong in a file, and the message after the file's name.
const WRONG_FILES: [(&str, &str); 18] = [
    ("listen = ", "line 1 is no TOML"),
    ("[auth]\nenabled = true\n\nenabled = hunter2\n", "line 4 is no TOML"),
    ("lisen = '127.0.0.1:1'", "there is no setting lisen"),
    ("[database]\nurI = 'sqlite:x'", "there is no setting database.urI"),
    ("[databse]\nurl = 'sqlite:x'", "there is no setting databse"),
    ("[databse]", "there is no setting databse"),
    ("\"a\\nb\" = 1", "there is no setting a\\nb"),
    ("data_dir = 7", "data_dir must be text"),
    ("listen = 'hunter2'", "listen must be an address with a port, such as 127.0.0.1:8080"),
    ("[auth]\nenabled = 'hunter2'", "auth.enabled must be true or false"),
    ("[passwords]\nqueue = 'hunter2'", "passwords.queue must be a whole number from 0 to 1000000"),
    ("[database]\nmax_connections = 0", "database.max_connections must be a whole number from 1 to 10000"),
    ("[pki]\nca_key_type = 'hunter2'", "pki.ca_key_type must be rsa-2048 or ec-p256"),
    ("master_key = 'hunter2'", "master_key must be a section: [master_key]"),
    ("[log]\nformat = ['hunter2']", "log.format must be human or json"),
    (
        "[outbound]\nallow = '10.0.0.0/8'",
        "outbound.allow must be a list of addresses and networks, such as 10.0.0.0/8",
    ),
    (
        "[outbound]\nallow = ['::1', 'hunter2']",
        "outbound.allow must be a list of addresses and networks, such as 10.0.0.0/8",
    ),
    (
        "[outbound]\nallow = [7]",
        "outbound.allow must be a list of addresses and networks, such as 10.0.0.0/8",
    ),
];

#[test]
fn wrong_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vouchsafe.toml");
    let name = file.display();
    let check = || {
        let ended = run(bare(["config", "check", "--config", file.to_str().unwrap()]));
        ended.error().to_owned()
    };
    assert_eq!(
        check(),
        format!("can't read the configuration file {name}: No such file or directory (os error 2)")
    );
    fs::write(&file, b"\xff").unwrap();
    assert_eq!(
        check(),
        format!("can't read the configuration file {name}: stream did not contain valid UTF-8")
    );
    for (text, message) in WRONG_FILES {
        fs::write(&file, text).unwrap();
        assert_eq!(check(), format!("the configuration file {name} is wrong: {message}"));
    }
}

/// Wrong environment variables. No message repeats a value.
const WRONG_VARIABLES: [(&[(&str, &str)], &str); 16] = [
    (&[("AUTH_ENABLED", "hunter2")], "the environment variable VOUCHSAFE_AUTH_ENABLED must be true or false"),
    (&[("AUTH_ENABLED", "")], "the environment variable VOUCHSAFE_AUTH_ENABLED must be true or false"),
    (
        &[("LISTEN", "localhost")],
        "the environment variable VOUCHSAFE_LISTEN must be an address with a port, such as 127.0.0.1:8080",
    ),
    (
        &[("PASSWORDS_QUEUE", "-1")],
        "the environment variable VOUCHSAFE_PASSWORDS_QUEUE must be a whole number from 0 to 1000000",
    ),
    (
        &[("PASSWORDS_ITERATIONS", "9223372036854775808")],
        "the environment variable VOUCHSAFE_PASSWORDS_ITERATIONS must be a whole number from 1 to 1000",
    ),
    (
        &[("AUTH_TOKEN_TTL_SECONDS", "1.5")],
        "the environment variable VOUCHSAFE_AUTH_TOKEN_TTL_SECONDS must be a whole number from 1 to 4294967295",
    ),
    (
        &[("OUTBOUND_ALLOW", "10.0.0.0/8 127.0.0.1")],
        "the environment variable VOUCHSAFE_OUTBOUND_ALLOW must be a list of addresses and networks, such as 10.0.0.0/8",
    ),
    (&[("LOG_FORMAT", "xml")], "the environment variable VOUCHSAFE_LOG_FORMAT must be human or json"),
    (
        &[("LOG_FILTER", "a=b=c")],
        "the setting log.filter is no filter such as `info` or `vouchsafe=debug,warn`",
    ),
    (
        &[("DATABASE_URL", "mysql://a:hunter2@b/c")],
        "the setting database.url must begin with sqlite: or postgres:",
    ),
    (&[("DATABASE_URL", "")], "the setting database.url must begin with sqlite: or postgres:"),
    (
        &[("PUBLIC_URL", "vouchsafe.example")],
        "the setting public_url must be an http or https URL such as https://vouchsafe.example",
    ),
    (
        &[("PUBLIC_URL", "ftp://vouchsafe.example")],
        "the setting public_url must be an http or https URL such as https://vouchsafe.example",
    ),
    (
        &[("TLS_CERTIFICATE", "a.pem")],
        "the setting tls.certificate and tls.private_key go together: set both or neither",
    ),
    (
        &[("TLS_PRIVATE_KEY", "a.pem")],
        "the setting tls.certificate and tls.private_key go together: set both or neither",
    ),
    (
        &[("PASSWORDS_MEMORY_KIB", "8"), ("PASSWORDS_PARALLELISM", "2")],
        "the setting passwords.memory_kib must be at least eight times passwords.parallelism",
    ),
];

#[test]
fn wrong_variables() {
    for (variables, message) in WRONG_VARIABLES {
        for words in [["config", "check"], ["config", "show"]] {
            let mut command = bare(words);
            command.envs(variables.iter().map(|(name, value)| (format!("VOUCHSAFE_{name}"), value)));
            assert_eq!(run(command).error(), message);
        }
    }
    let mut no_text = bare(["config", "check"]);
    no_text.env("VOUCHSAFE_DATA_DIR", OsStr::from_bytes(b"\xff"));
    assert_eq!(run(no_text).error(), "the environment variable VOUCHSAFE_DATA_DIR must be text");
}

#[test]
fn wrong_flags() {
    for (args, message) in [
        (["serve", "--listen", "hunter2"], "--listen must be an address with a port, such as 127.0.0.1:8080"),
        (
            ["migrate", "--database-url", "hunter2"],
            "the setting database.url must begin with sqlite: or postgres:",
        ),
    ] {
        assert_eq!(run(bare(args)).error(), message);
    }
}
