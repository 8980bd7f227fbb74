//! Basic credentials over HTTP.

mod create;
mod list;
mod password;
mod race;
mod trail;

const PATH: &str = "/api/v1/basic-credentials";
