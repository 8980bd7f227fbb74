//! Verifies a username and a password.

use std::net::IpAddr;

use vouchsafe_domain::{Scope, Secret, State, Username};
use vouchsafe_store::{BasicCredentialsRow, BasicLookup, CredentialsKind};

use super::{
    Ctx, Error, Service,
    guard::{self, Pair},
    uses::{TRIES, Use},
    verdict::{Reason, Rejection},
};
use crate::clock;

/// What a client presents.
#[derive(Debug)]
pub struct BasicPresented {
    /// The username, whatever was sent; `username@tenant` where the tenant is the caller's.
    pub username: String,
    /// The password.
    pub password: Secret,
    /// The device's address, where the caller knows it. Never the caller's own.
    pub client_address: Option<IpAddr>,
}

/// The credentials, now Active, or why they are not accepted.
pub type BasicVerdict = Result<BasicCredentialsRow, Rejection<BasicCredentialsRow>>;

const ACTION: &str = "basic_credentials_verify";

impl Service {
    /// Says whether a username and a password are good now, and notes their use.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many passwords wait for being hashed, in all or of this pair; [`Error::Forbidden`].
    pub async fn basic_credentials_verify(
        &self,
        ctx: &Ctx,
        presented: &BasicPresented,
    ) -> Result<BasicVerdict, Error> {
        ctx.require(Scope::BasicCredentialsVerify)?;
        let verdict = match own_name(ctx, &presented.username) {
            Some(name) => self.judge(ctx, name, presented).await?,
            None => {
                // It takes as long as any other: nobody learns the tenant's id from it.
                let pair = Pair::new(&presented.username, presented.client_address);
                self.guess(ctx, &pair, presented, None).await?;
                Err(Rejection::new(Reason::UnknownTenant))
            }
        };
        self.note_verdict(ctx, ACTION, "basic", presented.client_address, &verdict);
        Ok(verdict)
    }

    async fn judge(&self, ctx: &Ctx, name: &str, presented: &BasicPresented) -> Result<BasicVerdict, Error> {
        let pair = Pair::new(name, presented.client_address);
        // A password that was found right is right as long as the stored hash stays the same.
        let mut right = None;
        for _ in 0..TRIES {
            let found = self.look_up(ctx, name, &pair).await?;
            let wait = guard::wait(found.failures, ctx.tenant_settings()?.lockout, ctx.now);
            if let Some(seconds) = wait.filter(|_| right.is_none()) {
                return Ok(Err(Rejection { retry_after: Some(seconds), ..Rejection::new(Reason::Locked) }));
            }
            let failed_before = found.failures.is_some();
            let Some((row, hash)) = found.credentials else {
                self.guess(ctx, &pair, presented, None).await?;
                return Ok(Err(Rejection::new(Reason::UnknownUsername)));
            };
            let trace = self.remembered.trace(row.id.as_str(), hash.expose(), presented.password.expose());
            if right.as_ref() != Some(&hash) && !self.remembered.knows(trace) {
                if !self.guess(ctx, &pair, presented, Some(&hash)).await? {
                    return Ok(Err(Rejection::about(Reason::WrongPassword, row.id.as_str())));
                }
                // State and hash are read anew: both may have changed while the password was hashed.
                right = Some(self.remember(ctx, presented, &row, hash).await);
                continue;
            }
            match self.use_credentials(ctx, ACTION, CredentialsKind::Basic, &row.id, row.state).await? {
                Use::Changed => {}
                Use::Refused(reason) => return Ok(Err(Rejection::about(reason, row.id.as_str()).with(row))),
                Use::Accepted => {
                    if failed_before {
                        self.forgive(ctx, &pair).await;
                    }
                    return Ok(Ok(BasicCredentialsRow {
                        state: State::Active,
                        last_use_at: Some(ctx.now),
                        ..row
                    }));
                }
            }
        }
        Err(Error::Busy)
    }

    async fn look_up(&self, ctx: &Ctx, name: &str, pair: &Pair) -> Result<BasicLookup, Error> {
        match Username::parse(name) {
            Ok(name) => Ok(self.store.basic_lookup(&ctx.tenant, &name, pair.as_str()).await?),
            // Nobody has such a name. It is counted like any other.
            Err(_) => {
                let failures = self.store.verification_failures_get(&ctx.tenant, pair.as_str()).await?;
                Ok(BasicLookup { credentials: None, failures })
            }
        }
    }

    /// Whether the password is the hashed one; without a hash it is nobody's, after the same time. A wrong one is counted
    /// before anybody learns of it. A caller that goes away changes nothing of that: neither the pair's turn nor the count.
    async fn guess(
        &self,
        ctx: &Ctx,
        pair: &Pair,
        presented: &BasicPresented,
        hash: Option<&Secret>,
    ) -> Result<bool, Error> {
        let turn = self.guard.turn(pair).ok_or(Error::Busy)?;
        let (passwords, store) = (self.passwords.clone(), self.store.clone());
        let (tenant, pair, lockout) = (ctx.tenant.clone(), pair.clone(), ctx.tenant_settings()?.lockout);
        let (password, hash) = (presented.password.clone(), hash.cloned());
        let guessing = tokio::spawn(async move {
            let _turn = turn;
            let right = match hash {
                Some(hash) => passwords.verify(password.expose(), hash.expose()).await?,
                None => passwords.verify_nothing(password.expose()).await?,
            };
            if !right && lockout.failures > 0 {
                // The wait begins now, not when the request came: it may have waited for its hash.
                let now = clock::now();
                let forget_at = guard::forget_at(lockout, now);
                store.verification_failure_add(&tenant, pair.as_str(), now, forget_at).await?;
            }
            Ok(right)
        });
        guessing.await.unwrap_or_else(|error| Err(Error::internal("verifying a password")(error.into())))
    }

    /// Remembers a password that is right for a hash. A hash that was made with other parameters than today's is replaced
    /// now that the password is at hand; if that fails, the next time will do.
    async fn remember(
        &self,
        ctx: &Ctx,
        presented: &BasicPresented,
        row: &BasicCredentialsRow,
        mut hash: Secret,
    ) -> Secret {
        let password = presented.password.expose();
        if !self.passwords.is_up_to_date(hash.expose())
            && let Ok(new) = self.passwords.hash(password).await.map(Secret::new)
        {
            match self.store.basic_credentials_rehash(&ctx.tenant, &row.id, &hash, &new).await {
                Ok(true) => hash = new,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "a password's hash is not renewed yet"),
            }
        }
        self.remembered.learn(self.remembered.trace(row.id.as_str(), hash.expose(), password));
        hash
    }

    /// Forgets the failures of a pair. The verdict is given already: if it fails, the next success will do.
    async fn forgive(&self, ctx: &Ctx, pair: &Pair) {
        if let Err(error) = self.store.verification_failures_clear(&ctx.tenant, pair.as_str()).await {
            tracing::warn!(%error, "failures are not forgotten yet");
        }
    }
}

/// The name within the caller's tenant; none if it is in another one. No username has an `@`.
fn own_name<'a>(ctx: &Ctx, username: &'a str) -> Option<&'a str> {
    match username.rsplit_once('@') {
        None => Some(username),
        Some((name, tenant)) => (tenant == ctx.tenant.as_str()).then_some(name),
    }
}
