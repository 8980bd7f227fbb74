//! All cases.

mod client_credentials;
mod configuration;
mod examples;
pub(crate) mod promises;
mod read;
mod request;
mod scenario;
mod unknown_id;
mod verify;

use crate::{
    case::{Case, Plane},
    document::Document,
    target::Profile,
};

/// All cases of a profile: derived ones in the document's order, then those written by hand in the reference's.
pub(crate) fn all(document: &Document, profile: Profile) -> Vec<Case> {
    let mut cases = examples::cases(document);
    cases.extend(client_credentials::cases(document));
    cases.extend(configuration::cases(document));
    cases.retain(|case| match profile {
        Profile::ClientCredentials => case.info.plane == Plane::ClientCredentials && !case.info.extension,
        Profile::Configuration => case.info.plane == Plane::Configuration && !case.info.extension,
        Profile::Extended => true,
    });
    cases
}
