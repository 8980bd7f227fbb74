//! Access tokens of others: another tenant's, and those that lack a scope. A run makes them where it can.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Attempt, Run, Who};
use crate::{
    case::Stop,
    document::Operation,
    exchange::Role,
    target::{Profile, Secret},
};

const TENANTS: &str = "/api/configuration/tenants";

/// A tenant that the run made, with the tokens of its clients.
#[derive(Debug)]
pub(crate) struct Strangers {
    path: String,
    other_tenant: Secret,
    /// Each scope with a token that has all others.
    without: Vec<(&'static str, Secret)>,
}

impl Attempt {
    /// A token of another tenant, with all scopes.
    pub(crate) async fn other_tenant(&self) -> Result<Secret, Stop> {
        if let Some(token) = self.run.tokens.other_tenant.clone() {
            return Ok(token);
        }
        self.strangers("an access token of another tenant: give --other-tenant-token", |made| {
            Some(made.other_tenant.clone())
        })
        .await
    }

    /// A valid token that lacks a scope that the operation needs. One that the run makes has all others: a target must not
    /// take any scope of the API for enough. A given one has none.
    pub(crate) async fn without_scope(&self, operation: &Operation) -> Result<Secret, Stop> {
        let needed = operation.scopes();
        let lacking = |made: &Strangers| {
            let found = made.without.iter().find(|(scope, _)| needed.contains(scope));
            found.map(|(_, token)| token.clone())
        };
        match (
            self.strangers("an access token that lacks the scope: give --unscoped-token", lacking).await,
            &self.run.tokens.without_scopes,
        ) {
            (Err(Stop::Skip(_)), Some(given)) => Ok(given.clone()),
            (made, _) => made,
        }
    }

    /// A token that was valid once. It cannot be made: that would take as long as tokens live.
    pub(crate) fn expired(&self) -> Result<Secret, Stop> {
        let lacks = || Stop::Skip("needs an access token that has expired: give --expired-token".to_owned());
        self.run.tokens.expired.clone().ok_or_else(lacks)
    }

    async fn strangers(
        &self,
        what: &str,
        token: impl Fn(&Strangers) -> Option<Secret>,
    ) -> Result<Secret, Stop> {
        let run = Arc::clone(&self.run);
        if run.profile != Profile::Extended || run.admin.is_none() {
            return Err(Stop::Skip(format!("needs {what}")));
        }
        match run.strangers.get_or_init(|| make(&run)).await {
            Ok(made) => token(made)
                .ok_or_else(|| Stop::Skip(format!("needs {what}, for the document names no scope"))),
            Err(reason) => Err(Stop::Skip(format!("needs {what}, for the run could not make it: {reason}"))),
        }
    }
}

/// Commits a tenant with two clients. Nobody else may change the configuration meanwhile.
async fn make(run: &Arc<Run>) -> Result<Strangers, String> {
    let _turn = run.configuration.lock().await;
    let mut attempt = Attempt::closing(run);
    let made = attempt.make_strangers().await;
    attempt.begin_cleanup();
    attempt.restore().await;
    made.map_err(|stop| match stop {
        Stop::Skip(reason) | Stop::Error(reason) => reason,
        Stop::Failed => "the target refused a documented request".to_owned(),
    })
}

impl Attempt {
    async fn make_strangers(&mut self) -> Result<Strangers, Stop> {
        let document = vouchsafe_api_spec::document();
        let mut tenant = document["components"]["examples"]["tenants-create"]["value"].clone();
        let id = format!("conformance-{}", self.suffix);
        tenant["id"] = json!(id);
        tenant["name"] = json!("Made by a conformance run");
        tenant["external_issuers"] = json!([]);
        tenant["trust_stores"] = json!([]);
        let scopes = document["components"]["schemas"]["OauthScope"]["enum"].as_array().into_iter().flatten();
        let scopes: Vec<&'static str> = scopes.filter_map(Value::as_str).collect();
        let tenant = self.add(TENANTS, tenant).await?;
        let path = format!("{TENANTS}/{}", tenant["key"].as_str().unwrap_or_default());
        self.undo("delete", path.as_str(), None);
        let clients = format!("{path}/oauth_clients");
        let all = self.client(&clients, &id, &scopes).await?;
        let mut lacking = Vec::new();
        for (place, scope) in scopes.iter().copied().enumerate() {
            let others: Vec<&str> = scopes.iter().copied().filter(|other| *other != scope).collect();
            let id = format!("{id}-{place}");
            let secret = self.client(&clients, &id, &others).await?;
            lacking.push((scope, id, secret));
        }
        let answer = self.commit(Role::Prepare, &Who::Admin).await?;
        self.status(&answer, 201)?;
        let other_tenant = self.token_of(&id, &all).await?;
        let mut without = Vec::new();
        for (scope, id, secret) in lacking {
            without.push((scope, self.token_of(&id, &secret).await?));
        }
        self.keep();
        Ok(Strangers { path, other_tenant, without })
    }

    /// The secret of a new client.
    async fn client(&mut self, clients: &str, id: &str, scopes: &[&str]) -> Result<Secret, Stop> {
        let client = self.add(clients, json!({"client_id": id, "scopes": scopes})).await?;
        Ok(Secret::new(client["client_secret"].as_str().unwrap_or_default()))
    }

    async fn token_of(&self, id: &str, secret: &Secret) -> Result<Secret, Stop> {
        let path = self.run.document.token_path().unwrap_or_default();
        self.run.http.token_of(path, id, secret).await.map_err(Stop::Error)
    }

    async fn add(&mut self, collection: &str, body: Value) -> Result<Value, Stop> {
        let answer = self.call(Role::Prepare, &Who::Admin, "post", collection, Some(body)).await?;
        self.status(&answer, 201)?;
        Ok(answer.json().cloned().unwrap_or_default())
    }
}

impl Run {
    /// Removes the tenant that the run made; tells if it could not be.
    pub(crate) async fn close_strangers(self: &Arc<Self>) -> Vec<String> {
        let Some(Ok(strangers)) = self.strangers.get() else { return Vec::new() };
        let _turn = self.configuration.lock().await;
        let mut attempt = Attempt::closing(self);
        attempt.undo("delete", strangers.path.as_str(), None);
        attempt.begin_cleanup();
        attempt.restore().await;
        attempt.left_behind
    }
}
