//! The operations of basic credentials on the wire.

use std::sync::Arc;

use futures_util::stream;
use vouchsafe_api::{
    generated::{basic_credentials::*, schemas as wire},
    runtime::{Interrupted, Items},
};
use vouchsafe_domain::{CredentialsId, Password, Username};
use vouchsafe_store::{BasicCredentialsFilter, BasicCredentialsRow};

use super::{Shared, convert, error::HttpError, plane::TenantPlane};
use crate::service::{Ctx, Error};

const PATH: &str = "/api/v1/basic-credentials";

impl BasicCredentialsApi for TenantPlane {
    async fn basic_credentials_list(
        &self,
        ctx: Ctx,
        query: BasicCredentialsListQuery,
    ) -> Result<BasicCredentialsListAnswer, HttpError> {
        let filter = BasicCredentialsFilter {
            state: query.state.map(convert::state_from),
            username: query
                .username
                .map(|name| Username::parse(name.as_str()))
                .transpose()
                .map_err(Error::from)?,
        };
        let after = query.after.as_ref().map(convert::id).transpose()?;
        let limit = query.limit.map(|limit| u64::from(limit.get().unsigned_abs()));
        let page = self.0.service.basic_credentials_list(&ctx, &filter, after.as_ref(), limit).await?;
        let last = page.rows.last().map(|row| row.id.clone());
        let first = page.rows.iter().map(row).collect::<Result<_, _>>()?;
        let (link, body) = match (last.filter(|_| page.more), limit) {
            (None, _) => (None, Items::from(first)),
            (Some(last), Some(limit)) => {
                let (limit, state) = (limit.to_string(), filter.state.map(|state| state.as_str()));
                let username = filter.username.as_ref().map(Username::as_str);
                let parameters = [
                    ("limit", Some(&*limit)),
                    ("after", Some(last.as_str())),
                    ("state", state),
                    ("username", username),
                ];
                (Some(convert::next_link(PATH, &parameters)), Items::from(first))
            }
            (Some(last), None) => (None, Items::paged(first, rest(Arc::clone(&self.0), ctx, filter, last))),
        };
        Ok(BasicCredentialsListAnswer { body, link })
    }

    async fn basic_credentials_create(
        &self,
        ctx: Ctx,
        body: wire::BasicCredentialsRequest,
    ) -> Result<BasicCredentialsCreateAnswer, HttpError> {
        let username =
            body.username.map(|name| Username::parse(name.as_str())).transpose().map_err(Error::from)?;
        let password = password(body.password)?;
        let created = self.0.service.basic_credentials_create(&ctx, username, password).await?;
        let location = format!("{PATH}/{}", created.row.id);
        let wire::BasicCredentials { state, username, id, created_date, updated_date, last_use_date } =
            row(&created.row)?;
        let password = convert::ours(created.password.expose())?;
        let body = wire::BasicCredentialsCreated {
            state,
            username,
            id,
            created_date,
            updated_date,
            last_use_date,
            password,
        };
        Ok(BasicCredentialsCreateAnswer { body, location: Some(location) })
    }

    async fn basic_credentials_get(
        &self,
        ctx: Ctx,
        id: wire::CredentialsId,
    ) -> Result<BasicCredentialsGetAnswer, HttpError> {
        let found = self.0.service.basic_credentials_get(&ctx, &convert::id(&id)?).await?;
        Ok(BasicCredentialsGetAnswer { body: row(&found)? })
    }

    async fn basic_credentials_update_state(
        &self,
        ctx: Ctx,
        id: wire::CredentialsId,
        body: wire::CredentialsStateUpdate,
    ) -> Result<BasicCredentialsUpdateStateAnswer, HttpError> {
        let (id, event) = (convert::id(&id)?, convert::event(body.state));
        self.0.service.basic_credentials_update_state(&ctx, &id, event).await?;
        Ok(BasicCredentialsUpdateStateAnswer {})
    }

    async fn basic_credentials_reset_password(
        &self,
        ctx: Ctx,
        id: wire::CredentialsId,
        body: wire::PasswordResetRequest,
    ) -> Result<BasicCredentialsResetPasswordAnswer, HttpError> {
        let (id, password) = (convert::id(&id)?, password(body.password)?);
        let password = self.0.service.basic_credentials_reset_password(&ctx, &id, password).await?;
        let body = wire::PasswordReset { password: convert::ours(password.expose())? };
        Ok(BasicCredentialsResetPasswordAnswer { body })
    }
}

fn password(password: Option<wire::Password>) -> Result<Option<Password>, Error> {
    Ok(password.map(|password| Password::parse(password.expose())).transpose()?)
}

fn row(row: &BasicCredentialsRow) -> Result<wire::BasicCredentials, HttpError> {
    Ok(wire::BasicCredentials {
        state: convert::state(row.state),
        username: row.username.to_string(),
        id: convert::ours(row.id.as_str())?,
        created_date: convert::moment(row.created_at),
        updated_date: convert::moment(row.updated_at),
        last_use_date: row.last_use_at.map(convert::moment),
    })
}

/// The pages after the first, each read when the one before has been sent.
fn rest(
    shared: Arc<Shared>,
    ctx: Ctx,
    filter: BasicCredentialsFilter,
    last: CredentialsId,
) -> impl futures_util::Stream<Item = Result<Vec<wire::BasicCredentials>, Interrupted>> + Send {
    stream::try_unfold((shared, ctx, filter, Some(last)), async |(shared, ctx, filter, after)| {
        let Some(after) = after else { return Ok(None) };
        let page = shared.service.basic_credentials_list(&ctx, &filter, Some(&after), None).await;
        let page = page.map_err(|error| interrupted(&error))?;
        let next = page.rows.last().filter(|_| page.more).map(|row| row.id.clone());
        let items = page.rows.iter().map(row).collect::<Result<Vec<_>, _>>().map_err(|_| Interrupted)?;
        Ok(Some((items, (shared, ctx, filter, next))))
    })
}

/// A list that breaks off has no status left to say so; the log has.
pub(super) fn interrupted(error: &Error) -> Interrupted {
    tracing::error!(?error, "a list broke off");
    Interrupted
}
