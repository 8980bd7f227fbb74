//! The state machine as far as the reference tells it: every state that a `PATCH` can reach, and every state that a `PATCH`
//! can ask for. What it leaves open may be done or refused, but not done by half.

pub(super) mod exact;

use serde_json::Value;

use super::{
    Scenario,
    dates::moment,
    resource::{BOTH, On, Resource, over},
};
use crate::{
    attempt::{Attempt, Made},
    case::{Check, Kind, Steps, Stop},
    exchange::Role,
};

const PERMITTED: &str = "Only transitions from/to specified states are permitted.";
const FACTS: &str = "Facts: state machine";
const INITIAL: &str =
    "Inactive = initial state of newly provisioned credentials, never used to authenticate. [S1, S2, S8]";
const ACTIVE: &str = "From Active they can be suspended or revoked. [S1]";
const SUSPENDED: &str =
    "Suspended = temporarily disabled; authentication requests are rejected; can be re-activated. [S1]";
const REVOKED: &str = "Revoked = terminal, no longer valid. [S1]";
const REVOCABLE: &str = "Inactive -> Revoked | not stated; REACHABLE in practice (maybe via Suspended)";
const SUSPENDABLE: &str = "Inactive -> Suspended | not stated.";
const REVOCABLE_SUSPENDED: &str =
    "Suspended -> Revoked | not stated in prose; logically needed, Revoked is a legal PATCH target";

const FIX: &str = "Write the new state only where the old one permits it, and change neither the state nor `updatedDate` when \
                   the answer is 400.";

/// States that are asked for one after the other, and their name in ids.
const WAYS: [(&str, &[&str]); 4] = [
    ("inactive", &[]),
    ("suspended", &["Suspended"]),
    ("reactivated", &["Suspended", "Active"]),
    ("revoked", &["Revoked"]),
];

/// A `PATCH` of credentials in a certain state.
#[derive(Debug)]
struct Transition {
    resource: &'static Resource,
    way: &'static [&'static str],
    to: &'static str,
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for resource in BOTH {
        for (name, way) in WAYS {
            for to in ["Active", "Suspended", "Revoked"] {
                scenarios.push(transition(resource, name, Transition { resource, way, to }));
            }
        }
        scenarios.extend(of_resource(resource));
    }
    scenarios
}

fn transition(resource: &'static Resource, name: &str, transition: Transition) -> Scenario {
    let to = transition.to;
    let quote = match (name, to) {
        ("suspended", "Active") => (FACTS, SUSPENDED),
        ("reactivated", "Suspended" | "Revoked") => (FACTS, ACTIVE),
        ("revoked", _) => (FACTS, REVOKED),
        ("inactive", "Suspended") => (FACTS, SUSPENDABLE),
        ("suspended", "Revoked") => (FACTS, REVOCABLE_SUSPENDED),
        _ => (resource.updated, PERMITTED),
    };
    let id = format!("{}::states::{name}-to-{}", resource.area, to.to_lowercase());
    Scenario::new(id, resource.update_state, quote, transition).kind(Kind::State).fix(FIX)
}

fn of_resource(resource: &'static Resource) -> Vec<Scenario> {
    let on = |id: &str, operation, quote, script| {
        let id = format!("{}::states::{id}", resource.area);
        Scenario::new(id, operation, quote, On(resource, script)).kind(Kind::State)
    };
    vec![
        on("initial", resource.create, (FACTS, INITIAL), over!(initial)),
        on("revocable", resource.update_state, (FACTS, REVOCABLE), over!(revocable)).requires(
            "Credentials that were never used can be revoked, at once or after another change of state.",
        ),
        on(
            "others-untouched",
            resource.update_state,
            (resource.updated, "Updates credentials state."),
            over!(others_untouched),
        )
        .requires("A change of state changes no other credentials."),
    ]
}

/// The states that may come of it, and whether it may be refused instead.
fn allowed(from: &str, to: &str) -> (&'static [&'static str], bool) {
    match (from, to) {
        // "Active" is documented as "used at least once": what was never used may stay Inactive.
        ("Inactive", "Active") => (&["Active", "Inactive"], true),
        ("Suspended", "Active") => (&["Active", "Inactive"], false),
        ("Active", "Active") => (&["Active"], true),
        ("Active", "Suspended") => (&["Suspended"], false),
        // "Inactive -> Suspended | not stated."
        ("Inactive" | "Suspended", "Suspended") => (&["Suspended"], true),
        ("Active", "Revoked") => (&["Revoked"], false),
        // "Suspended -> Revoked | not stated in prose".
        ("Inactive" | "Suspended" | "Revoked", "Revoked") => (&["Revoked"], true),
        _ => (&[], true),
    }
}

impl Check for Transition {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}

impl Transition {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let (made, id) = self.resource.make(attempt).await?;
        for state in self.way {
            self.resource.bring(attempt, &id, state).await?;
        }
        let before = attempt.find(Role::Prepare, &made).await?;
        let from = before["state"].as_str().unwrap_or_default().to_owned();
        let (states, refusable) = allowed(&from, self.to);
        let answer = self.resource.patch(attempt, Role::Request, &id, self.to).await?;
        let done = answer.status == 204 && !states.is_empty();
        let refused = answer.status == 400 && refusable;
        if !(done || refused) {
            let expected = match (states.is_empty(), refusable) {
                (true, _) => "400",
                (false, true) => "204 or 400",
                (false, false) => "204",
            };
            attempt.differs("status", format!("{expected} in the state {from}"), answer.status.to_string());
            return Err(Stop::Failed);
        }
        let after = attempt.find(Role::Observe, &made).await?;
        if done {
            changed(attempt, self.resource, &before, &after, states)
        } else {
            unchanged(attempt, &before, &after);
            Ok(())
        }
    }
}

/// The state is one of these, and nothing else is another but `updatedDate`, which did not go back.
pub(super) fn changed(
    attempt: &mut Attempt,
    resource: &Resource,
    before: &Value,
    after: &Value,
    states: &[&str],
) -> Result<(), Stop> {
    if !states.iter().any(|state| after["state"] == *state) {
        attempt.differs("body/state", states.join(" or "), after["state"].to_string());
    }
    for name in resource.fixed.iter().chain(&["id", "createdDate", "lastUseDate"]) {
        if before.get(name) != after.get(name) {
            let (expected, actual) = (tell(before.get(name)), tell(after.get(name)));
            attempt.differs(&format!("body/{name}"), format!("{expected}, as before"), actual);
        }
    }
    let (was, is) = (moment(attempt, before, "updatedDate")?, moment(attempt, after, "updatedDate")?);
    if is < was {
        attempt.differs("body/updatedDate", format!("{was} or later"), is.to_string());
    }
    Ok(())
}

/// Nothing is otherwise than before.
pub(super) fn unchanged(attempt: &mut Attempt, before: &Value, after: &Value) {
    if before != after {
        attempt.differs("body", format!("{}, as before", shown(before)), shown(after).to_string());
    }
}

/// An item without what should not be in it: it is told to whoever reads the report.
pub(super) fn shown(item: &Value) -> Value {
    let mut item = item.clone();
    if let Some(members) = item.as_object_mut() {
        members.retain(|name, _| !name.to_ascii_lowercase().contains("password") && name != "privateKey");
    }
    item
}

fn tell(value: Option<&Value>) -> String {
    value.map_or("nothing".to_owned(), Value::to_string)
}

async fn initial(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, _) = resource.make(attempt).await?;
    if let Some(state) = made.body.get("state").filter(|state| **state != "Inactive") {
        attempt.differs("body/state", "Inactive", state.to_string());
    }
    let item = attempt.find(Role::Observe, &made).await?;
    if item["state"] != "Inactive" {
        attempt.differs("body/state", "Inactive", item["state"].to_string());
    }
    if let Some(used) = item.get("lastUseDate") {
        attempt.differs("body/lastUseDate", "nothing: they were never used", used.to_string());
    }
    Ok(())
}

async fn revocable(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, id) = resource.make(attempt).await?;
    let answer = resource.patch(attempt, Role::Request, &id, "Revoked").await?;
    if answer.status != 204 && !resource.revoked_another_way(attempt, Role::Request, &id).await? {
        attempt.differs("status", "204, at once or after another change of state", "none");
        return Err(Stop::Failed);
    }
    is_in(attempt, &made, "Revoked").await
}

/// The list shows this state.
pub(super) async fn is_in(attempt: &mut Attempt, made: &Made, state: &str) -> Result<(), Stop> {
    let item = attempt.find(Role::Observe, made).await?;
    if item["state"] != state {
        attempt.differs("body/state", state, item["state"].to_string());
    }
    Ok(())
}

async fn others_untouched(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (other, _) = resource.make(attempt).await?;
    let (_, id) = resource.make(attempt).await?;
    let before = attempt.find(Role::Prepare, &other).await?;
    resource.bring(attempt, &id, "Revoked").await?;
    let after = attempt.find(Role::Observe, &other).await?;
    unchanged(attempt, &before, &after);
    Ok(())
}
