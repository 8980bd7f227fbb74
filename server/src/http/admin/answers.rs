//! The message format: objects, lists and bare answers, each with `meta`. Bodies are JSON on both sides of the service, so
//! one function serves all resources.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use vouchsafe_api::generated::schemas as wire;

use super::{AdminCaller, AdminPlane, Failed};
use crate::service::{AdminCtx, AdminError, Listing, Meta};

impl AdminCaller {
    /// The session that calls.
    pub(super) fn session(&self) -> Result<&AdminCtx, Failed> {
        match self {
            Self::Session(ctx) => Ok(ctx),
            Self::Anonymous(origin) => Err(Failed::at(&origin.path, AdminError::Unauthenticated)),
            Self::Login(login) => Err(Failed::at(&login.origin.path, AdminError::Unauthenticated)),
        }
    }
}

impl AdminPlane {
    /// A namespace's names.
    pub(super) async fn namespace<T: DeserializeOwned>(
        &self,
        caller: &AdminCaller,
        path: &str,
    ) -> Result<T, Failed> {
        let ctx = caller.session()?;
        let listing = self.0.service.namespace_list(ctx, path).await.map_err(|error| at(ctx, error))?;
        list(ctx, listing)
    }

    /// A collection's objects.
    pub(super) async fn collection<T: DeserializeOwned>(
        &self,
        caller: &AdminCaller,
        path: &str,
    ) -> Result<T, Failed> {
        let ctx = caller.session()?;
        let listing = self.0.service.collection_list(ctx, path).await.map_err(|error| at(ctx, error))?;
        list(ctx, listing)
    }

    /// One object.
    pub(super) async fn object<T: DeserializeOwned>(
        &self,
        caller: &AdminCaller,
        path: &str,
    ) -> Result<T, Failed> {
        let ctx = caller.session()?;
        let object = self.0.service.object_get(ctx, path).await.map_err(|error| at(ctx, error))?;
        answer(ctx, json!({"body": object.body, "key": object.key, "meta": meta(&object.meta)}))
    }

    /// Replaces an object: the answer and its path.
    pub(super) async fn replace(
        &self,
        caller: &AdminCaller,
        path: &str,
        body: &impl Serialize,
    ) -> Result<(wire::Changed, Option<String>), Failed> {
        let ctx = caller.session()?;
        let body = value(ctx, body)?;
        let replaced = self.0.service.object_replace(ctx, path, body).await;
        let (key, place) = replaced.map_err(|error| at(ctx, error))?;
        Ok((answer(ctx, json!({"key": key, "meta": meta(&place)}))?, Some(place.href)))
    }

    /// Adds an object to a collection: the answer, with a secret where one was made, and the object's path.
    pub(super) async fn create<T: DeserializeOwned>(
        &self,
        caller: &AdminCaller,
        collection: &str,
        body: &impl Serialize,
    ) -> Result<(T, Option<String>), Failed> {
        let ctx = caller.session()?;
        let body = value(ctx, body)?;
        let created = self.0.service.object_create(ctx, collection, body).await;
        let created = created.map_err(|error| at(ctx, error))?;
        let mut body = json!({"key": created.key, "meta": meta(&created.meta)});
        if let Some((name, secret)) = &created.secret {
            body[*name] = secret.expose().into();
        }
        Ok((answer(ctx, body)?, Some(created.meta.href)))
    }

    /// Removes an object.
    pub(super) async fn delete(&self, caller: &AdminCaller, path: &str) -> Result<wire::Deleted, Failed> {
        let ctx = caller.session()?;
        let place = self.0.service.object_delete(ctx, path).await.map_err(|error| at(ctx, error))?;
        answer(ctx, json!({"meta": meta(&place)}))
    }
}

/// The error of a session's request.
pub(super) fn at(ctx: &AdminCtx, error: AdminError) -> Failed {
    Failed::at(&ctx.path, error)
}

fn list<T: DeserializeOwned>(ctx: &AdminCtx, listing: Listing) -> Result<T, Failed> {
    let items = listing.items.into_iter().map(|(key, href, body)| {
        let mut item = Map::new();
        item.insert("key".to_owned(), key.into());
        item.insert("meta".to_owned(), json!({"href": href}));
        if let Some(body) = body {
            item.insert("body".to_owned(), body);
        }
        Value::Object(item)
    });
    answer(ctx, json!({"items": items.collect::<Vec<_>>(), "meta": meta(&listing.meta)}))
}

/// `meta` of an object or list. Without a neighbour `previous` or `next` is null.
pub(super) fn meta(meta: &Meta) -> Value {
    let mut answer = json!({
        "first": meta.first,
        "href": meta.href,
        "last": meta.last,
        "next": meta.next,
        "parent": meta.parent,
        "previous": meta.previous,
        "transaction": "/api/transaction",
    });
    if let Some(seconds) = meta.remaining_seconds {
        answer["remaining_seconds"] = seconds.into();
    }
    answer
}

/// A JSON value as the document's type. That it is one is ours to get right.
pub(super) fn answer<T: DeserializeOwned>(ctx: &AdminCtx, value: Value) -> Result<T, Failed> {
    serde_json::from_value(value).map_err(|error| broken(ctx, error))
}

fn value(ctx: &AdminCtx, body: &impl Serialize) -> Result<Value, Failed> {
    serde_json::to_value(body).map_err(|error| broken(ctx, error))
}

fn broken(ctx: &AdminCtx, error: serde_json::Error) -> Failed {
    let error = crate::service::Error::Internal { context: "making an answer", source: error.into() };
    at(ctx, AdminError::Service(error))
}
