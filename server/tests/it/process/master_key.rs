//! The master key: where it comes from, and that nothing happens without the right one.

use std::{fs, process::Command};

use super::{
    child::{Ended, Server, on_both, run, sqlite, vouchsafe},
    database::{counts, sql},
};
use crate::harness::TestDatabase;

on_both!(an_initialised_database_wants_its_key);

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER_KEY: &str = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

async fn an_initialised_database_wants_its_key(database: TestDatabase) {
    Server::start(&database).await.stop();
    let file = database.data_dir().join("master.key");
    let fingerprint = sql(&database, "SELECT value FROM settings WHERE key = 'master_key_fingerprint'");
    let key = fs::read_to_string(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let wanted = format!("the database needs the master key with fingerprint {fingerprint}");
    let missing = format!(
        "{wanted}: put it into {} or set master_key.value (VOUCHSAFE_MASTER_KEY_VALUE)",
        file.display()
    );
    let reset = || vouchsafe(&database, ["admin", "reset-password"]);
    for command in [
        vouchsafe(&database, ["serve"]),
        vouchsafe(&database, ["tenant", "create", "acme"]),
        vouchsafe(&database, ["client", "create", "--tenant", "default"]),
        vouchsafe(&database, ["ca", "export"]),
        reset(),
    ] {
        assert_eq!(run(command).error(), missing);
        assert!(!file.exists(), "no key is made for it");
    }
    fs::write(&file, OTHER_KEY).unwrap();
    for command in [vouchsafe(&database, ["serve"]), reset()] {
        assert_eq!(run(command).error(), format!("{wanted}, the one given has bba1f156cb8626ed"));
    }
    assert_eq!(counts(&database), "1|2|1|1|1");
    fs::write(&file, key).unwrap();
    Server::start(&database).await;
}

fn serve(database: &TestDatabase, settings: &[(&str, &str)]) -> Command {
    let mut command = vouchsafe(database, ["serve"]);
    command.envs(settings.iter().copied());
    command
}

const VALUE: &str = "VOUCHSAFE_MASTER_KEY_VALUE";
const COMMAND: &str = "VOUCHSAFE_MASTER_KEY_COMMAND";
const FILE: &str = "VOUCHSAFE_MASTER_KEY_FILE";

#[test]
fn comes_from_a_value_a_command_or_a_file() {
    let database = sqlite();
    let folder = database.folder.path();
    fs::write(folder.join("key"), format!("{KEY}\n")).unwrap();
    let upper = KEY.to_uppercase();
    for settings in [
        // The first start, then others.
        [(VALUE, KEY), (COMMAND, "exit 7"), (FILE, "/nonexistent")].as_slice(),
        &[(VALUE, &upper)],
        &[(VALUE, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")],
        &[(COMMAND, "cat key && echo"), (FILE, "/nonexistent")],
        &[(FILE, "key")],
    ] {
        Server::spawn(serve(&database, settings)).stop();
    }
    assert!(!database.data_dir().join("master.key").exists());
    assert_eq!(counts(&database), "1|2|1|1|1");
}

#[test]
fn a_named_file_is_made_on_the_first_start_only() {
    let database = sqlite();
    Server::spawn(serve(&database, &[(FILE, "elsewhere.key")])).stop();
    let file = database.folder.path().join("elsewhere.key");
    let key = fs::read_to_string(&file).unwrap();
    assert!(key.len() == 65 && key.ends_with('\n'), "64 digits");
    Server::spawn(serve(&database, &[(FILE, "elsewhere.key")])).stop();
    assert_eq!(fs::read_to_string(&file).unwrap(), key);
}

#[test]
fn an_unusable_one_is_told_and_not_repeated() {
    let malformed = "the master key must be 32 bytes, written as 64 hexadecimal digits or as base64";
    for (settings, message) in [
        ((VALUE, "hunter2"), format!("the setting master_key.value: {malformed}")),
        ((VALUE, ""), format!("the setting master_key.value: {malformed}")),
        ((COMMAND, "echo hunter2"), format!("the output of master_key.command: {malformed}")),
        ((COMMAND, "echo hunter2; exit 7"), "master_key.command failed with exit status: 7".to_owned()),
        (
            (COMMAND, "printf '\\377'"),
            "master_key.command printed no text: invalid utf-8 sequence".to_owned(),
        ),
        ((FILE, "."), "reading the master key file .: Is a directory (os error 21)".to_owned()),
        ((FILE, "no/such.key"), "writing the master key file no/such.key: No such file".to_owned()),
    ] {
        let database = sqlite();
        let ended: Ended = run(serve(&database, &[settings]));
        assert!(ended.error().starts_with(&message), "{}", ended.error());
        assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
        assert!(!database.data_dir().join("bootstrap.json").exists());
        // The failed start left a database that can still be started first.
        Server::spawn(vouchsafe(&database, ["serve"])).stop();
    }
}
