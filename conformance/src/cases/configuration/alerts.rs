//! The sections "System alerts" and "Traffic alerts" of the reference.

mod element;

use serde_json::{Value, json};

use super::{
    Scenario, script,
    statuses::{NotFound, Unauthenticated, Unauthorized},
    steps::{
        SYSTEM_ALERTS, TRAFFIC_ALERTS, alerts, commit, is_in_status, open, read, replace, sample, shows,
    },
};
use crate::{
    attempt::{Attempt, Who},
    case::{Check, Steps, Stop},
    exchange::Role,
};
use element::{Element, SYSTEM, TRAFFIC};

const EMAIL: &str = "/api/configuration/management/email";
const TRAP: &str = "/api/configuration/management/snmp/trap";
const MONITORING: &str = "/api/configuration/management/monitoring";
const UNSENT: &str = "Whether an alert is sent can't be seen over the API: only that there is the setting.";
const UNRAISED: &str = "Whether an alert is raised can't be seen over the API: only that there is the limit.";
const RESTORED: &str = "Commits a change, and then commits what was there before.";

/// One of the two kinds of alerts.
#[derive(Debug, Clone, Copy)]
struct Kind {
    /// First part of the cases' ids.
    area: &'static str,
    section: &'static str,
    path: &'static str,
    read: &'static str,
    write: &'static str,
    sample: &'static str,
    elements: &'static [(&'static str, &'static str)],
}

const KINDS: [Kind; 2] = [
    Kind {
        area: "system-alerts",
        section: "System alerts",
        path: SYSTEM_ALERTS,
        read: "system_alerts_get",
        write: "system_alerts_replace",
        sample: "system-alerts",
        elements: &SYSTEM,
    },
    Kind {
        area: "traffic-alerts",
        section: "Traffic alerts",
        path: TRAFFIC_ALERTS,
        read: "traffic_alerts_get",
        write: "traffic_alerts_replace",
        sample: "traffic-alerts",
        elements: &TRAFFIC,
    },
];

pub(super) fn scenarios() -> Vec<Scenario> {
    KINDS.into_iter().flat_map(of_kind).chain(limits()).collect()
}

fn of_kind(kind: Kind) -> Vec<Scenario> {
    let id = |rest: &str| format!("{}::{rest}", kind.area);
    let on = |sentence| (kind.section, sentence);
    let system = kind.path == SYSTEM_ALERTS;
    let pick =
        |of_system: &'static str, of_traffic: &'static str| if system { of_system } else { of_traffic };
    let mut scenarios = vec![
        Scenario::new(
            id("get::sample"),
            kind.read,
            on(pick(
                "The following is a sample response received when listing configuration options for system-related \
                 alerts.",
                "The following is a sample response received when listing the configuration options for \
                 traffic-related alerts.",
            )),
            Sample(kind),
        ),
        Scenario::new(
            id("delivery::email"),
            "email_get",
            // The reference spells it so.
            on("E-mail alerts, when enabled, are sent to the e-mail address configured in the alerting_address element \
                of the /api/configuration/management/email endoint."),
            script!(email_address),
        )
        .note(UNSENT),
        Scenario::new(
            id("delivery::snmp"),
            "snmp_trap_get",
            on("SNMP alerts, when enabled, are sent to the SNMP server configured at the \
                /api/configuration/management/snmp/trap endpoint."),
            script!(snmp_server),
        )
        .note(UNSENT),
    ];
    scenarios.extend(element::scenarios(kind));
    scenarios.extend(of_changes(kind));
    scenarios
}

fn of_changes(kind: Kind) -> Vec<Scenario> {
    let id = |rest: &str| format!("{}::{rest}", kind.area);
    let on = |sentence| (kind.section, sentence);
    let system = kind.path == SYSTEM_ALERTS;
    let both: &[(&str, &str)] = match system {
        true => &[("get", SYSTEM_ALERTS), ("put", SYSTEM_ALERTS)],
        false => &[("get", TRAFFIC_ALERTS), ("put", TRAFFIC_ALERTS)],
    };
    let both: &'static [(&'static str, &'static str)] = both;
    vec![
        Scenario::new(id("modify::procedure"), kind.write, on("3. Commit your changes."), Procedure(kind))
            .note(RESTORED),
        Scenario::new(
            id("status::created"),
            kind.write,
            on("201 Created The new resource was successfully created."),
            Created(kind),
        ),
        Scenario::new(
            id("status::unauthenticated"),
            kind.read,
            on("401 Unauthenticated The requested resource cannot be retrieved because the client is not \
                authenticated and the resource requires authorization to access it."),
            Unauthenticated::new(both),
        ),
        Scenario::new(
            id("status::unauthorized"),
            kind.read,
            on("403 Unauthorized The requested resource cannot be retrieved because the client is not \
                authorized to access it."),
            Unauthorized::new(both),
        ),
        Scenario::new(
            id("status::not-found"),
            kind.read,
            on("404 NotFound The requested object does not exist."),
            NotFound(match system {
                true => "/api/configuration/alerting/system_alerts/unknown",
                false => "/api/configuration/alerting/traffic_alerts/unknown",
            }),
        ),
    ]
}

fn limits() -> Vec<Scenario> {
    let limit = |id: &str, sentence, check: Limits| {
        Scenario::new(id, "monitoring_get", ("System alerts", sentence), check).note(UNRAISED)
    };
    vec![
        limit(
            "system-alerts::limits::disk",
            "xcbDiskFull Top level item Disk utilization reached the percentage configured in the \
             maximum_disk_utilization_ratio element of the api/configuration/management/monitoring endpoint.",
            Limits(&["maximum_disk_utilization_ratio"]),
        ),
        limit(
            "system-alerts::limits::load",
            "xcbLoadAvgHigh Top level item The average load exceeded any of the values configured in the \
             maximum_load1, maximum_load5 or maximum_load15 elements of the \
             api/configuration/management/monitoring endpoint.",
            Limits(&["maximum_load1", "maximum_load5", "maximum_load15"]),
        ),
        limit(
            "system-alerts::limits::swap",
            "xcbSwapFull Top level item The utilization of the swap exceeded the value configured in the \
             maximum_swap_utilization_ratio element of the api/configuration/management/monitoring endpoint.",
            Limits(&["maximum_swap_utilization_ratio"]),
        ),
    ]
}

/// The documented sample: all of it on a fresh target, its keys and `meta` always.
struct Sample(Kind);

impl Sample {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let answer = read(attempt, &Who::Admin, self.0.path).await?;
        attempt.documented(self.0.read, &answer);
        let sample = sample(self.0.sample);
        attempt.equal(&answer, "/key", &sample["key"]);
        attempt.members(&answer, "/meta", &sample["meta"]);
        let names = |body: &Value| {
            let mut names: Vec<String> =
                body.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
            names.sort();
            json!(names)
        };
        let body = attempt.at(&answer, "/body")?;
        if names(body) != names(&sample["body"]) {
            attempt.differs("body/body", names(&sample["body"]).to_string(), names(body).to_string());
        }
        Ok(())
    }
}

/// Turns one alert's e-mail on or off.
fn toggled(kind: Kind, before: &Value) -> (Value, String, Value) {
    let (name, _) = kind.elements[0];
    let mut after = before.clone();
    let flipped = json!(before[name]["email"] != json!(true));
    after[name]["email"] = flipped.clone();
    (after, format!("/{name}/email"), flipped)
}

/// The documented procedure, from the open transaction to what others see after the commit.
struct Procedure(Kind);

impl Procedure {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let kind = self.0;
        let other = attempt.second_session().await?;
        let before = alerts(attempt, &Who::Admin, kind.path, kind.sample).await?;
        let (after, place, flipped) = toggled(kind, &before);
        open(attempt, &Who::Admin).await?;
        replace(attempt, &Who::Admin, kind.path, &after).await?;
        attempt.undo("put", kind.path, Some(before));
        let committed = commit(attempt, Role::Request).await?;
        is_in_status(attempt, &committed, "closed");
        shows(attempt, &other, kind.path, &place, &flipped).await
    }
}

/// A replaced object is answered with 201, its key and its `meta`.
struct Created(Kind);

impl Created {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let kind = self.0;
        let before = alerts(attempt, &Who::Admin, kind.path, kind.sample).await?;
        let (after, ..) = toggled(kind, &before);
        let answer = replace(attempt, &Who::Admin, kind.path, &after).await?;
        attempt.status(&answer, 201)?;
        attempt.documented(kind.write, &answer);
        let sample = sample(kind.sample);
        attempt.equal(&answer, "/key", &sample["key"]);
        attempt.members(&answer, "/meta", &sample["meta"]);
        Ok(())
    }
}

async fn email_address(attempt: &mut Attempt) -> Result<(), Stop> {
    let answer = read(attempt, &Who::Admin, EMAIL).await?;
    let address = attempt.at(&answer, "/body/alerting_address")?;
    if !address.is_null() && !address.is_string() {
        attempt.differs("body/body/alerting_address", "an address or null", "something else");
    }
    Ok(())
}

async fn snmp_server(attempt: &mut Attempt) -> Result<(), Stop> {
    let answer = read(attempt, &Who::Admin, TRAP).await?;
    attempt.at(&answer, "/body")?;
    Ok(())
}

/// The limits that an alert refers to.
struct Limits(&'static [&'static str]);

impl Limits {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let answer = read(attempt, &Who::Admin, MONITORING).await?;
        for name in self.0 {
            let limit = attempt.at(&answer, &format!("/body/{name}"))?;
            if !limit.is_null() && !limit.is_number() {
                attempt.differs(&format!("body/body/{name}"), "a number or null", "something else");
            }
        }
        Ok(())
    }
}

macro_rules! checks {
    ($($check:ty),+) => {
        $(impl Check for $check {
            fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
                Box::pin(self.steps(attempt))
            }
        })+
    };
}
checks!(Sample, Procedure, Created, Limits, Element);
