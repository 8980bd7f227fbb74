//! The first minute with a server: basic credentials from creation to revocation, and a certificate as PEM files.
//!
//! ```text
//! cargo run -p vouchsafe-examples --bin quickstart -- vouchsafe-data/bootstrap.json
//! ```
#![expect(clippy::print_stdout, reason = "a program that shows what it does")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use vouchsafe_examples::Server;
use vouchsafe_sdk::{
    BasicCredentialsRequest, Client, CredentialsTargetState, Secret, X509CredentialsIssued,
    X509CredentialsRequest,
};

/// Creates, lists, suspends and revokes basic credentials, then issues a certificate and writes it as PEM files.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    server: Server,
    /// The folder for the PEM files.
    #[arg(long, default_value = "quickstart-pem")]
    out: PathBuf,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let (url, client) = options.server.connect()?;
    basic_credentials(&client).await?;
    let issued = certificate(&client).await?;
    write_pem(&options.out, &issued)?;
    say_how_to_verify(&url, &options.out);
    Ok(())
}

async fn basic_credentials(client: &Client) -> Result<()> {
    let credentials = client.basic_credentials();

    // What is not specified, the server makes up. The password is shown this once.
    let created = credentials.create(&BasicCredentialsRequest::new()).await?;
    println!(
        "created    {} {} with a password of {} characters",
        created.id,
        created.username,
        length(&created.password)
    );

    println!("the tenant's basic credentials, the first ten:");
    let mut all = credentials.list();
    for _ in 0..10 {
        let Some(item) = all.try_next().await? else { break };
        println!("           {} {} {}", item.id, item.username, item.state);
    }

    credentials.update_state(&created.id, CredentialsTargetState::Suspended).await?;
    println!("suspended  {}", created.id);

    credentials.update_state(&created.id, CredentialsTargetState::Revoked).await?;
    let state = credentials.get(&created.id).await?.state;
    println!("revoked    {}, which is now {state}", created.id);

    // Revoked is the end: the server says no, and why.
    match credentials.update_state(&created.id, CredentialsTargetState::Suspended).await {
        Ok(()) => println!("revoked credentials were suspended: that should not be"),
        Err(error) => println!("refused    {error}"),
    }
    Ok(())
}

fn length(password: &Secret) -> usize {
    password.expose().len()
}

async fn certificate(client: &Client) -> Result<X509CredentialsIssued> {
    let one_day = 24.0 * 60.0 * 60.0;
    let request = X509CredentialsRequest::new().common_name("sensor-7.example").ttl(one_day);
    let issued = client.x509_credentials().create(&request).await?;
    println!("issued     certificate {} to {}", issued.serial_number, issued.common_name);
    Ok(issued)
}

fn write_pem(folder: &Path, issued: &X509CredentialsIssued) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let key = issued.private_key.as_ref().context("the server sent no private key")?;
    write(&folder.join("certificate.pem"), &issued.certificate, 0o644)?;
    write(&folder.join("chain.pem"), &joined(&issued.ca_chain), 0o644)?;
    write(&folder.join("private-key.pem"), key.expose(), 0o600)
}

/// Each certificate on lines of its own.
fn joined(chain: &[String]) -> String {
    chain.iter().map(|pem| format!("{}\n", pem.trim_end())).collect()
}

/// Writes a new file that has its permissions before it has its content.
fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    if path.exists() {
        fs::remove_file(path).with_context(|| path.display().to_string())?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let mut file = options.open(path).with_context(|| path.display().to_string())?;
    file.write_all(text.as_bytes()).with_context(|| path.display().to_string())?;
    println!("wrote      {} (mode {mode:o})", path.display());
    Ok(())
}

fn say_how_to_verify(url: &str, folder: &Path) {
    let (url, folder) = (url.trim_end_matches('/'), folder.display());
    println!(
        "\nverify the certificate up to the platform's certification authority:\n  \
         curl --silent --show-error --output {folder}/platform-ca.pem {url}/pki/platform/ca.pem\n  \
         openssl verify -CAfile {folder}/platform-ca.pem -untrusted {folder}/chain.pem {folder}/certificate.pem"
    );
}
