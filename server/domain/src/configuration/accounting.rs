//! Accounting: whether a commit needs a message.

use super::reader::{Body, object};

object! {
    /// How changes are accounted for.
    #[derive(Copy, Eq, Default)]
    Accounting {
        /// Whether a commit needs a message.
        require_commitlog: bool,
    }
}

impl Body for Accounting {}
