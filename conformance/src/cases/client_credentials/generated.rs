//! What the target makes up where a request says nothing, and usernames that are taken.

use serde_json::{Value, json};

use super::{
    Scenario, Script,
    resource::{BASIC, X509, text},
    script,
    states::shown,
    values::printable,
};
use crate::{
    attempt::{Attempt, Made},
    case::{Kind, Stop},
    exchange::{Answer, Role},
};

const CREATE: &str = "basic_credentials_create";
const RESET: &str = "basic_credentials_reset_password";
const CREATED: &str = "POST /basic-credentials";
const USERNAME: &str = "If a username is not specified, (a silly) one is auto-generated from over 2 million combinations and \
                        returned in the successful response.";
const PASSWORD: &str = "If not specified, one is auto-generated and returned in the successful response.";
const COMMON_NAME: &str =
    "If a CN is not specified, (a silly) one is auto-generated from over 2 million combinations.";
const UNIQUE: &str = "username: (string) Tenant-wide unique username (login).";
const TAKEN: &str = "HTTP status code 409 Basic credentials with such username already registered.";

pub(super) fn scenarios() -> Vec<Scenario> {
    let on = |id: &str, operation, quote, script: Script| Scenario::new(id, operation, quote, script);
    vec![
        on("basic-credentials::username::generated", CREATE, (CREATED, USERNAME), script!(username))
            .requires("Without `username` one is generated, of the permitted symbols, and returned; another one each time."),
        on("basic-credentials::password::generated", CREATE, (CREATED, PASSWORD), script!(password))
            .requires("Without `password` one is generated, of the permitted symbols, and returned; another one each time."),
        on(
            "basic-credentials::password::reset-generated",
            RESET,
            ("PATCH /basic-credentials/{id}/password", PASSWORD),
            script!(reset),
        )
        .requires("Without `password` a reset generates one, of the permitted symbols, and returns it; another one each time."),
        on(
            "x509-credentials::common-name::generated",
            "x509_credentials_create",
            ("POST /x509-credentials", COMMON_NAME),
            script!(common_name),
        )
        .requires("Without `commonName` one is generated, of the permitted symbols, and returned; another one each time."),
        on(
            "x509-credentials::common-name::repeated",
            "x509_credentials_create",
            ("Facts: PKI", "Common names are NOT unique"),
            script!(repeated),
        )
        .kind(Kind::State),
        on("basic-credentials::username::taken", CREATE, (CREATED, TAKEN), script!(taken)).kind(Kind::State),
        on("basic-credentials::username::taken-by-suspended", CREATE, (CREATED, UNIQUE), script!(taken_by_suspended))
            .requires("A username is taken while its credentials are suspended.")
            .kind(Kind::State),
        on("basic-credentials::username::taken-by-revoked", CREATE, (CREATED, UNIQUE), script!(taken_by_revoked))
            .requires(
                "No two items of the list have the same username, also when credentials with it were revoked before.",
            )
            .kind(Kind::State),
        on("basic-credentials::username::holder-untouched", CREATE, (CREATED, UNIQUE), script!(holder_untouched))
            .requires("A request that is refused since its username is taken changes nothing.")
            .kind(Kind::State),
    ]
}

/// Two answers have this member, which is well-formed, and different.
async fn differs(
    attempt: &mut Attempt,
    operation: &str,
    member: &str,
    longest: usize,
    without: &str,
) -> Result<Value, Stop> {
    let mut before = String::new();
    let mut last = Value::Null;
    for _ in 0..2 {
        let answer = attempt.ask_for(operation, json!({})).await?;
        attempt.status(&answer, 201)?;
        last = answer.json().cloned().unwrap_or_default();
        let this = printable(attempt, &last, member, longest)?;
        if let Some(symbol) = this.chars().find(|symbol| without.contains(*symbol)) {
            attempt.differs(&format!("body/{member}"), format!("no `{symbol}`"), this.clone());
        }
        if this == before {
            attempt.differs(&format!("body/{member}"), "another one", "the one of the answer before");
        }
        before = this;
    }
    Ok(last)
}

async fn username(attempt: &mut Attempt) -> Result<(), Stop> {
    differs(attempt, CREATE, "username", 255, ":@").await.map(|_| ())
}

async fn password(attempt: &mut Attempt) -> Result<(), Stop> {
    differs(attempt, CREATE, "password", 72, "").await.map(|_| ())
}

async fn common_name(attempt: &mut Attempt) -> Result<(), Stop> {
    let body = differs(attempt, X509.create, "commonName", 255, "").await?;
    let name = text(attempt, &body, "commonName")?.to_owned();
    let (_, items) = X509.query(attempt, "").await?;
    let item = items.iter().find(|item| item["serialNumber"] == body["serialNumber"]);
    if item.is_none_or(|item| item["commonName"] != json!(name)) {
        attempt.differs("body", format!("an item with the common name {name}"), "none");
    }
    Ok(())
}

async fn reset(attempt: &mut Attempt) -> Result<(), Stop> {
    let (made, id) = BASIC.make(attempt).await?;
    let mut before = made.body["password"].as_str().unwrap_or_default().to_owned();
    for _ in 0..2 {
        let answer = attempt.ask(Role::Request, RESET, Some(&id), Some(json!({}))).await?;
        attempt.status(&answer, 200)?;
        let body = answer.json().cloned().unwrap_or_default();
        let this = printable(attempt, &body, "password", 72)?;
        if this == before {
            attempt.differs("body/password", "a new one", "the one before");
        }
        before = this;
    }
    Ok(())
}

async fn repeated(attempt: &mut Attempt) -> Result<(), Stop> {
    let mut body = X509.body(attempt);
    body["commonName"] = json!(format!("silver-advice-{}", attempt.suffix));
    attempt.make(X509.create, body.clone()).await?;
    let answer = attempt.ask_for(X509.create, body).await?;
    attempt.status(&answer, 201)
}

/// New credentials with a username of the case's own.
async fn holder(attempt: &mut Attempt) -> Result<(Made, String, Value), Stop> {
    let body = json!({"username": format!("holder-{}", attempt.suffix), "password": "first"});
    let made = attempt.make(CREATE, body).await?;
    let id = attempt.id_of(Role::Prepare, &made).await?;
    let again = json!({"username": made.body["username"], "password": "second"});
    Ok((made, id, again))
}

async fn taken(attempt: &mut Attempt) -> Result<(), Stop> {
    let (_, _, again) = holder(attempt).await?;
    let answer = attempt.ask_for(CREATE, again).await?;
    attempt.status(&answer, 409)
}

async fn taken_by_suspended(attempt: &mut Attempt) -> Result<(), Stop> {
    let (_, id, again) = holder(attempt).await?;
    BASIC.bring(attempt, &id, "Suspended").await?;
    let answer = attempt.ask_for(CREATE, again).await?;
    attempt.status(&answer, 409)
}

/// An implementation may give the name away once the old credentials have left the list.
async fn taken_by_revoked(attempt: &mut Attempt) -> Result<(), Stop> {
    let (_, id, again) = holder(attempt).await?;
    BASIC.bring(attempt, &id, "Revoked").await?;
    let answer: Answer = attempt.ask_for(CREATE, again.clone()).await?;
    if answer.status != 409 {
        attempt.status(&answer, 201)?;
    }
    let (_, items) = BASIC.query(attempt, "").await?;
    let count = items.iter().filter(|item| item["username"] == again["username"]).count();
    if count > 1 {
        attempt.differs("body", "one item at most with this username", count.to_string());
    }
    Ok(())
}

async fn holder_untouched(attempt: &mut Attempt) -> Result<(), Stop> {
    let (made, _, again) = holder(attempt).await?;
    let before = attempt.find(Role::Prepare, &made).await?;
    let answer = attempt.ask_for(CREATE, again.clone()).await?;
    attempt.status(&answer, 409)?;
    let (_, items) = BASIC.query(attempt, "").await?;
    let same: Vec<&Value> = items.iter().filter(|item| item["username"] == again["username"]).collect();
    if same != [&before] {
        let told: Value = same.into_iter().map(shown).collect();
        attempt.differs("body", format!("{} alone", shown(&before)), told.to_string());
    }
    Ok(())
}
