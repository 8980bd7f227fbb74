//! Transactions of one session: opened, committed, dropped, listed.

use serde_json::{Value, json};

use super::{
    Scenario, Script, script,
    steps::{
        SYSTEM_ALERTS, TRAFFIC_ALERTS, TRUST_STORES, alerts, commit, documented_success, is_in_status, open,
        read, replace, sample, shows, succeeded, transaction_is,
    },
    trust_stores,
};
use crate::{
    attempt::{Attempt, TRANSACTION, Who},
    case::Stop,
    exchange::{Answer, Role},
};

const SECTION: &str = "Facts: transactions";
const CHANGES: &str = "/api/transaction/changes";
const ACCOUNTING: &str = "/api/configuration/management/accounting";

pub(super) fn scenarios() -> Vec<Scenario> {
    [of_transactions(), of_changes()].into_iter().flatten().collect()
}

fn on(id: &str, operation: &'static str, sentence: &'static str, script: Script) -> Scenario {
    Scenario::new(format!("transaction::{id}"), operation, (SECTION, sentence), script)
}

fn of_transactions() -> Vec<Scenario> {
    vec![
        on(
            "get::closed",
            "transaction_get",
            "GET | /api/transaction | status `closed` or `open`",
            script!(closed),
        ),
        on("open::opened", "transaction_open", "POST | /api/transaction | opens", script!(opened)),
        on(
            "open::automatic",
            "transaction_open",
            "Docs from ~6.9 say the first change opens a transaction automatically, POST is optional",
            script!(automatic),
        )
        // "The 6.9 page says both".
        .should(),
        on(
            "commit::closes",
            "transaction_commit",
            "PUT | /api/transaction body {\"status\":\"commit\"} | commits; status returns to closed",
            script!(commit_closes),
        ),
        on(
            "rollback::dropped",
            "transaction_rollback",
            "DELETE | /api/transaction | drops all changes and the configuration lock",
            script!(dropped),
        ),
        on(
            "rollback::answer",
            "transaction_rollback",
            "DELETE statuses: 200 OK \"Transaction deleted successfully\"; 401 Unauthenticated; 403 Unauthorized; 405 \
             MethodNotAllowed (unsupported method). Response: \
             `{\"meta\":{\"href\":\"/api/transaction\",\"parent\":\"/api\"}}`.",
            script!(dropped_answer),
        ),
        on(
            "remaining-seconds::open",
            "transaction_get",
            "meta.remaining_seconds | int | time until the transaction is cancelled automatically and the login \
             session ended; samples show 600",
            script!(remaining_seconds),
        ),
        on(
            "commit-message::required",
            "transaction_commit",
            "commit_message (in GET) | enum required / optional | required when \
             /api/configuration/management/accounting `require_commitlog` is true; optional when false",
            script!(commit_message),
        )
        .note("Commits the setting, and then commits what was there before."),
        Scenario::extension(
            "transaction::commit::not-open",
            "transaction_commit",
            "A commit without an open transaction is answered with 409 `TransactionNotOpen`.",
            script!(not_open),
        ),
    ]
}

fn of_changes() -> Vec<Scenario> {
    vec![
        on(
            "changes::replace",
            "transaction_changes_list",
            "GET | /api/transaction/changes | changelog",
            script!(changes_replace),
        ),
        on(
            "changes::create",
            "transaction_changes_list",
            "new_value | string or object | create, replace",
            script!(changes_create),
        ),
        on(
            "changes::delete",
            "transaction_changes_list",
            "old_value | string or object | delete, replace",
            script!(changes_delete),
        )
        .note("Commits a trust store, and deletes it in the end."),
        on(
            "changes::link",
            "transaction_get",
            "meta.changes | link | present when there is a changelog to read",
            script!(changes_link),
        ),
        on(
            "changes::empty",
            "transaction_changes_list",
            "Empty log sample: only `meta` visible, \
             meta.href=/api/transaction/changes, meta.parent=/api/transaction, plus a transaction link (cut off).",
            script!(changes_empty),
        ),
    ]
}

/// The system alerts with one of them flipped, and as they are.
pub(super) async fn flipped(attempt: &mut Attempt) -> Result<(Value, Value), Stop> {
    let before = alerts(attempt, &Who::Admin, SYSTEM_ALERTS, "system-alerts").await?;
    let mut after = before.clone();
    after["xcbError"]["snmp"] = json!(before["xcbError"]["snmp"] != json!(true));
    Ok((before, after))
}

async fn closed(attempt: &mut Attempt) -> Result<(), Stop> {
    let answer = read(attempt, &Who::Admin, TRANSACTION).await?;
    attempt.documented("transaction_get", &answer);
    attempt.equal(&answer, "/key", &json!("transaction"));
    attempt.members(&answer, "/meta", &json!({"href": TRANSACTION, "parent": "/api"}));
    is_in_status(attempt, &answer, "closed");
    open(attempt, &Who::Admin).await?;
    transaction_is(attempt, &Who::Admin, "open").await
}

async fn opened(attempt: &mut Attempt) -> Result<(), Stop> {
    let answer = open(attempt, &Who::Admin).await?;
    documented_success(attempt, "transaction_open", &answer);
    is_in_status(attempt, &answer, "open");
    transaction_is(attempt, &Who::Admin, "open").await
}

async fn automatic(attempt: &mut Attempt) -> Result<(), Stop> {
    let (_, after) = flipped(attempt).await?;
    attempt.without_opening();
    replace(attempt, &Who::Admin, SYSTEM_ALERTS, &after).await?;
    transaction_is(attempt, &Who::Admin, "open").await
}

async fn commit_closes(attempt: &mut Attempt) -> Result<(), Stop> {
    let (before, after) = flipped(attempt).await?;
    replace(attempt, &Who::Admin, SYSTEM_ALERTS, &after).await?;
    attempt.undo("put", SYSTEM_ALERTS, Some(before));
    let answer = commit(attempt, Role::Request).await?;
    documented_success(attempt, "transaction_commit", &answer);
    is_in_status(attempt, &answer, "closed");
    transaction_is(attempt, &Who::Admin, "closed").await?;
    shows(attempt, &Who::Admin, SYSTEM_ALERTS, "/xcbError", &after["xcbError"]).await
}

async fn dropped(attempt: &mut Attempt) -> Result<(), Stop> {
    let (before, after) = flipped(attempt).await?;
    replace(attempt, &Who::Admin, SYSTEM_ALERTS, &after).await?;
    shows(attempt, &Who::Admin, SYSTEM_ALERTS, "/xcbError", &after["xcbError"]).await?;
    let answer = attempt.call(Role::Request, &Who::Admin, "delete", TRANSACTION, None).await?;
    attempt.status(&answer, 200)?;
    transaction_is(attempt, &Who::Admin, "closed").await?;
    shows(attempt, &Who::Admin, SYSTEM_ALERTS, "/xcbError", &before["xcbError"]).await
}

async fn dropped_answer(attempt: &mut Attempt) -> Result<(), Stop> {
    open(attempt, &Who::Admin).await?;
    let answer = attempt.call(Role::Request, &Who::Admin, "delete", TRANSACTION, None).await?;
    attempt.status(&answer, 200)?;
    attempt.equal(&answer, "", &json!({"meta": {"href": TRANSACTION, "parent": "/api"}}));
    let answer = attempt.call(Role::Request, &Who::Nobody, "delete", TRANSACTION, None).await?;
    attempt.failure(&answer, 401, "Unauthenticated")?;
    let answer = attempt.call(Role::Request, &Who::Admin, "patch", TRANSACTION, Some(json!({}))).await?;
    attempt.failure(&answer, 405, "MethodNotAllowed")
}

async fn remaining_seconds(attempt: &mut Attempt) -> Result<(), Stop> {
    let answer = open(attempt, &Who::Admin).await?;
    is_a_time(attempt, &answer)?;
    let answer = read(attempt, &Who::Admin, TRAFFIC_ALERTS).await?;
    is_a_time(attempt, &answer)?;
    let dropped = attempt.call(Role::Request, &Who::Admin, "delete", TRANSACTION, None).await?;
    attempt.status(&dropped, 200)?;
    let answer = read(attempt, &Who::Admin, TRAFFIC_ALERTS).await?;
    if let Some(Value::Number(number)) =
        answer.json().and_then(|body| body.pointer("/meta/remaining_seconds"))
    {
        attempt.differs("body/meta/remaining_seconds", "nothing", number.to_string());
    }
    Ok(())
}

fn is_a_time(attempt: &mut Attempt, answer: &Answer) -> Result<(), Stop> {
    let seconds = attempt.at(answer, "/meta/remaining_seconds")?;
    if seconds.as_u64().is_none_or(|seconds| seconds == 0) {
        attempt.differs("body/meta/remaining_seconds", "a whole number of seconds", seconds.to_string());
    }
    Ok(())
}

/// Sets `require_commitlog` where the target has it.
async fn commit_message(attempt: &mut Attempt) -> Result<(), Stop> {
    let there = attempt.call(Role::Prepare, &Who::Admin, "get", ACCOUNTING, None).await?;
    if there.status != 200 {
        return Err(Stop::Skip(format!("the target has no {ACCOUNTING} (status {})", there.status)));
    }
    let before = attempt.at(&there, "/body")?.clone();
    attempt.undo("put", ACCOUNTING, Some(before));
    for (required, word) in [(true, "required"), (false, "optional")] {
        replace(attempt, &Who::Admin, ACCOUNTING, &json!({"require_commitlog": required})).await?;
        commit(attempt, Role::Request).await?;
        let answer = read(attempt, &Who::Admin, TRANSACTION).await?;
        attempt.equal(&answer, "/body/commit_message", &json!(word));
        open(attempt, &Who::Admin).await?;
        let plain = json!({"status": "commit"});
        let answer = attempt.call(Role::Request, &Who::Admin, "put", TRANSACTION, Some(plain)).await?;
        if required {
            attempt.status(&answer, 400)?;
        } else {
            succeeded(attempt, &answer)?;
        }
    }
    Ok(())
}

async fn not_open(attempt: &mut Attempt) -> Result<(), Stop> {
    let answer = attempt
        .call(Role::Request, &Who::Admin, "put", TRANSACTION, Some(json!({"status": "commit"})))
        .await?;
    attempt.failure(&answer, 409, "TransactionNotOpen")?;
    attempt.documented("transaction_commit", &answer);
    Ok(())
}

async fn changes_replace(attempt: &mut Attempt) -> Result<(), Stop> {
    let (before, after) = flipped(attempt).await?;
    replace(attempt, &Who::Admin, SYSTEM_ALERTS, &after).await?;
    let answer = read(attempt, &Who::Admin, CHANGES).await?;
    attempt.documented("transaction_changes_list", &answer);
    if attempt.is_extended() {
        let change =
            json!({"type": "replace", "path": SYSTEM_ALERTS, "new_value": after, "old_value": before});
        attempt.members(&answer, "/changes/0", &change);
        return Ok(());
    }
    let change = change(attempt, &answer, "replace", SYSTEM_ALERTS)?;
    let (new, old) = (value(attempt, &change, "new_value")?, value(attempt, &change, "old_value")?);
    if new == old {
        attempt.differs("body/changes", "a new value that is not the old one", new.to_string());
    }
    Ok(())
}

async fn changes_create(attempt: &mut Attempt) -> Result<(), Stop> {
    let body = trust_stores::unchecked(attempt);
    let (path, _) = trust_stores::create(attempt, Role::Request, &body).await?;
    let answer = read(attempt, &Who::Admin, CHANGES).await?;
    attempt.documented("transaction_changes_list", &answer);
    let change = change(attempt, &answer, "create", &path)?;
    tells_name(attempt, &change, &path, ("new_value", "old_value"), &body["name"])
}

/// The change of this kind in the list. How fine or coarse its path is, the reference does not say.
fn change(attempt: &mut Attempt, answer: &Answer, kind: &str, path: &str) -> Result<Value, Stop> {
    let within = |one: &str, other: &str| {
        one.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let extended = attempt.is_extended();
    let is_it = |change: &&Value| {
        let told = change["path"].as_str().unwrap_or_default();
        let near = told.starts_with("/api/") && (within(path, told) || within(told, path));
        change["type"] == kind && if extended { told == path } else { near }
    };
    let changes = attempt.at(answer, "/changes")?.as_array().cloned().unwrap_or_default();
    match changes.iter().find(is_it) {
        Some(change) => Ok(change.clone()),
        None => {
            attempt.differs("body/changes", format!("`{kind}` of {path}"), json!(changes).to_string());
            Err(Stop::Failed)
        }
    }
}

/// A value of a change: a string or an object.
fn value(attempt: &mut Attempt, change: &Value, name: &str) -> Result<Value, Stop> {
    match change.get(name) {
        Some(value) if value.is_string() || value.is_object() => Ok(value.clone()),
        value => {
            let actual = value.map_or("nothing".to_owned(), Value::to_string);
            attempt.differs(&format!("body/changes/{name}"), "a string or an object", actual);
            Err(Stop::Failed)
        }
    }
}

/// A change that has one of the two values, which is of an object with this name.
fn tells_name(
    attempt: &mut Attempt,
    change: &Value,
    path: &str,
    (there, absent): (&str, &str),
    name: &Value,
) -> Result<(), Stop> {
    let value = value(attempt, change, there)?;
    // Of a finer or coarser path, or in a string, the name may stand elsewhere.
    if change["path"] == path && value.is_object() && value["name"] != *name {
        attempt.differs(&format!("body/changes/{there}/name"), name.to_string(), value["name"].to_string());
    }
    if change.get(absent).is_some_and(|value| !value.is_null()) {
        attempt.differs(&format!("body/changes/{absent}"), "nothing", "a value");
    }
    Ok(())
}

async fn changes_link(attempt: &mut Attempt) -> Result<(), Stop> {
    let (_, after) = flipped(attempt).await?;
    replace(attempt, &Who::Admin, SYSTEM_ALERTS, &after).await?;
    let answer = read(attempt, &Who::Admin, TRANSACTION).await?;
    let link = attempt.at(&answer, "/meta/changes")?;
    let href = link.as_str().or_else(|| link.get("href")?.as_str());
    if href != Some(CHANGES) {
        attempt.differs("body/meta/changes", CHANGES, link.to_string());
    }
    Ok(())
}

async fn changes_empty(attempt: &mut Attempt) -> Result<(), Stop> {
    open(attempt, &Who::Admin).await?;
    let answer = read(attempt, &Who::Admin, CHANGES).await?;
    attempt.members(
        &answer,
        "/meta",
        &json!({"href": CHANGES, "parent": TRANSACTION, "transaction": TRANSACTION}),
    );
    let changes = answer.json().and_then(|body| body.get("changes"));
    if changes.is_some_and(|changes| *changes != json!([])) {
        attempt.differs("body/changes", "no change", "changes");
    }
    Ok(())
}

/// A deleted object is in the list of changes with what it was.
async fn changes_delete(attempt: &mut Attempt) -> Result<(), Stop> {
    let mut body = trust_stores::unchecked(attempt);
    body["authorities"] = json!([sample("trust-stores-list")["items"][1]["body"]["authorities"][0]]);
    let (path, _) = trust_stores::create(attempt, Role::Prepare, &body).await?;
    attempt.undo("delete", path.clone(), None);
    commit(attempt, Role::Prepare).await?;
    let answer = attempt.call(Role::Request, &Who::Admin, "delete", &path, None).await?;
    attempt.status(&answer, 200)?;
    attempt.equal(&answer, "/meta/href", &json!(path));
    attempt.equal(&answer, "/meta/parent", &json!(TRUST_STORES));
    let answer = read(attempt, &Who::Admin, CHANGES).await?;
    let change = change(attempt, &answer, "delete", &path)?;
    tells_name(attempt, &change, &path, ("old_value", "new_value"), &body["name"])
}
