//! The operations of basic credentials on the wire.

use std::sync::Arc;

use vouchsafe_api::generated::{basic_credentials::*, schemas as wire};
use vouchsafe_domain::{CredentialsId, Password, State, Username};
use vouchsafe_store::{BasicCredentialsFilter, BasicCredentialsRow};

use super::{
    convert,
    error::HttpError,
    listing::{self, Row, next_link},
    plane::TenantPlane,
    verification,
};
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
        let (state, username) = (filter.state, filter.username.clone());
        let link = |limit: &str, after: &CredentialsId| {
            let state = state.map(State::as_str);
            let username = username.as_ref().map(Username::as_str);
            let after = Some(after.as_str());
            next_link(
                PATH,
                &[("limit", Some(limit)), ("after", after), ("state", state), ("username", username)],
            )
        };
        let shared = Arc::clone(&self.0);
        let (body, link) = listing::answer(query.limit, after, link, move |after, limit| {
            let (shared, ctx, filter) = (Arc::clone(&shared), ctx.clone(), filter.clone());
            async move { shared.service.basic_credentials_list(&ctx, &filter, after.as_ref(), limit).await }
        })
        .await?;
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
            created.row.to_wire()?;
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

    async fn basic_credentials_verify(
        &self,
        ctx: Ctx,
        body: wire::BasicCredentialsVerification,
    ) -> Result<BasicCredentialsVerifyAnswer, HttpError> {
        let presented = verification::basic_presented(body)?;
        let verdict = self.0.service.basic_credentials_verify(&ctx, &presented).await?;
        let body = verification::basic_verdict(ctx.tenant.to_string(), verdict)?;
        Ok(BasicCredentialsVerifyAnswer { body })
    }

    async fn basic_credentials_get(
        &self,
        ctx: Ctx,
        id: wire::CredentialsId,
    ) -> Result<BasicCredentialsGetAnswer, HttpError> {
        let found = self.0.service.basic_credentials_get(&ctx, &convert::id(&id)?).await?;
        Ok(BasicCredentialsGetAnswer { body: found.to_wire()? })
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

impl Row for BasicCredentialsRow {
    type Wire = wire::BasicCredentials;

    fn id(&self) -> &CredentialsId {
        &self.id
    }

    fn to_wire(&self) -> Result<wire::BasicCredentials, HttpError> {
        Ok(wire::BasicCredentials {
            state: convert::state(self.state),
            username: self.username.to_string(),
            id: convert::ours(self.id.as_str())?,
            created_date: convert::moment(self.created_at),
            updated_date: convert::moment(self.updated_at),
            last_use_date: self.last_use_at.map(convert::moment),
        })
    }
}
