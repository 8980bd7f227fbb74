//! Options that say how to get in.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Usage;
use crate::target::{Admin, Auth, Secret, Tokens};

/// How to get into the client credentials API: exactly one of a token, a client and nothing.
#[derive(Debug, Args)]
#[command(next_help_heading = "The client credentials API")]
pub(super) struct Access {
    /// Send this access token
    #[arg(long, env = "VOUCHSAFE_TOKEN", hide_env_values = true,
        conflicts_with_all = ["client_id", "client_secret", "token_url", "no_auth"])]
    token: Option<String>,
    /// Fetch an access token as this OAuth 2.0 client
    #[arg(long, env = "VOUCHSAFE_CLIENT_ID", requires = "client_secret", conflicts_with = "no_auth")]
    client_id: Option<String>,
    /// The client's secret
    #[arg(
        long,
        env = "VOUCHSAFE_CLIENT_SECRET",
        hide_env_values = true,
        requires = "client_id",
        conflicts_with = "no_auth"
    )]
    client_secret: Option<String>,
    /// The token endpoint; by default /oauth2/token of the target
    #[arg(long, value_name = "URL", requires = "client_id", conflicts_with = "no_auth")]
    token_url: Option<String>,
    /// Send no token: the server has authentication disabled
    #[arg(long)]
    no_auth: bool,
}

/// Access tokens of strangers, for the cases about who is let in.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tokens that must not let in")]
pub(super) struct Strangers {
    /// An access token of another tenant, with all scopes
    #[arg(long, value_name = "TOKEN", env = "VOUCHSAFE_OTHER_TENANT_TOKEN", hide_env_values = true)]
    other_tenant_token: Option<String>,
    /// A valid access token without any scope of the API
    #[arg(long, value_name = "TOKEN", env = "VOUCHSAFE_UNSCOPED_TOKEN", hide_env_values = true)]
    unscoped_token: Option<String>,
    /// An access token that was valid once
    #[arg(long, value_name = "TOKEN", env = "VOUCHSAFE_EXPIRED_TOKEN", hide_env_values = true)]
    expired_token: Option<String>,
}

/// How to get into the configuration API.
#[derive(Debug, Args)]
#[command(next_help_heading = "The configuration API")]
pub(super) struct AdminLogin {
    /// Log in as this administrator; without one the cases of the configuration API are skipped
    #[arg(long, value_name = "USER[:PASSWORD]", env = "VOUCHSAFE_ADMIN", hide_env_values = true)]
    admin: Option<String>,
    /// A file with the administrator's password; a line end after it does not count
    #[arg(long, value_name = "FILE", requires = "admin")]
    admin_password_file: Option<PathBuf>,
}

impl Access {
    pub(super) fn auth(self) -> Result<Auth, Usage> {
        match (self.token, self.client_id, self.client_secret, self.no_auth) {
            (Some(token), ..) => Ok(Auth::Token(secret("token", token)?)),
            (None, Some(client_id), Some(secret), _) => Ok(Auth::ClientCredentials {
                client_id,
                client_secret: Secret::new(secret),
                token_url: self.token_url,
            }),
            (None, _, _, true) => Ok(Auth::None),
            _ => Err(Usage(
                "say how to get in: --token, or --client-id with --client-secret, or --no-auth".to_owned(),
            )),
        }
    }
}

impl Strangers {
    pub(super) fn tokens(self) -> Result<Tokens, Usage> {
        let token = |name, token: Option<String>| token.map(|token| secret(name, token)).transpose();
        Ok(Tokens {
            other_tenant: token("other-tenant-token", self.other_tenant_token)?,
            without_scopes: token("unscoped-token", self.unscoped_token)?,
            expired: token("expired-token", self.expired_token)?,
        })
    }
}

impl AdminLogin {
    pub(super) fn login(self) -> Result<Option<Admin>, Usage> {
        let Some(admin) = self.admin else { return Ok(None) };
        // A user name has no colon (RFC 7617 section 2).
        let (user, password) = match admin.split_once(':') {
            Some((user, password)) => (user.to_owned(), Some(password.to_owned())),
            None => (admin, None),
        };
        let password = match (password, self.admin_password_file) {
            (Some(password), None) => password,
            (None, Some(file)) => secret_in(&file)?,
            (Some(_), Some(_)) => {
                return Err(Usage(
                    "the password is in --admin and in --admin-password-file: leave one out".to_owned(),
                ));
            }
            (None, None) => {
                return Err(Usage(
                    "--admin has no password: write --admin USER:PASSWORD, or add --admin-password-file FILE"
                        .to_owned(),
                ));
            }
        };
        Ok(Some(Admin { user, password: Secret::new(password) }))
    }
}

/// A token as it can stand in a header (RFC 6750 section 2.1).
fn secret(name: &str, token: String) -> Result<Secret, Usage> {
    match !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(Secret::new(token)),
        false => Err(Usage(format!("--{name} must be a token: letters, digits and signs, without spaces"))),
    }
}

/// A secret in a file; a line end after it does not count.
pub(super) fn secret_in(path: &Path) -> Result<String, Usage> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| Usage(format!("{}: {error}", path.display())))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
