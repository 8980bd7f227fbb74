//! The program itself, as a child process: what only it can show.

mod child;
mod database;

mod browser;
mod ca;
mod commands;
mod connections;
mod examples;
mod first_start;
mod killed;
mod logs;
mod master_key;
mod refusals;
mod replicas;
mod settings;
mod shutdown;
mod tls;
mod usage;
