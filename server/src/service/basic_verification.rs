//! Verifies a username and a password.

use std::net::IpAddr;

use vouchsafe_domain::{Scope, Secret, State, Username};
use vouchsafe_store::{BasicCredentialsRow, BasicLookup, CredentialsKind};

use super::{
    Ctx, Error, Refusal, Service,
    guard::{self, Pair},
    uses::Use,
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

/// How often credentials that change meanwhile are looked at again.
const TRIES: usize = 16;
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
            None => Err(Rejection::new(Reason::UnknownTenant)),
        };
        if let Err(rejection) = &verdict {
            let row = rejection.row.as_ref();
            let target = row.map_or_else(|| "unknown".to_owned(), |row| row.id.to_string());
            self.refusals.note(Refusal::verification(
                ctx,
                ACTION,
                target,
                presented.client_address,
                rejection.reason,
            ));
        }
        self.metrics.verified(
            "basic",
            verdict.as_ref().err().map_or("Accepted", |rejection| rejection.reason.as_str()),
        );
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
                return self.reject(ctx, &pair, presented, Reason::UnknownUsername).await;
            };
            let trace = self.remembered.trace(row.id.as_str(), hash.expose(), presented.password.expose());
            if right.as_ref() != Some(&hash) && !self.remembered.knows(trace) {
                match self.is_right(ctx, &pair, presented, &row, hash).await? {
                    // State and hash are read anew: both may have changed while the password was hashed.
                    Some(hash) => right = Some(hash),
                    None => return self.reject_counted(ctx, &pair, Reason::WrongPassword).await,
                }
                continue;
            }
            match self.use_credentials(ctx, ACTION, CredentialsKind::Basic, &row.id, row.state).await? {
                Use::Changed => {}
                Use::Refused(reason) => return Ok(Err(Rejection::of(reason, row))),
                Use::Accepted => {
                    if failed_before {
                        self.store.verification_failures_clear(&ctx.tenant, pair.as_str()).await?;
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

    /// The stored hash that the password is right for, perhaps a new one; none if it is wrong.
    async fn is_right(
        &self,
        ctx: &Ctx,
        pair: &Pair,
        presented: &BasicPresented,
        row: &BasicCredentialsRow,
        hash: Secret,
    ) -> Result<Option<Secret>, Error> {
        let _turn = self.guard.turn(pair).ok_or(Error::Busy)?;
        let password = presented.password.expose();
        if !self.passwords.verify(password, hash.expose()).await? {
            return Ok(None);
        }
        let hash = self.up_to_date(ctx, row, password, hash).await?;
        self.remembered.learn(self.remembered.trace(row.id.as_str(), hash.expose(), password));
        Ok(Some(hash))
    }

    /// The hash with the parameters of today: one made with others is replaced now that the password is at hand.
    async fn up_to_date(
        &self,
        ctx: &Ctx,
        row: &BasicCredentialsRow,
        password: &str,
        hash: Secret,
    ) -> Result<Secret, Error> {
        if self.passwords.is_up_to_date(hash.expose()) {
            return Ok(hash);
        }
        let Ok(new) = self.passwords.hash(password).await else { return Ok(hash) };
        let new = Secret::new(new);
        let replaced = self.store.basic_credentials_rehash(&ctx.tenant, &row.id, &hash, &new).await?;
        Ok(if replaced { new } else { hash })
    }

    /// Rejects a name that nobody has, after the time that a wrong password takes.
    async fn reject(
        &self,
        ctx: &Ctx,
        pair: &Pair,
        presented: &BasicPresented,
        reason: Reason,
    ) -> Result<BasicVerdict, Error> {
        {
            let _turn = self.guard.turn(pair).ok_or(Error::Busy)?;
            self.passwords.verify_nothing(presented.password.expose()).await?;
        }
        self.reject_counted(ctx, pair, reason).await
    }

    async fn reject_counted(&self, ctx: &Ctx, pair: &Pair, reason: Reason) -> Result<BasicVerdict, Error> {
        let lockout = ctx.tenant_settings()?.lockout;
        if lockout.failures > 0 {
            // The wait begins now, not when the request came: it may have waited for its hash.
            let (now, pair) = (clock::now(), pair.as_str());
            let forget_at = guard::forget_at(lockout, now);
            self.store.verification_failure_add(&ctx.tenant, pair, now, forget_at).await?;
        }
        Ok(Err(Rejection::new(reason)))
    }
}

/// The name within the caller's tenant; none if it is in another one. No username has an `@`.
fn own_name<'a>(ctx: &Ctx, username: &'a str) -> Option<&'a str> {
    match username.rsplit_once('@') {
        None => Some(username),
        Some((name, tenant)) => (tenant == ctx.tenant.as_str()).then_some(name),
    }
}
