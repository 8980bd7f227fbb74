//! An MQTT 3.1.1 service whose clients log in with basic credentials, and are thrown out when these are suspended, revoked or
//! given another password.
//!
//! ```text
//! cargo run -p vouchsafe-examples --bin mqtt_gateway
//! mosquitto_sub -p 1883 -u sensor-7 -P the-password -t '#'
//! ```
//!
//! The part to copy is here; what a broker does is in `mqtt.rs`, as small as can be. It speaks plain TCP: put TLS before it
//! wherever passwords cross a network.
#![expect(clippy::print_stdout, reason = "a program that shows what it does")]

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::Parser;
use rumqttc::{ConnectReturnCode, Login};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::broadcast::{self, error::RecvError},
    time::timeout,
};
use vouchsafe_examples::{
    Server,
    mqtt::{Connection, Topics},
};
use vouchsafe_sdk::{
    BasicCredentialsVerification, Client, CredentialsEvent, CredentialsEventKind, CredentialsId, Error,
    Events, VerdictReason,
};

/// How long a client may wait for an answer to its login.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many changes a client's task may lag behind. Who lags further is thrown out.
const BACKLOG: usize = 1024;

/// Serves MQTT clients that have basic credentials of the tenant.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    server: Server,
    #[arg(long, default_value = "127.0.0.1:1883")]
    listen: SocketAddr,
}

struct Gateway {
    vouchsafe: Client,
    ended: broadcast::Sender<Ended>,
    topics: Topics,
}

/// Whose logins count no more.
#[derive(Debug, Clone)]
enum Ended {
    Of(CredentialsId),
    Everybody,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let (_, vouchsafe) = options.server.connect()?;
    // First the events, then the clients: what happens to the credentials of a client that is let in is told.
    let events = connected(&vouchsafe).await?;
    let (ended, _) = broadcast::channel(BACKLOG);
    let gateway = Arc::new(Gateway { vouchsafe, ended, topics: Topics::default() });
    let listener = TcpListener::bind(options.listen).await?;
    println!("listening on {}", listener.local_addr()?);
    tokio::select! {
        // Without events nobody would be thrown out: it ends both or neither.
        stopped = gateway.follow(events) => stopped,
        stopped = gateway.serve(listener) => stopped,
    }
}

async fn connected(vouchsafe: &Client) -> Result<Events, Error> {
    let mut events = vouchsafe.events();
    events.connect().await?;
    Ok(events)
}

/// Whether a login from before the event counts no more.
const fn ends_logins(event: &CredentialsEvent) -> bool {
    matches!(
        event.kind,
        CredentialsEventKind::Suspended | CredentialsEventKind::Revoked | CredentialsEventKind::PasswordReset
    )
}

impl Gateway {
    /// Tells the clients' tasks what happens to credentials. The stream connects again by itself.
    async fn follow(&self, mut events: Events) -> Result<()> {
        loop {
            match events.try_next().await {
                Ok(Some(event)) if ends_logins(&event) => self.tell(Ended::Of(event.credentials_id)),
                Ok(Some(_)) => {}
                // Events were missed and can't be had any more: all have to log in again. Those who came before the new
                // stream was there, too.
                Err(Error::EventsGone(_)) => {
                    events = connected(&self.vouchsafe).await?;
                    self.tell(Ended::Everybody);
                }
                Ok(None) => bail!("the stream of events has ended"),
                Err(error) => return Err(error).context("the stream of events has ended"),
            }
        }
    }

    fn tell(&self, ended: Ended) {
        // It fails when nobody is connected.
        let _ = self.ended.send(ended);
    }

    async fn serve(self: &Arc<Self>, listener: TcpListener) -> Result<()> {
        loop {
            let (stream, from) = listener.accept().await?;
            let gateway = Arc::clone(self);
            tokio::spawn(async move {
                let outcome = gateway.client(stream, from.ip()).await;
                println!("{from}: {}", outcome.unwrap_or_else(|error| format!("error: {error:#}")));
            });
        }
    }

    /// Serves one client to its end, and says what that was.
    async fn client(&self, stream: TcpStream, from: IpAddr) -> Result<String> {
        let (mut connection, login) = Connection::accept(stream).await?;
        // Before the password is verified: a revocation between that and the first look at what has ended isn't missed.
        let ended = self.ended.subscribe();
        let id = match self.admit(login, from).await {
            Ok(id) => id,
            Err(code) => {
                connection.answer(code).await?;
                return Ok(format!("refused: {code:?}"));
            }
        };
        connection.answer(ConnectReturnCode::Success).await?;
        println!("{id} is in");
        // Whatever the connection is at: reading, or writing to a client that doesn't read.
        tokio::select! {
            outcome = connection.run(&self.topics) => outcome.map(|()| format!("{id} has left")),
            () = end_of(&id, ended) => Ok(format!("{id} was thrown out")),
        }
    }

    /// Whose username and password it is, or the code that refuses them.
    async fn admit(&self, login: Option<Login>, from: IpAddr) -> Result<CredentialsId, ConnectReturnCode> {
        let login = login.ok_or(ConnectReturnCode::NotAuthorized)?;
        // The device's address, not ours: guesses are counted by it, so that one who guesses locks out nobody else.
        let presented = BasicCredentialsVerification::new(login.username, login.password)
            .client_address(from.to_string());
        let credentials = self.vouchsafe.basic_credentials();
        let verdict = match timeout(PATIENCE, credentials.verify(&presented)).await {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(error)) => {
                println!("not verified: {error}");
                return Err(ConnectReturnCode::ServiceUnavailable);
            }
            Err(_) => return Err(ConnectReturnCode::ServiceUnavailable),
        };
        match (verdict.reason, verdict.credentials_id) {
            (None, Some(id)) => Ok(id),
            (Some(VerdictReason::Suspended | VerdictReason::Revoked | VerdictReason::Locked), _) => {
                Err(ConnectReturnCode::NotAuthorized)
            }
            _ => Err(ConnectReturnCode::BadUserNamePassword),
        }
    }
}

/// Returns when the login counts no more.
async fn end_of(id: &CredentialsId, mut ended: broadcast::Receiver<Ended>) {
    loop {
        match ended.recv().await {
            Ok(Ended::Of(other)) if other != *id => {}
            Ok(_) | Err(RecvError::Lagged(_) | RecvError::Closed) => return,
        }
    }
}
