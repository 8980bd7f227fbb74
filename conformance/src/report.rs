//! Writes results for readers: people first.

mod promises;
mod text;

pub use promises::promises;
pub use text::{result, summary};
