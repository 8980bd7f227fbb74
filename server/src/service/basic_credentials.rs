//! Basic credentials: create, read, change state, reset the password.

use vouchsafe_domain::{
    CredentialsId, Event, Password, Scope, Secret, State, Transition, Username, transition,
};
use vouchsafe_store::{
    BasicCredentialsFilter, BasicCredentialsRow, Conflict, CredentialsKind, PasswordChange, StateChange,
};

use super::{
    Ctx, Error, Page, Service,
    listing::PAGE,
    names::silly_name,
    record::{Change, record},
};
use crate::auth::{SECRET_LENGTH, random_secret};

/// New credentials, with the password that is shown once.
#[derive(Debug)]
pub struct BasicCreated {
    /// The credentials.
    pub row: BasicCredentialsRow,
    /// Their password.
    pub password: Password,
}

/// How often a lost race or a taken name is tried again.
const TRIES: usize = 16;

const NOT_FOUND: Error = Error::NotFound("basic credentials");

impl Service {
    /// Creates credentials; what isn't given is made up.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a given name that is taken, [`Error::Busy`], [`Error::Forbidden`].
    pub async fn basic_credentials_create(
        &self,
        ctx: &Ctx,
        given: Option<Username>,
        password: Option<Password>,
    ) -> Result<BasicCreated, Error> {
        ctx.require(Scope::BasicCredentialsCreate)?;
        let password = given_or_random(ctx, password)?;
        let hash = Secret::new(self.passwords.hash(password.expose()).await?);
        let row = self.insert_named(ctx, given.as_ref(), &hash, silly_name).await?;
        self.metrics.issued("basic");
        Ok(BasicCreated { row, password })
    }

    /// Inserts under the given name, or under the first of the made-up ones that is free.
    async fn insert_named(
        &self,
        ctx: &Ctx,
        given: Option<&Username>,
        hash: &Secret,
        make_up: impl Fn() -> anyhow::Result<String>,
    ) -> Result<BasicCredentialsRow, Error> {
        for _ in 0..TRIES {
            let username = match given {
                Some(username) => username.clone(),
                None => Username::parse(make_up().map_err(Error::internal("making a name"))?)?,
            };
            let row = BasicCredentialsRow {
                id: self.ids.next(ctx.now),
                username,
                state: State::Inactive,
                created_at: ctx.now,
                updated_at: ctx.now,
                last_use_at: None,
            };
            let (action, detail) = ("basic_credentials_create", row.username.to_string());
            let record = record(ctx, action, CredentialsKind::Basic, &row.id, Change::Created, detail);
            match self.store.basic_credentials_insert(&ctx.tenant, &row, hash, record).await {
                Ok(()) => return Ok(row),
                Err(vouchsafe_store::Error::Conflict(Conflict::Username)) if given.is_some() => {
                    let message = "basic credentials with such username already registered";
                    return Err(Error::Conflict(message.to_owned()));
                }
                // A made-up name or an id is taken: the next one.
                Err(vouchsafe_store::Error::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Busy)
    }

    /// One page, `limit` at most.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Forbidden`].
    pub async fn basic_credentials_list(
        &self,
        ctx: &Ctx,
        filter: &BasicCredentialsFilter,
        after: Option<&CredentialsId>,
        limit: Option<u64>,
    ) -> Result<Page<BasicCredentialsRow>, Error> {
        ctx.require(Scope::BasicCredentialsRead)?;
        let limit = limit.unwrap_or(PAGE).min(PAGE);
        Ok(Page::cut(self.store.basic_credentials_page(&ctx.tenant, filter, after, limit + 1).await?, limit))
    }

    /// One by its id.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for another tenant's.
    pub async fn basic_credentials_get(
        &self,
        ctx: &Ctx,
        id: &CredentialsId,
    ) -> Result<BasicCredentialsRow, Error> {
        ctx.require(Scope::BasicCredentialsRead)?;
        self.basic_row(ctx, id).await
    }

    async fn basic_row(&self, ctx: &Ctx, id: &CredentialsId) -> Result<BasicCredentialsRow, Error> {
        self.store.basic_credentials_get(&ctx.tenant, id).await?.ok_or(NOT_FOUND)
    }

    /// Changes the state as the state table has it. Asking for the state it has changes nothing.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the table has no way, [`Error::NotFound`].
    pub async fn basic_credentials_update_state(
        &self,
        ctx: &Ctx,
        id: &CredentialsId,
        event: Event,
    ) -> Result<(), Error> {
        ctx.require(Scope::BasicCredentialsUpdate)?;
        for _ in 0..TRIES {
            let row = self.basic_row(ctx, id).await?;
            let Transition::To(to) = transition(row.state, event, row.last_use_at.is_some())? else {
                return Ok(());
            };
            let change = StateChange {
                tenant: ctx.tenant.clone(),
                id: id.clone(),
                from: row.state,
                to,
                updated_at: ctx.now,
            };
            let detail = format!("{} to {to}", row.state);
            let action = "basic_credentials_update_state";
            let record = record(ctx, action, CredentialsKind::Basic, id, Change::to(to), detail);
            if self.store.basic_credentials_change_state(&change, record).await? {
                return Ok(());
            }
        }
        Err(Error::Busy)
    }

    /// Sets a new password, the given one or one made up. The state stays.
    ///
    /// # Errors
    /// [`Error::Invalid`] for revoked credentials, [`Error::NotFound`], [`Error::Busy`].
    pub async fn basic_credentials_reset_password(
        &self,
        ctx: &Ctx,
        id: &CredentialsId,
        password: Option<Password>,
    ) -> Result<Password, Error> {
        ctx.require(Scope::BasicCredentialsUpdate)?;
        let mut row = self.basic_row(ctx, id).await?;
        transition(row.state, Event::ResetPassword, row.last_use_at.is_some())?;
        let password = given_or_random(ctx, password)?;
        let hash = Secret::new(self.passwords.hash(password.expose()).await?);
        for _ in 0..TRIES {
            let change = PasswordChange {
                tenant: ctx.tenant.clone(),
                id: id.clone(),
                from: row.state,
                password_hash: hash.clone(),
                updated_at: ctx.now,
            };
            let action = "basic_credentials_reset_password";
            let record =
                record(ctx, action, CredentialsKind::Basic, id, Change::PasswordReset, String::new());
            if self.store.basic_credentials_set_password_hash(&change, record).await? {
                return Ok(password);
            }
            row = self.basic_row(ctx, id).await?;
            transition(row.state, Event::ResetPassword, row.last_use_at.is_some())?;
        }
        Err(Error::Busy)
    }
}

/// The given password, if the tenant's rules permit it, or a made-up one.
fn given_or_random(ctx: &Ctx, password: Option<Password>) -> Result<Password, Error> {
    let minimum = usize::from(ctx.tenant_settings()?.password_rules.minimum_length);
    if let Some(password) = password {
        return match password.expose().len() < minimum {
            true => Err(Error::Invalid(format!(
                "password must be at least {minimum} characters long: the tenant's rules ask for it"
            ))),
            false => Ok(password),
        };
    }
    let mut text = zeroize::Zeroizing::new(String::new());
    while text.is_empty() || text.len() < minimum {
        let secret = random_secret().map_err(|error| Error::internal("making a password")(error.into()))?;
        text.push_str(secret.expose());
    }
    text.truncate(minimum.max(SECRET_LENGTH));
    Ok(Password::parse(text.as_str())?)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::{cell::RefCell, sync::Arc};

    use vouchsafe_domain::{ScopeSet, Secret, TenantId, Username};

    use crate::{
        auth::PasswordHasher,
        clock,
        config::Config,
        outbound,
        service::{Authorities, Ctx, Error, Options, Service},
        setup,
        telemetry::Metrics,
    };

    async fn service(config: &Config) -> Service {
        let ready = setup::prepare(config, "http://localhost", None).await.unwrap();
        let metrics = Arc::new(Metrics::default());
        let passwords = PasswordHasher::new(&config.passwords, Arc::clone(&metrics));
        let authorities = Authorities::new(ready.store.clone(), ready.master_key);
        let options = Options {
            key_pool: 0,
            remembered: 0,
            public_url: None,
            outbound_trust_store: None,
            own_host: String::new(),
            issuer: String::new(),
            has_tls: false,
            ca_ttl: std::time::Duration::from_secs(86_400),
        };
        let outbound = Arc::new(outbound::Client::new(Vec::new()));
        Service::new(ready.store, passwords, authorities, outbound, options, metrics).unwrap()
    }

    #[tokio::test]
    async fn a_taken_name_is_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { data_dir: folder.path().join("data"), ..Config::default() };
        (config.passwords.memory_kib, config.pki.ca_key_type) = (8, "ec-p256".to_owned());
        let service = service(&config).await;
        let ctx = Ctx {
            tenant: TenantId::parse("default").unwrap(),
            actor: "test".to_owned(),
            scopes: ScopeSet::all(),
            settings: service.settings(clock::now()).await.unwrap(),
            address: String::new(),
            request_id: String::new(),
            now: clock::now(),
        };
        let (hash, taken) = (Secret::new("hash"), Username::parse("taken").unwrap());
        service.insert_named(&ctx, Some(&taken), &hash, || unreachable!()).await.unwrap();
        let names = RefCell::new(vec!["free", "taken", "taken"]);
        let next = || Ok(names.borrow_mut().pop().unwrap().to_owned());
        let row = service.insert_named(&ctx, None, &hash, next).await.unwrap();
        assert_eq!((row.username.as_str(), names.borrow().len()), ("free", 0));
        let never = service.insert_named(&ctx, None, &hash, || Ok("taken".to_owned())).await;
        assert!(matches!(never, Err(Error::Busy)));
        let again = service.insert_named(&ctx, Some(&taken), &hash, || unreachable!()).await;
        assert!(matches!(again, Err(Error::Conflict(_))));
    }
}
