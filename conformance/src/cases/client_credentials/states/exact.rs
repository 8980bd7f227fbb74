//! The state machine as the document fills it in: each transition has one result. To be used, credentials are verified.

use serde_json::json;

use super::{
    super::{
        Scenario,
        dates::moment,
        resource::{BOTH, Resource},
        verification::{State, accepted},
    },
    changed, unchanged,
};
use crate::{
    attempt::Attempt,
    case::{Check, Kind, Steps, Stop},
    exchange::Role,
};

/// What is done to credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Use,
    Patch(&'static str),
}
use Event::{Patch, Use};

const SUSPEND: Event = Patch("Suspended");
const REVOKE: Event = Patch("Revoked");

/// What is done first, with its name in ids; the state then; and what asking for `Active`, `Suspended` and `Revoked` leads
/// to. `None` is 400.
type Row = (&'static str, &'static [Event], State, [Option<State>; 3]);

const ROWS: [Row; 9] = [
    ("unused", &[], "Inactive", [None, Some("Suspended"), Some("Revoked")]),
    ("used", &[Use], "Active", [Some("Active"), Some("Suspended"), Some("Revoked")]),
    ("used-twice", &[Use, Use], "Active", [Some("Active"), Some("Suspended"), Some("Revoked")]),
    ("unused-suspended", &[SUSPEND], "Suspended", [Some("Inactive"), Some("Suspended"), Some("Revoked")]),
    ("used-suspended", &[Use, SUSPEND], "Suspended", [Some("Active"), Some("Suspended"), Some("Revoked")]),
    (
        "used-suspended-twice",
        &[Use, SUSPEND, Patch("Active"), SUSPEND],
        "Suspended",
        [Some("Active"), Some("Suspended"), Some("Revoked")],
    ),
    ("unused-revoked", &[REVOKE], "Revoked", [None, None, Some("Revoked")]),
    ("used-revoked", &[Use, REVOKE], "Revoked", [None, None, Some("Revoked")]),
    ("suspended-revoked", &[SUSPEND, REVOKE], "Revoked", [None, None, Some("Revoked")]),
];

const TABLE: &str = "Only the documented transitions are permitted; one to the state that the credentials have is answered \
                     with 204 and changes nothing.";

/// One cell of the table.
#[derive(Debug)]
struct Cell {
    resource: &'static Resource,
    first: &'static [Event],
    from: State,
    to: &'static str,
    result: Option<State>,
}

pub(in super::super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for resource in BOTH {
        for (name, first, from, results) in ROWS {
            for (to, result) in ["Active", "Suspended", "Revoked"].into_iter().zip(results) {
                let id = format!("{}::states::exactly-{name}-to-{}", resource.area, to.to_lowercase());
                let cell = Cell { resource, first, from, to, result };
                scenarios.push(
                    Scenario::extension(&id, resource.update_state, TABLE, cell)
                        .kind(Kind::State)
                        .fix(super::FIX),
                );
            }
        }
    }
    scenarios
}

impl Check for Cell {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}

impl Cell {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let (made, id) = self.resource.make(attempt).await?;
        for event in self.first {
            match event {
                Use => accepted(attempt, self.resource, Role::Prepare, &made).await?,
                Patch(state) => self.resource.bring(attempt, &id, state).await?,
            }
        }
        let before = self.resource.item(attempt, Role::Prepare, &id).await?;
        if before["state"] != self.from {
            attempt.differs("body/state", self.from, before["state"].to_string());
            return Err(Stop::Failed);
        }
        let answer = self.resource.patch(attempt, Role::Request, &id, self.to).await?;
        attempt.status(&answer, if self.result.is_some() { 204 } else { 400 })?;
        let mut after = self.resource.item(attempt, Role::Observe, &id).await?;
        if self.first.iter().filter(|event| **event == Use).count() > 1 {
            // All uses but the first may be written down a while later.
            let (was, is) =
                (moment(attempt, &before, "lastUseDate")?, moment(attempt, &after, "lastUseDate")?);
            if is >= was {
                after["lastUseDate"] = before["lastUseDate"].clone();
            }
        }
        match self.result {
            Some(state) if state != self.from => {
                changed(attempt, self.resource, &before, &after, &[state])?;
                if moment(attempt, &before, "updatedDate")? >= moment(attempt, &after, "updatedDate")? {
                    let expected = format!("later than {}", before["updatedDate"]);
                    attempt.differs("body/updatedDate", expected, after["updatedDate"].to_string());
                }
            }
            _ => unchanged(attempt, &before, &after),
        }
        Ok(())
    }
}

impl Resource {
    /// The credentials with this id.
    pub(in super::super) async fn item(
        &self,
        attempt: &mut Attempt,
        role: Role,
        id: &str,
    ) -> Result<serde_json::Value, Stop> {
        let answer = attempt.ask(role, self.get, Some(id), None).await?;
        attempt.status(&answer, 200)?;
        Ok(answer.json().cloned().unwrap_or(json!(null)))
    }
}
