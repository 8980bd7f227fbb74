//! Who is let in: no token or session, wrong ones, those of others.

mod other_tenant;
mod session;
mod token;

use crate::{case::Case, document::Document};

/// The cases of all operations that need a token or a session.
pub(super) fn cases(document: &Document) -> Vec<Case> {
    let mut cases = token::cases(document);
    cases.extend(other_tenant::cases(document));
    cases.extend(session::cases(document));
    cases
}
