//! The two resources of the API, and the steps that their cases have in common.

use serde_json::{Value, json};

use super::Scenario;
use crate::{
    attempt::{Attempt, Made},
    case::{Check, Steps, Stop},
    exchange::{Answer, Role},
    http::{Content, Credentials},
};

pub(super) const ISSUE: (&str, &str) =
    ("POST /x509-credentials", "Issue a client X.509 credentials in the scope of the requested tenant.");
pub(super) const EXAMPLE: (&str, &str) = (
    "POST /x509-credentials",
    "Example: certificate, issuingCa, caChain, privateKey (RSA PRIVATE KEY), privateKeyType (rsa), serialNumber, \
     commonName",
);
pub(super) const PROFILE: (&str, &str) = (
    "Facts: PKI",
    "Decoded S0 example: leaf RSA 2048, sha256WithRSA, issuer CN=tenant-1 only, subject CN=mydevice only, SAN \
     DNS:mydevice, KU critical digitalSignature+keyEncipherment+keyAgreement, EKU serverAuth+clientAuth, SKI/AKI, 20-byte \
     random serial, NotBefore backdated 30 s, no CRL/OCSP/AIA pointers; key matches cert; chain verifies. CA: subject \
     CN=tenant-1 (= tenant ID), issuer CN=\"Kaaiot Platform\", CA:TRUE no pathlen, KU certSign+cRLSign, SAN DNS:tenant-1.",
);

/// A kind of credentials.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Resource {
    /// First part of the cases' ids.
    pub(super) area: &'static str,
    pub(super) list: &'static str,
    pub(super) create: &'static str,
    pub(super) get: &'static str,
    pub(super) update_state: &'static str,
    pub(super) verify: &'static str,
    /// The sections of the reference.
    pub(super) listed: &'static str,
    pub(super) created: &'static str,
    pub(super) updated: &'static str,
    /// Members that never change, beside `id` and `createdDate`.
    pub(super) fixed: &'static [&'static str],
}

pub(super) static BASIC: Resource = Resource {
    area: "basic-credentials",
    list: "basic_credentials_list",
    create: "basic_credentials_create",
    get: "basic_credentials_get",
    update_state: "basic_credentials_update_state",
    verify: "basic_credentials_verify",
    listed: "GET /basic-credentials",
    created: "POST /basic-credentials",
    updated: "PATCH /basic-credentials/{id}/state",
    fixed: &["username"],
};

pub(super) static X509: Resource = Resource {
    area: "x509-credentials",
    list: "x509_credentials_list",
    create: "x509_credentials_create",
    get: "x509_credentials_get",
    update_state: "x509_credentials_update_state",
    verify: "x509_credentials_verify",
    listed: "GET /x509-credentials",
    created: "POST /x509-credentials",
    updated: "PATCH /x509-credentials/{id}/state",
    fixed: &["serialNumber", "commonName", "invalidAfter"],
};

pub(super) static BOTH: [&Resource; 2] = [&BASIC, &X509];

/// Steps that both resources have, for one of them.
pub(super) struct On(pub(super) &'static Resource, pub(super) ResourceScript);

/// Steps of an async function over a resource.
pub(super) type ResourceScript = for<'a> fn(&'a mut Attempt, &'static Resource) -> Steps<'a>;

impl Check for On {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        self.1(attempt, self.0)
    }
}

/// Makes a [`ResourceScript`] of an async function.
macro_rules! over {
    ($function:path) => {{
        let script: $crate::cases::client_credentials::resource::ResourceScript =
            |attempt, resource| Box::pin($function(attempt, resource));
        script
    }};
}
pub(super) use over;

impl Resource {
    /// A case for a sentence in one of this resource's sections.
    pub(super) fn on(
        &'static self,
        id: &str,
        operation: &'static str,
        quote: (&'static str, &'static str),
        script: ResourceScript,
    ) -> Scenario {
        Scenario::new(format!("{}::{id}", self.area), operation, quote, On(self, script))
    }

    /// A case for an extension.
    pub(super) fn extension(
        &'static self,
        id: &str,
        operation: &'static str,
        requirement: &'static str,
        script: ResourceScript,
    ) -> Scenario {
        Scenario::extension(&format!("{}::{id}", self.area), operation, requirement, On(self, script))
    }

    /// The path of the collection, below the target's URL.
    pub(super) fn path(&self) -> String {
        format!("/api/v1/{}", self.area)
    }

    /// The cheapest body that makes new credentials. A target without extensions gets the documented `{}`.
    pub(super) fn body(&self, attempt: &Attempt) -> Value {
        if *self == X509 && attempt.is_extended() { json!({"keyType": "ec-p256"}) } else { json!({}) }
    }

    /// New credentials and their id.
    pub(super) async fn make(&self, attempt: &mut Attempt) -> Result<(Made, String), Stop> {
        let body = self.body(attempt);
        let made = attempt.make(self.create, body).await?;
        let id = attempt.id_of(Role::Prepare, &made).await?;
        Ok((made, id))
    }

    /// Asks for a state.
    pub(super) async fn patch(
        &self,
        attempt: &mut Attempt,
        role: Role,
        id: &str,
        state: &str,
    ) -> Result<Answer, Stop> {
        attempt.ask(role, self.update_state, Some(id), Some(json!({"state": state}))).await
    }

    /// Brings credentials into a state, which the case needs. The reference does not say whether what was never used can
    /// be suspended, nor whether what is suspended can be revoked: a target that permits neither is no place for the case.
    pub(super) async fn bring(&self, attempt: &mut Attempt, id: &str, state: &str) -> Result<(), Stop> {
        let answer = self.patch(attempt, Role::Prepare, id, state).await?;
        let open = answer.status == 400 && matches!(state, "Suspended" | "Revoked") && !attempt.is_extended();
        if !open {
            return attempt.status(&answer, 204);
        }
        if state == "Revoked" && self.revoked_another_way(attempt, Role::Prepare, id).await? {
            return Ok(());
        }
        Err(Stop::Skip(format!(
            "the target does not let these credentials become {state}, which the reference leaves open"
        )))
    }

    /// Whether credentials can be revoked after another change of state.
    pub(super) async fn revoked_another_way(
        &self,
        attempt: &mut Attempt,
        role: Role,
        id: &str,
    ) -> Result<bool, Stop> {
        for first in ["Suspended", "Active"] {
            self.patch(attempt, role, id, first).await?;
            if self.patch(attempt, role, id, "Revoked").await?.status == 204 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The list, with a query.
    pub(super) async fn query(
        &self,
        attempt: &mut Attempt,
        query: &str,
    ) -> Result<(Answer, Vec<Value>), Stop> {
        let path = format!("{}{query}", self.path());
        let answer = attempt
            .exchange(Role::Observe, self.list, Credentials::Token, "get", &path, Content::None)
            .await?;
        attempt.status(&answer, 200)?;
        match answer.json().and_then(Value::as_array).cloned() {
            Some(items) => Ok((answer, items)),
            None => {
                attempt.differs("body", "a list", "something else");
                Err(Stop::Failed)
            }
        }
    }
}

/// A text of an object; the case can't go on without.
pub(super) fn text<'a>(attempt: &mut Attempt, body: &'a Value, name: &str) -> Result<&'a str, Stop> {
    match body.get(name).and_then(Value::as_str) {
        Some(text) => Ok(text),
        None => {
            attempt.differs(&format!("body/{name}"), "a text", "nothing");
            Err(Stop::Failed)
        }
    }
}
