//! How long certificates last.

use std::time::Instant;

use serde_json::json;
use time::OffsetDateTime;

use super::{
    Scenario, Script,
    certificate::{
        examine,
        fields::{TOLERANCE, ends, ends_with_issuer, lasts, time_forms},
        issue,
        shown::{Found, Shown, demand},
    },
    dates::moment,
    resource::X509,
    script,
};
use crate::{
    attempt::{Attempt, Made},
    case::{Kind, Stop},
    exchange::Role,
};

const CREATE: &str = "x509_credentials_create";
const TTL: (&str, &str) =
    ("POST /x509-credentials", "ttl: (number) The time to leave duration for the certificate in seconds.");
/// What a certificate is compared with, in seconds.
const OTHER: f64 = 7200.0;
/// How far rounding may move two ends, in seconds.
const ROUNDED: f64 = 2.0;
const POSITIVE: (&str, &str) = ("POST /x509-credentials", "Must be greater than zero.");
const ENDS: (&str, &str) = (
    "GET /x509-credentials",
    "invalidAfter: required (datetime) The time and date past which the certificate is no longer valid in ISO 8601 format.",
);

pub(super) fn scenarios() -> Vec<Scenario> {
    let on = |id: &str, quote, requirement, script: Script| {
        let id = format!("x509-credentials::ttl::{id}");
        Scenario::new(id, CREATE, quote, script).requires(requirement)
    };
    vec![
        on("hour", TTL, "A certificate asked for 3600 seconds ends about an hour later.", script!(hour))
            .kind(Kind::Certificate),
        on("days", TTL, "A certificate asked for 2592000 seconds ends 30 days later.", script!(days))
            .kind(Kind::Certificate),
        on(
            "thirty-years",
            TTL,
            "A certificate that ends after 2049 has a GeneralizedTime (RFC 5280 section 4.1.2.5); or it is refused with 400, \
             since its issuer ends before.",
            script!(thirty_years),
        )
        .kind(Kind::Certificate),
        on("fraction", TTL, "A time to live is a number: 90.5 seconds are permitted.", script!(fraction))
            .kind(Kind::Certificate)
            .should(),
        on("smallest", POSITIVE, "Half a second is more than zero.", script!(smallest))
            .kind(Kind::Input)
            .should(),
        on("zero", POSITIVE, "A time to live of 0 is refused with 400.", script!(zero)).kind(Kind::Input),
        on("negative", POSITIVE, "A time to live below 0 is refused with 400.", script!(negative))
            .kind(Kind::Input),
        Scenario::new("x509-credentials::invalid-after::listed", X509.list, ENDS, script!(listed))
            .requires("`invalidAfter` is the end of the certificate, to the second.")
            .kind(Kind::Certificate),
        Scenario::extension(
            "x509-credentials::invalid-after::issued",
            CREATE,
            "`invalidAfter` of the new certificate is its notAfter exactly, and so is the list's.",
            script!(issued),
        )
        .kind(Kind::Certificate),
        Scenario::extension(
            "x509-credentials::ttl::rounded-up",
            CREATE,
            "A fraction of a second is rounded up, and counted from the second that `createdDate` is in.",
            script!(rounded_up),
        )
        .kind(Kind::Certificate),
        Scenario::extension(
            "x509-credentials::ttl::beyond-authority",
            CREATE,
            "A time to live beyond the end of the issuer's certificate is refused with 400.",
            script!(beyond),
        )
        .kind(Kind::Input),
    ]
}

/// The documented default body with a time to live.
fn body(attempt: &Attempt, ttl: f64) -> serde_json::Value {
    let mut body = X509.body(attempt);
    // Whole seconds without a point, as the documented examples have them.
    let whole = format!("{ttl}").parse::<i64>();
    body["ttl"] = whole.map_or_else(|_| json!(ttl), |whole| json!(whole));
    body
}

/// A certificate for so many seconds.
async fn with(attempt: &mut Attempt, ttl: f64) -> Result<(Made, OffsetDateTime), Stop> {
    let body = body(attempt, ttl);
    issue(attempt, body).await
}

/// When a certificate was created by the target's clock, as the list tells.
async fn created(attempt: &mut Attempt, made: &Made) -> Result<OffsetDateTime, Stop> {
    let item = attempt.find(Role::Observe, made).await?;
    moment(attempt, &item, "createdDate")
}

/// The certificate lasts as long as it was asked for: to the second as the document counts; about as long in the reference,
/// and as much longer or shorter than another one as that was asked for.
async fn lasts_for(attempt: &mut Attempt, ttl: f64) -> Result<(), Stop> {
    let start = Instant::now();
    let (made, _) = with(attempt, ttl).await?;
    let this = is_as_long(attempt, &made, ttl).await?;
    if attempt.is_extended() {
        return Ok(());
    }
    let (made, _) = with(attempt, OTHER).await?;
    let took = start.elapsed().as_secs_f64();
    let other = is_as_long(attempt, &made, OTHER).await?;
    let (Some(this), Some(other)) = (this, other) else { return Ok(()) };
    let apart = (other - this).as_seconds_f64();
    let late = apart - (OTHER - ttl);
    if !(-ROUNDED..=took + ROUNDED).contains(&late) {
        let expected = format!("ends that are {} s apart, for {ttl} s and {OTHER} s", OTHER - ttl);
        attempt.differs("body/certificate", expected, format!("{apart} s"));
    }
    Ok(())
}

/// The certificate's end, if it is not its issuer's.
async fn is_as_long(attempt: &mut Attempt, made: &Made, ttl: f64) -> Result<Option<OffsetDateTime>, Stop> {
    let (at, extended) = (created(attempt, made).await?, attempt.is_extended());
    let mut end = None;
    let found = examine(&made.body, at, |shown| {
        if extended { lasts_exactly(shown, ttl) } else { lasts(shown, ttl, TOLERANCE) }?;
        Ok((!ends_with_issuer(shown)).then(|| ends(shown)))
    });
    attempt.found(found.map(|found| end = found));
    Ok(end)
}

/// Whole seconds, rounded up, from the second on in which the certificate was created.
fn lasts_exactly(shown: &Shown<'_>, ttl: f64) -> Found {
    let (ends, created) = (ends(shown), shown.at);
    let lasts = ends.unix_timestamp() - created.unix_timestamp();
    demand(
        time::Duration::seconds(lasts) == time::Duration::seconds_f64(ttl.ceil()),
        "/certificate",
        &format!("an end {} s after the second of {created}", ttl.ceil()),
        format!("{ends}, {lasts} s"),
    )
}

async fn hour(attempt: &mut Attempt) -> Result<(), Stop> {
    lasts_for(attempt, 3600.0).await
}

async fn days(attempt: &mut Attempt) -> Result<(), Stop> {
    lasts_for(attempt, 2_592_000.0).await
}

async fn thirty_years(attempt: &mut Attempt) -> Result<(), Stop> {
    const TTL: f64 = 946_080_000.0;
    let body = body(attempt, TTL);
    let answer = attempt.ask_for(CREATE, body).await?;
    if answer.status == 400 {
        return Ok(());
    }
    attempt.status(&answer, 201)?;
    let made = Made::of(attempt, CREATE, &answer)?;
    let at = created(attempt, &made).await?;
    attempt.found(examine(&made.body, at, time_forms));
    is_as_long(attempt, &made, TTL).await.map(|_| ())
}

async fn fraction(attempt: &mut Attempt) -> Result<(), Stop> {
    lasts_for(attempt, 90.5).await
}

async fn smallest(attempt: &mut Attempt) -> Result<(), Stop> {
    lasts_for(attempt, 0.5).await
}

async fn refused(attempt: &mut Attempt, ttl: f64) -> Result<(), Stop> {
    let body = body(attempt, ttl);
    let answer = attempt.ask_for(CREATE, body).await?;
    attempt.status(&answer, 400)
}

async fn zero(attempt: &mut Attempt) -> Result<(), Stop> {
    refused(attempt, 0.0).await
}

async fn negative(attempt: &mut Attempt) -> Result<(), Stop> {
    refused(attempt, -3600.0).await
}

/// A thousand years.
async fn beyond(attempt: &mut Attempt) -> Result<(), Stop> {
    refused(attempt, 31_536_000_000.0).await
}

/// The list tells when the certificate ends.
async fn listed(attempt: &mut Attempt) -> Result<(), Stop> {
    let (made, at) = with(attempt, 86_400.0).await?;
    let item = attempt.find(Role::Observe, &made).await?;
    let told = moment(attempt, &item, "invalidAfter")?;
    attempt.found(examine(&made.body, at, |shown| ends_at(ends(shown), told.unix_timestamp(), told)));
    Ok(())
}

async fn issued(attempt: &mut Attempt) -> Result<(), Stop> {
    let (made, at) = with(attempt, 86_400.5).await?;
    let item = attempt.find(Role::Observe, &made).await?;
    for body in [&made.body, &item] {
        let told = moment(attempt, body, "invalidAfter")?;
        attempt.found(examine(&made.body, at, |shown| {
            let seconds = if told.nanosecond() == 0 { told.unix_timestamp() } else { i64::MIN };
            ends_at(ends(shown), seconds, told)
        }));
    }
    Ok(())
}

fn ends_at(ends: OffsetDateTime, seconds: i64, told: OffsetDateTime) -> Found {
    demand(
        ends.unix_timestamp() == seconds,
        "/invalidAfter",
        &format!("{ends}, the certificate's end"),
        told.to_string(),
    )
}

async fn rounded_up(attempt: &mut Attempt) -> Result<(), Stop> {
    lasts_for(attempt, 600.5).await
}
