//! All cases.

mod examples;
mod read;
mod request;
mod unknown_id;

use crate::{case::Case, document::Document, target::Profile};

/// All cases of a profile, in the document's order.
pub(crate) fn all(document: &Document, profile: Profile) -> Vec<Case> {
    let mut cases = examples::cases(document);
    cases.retain(|case| profile == Profile::Extended || !case.info.extension);
    cases
}
