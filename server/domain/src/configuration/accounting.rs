//! Accounting: whether a commit needs a message.

use super::{declare::object, reader::Body};

object! {
    /// How changes are accounted for.
    #[derive(Copy, Eq, Default)]
    pub Accounting {
        /// Whether a commit needs a message.
        require_commitlog: bool,
    }
}

impl Body for Accounting {}
