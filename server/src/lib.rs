//! Vouchsafe: a self-hosted credential authority for device fleets.
//!
//! A request goes one way: generated route, [`http`] handler, [`service`] method, store and PKI, domain, and back.
//! [`app`] is the only place that wires these together.

pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod http;
pub mod listener;
pub mod outbound;
pub mod service;
pub mod setup;
pub mod telemetry;
mod work_queue;
