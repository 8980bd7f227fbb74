//! Writes results for readers: people first.

mod text;

pub use text::{result, summary};
