//! The audit trail.

use serde_json::{Value, json};
use vouchsafe_api::{generated::audit::*, runtime::timestamp::Timestamp as WireTimestamp};
use vouchsafe_domain::Timestamp;
use vouchsafe_store::{AuditFilter, AuditRow};

use super::{
    AdminCaller, AdminPlane, Failed,
    answers::{answer, at},
};
use crate::http::convert;

const PATH: &str = "/api/audit";
/// How many entries a page has unless told.
const PAGE: u64 = 100;

impl AuditApi for AdminPlane {
    async fn audit_list(
        &self,
        caller: AdminCaller,
        query: AuditListQuery,
    ) -> Result<AuditListAnswer, Failed> {
        let ctx = caller.session()?;
        let link = link(&query);
        let limit = query.limit.as_ref().map_or(PAGE, |limit| limit.get().unsigned_abs().into());
        let filter = AuditFilter {
            tenant: None,
            since: query.since.map(moment),
            until: query.until.map(moment),
            actor: query.actor.map(|text| text.to_string()),
            operation: query.operation.map(|text| text.to_string()),
            target: query.target.map(|text| text.to_string()),
            before: query.before.as_ref().and_then(|id| id.as_str().parse().ok()),
        };
        let page = self.0.service.audit_list(&filter, limit).await.map_err(|error| at(ctx, error))?;
        let last = page.rows.last().map(|(id, _)| *id).filter(|_| page.more);
        let items: Vec<Value> = page.rows.into_iter().map(|(id, row)| entry(id, row)).collect();
        let meta = json!({"href": PATH, "parent": "/api", "next": last.map(link)});
        Ok(AuditListAnswer { body: answer(ctx, json!({"items": items, "meta": meta}))? })
    }
}

fn moment(moment: WireTimestamp) -> Timestamp {
    moment.0.into()
}

/// The path of the page after an entry: the same query, from there on.
fn link(query: &AuditListQuery) -> impl Fn(i64) -> String + use<> {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    let texts = [
        ("since", query.since.map(text)),
        ("until", query.until.map(text)),
        ("actor", query.actor.as_ref().map(ToString::to_string)),
        ("operation", query.operation.as_ref().map(ToString::to_string)),
        ("target", query.target.as_ref().map(ToString::to_string)),
        ("limit", query.limit.as_ref().map(|limit| limit.get().to_string())),
    ];
    for (name, text) in texts {
        pairs.extend_pairs(text.map(|text| (name, text)));
    }
    let query = pairs.finish();
    move |before| match query.is_empty() {
        true => format!("{PATH}?before={before}"),
        false => format!("{PATH}?{query}&before={before}"),
    }
}

/// A moment as the wire has it.
fn text(moment: WireTimestamp) -> String {
    json!(moment).as_str().unwrap_or_default().to_owned()
}

fn entry(id: i64, row: AuditRow) -> Value {
    let mut entry = json!({
        "id": id.to_string(),
        "at": convert::moment(row.at),
        "actor": row.actor,
        "address": row.address,
        "operation": row.action,
        "target": row.subject,
        "outcome": row.outcome.as_str(),
        "request_id": row.request_id,
        "count": row.count,
    });
    if let Some(tenant) = row.tenant {
        entry["tenant"] = tenant.as_str().into();
    }
    if !row.detail.is_empty() {
        entry["detail"] = row.detail.into();
    }
    entry
}
