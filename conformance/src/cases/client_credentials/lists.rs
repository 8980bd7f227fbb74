//! The lists: what they hold, what they never show, and their pages.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Scenario,
    resource::{BOTH, Resource, over, text},
};
use crate::{
    attempt::{Attempt, Made},
    case::{Kind, Stop},
    exchange::{Answer, Role},
};

/// So many credentials are made to be found.
const COUNT: usize = 3;
/// More pages than that a case does not turn.
const PAGES: usize = 1000;

pub(super) fn scenarios() -> Vec<Scenario> {
    BOTH.into_iter().flat_map(of_resource).collect()
}

fn of_resource(resource: &'static Resource) -> Vec<Scenario> {
    let basic = resource.area == "basic-credentials";
    let (all, id, own) = if basic {
        (
            "Returns a list of basic client credentials in the scope of the requested tenant.",
            "id: required (string) Unique identifier of the basic credentials.",
            "username: required (string) Tenant-wide unique username (login).",
        )
    } else {
        (
            "Returns a list of client X.509 credentials in the scope of the requested tenant.",
            "id: required (string) Unique identifier of the certificate.",
            "serialNumber: required (string) Certificate serial number, base 10 encoded.",
        )
    };
    let on = |name: &str, sentence, script| {
        resource.on(&format!("list::{name}"), resource.list, (resource.listed, sentence), script)
    };
    let added = |name: &str, operation, requirement, script| {
        resource.extension(name, operation, requirement, script).kind(Kind::Form)
    };
    vec![
        on("complete", all, over!(complete))
            .requires("The list has all credentials that were made, in whatever state they are.")
            .kind(Kind::State),
        on("no-secrets", all, over!(no_secrets)).requires("The list shows neither passwords nor private keys."),
        on("as-created", all, over!(as_created))
            .requires("What the creation tells of credentials the list tells as well."),
        on("ids", id, over!(ids)).requires("No two items of the list have the same id."),
        on("own-names", own, over!(own_names))
            .requires("No two items of the list have the same username or serial number."),
        added("get::as-listed", resource.get, "One item is answered as the list has it.", over!(as_listed)),
        added("list::order", resource.list, "The list is ordered by id, ascending.", over!(ordered)),
        added(
            "list::pages",
            resource.list,
            "Page after page, by the links with `rel=\"next\"`, everything comes once, in order; the last one has no link.",
            over!(pages),
        ),
        added("list::limit", resource.list, "No page has more items than `limit`.", over!(limited)),
        added("list::state", resource.list, "With `state` the list has all items in this state only.", over!(by_state)),
    ]
    .into_iter()
    .chain(basic.then(|| {
        added(
            "list::username",
            resource.list,
            "With `username` the list has the one item with exactly this username.",
            over!(by_username),
        )
    }))
    .collect()
}

/// New credentials, the first in each state that they can be brought to.
async fn several(attempt: &mut Attempt, resource: &Resource) -> Result<Vec<(Made, String)>, Stop> {
    let mut several = Vec::new();
    for _ in 0..COUNT {
        several.push(resource.make(attempt).await?);
    }
    Ok(several)
}

async fn complete(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let several = several(attempt, resource).await?;
    for ((_, id), state) in several.iter().zip(["Suspended", "Revoked"]) {
        resource.bring(attempt, id, state).await?;
    }
    let (_, items) = resource.query(attempt, "").await?;
    for ((_, id), state) in several.iter().zip(["Suspended", "Revoked", "Inactive"]) {
        let item = items.iter().find(|item| item["id"] == id.as_str());
        if item.is_none_or(|item| item["state"] != state) {
            let actual = item.map_or("no such item".to_owned(), |item| item["state"].to_string());
            attempt.differs("body", format!("{id} in the state {state}"), actual);
        }
    }
    Ok(())
}

async fn no_secrets(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, id) = resource.make(attempt).await?;
    let (_, items) = resource.query(attempt, "").await?;
    let secrets = ["password", "privateKey"].map(|name| made.body.get(name).and_then(Value::as_str));
    for item in items.iter().filter(|item| item["id"] == id.as_str()) {
        let names = ["password", "passwordHash", "privateKey"];
        if let Some(name) = names.into_iter().find(|name| item.get(name).is_some()) {
            attempt.differs("body", "no secret", format!("the member {name}"));
        }
        let mut values = item.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str());
        if values.any(|value| secrets.contains(&Some(value))) {
            attempt.differs("body", "no secret", "the secret of the credentials");
        }
    }
    Ok(())
}

async fn as_created(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, _) = resource.make(attempt).await?;
    let item = attempt.find(Role::Observe, &made).await?;
    for (name, value) in item.as_object().into_iter().flatten() {
        if let Some(told) = made.body.get(name).filter(|told| *told != value) {
            attempt.differs(&format!("body/{name}"), told.to_string(), value.to_string());
        }
    }
    Ok(())
}

/// No two items have the same value of this member.
fn different(attempt: &mut Attempt, items: &[Value], name: &str) {
    let mut seen = BTreeSet::new();
    for item in items {
        let value = item[name].as_str().unwrap_or_default();
        if value.is_empty() || !seen.insert(value) {
            attempt.differs(&format!("body/{name}"), "a value that no other item has", format!("`{value}`"));
            return;
        }
    }
}

async fn ids(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    several(attempt, resource).await?;
    let (_, items) = resource.query(attempt, "").await?;
    different(attempt, &items, "id");
    Ok(())
}

async fn own_names(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    several(attempt, resource).await?;
    let (_, items) = resource.query(attempt, "").await?;
    if let Some(name) = resource.fixed.first() {
        different(attempt, &items, name);
    }
    Ok(())
}

async fn as_listed(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, id) = resource.make(attempt).await?;
    for state in ["Inactive", "Suspended", "Revoked"] {
        if state != "Inactive" {
            resource.bring(attempt, &id, state).await?;
        }
        let listed = attempt.find(Role::Prepare, &made).await?;
        let item = resource.item(attempt, Role::Request, &id).await?;
        super::states::unchanged(attempt, &listed, &item);
    }
    Ok(())
}

/// The ids of items are in order, and come after this one.
fn in_order(attempt: &mut Attempt, items: &[Value], after: &str) {
    let mut before = after.to_owned();
    for item in items {
        let id = item["id"].as_str().unwrap_or_default();
        if id <= before.as_str() {
            attempt.differs("body/id", format!("an id after {before}"), id);
        }
        id.clone_into(&mut before);
    }
}

async fn ordered(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    several(attempt, resource).await?;
    let (_, items) = resource.query(attempt, "").await?;
    in_order(attempt, &items, "");
    Ok(())
}

/// The path and query of the next page.
fn next_page(answer: &Answer) -> Option<String> {
    let links = answer.header("link")?.split(',');
    let mut next = links.filter(|link| link.contains("rel=\"next\""));
    let target = next.next()?.trim().strip_prefix('<')?.split_once('>')?.0;
    target.split_once('?').map(|(_, query)| format!("?{query}"))
}

/// From the first of the case's own on: there may be many others before it.
async fn pages(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let several = several(attempt, resource).await?;
    let mut ids: Vec<&str> = several.iter().map(|(_, id)| id.as_str()).collect();
    ids.sort_unstable();
    let Some((first, mut missing)) = ids.split_first() else { return Ok(()) };
    let mut query = Some(format!("?limit=1&after={first}"));
    let mut before = (*first).to_owned();
    for _ in 0..PAGES {
        let Some(this) = query else { break };
        let (answer, items) = resource.query(attempt, &this).await?;
        in_order(attempt, &items, &before);
        let Some(id) = items.first().map(|item| item["id"].as_str().unwrap_or_default().to_owned()) else {
            attempt.differs("body", "an item on a page that a link led to", "none");
            return Err(Stop::Failed);
        };
        if missing.first().is_some_and(|next| *next == id) {
            missing = missing.get(1..).unwrap_or_default();
        }
        before = id;
        query = next_page(&answer);
    }
    if !missing.is_empty() {
        attempt.differs("body", format!("pages with {}", missing.join(", ")), "none of them");
    }
    Ok(())
}

async fn limited(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    several(attempt, resource).await?;
    for limit in [1, 2] {
        let (answer, items) = resource.query(attempt, &format!("?limit={limit}")).await?;
        if items.len() != limit {
            attempt.differs("body", format!("{limit} items"), items.len().to_string());
        }
        if next_page(&answer).is_none() {
            attempt.differs("header link", "a link with rel=\"next\": there are more", "none");
        }
    }
    Ok(())
}

async fn by_state(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let several = several(attempt, resource).await?;
    for ((_, id), state) in several.iter().zip(["Suspended", "Revoked", "Inactive"]) {
        if state != "Inactive" {
            resource.bring(attempt, id, state).await?;
        }
        let (_, items) = resource.query(attempt, &format!("?state={state}")).await?;
        if let Some(other) = items.iter().find(|item| item["state"] != state) {
            attempt.differs("body/state", state, other["state"].to_string());
        }
        if !items.iter().any(|item| item["id"] == id.as_str()) {
            attempt.differs("body", format!("an item with the id {id}"), "none");
        }
    }
    Ok(())
}

async fn by_username(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, id) = resource.make(attempt).await?;
    let username = text(attempt, &made.body, "username")?.to_owned();
    for (query, count) in [("", 1), ("&state=Inactive", 1), ("&state=Revoked", 0)] {
        let (_, items) = resource.query(attempt, &format!("?username={username}{query}")).await?;
        if items.len() != count || items.iter().any(|item| item["id"] != id.as_str()) {
            attempt.differs(
                "body",
                format!("{count} items, of {username}"),
                format!("{} items", items.len()),
            );
        }
    }
    let (_, items) = resource.query(attempt, &format!("?username={username}x")).await?;
    if !items.is_empty() {
        attempt.differs("body", "no item", format!("{} items", items.len()));
    }
    Ok(())
}
