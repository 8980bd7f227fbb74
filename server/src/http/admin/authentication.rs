//! Log in, log out, and how one can log in.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};
use vouchsafe_api::generated::{authentication::*, schemas as wire};

use super::{AdminCaller, AdminPlane, Failed, Login, answers::at};
use crate::service::{AdminError, Error, LoggedIn, Refusal};

const PATH: &str = "/api/authentication";
const TYPES: &str = "/api/authentication/types";
const NO_CREDENTIALS: AdminError =
    AdminError::AuthenticationFailure("send user name and password by HTTP Basic authentication");

impl AuthenticationApi for AdminPlane {
    async fn authentication_login(
        &self,
        caller: AdminCaller,
        query: AuthenticationLoginQuery,
    ) -> Result<AuthenticationLoginAnswer, Failed> {
        let AdminCaller::Login(login) = caller else { return Err(fail(AdminError::Unauthenticated)) };
        let logged_in = self.log_in(&login, query).await.map_err(fail)?;
        let expires = login.origin.now.as_secs() + i64::from(logged_in.inactivity_seconds);
        let set_cookie = self.cookie(logged_in.id.expose(), expires);
        Ok(AuthenticationLoginAnswer { body: bare()?, set_cookie })
    }

    async fn authentication_logout(&self, caller: AdminCaller) -> Result<AuthenticationLogoutAnswer, Failed> {
        let ctx = caller.session()?;
        self.0.service.logout(ctx).await.map_err(|error| at(ctx, error))?;
        Ok(AuthenticationLogoutAnswer { body: bare()?, set_cookie: self.cookie("", 0) })
    }

    async fn authentication_types_list(
        &self,
        _: AdminCaller,
    ) -> Result<AuthenticationTypesListAnswer, Failed> {
        let mut types = self.0.service.authentication_types().await.map_err(fail)?;
        // Without TLS there are no certificates.
        types.retain(|name| *name == "basic" || !self.0.server_certificate.chain().is_empty());
        let body = json!({"types": types, "meta": {"href": TYPES, "parent": PATH}});
        Ok(AuthenticationTypesListAnswer { body: read(body)? })
    }
}

impl AdminPlane {
    async fn log_in(&self, login: &Login, query: AuthenticationLoginQuery) -> Result<LoggedIn, AdminError> {
        let service = &self.0.service;
        if query.r#type == Some(wire::AuthenticationType::X509) {
            return service.login_certificate(&login.origin, &login.certificates).await;
        }
        let Some((name, password)) = &login.basic else {
            service.refused(Refusal::of(&login.origin, "unknown".to_owned(), "no user name and password"));
            return Err(NO_CREDENTIALS);
        };
        service.login_password(&login.origin, name, password).await
    }

    /// The cookie (RFC 6265 section 4.1). The server counts inactivity; the client's copy merely ends with it.
    pub(super) fn cookie(&self, id: &str, expires: i64) -> String {
        let moment = OffsetDateTime::from_unix_timestamp(expires).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let date = moment.format(&Rfc2822).unwrap_or_default().replace("+0000", "GMT");
        let secure = if self.0.secure_cookies { "; Secure" } else { "" };
        format!("session_id={id}; Expires={date}; Path=/; HttpOnly; SameSite=Strict{secure}")
    }
}

fn bare<T: DeserializeOwned>() -> Result<T, Failed> {
    read(json!({"meta": {"href": PATH, "parent": "/api"}}))
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Failed> {
    let broken =
        |error: serde_json::Error| Error::Internal { context: "making an answer", source: error.into() };
    serde_json::from_value(value).map_err(|error| fail(AdminError::Service(broken(error))))
}

fn fail(error: AdminError) -> Failed {
    Failed::at(PATH, error)
}
