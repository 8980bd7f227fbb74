//! Typed async client for the Vouchsafe API.
//!
//! ```no_run
//! # async fn example() -> Result<(), vouchsafe_sdk::Error> {
//! use vouchsafe_sdk::{BasicCredentialsRequest, Client, CredentialsTargetState};
//!
//! let client = Client::builder("https://vouchsafe.example")
//!     .client_credentials("fleet-manager", std::env::var("CLIENT_SECRET").unwrap_or_default())
//!     .build()?;
//! let credentials = client.basic_credentials();
//!
//! let created = credentials.create(&BasicCredentialsRequest::new().username("sensor-7")).await?;
//! println!("the password is {}", created.password.expose());
//! credentials.update_state(&created.id, CredentialsTargetState::Suspended).await?;
//! # Ok(())
//! # }
//! ```
//!
//! - A [`Client`] has one handle a resource, and the handle one method an operation.
//! - Access tokens are fetched and renewed by the client; see [`ClientBuilder::client_credentials`].
//! - Requests are repeated where that is safe; see [`RetryPolicy`].
//! - What happens to credentials is followed by a stream that connects again by itself; see [`Events`].
//! - Lists come page by page as they are read; see [`Paged`].
//! - Passwords, private keys and tokens are [`Secret`]s, which do not print. Nothing is logged.
//! - Redirects are not followed.
//! - Properties that this version does not know are ignored, values of enums that it does not know are `Other`.
//!
//! The operations and their types are generated from the API's document. What the document says of lengths, patterns and
//! ranges is checked by the server.

mod auth;
mod builder;
mod call;
mod client;
mod configuration;
mod error;
mod events;
#[rustfmt::skip]
mod generated;
mod page;
mod repeat;
mod retry;
mod secret;
mod token;
mod transport;
mod wire;

pub use builder::ClientBuilder;
pub use client::Client;
pub use configuration::{Configuration, Transaction};
pub use error::{Error, Refusal};
pub use events::Events;
pub use generated::*;
pub use http::StatusCode;
pub use page::{Page, Paged};
pub use retry::RetryPolicy;
pub use secret::Secret;
pub use time::OffsetDateTime;
