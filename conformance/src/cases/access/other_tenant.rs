//! Another tenant's access token: it sees and changes nothing of ours, and can use the same usernames.

use serde_json::{Value, json};

use crate::{
    attempt::Attempt,
    case::{Case, Check, Kind, Level, Plane, Steps, Stop},
    cases::{
        derive::Rule,
        refusal::{Refusal, Site},
    },
    document::{Document, Operation},
    exchange::{Answer, Role},
    http::{Content, Credentials},
    target::Secret,
};

/// "Not found or the querying user is denied access"; a password's reset has only a 400 in the reference.
const NOT_FOUND: Refusal = Refusal { status: 404, others: &[403], error: "" };
const NOT_FOUND_OR_INVALID: Refusal = Refusal { status: 404, others: &[400, 403], error: "" };

/// The cases of all operations on credentials.
pub(super) fn cases(document: &Document) -> Vec<Case> {
    let operations = document.operations().iter();
    let operations =
        operations.filter(|operation| operation.plane() == Plane::ClientCredentials && !operation.streams());
    operations.map(|operation| case(document, operation)).collect()
}

fn case(document: &Document, operation: &Operation) -> Case {
    let by_id = operation.path_example().is_some();
    let said = if by_id {
        "with an id of one tenant and an access token of another is answered with 404 and changes nothing."
    } else if operation.method == "get" {
        "with an access token of another tenant does not show ours."
    } else if operation.verifies() {
        "with an access token of another tenant does not accept ours."
    } else {
        "makes credentials of the token's tenant: another one can have the same username, and does not see them."
    };
    let rule = Rule {
        what: "other-tenant".to_owned(),
        kind: Kind::Access,
        level: Level::Must,
        requirement: said.to_owned(),
        pointer: operation.pointer().to_owned(),
        extension: false,
    };
    let revoke = document.revoke_of(operation).cloned();
    rule.into_case(operation, OtherTenant { operation: operation.clone(), revoke })
}

/// Sends another tenant's token.
struct OtherTenant {
    operation: Operation,
    revoke: Option<Operation>,
}

impl OtherTenant {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        if attempt.token().is_none() {
            return Err(Stop::Skip("the run itself uses no access token".to_owned()));
        }
        let token = attempt.other_tenant().await?;
        let operation = &self.operation;
        if operation.path_example().is_some() {
            return self.by_id(attempt, &token).await;
        }
        let shared = attempt.shared(operation).await?;
        if operation.verifies() {
            return self.verify(attempt, &token, &shared.made.body).await;
        }
        if operation.method == "get" {
            let answer = self.send(attempt, &token, Content::None).await?;
            attempt.status(&answer, 200)?;
            attempt.documented(operation.id, &answer);
            if has(&answer, &shared.id) {
                attempt.differs("body", "no credentials of the run's tenant", "those of the run's tenant");
            }
            return Ok(());
        }
        self.create(attempt, &token, &shared.made.body).await
    }

    async fn send(&self, attempt: &mut Attempt, token: &Secret, content: Content) -> Result<Answer, Stop> {
        let Operation { id, method, path, .. } = self.operation;
        attempt.exchange(Role::Request, id, Credentials::Bearer(token), method, path, content).await
    }

    async fn by_id(&self, attempt: &mut Attempt, token: &Secret) -> Result<(), Stop> {
        let operation = &self.operation;
        let example = operation.request_examples().into_iter().next();
        let body = example.map(|example| example.value().clone());
        let site = Site::open(attempt, operation, body.clone().unwrap_or_default()).await?;
        let content = body.map_or(Content::None, Content::Json);
        let answer = site.send_as(attempt, Credentials::Bearer(token), content).await?;
        let not_found = operation.response(404);
        let open = not_found.is_none_or(|response| response.is_extension());
        let refusal = if open { NOT_FOUND_OR_INVALID } else { NOT_FOUND };
        refusal.judge(attempt, operation, &answer, None)?;
        site.unchanged(attempt).await
    }

    async fn verify(&self, attempt: &mut Attempt, token: &Secret, made: &Value) -> Result<(), Stop> {
        let body = match made.get("certificate") {
            Some(certificate) => json!({"certificates": [certificate, made.get("issuingCa")]}),
            None => json!({"username": made.get("username"), "password": made.get("password")}),
        };
        let answer = self.send(attempt, token, Content::Json(body)).await?;
        attempt.status(&answer, 200)?;
        attempt.documented(self.operation.id, &answer);
        attempt.equal(&answer, "/verdict", &json!("Rejected"));
        Ok(())
    }

    async fn create(&self, attempt: &mut Attempt, token: &Secret, ours: &Value) -> Result<(), Stop> {
        let body = match ours.get("username") {
            Some(username) => json!({"username": username}),
            None => json!({}),
        };
        let answer = self.send(attempt, token, Content::Json(body)).await?;
        attempt.status(&answer, self.operation.success().map_or(201, |success| success.status))?;
        let path = self.operation.path;
        let key = if ours.get("username").is_some() { "id" } else { "serialNumber" };
        // Other items of a long list are not kept, and what is not looked for would never be seen in ours.
        attempt.seek(answer.json().unwrap_or(&Value::Null));
        let made = attempt.at(&answer, &format!("/{key}"))?.as_str().unwrap_or_default().to_owned();
        let list = "get";
        let theirs = attempt
            .exchange(Role::Observe, "", Credentials::Bearer(token), list, path, Content::None)
            .await?;
        attempt.status(&theirs, 200)?;
        match item(&theirs, key, &made).and_then(|item| item.get("id")?.as_str()) {
            Some(id) => self.revoke(attempt, token, id).await,
            None => attempt.differs("body", "what was just made", "other items"),
        }
        let ours = attempt.exchange(Role::Observe, "", Credentials::Token, list, path, Content::None).await?;
        attempt.status(&ours, 200)?;
        if item(&ours, key, &made).is_some() {
            attempt.differs("body", "no credentials of another tenant", "those of another tenant");
        }
        Ok(())
    }

    /// What another tenant made, only its token can revoke.
    async fn revoke(&self, attempt: &mut Attempt, token: &Secret, id: &str) {
        let Some(revoke) = &self.revoke else { return };
        let path = revoke.path.replace("{id}", id);
        let content = Content::Json(json!({"state": "Revoked"}));
        let credentials = Credentials::Bearer(token);
        let sent = attempt.exchange(Role::Cleanup, revoke.id, credentials, revoke.method, &path, content);
        let revoked = sent.await.is_ok_and(|answer| answer.status < 300);
        if !revoked {
            attempt.left_behind.push(format!("credentials of another tenant, with the id {id}"));
        }
    }
}

fn item<'a>(list: &'a Answer, key: &str, value: &str) -> Option<&'a Value> {
    let items = list.json()?.as_array()?;
    items.iter().find(|item| item.get(key).and_then(Value::as_str) == Some(value))
}

fn has(list: &Answer, id: &str) -> bool {
    item(list, "id", id).is_some()
}

impl Check for OtherTenant {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
