//! What the protocol demands whatever the operation does: methods, content types, bodies that can't be read.

mod body;
mod content_type;
mod method;

use crate::{case::Case, document::Document};

/// The cases of all operations.
pub(super) fn cases(document: &Document) -> Vec<Case> {
    let mut cases = body::cases(document);
    cases.extend(content_type::cases(document));
    cases.extend(method::cases(document));
    cases
}
