//! The root of the configuration.

use serde_json::{Value, json};
use vouchsafe_api::generated::configuration::*;

use super::{AdminCaller, AdminPlane, Failed, answers::answer};
use crate::service::TRANSACTION_SECONDS;

impl ConfigurationApi for AdminPlane {
    async fn configuration_list(&self, caller: AdminCaller) -> Result<ConfigurationListAnswer, Failed> {
        let ctx = caller.session()?;
        let names = self.0.service.configuration_list();
        let items: Vec<Value> =
            names.into_iter().map(|(key, href)| json!({"key": key, "meta": {"href": href}})).collect();
        let mut meta =
            json!({"href": "/api/configuration", "parent": "/api", "transaction": "/api/transaction"});
        if ctx.transaction {
            meta["remaining_seconds"] = TRANSACTION_SECONDS.into();
        }
        Ok(ConfigurationListAnswer { body: answer(ctx, json!({"items": items, "meta": meta}))? })
    }
}
