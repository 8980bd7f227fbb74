//! Changes a server's configuration: a trust store and an alert, in one transaction.
//!
//! ```text
//! cargo run -p vouchsafe-examples --bin configure -- vouchsafe-data/bootstrap.json --authority ca.pem
//! ```
#![expect(clippy::print_stdout, reason = "a program that shows what it does")]

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use vouchsafe_examples::Server;
use vouchsafe_sdk::{AuthorityOrPem, Error, FailureType, RevocationCheck, TrustStoreRequest, TrustStoreType};

/// Makes a trust store of one authority, has failed logins reported by e-mail, and commits both or neither.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    server: Server,
    /// The trust store's name.
    #[arg(long, default_value = "Partners")]
    name: String,
    /// The authority's certificate in PEM.
    #[arg(long)]
    authority: PathBuf,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let path = options.authority.display();
    let pem = fs::read_to_string(&options.authority).with_context(|| path.to_string())?;
    let configuration = options.server.administer()?.configuration();
    let changed = configuration
        .transaction(async |tx| {
            let request =
                TrustStoreRequest::new(&options.name, RevocationCheck::None, TrustStoreType::Custom)
                    .authorities(vec![AuthorityOrPem::from(pem.as_str())])
                    .crl_urls(Vec::<String>::new());
            tx.trust_stores().create(&request).await?;

            // An object is replaced as a whole: read it, change it, send it back.
            let mut alerts = tx.alerting().system_alerts_get().await?.body;
            alerts.xcb_login_failure.email = true;
            tx.alerting().system_alerts_replace(&alerts).await?;

            for change in tx.changes().await?.changes {
                println!("{} {}", change.r#type, change.path);
            }
            Ok::<_, Error>(())
        })
        .await;
    match changed {
        Ok(()) => println!("committed"),
        // Nothing was changed; what is wrong is named by path.
        Err(error) => match error.failure() {
            Some(failure) if failure.r#type == FailureType::SemanticError => {
                for cause in failure.details.errors.iter().flatten() {
                    println!("refused {}: {}", cause.path, cause.message);
                }
            }
            _ => return Err(error.into()),
        },
    }
    configuration.logout().await?;
    Ok(())
}
