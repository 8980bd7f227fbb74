//! The form of messages: `meta`, siblings, what is sent and what is not.

use serde_json::{Value, json};

use super::{
    Scenario, Script, script,
    steps::{ALERTING, BUILT_IN, SYSTEM_ALERTS, TRUST_STORES, body_of, read, text},
    trust_stores,
};
use crate::{
    attempt::{Attempt, Who},
    case::Stop,
    exchange::{Answer, Role},
};

const SECTION: &str = "Facts: message format";

pub(super) fn scenarios() -> Vec<Scenario> {
    let on = |id, operation, sentence, script: Script| {
        Scenario::new(format!("message::{id}"), operation, (SECTION, sentence), script)
    };
    vec![
        on(
            "meta::siblings",
            "trust_stores_get",
            "first, last | first/last SIBLING under the parent, not first/last item of the list",
            script!(siblings),
        ),
        on(
            "meta::walk",
            "alerting_list",
            "Sibling order is alphabetical in every sample: aaa < alerting < datetime < http < ica ... local_services \
             < management < network ... x509 (first=aaa, last=x509; aaa.previous=null)",
            script!(walk),
        )
        .note("Follows `next` from the first sibling on, as far as the target lets itself be read."),
        on("meta::items", "alerting_list", "Inside items, `meta` holds only `href`.", script!(items)),
        on("post::key", "trust_stores_create", "POST success: 201, body includes `key` of the new object, usable as reference", script!(post_key)),
        on(
            "put::all-fields",
            "system_alerts_replace",
            "all fields must be sent, empty ones too (full replace, no patch)",
            script!(all_fields),
        ),
        on("put::no-wrapper", "system_alerts_replace", "no `body` wrapper", script!(no_wrapper)),
        on(
            "delete::meta",
            "trust_stores_delete",
            "Sample answer is bare meta with first/href/last/next/parent/previous/transaction, href still the deleted \
             path. After the delete the docs' sample shows last = the deleted id and next=null, i.e. computed before \
             removal.",
            script!(delete_meta),
        ),
    ]
}

/// The siblings of a trust store are the trust stores; those of the collection are the namespaces beside it.
async fn siblings(attempt: &mut Attempt) -> Result<(), Stop> {
    let body = trust_stores::unchecked(attempt);
    let (path, _) = trust_stores::create(attempt, Role::Prepare, &body).await?;
    let list = read(attempt, &Who::Admin, TRUST_STORES).await?;
    let items = attempt.at(&list, "/items")?.as_array().cloned().unwrap_or_default();
    let mut hrefs: Vec<&str> = items.iter().filter_map(|item| item["meta"]["href"].as_str()).collect();
    hrefs.sort_unstable();
    let place = hrefs.iter().position(|href| **href == path).unwrap_or_default();
    let meta = json!({
        "first": BUILT_IN,
        "href": path,
        "last": hrefs.last(),
        "next": hrefs.get(place + 1),
        "parent": TRUST_STORES,
        "previous": place.checked_sub(1).and_then(|place| hrefs.get(place)),
        "transaction": "/api/transaction",
    });
    let answer = read(attempt, &Who::Admin, &path).await?;
    attempt.members(&answer, "/meta", &meta);
    Ok(())
}

/// From the first sibling to the last: each names the one before it, and the names ascend.
async fn walk(attempt: &mut Attempt) -> Result<(), Stop> {
    let start = read(attempt, &Who::Admin, ALERTING).await?;
    let (first, last) = (text(attempt, &start, "/meta/first")?, text(attempt, &start, "/meta/last")?);
    let (mut previous, mut path) = (Value::Null, first.clone());
    for _ in 0..100 {
        let answer = attempt.call(Role::Request, &Who::Admin, "get", &path, None).await?;
        if answer.status == 404 && !attempt.is_extended() {
            // The reference names its siblings, but does not describe them.
            return Ok(());
        }
        attempt.status(&answer, 200)?;
        let wanted = json!({"first": first, "href": path, "last": last, "previous": previous});
        attempt.members(&answer, "/meta", &wanted);
        let Some(next) = attempt.at(&answer, "/meta/next")?.as_str().map(str::to_owned) else {
            attempt.equal(&answer, "/meta/href", &json!(last));
            return Ok(());
        };
        if next <= path {
            attempt.differs("body/meta/next", format!("what comes after {path}"), next);
            return Err(Stop::Failed);
        }
        previous = json!(path);
        path = next;
    }
    attempt.differs("body/meta/next", "an end", "more than 100 siblings");
    Ok(())
}

async fn items(attempt: &mut Attempt) -> Result<(), Stop> {
    for path in [ALERTING, TRUST_STORES] {
        let answer = read(attempt, &Who::Admin, path).await?;
        let items = attempt.at(&answer, "/items")?.as_array().cloned().unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            let key = text(attempt, &answer, &format!("/items/{index}/key"))?;
            if item["meta"] != json!({"href": format!("{path}/{key}")}) {
                attempt.differs(&format!("body/items/{index}/meta"), "href alone", item["meta"].to_string());
            }
        }
    }
    Ok(())
}

async fn post_key(attempt: &mut Attempt) -> Result<(), Stop> {
    let body = trust_stores::unchecked(attempt);
    let (path, answer) = trust_stores::create(attempt, Role::Request, &body).await?;
    attempt.documented("trust_stores_create", &answer);
    attempt.equal(&answer, "/meta/href", &json!(path));
    if attempt.is_extended() && answer.header("location") != Some(path.as_str()) {
        let location = answer.header("location").unwrap_or("no such header").to_owned();
        attempt.differs("header location", path.clone(), location);
    }
    read(attempt, &Who::Admin, &path).await?;
    Ok(())
}

async fn refused_put(attempt: &mut Attempt, body: Value, before: &Value) -> Result<Answer, Stop> {
    let answer = attempt.call(Role::Request, &Who::Admin, "put", SYSTEM_ALERTS, Some(body)).await?;
    attempt.status(&answer, 400)?;
    let seen = attempt.call(Role::Observe, &Who::Admin, "get", SYSTEM_ALERTS, None).await?;
    attempt.equal(&seen, "/body", before);
    Ok(answer)
}

async fn all_fields(attempt: &mut Attempt) -> Result<(), Stop> {
    let before = body_of(attempt, &Who::Admin, SYSTEM_ALERTS).await?;
    for (pointer, name) in [("", "xcbError"), ("/xcbAlert", "snmp")] {
        let mut body = before.clone();
        if let Some(members) = body.pointer_mut(pointer).and_then(Value::as_object_mut) {
            members.remove(name);
        }
        refused_put(attempt, body, &before).await?;
    }
    Ok(())
}

async fn no_wrapper(attempt: &mut Attempt) -> Result<(), Stop> {
    let before = body_of(attempt, &Who::Admin, SYSTEM_ALERTS).await?;
    refused_put(attempt, json!({"body": before}), &before).await?;
    Ok(())
}

async fn delete_meta(attempt: &mut Attempt) -> Result<(), Stop> {
    let body = trust_stores::unchecked(attempt);
    let (path, _) = trust_stores::create(attempt, Role::Prepare, &body).await?;
    let before = read(attempt, &Who::Admin, &path).await?;
    let mut meta = attempt.at(&before, "/meta")?.clone();
    let answer = attempt.call(Role::Request, &Who::Admin, "delete", &path, None).await?;
    attempt.status(&answer, 200)?;
    if let Some(members) = meta.as_object_mut() {
        // It may have passed a second in between.
        members.remove("remaining_seconds");
    }
    attempt.members(&answer, "/meta", &meta);
    for member in ["key", "body"] {
        if answer.json().and_then(|body| body.get(member)).is_some() {
            attempt.differs(&format!("body/{member}"), "nothing", "a value");
        }
    }
    Ok(())
}
