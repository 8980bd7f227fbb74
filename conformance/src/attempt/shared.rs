//! Credentials that many cases share: those whose requests must be refused and change nothing.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{Attempt, Made, Run};
use crate::{
    case::{CaseInfo, Kind, Level, Plane, Stop},
    document::Operation,
    exchange::Role,
};

/// Credentials that stay as they are.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) made: Made,
    pub(crate) id: String,
    /// As they were read when they were made.
    item: Value,
}

/// Shared credentials that are not as they were.
#[derive(Debug)]
pub(crate) struct Spoiled {
    shared: Shared,
    accepted: bool,
}

/// How long a request of another case may take that was accepted.
const PATIENCE: Duration = Duration::from_millis(300);

impl Attempt {
    /// The credentials that cases share on what `operation` works on, made when the first case needs them.
    pub(crate) async fn shared(&mut self, operation: &Operation) -> Result<Shared, Stop> {
        let run = Arc::clone(&self.run);
        let mut all = run.shared.lock().await;
        if let Some(shared) = all.get(operation.collection()) {
            self.seek(&shared.made.body);
            self.seek(&json!({"id": shared.id}));
            return Ok(shared.clone());
        }
        let made = self.prepare(operation).await?;
        let id = self.id_of(Role::Prepare, &made).await?;
        self.seek(&json!({"id": id}));
        let item = self.look(Role::Prepare, &made, &id).await?;
        // The run revokes them, not this attempt.
        self.made.pop();
        let shared = Shared { made, id, item };
        all.insert(operation.collection(), shared.clone());
        Ok(shared)
    }

    /// Shared credentials are as they were; otherwise later cases get others. It is told unless another case's request,
    /// which should have been refused, was accepted: then that case tells.
    pub(crate) async fn unchanged(&mut self, operation: &Operation, shared: &Shared) -> Result<(), Stop> {
        let item = self.look(Role::Observe, &shared.made, &shared.id).await?;
        let members = shared.item.as_object().into_iter().flatten();
        let changed: Vec<_> =
            members.filter(|(name, before)| item.get(name.as_str()) != Some(before)).collect();
        if changed.is_empty() || self.accepted_elsewhere(&shared.id).await {
            return Ok(());
        }
        for (name, before) in changed {
            self.equal_to(&format!("body/{name}"), before, item.get(name));
        }
        self.spoil(operation, false).await;
        Ok(())
    }

    async fn accepted_elsewhere(&self, id: &str) -> bool {
        // The other case may still wait for its answer.
        tokio::time::sleep(PATIENCE).await;
        let spoiled = self.run.spoiled.lock().await;
        spoiled.iter().any(|spoiled| spoiled.shared.id == id && spoiled.accepted)
    }

    /// Shared credentials may not be as they were any more: later cases get others. `accepted` is whether a request that
    /// should have been refused was accepted.
    pub(crate) async fn spoil(&self, operation: &Operation, accepted: bool) {
        if let Some(shared) = self.run.shared.lock().await.remove(operation.collection()) {
            self.run.spoiled.lock().await.push(Spoiled { shared, accepted });
        }
    }

    /// Credentials as they are now: alone where the target has that, else from the list.
    async fn look(&mut self, role: Role, made: &Made, id: &str) -> Result<Value, Stop> {
        let document = Arc::clone(&self.run.document);
        let Some(get) = document.get_of(&made.operation).filter(|_| self.is_extended()) else {
            return self.find(role, made).await;
        };
        let answer = self.send(role, get, Some(id), None).await?;
        self.status(&answer, 200)?;
        Ok(self.at(&answer, "")?.clone())
    }

    /// An attempt that takes back what the run made and belongs to no case.
    pub(super) fn closing(run: &Arc<Run>) -> Self {
        let case = CaseInfo {
            id: "close".to_owned(),
            operation: String::new(),
            kind: Kind::State,
            level: Level::Must,
            requirement: "What the cases shared is taken back.".to_owned(),
            pointer: String::new(),
            fix: None,
            note: None,
            extension: false,
            plane: Plane::ClientCredentials,
            quote: None,
        };
        Self::new(Arc::clone(run), case)
    }
}

impl Run {
    /// Revokes the credentials that cases shared; tells which could not be.
    pub(crate) async fn close_shared(self: &Arc<Self>) -> Vec<String> {
        let shared = std::mem::take(&mut *self.shared.lock().await);
        let spoiled = std::mem::take(&mut *self.spoiled.lock().await);
        let mut attempt = Attempt::closing(self);
        let spoiled = spoiled.into_iter().map(|spoiled| spoiled.shared);
        let made = shared.into_values().chain(spoiled).map(|shared| shared.made);
        let certificate = self.certificate.get().map(|certificate| certificate.made.clone());
        attempt.made = made.chain(certificate).collect();
        attempt.clean().await;
        attempt.left_behind
    }
}
