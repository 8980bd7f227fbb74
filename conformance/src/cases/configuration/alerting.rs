//! The section "Alerting" of the reference.

use super::{
    Scenario, script,
    statuses::{NotFound, Unauthenticated, Unauthorized},
    steps::{ALERTING, read, sample},
};
use crate::{
    attempt::{Attempt, Who},
    case::Stop,
};

pub(super) fn scenarios() -> Vec<Scenario> {
    let on = |id: &str, sentence, check: Unauthenticated| {
        Scenario::new(id, "alerting_list", ("Alerting", sentence), check)
    };
    vec![
        Scenario::new(
            "alerting::list::sample",
            "alerting_list",
            (
                "Alerting",
                "The following is a sample response received when listing alerting configuration endpoints.",
            ),
            script!(list_sample),
        ),
        on(
            "alerting::status::unauthenticated",
            "401 Unauthenticated The requested resource cannot be retrieved because the client is not \
             authenticated and the resource requires authorization to access it.",
            Unauthenticated::new(&[("get", ALERTING)]),
        ),
        Scenario::new(
            "alerting::status::unauthorized",
            "alerting_list",
            (
                "Alerting",
                "403 Unauthorized The requested resource cannot be retrieved because the client is not \
                 authorized to access it.",
            ),
            Unauthorized::new(&[("get", ALERTING)]),
        ),
        Scenario::new(
            "alerting::status::not-found",
            "alerting_list",
            ("Alerting", "404 NotFound The requested object does not exist."),
            NotFound("/api/configuration/alerting/unknown_alerts"),
        ),
    ]
}

async fn list_sample(attempt: &mut Attempt) -> Result<(), Stop> {
    let answer = read(attempt, &Who::Admin, ALERTING).await?;
    attempt.documented("alerting_list", &answer);
    let sample = sample("alerting-list");
    attempt.equal(&answer, "/items", &sample["items"]);
    attempt.members(&answer, "/meta", &sample["meta"]);
    Ok(())
}
