//! The program itself, as a child process: what only it can show.

mod admin;
pub(crate) mod child;
pub(crate) mod database;
mod node;

mod browser;
mod ca;
mod commands;
mod configuration;
mod connections;
mod examples;
mod first_start;
mod guesses;
mod integration_keys;
mod issuers;
mod killed;
mod logs;
mod master_key;
mod mqtt_gateway;
mod nginx;
mod refusals;
mod replicas;
mod settings;
mod shutdown;
mod tls;
mod usage;
mod walkthrough;
