//! Cases of the client credentials API that are written by hand: from the sentences of its reference, which `promises.txt`
//! lists, and from what the document adds to it.

mod certificate;
mod csr;
mod dates;
mod generated;
mod headers;
mod lists;
mod refusals;
mod resource;
mod revocation;
mod states;
mod ttl;
mod values;
mod verification;

use super::scenario::{Scenario, Script, script};
use crate::{case::Case, document::Document};

/// The cases of the client credentials API that are not derived.
pub(crate) fn cases(document: &Document) -> Vec<Case> {
    let scenarios = [
        lists::scenarios(),
        dates::scenarios(),
        values::scenarios(),
        generated::scenarios(),
        headers::scenarios(),
        states::scenarios(),
        states::exact::scenarios(),
        refusals::scenarios(),
        verification::scenarios(),
        revocation::scenarios(),
        ttl::scenarios(),
        certificate::scenarios(),
        csr::scenarios(),
    ];
    scenarios.into_iter().flatten().map(|scenario| scenario.into_case(document)).collect()
}
