//! For those who run the server, and for those who look at it in a browser.

mod docs;
mod health;
mod metrics;
