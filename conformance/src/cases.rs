//! All cases.

mod access;
mod client_credentials;
mod configuration;
mod derive;
mod examples;
mod input;
mod parameters;
pub(crate) mod promises;
mod protocol;
mod read;
mod refusal;
mod request;
mod scenario;
mod unknown_id;
mod verify;

use crate::{
    case::{Case, Plane},
    document::Document,
    target::Profile,
};

/// All cases of a profile: those of documented examples and those written by hand, then those of bad requests.
pub(crate) fn all(document: &Document, profile: Profile) -> Vec<Case> {
    let mut cases = examples::cases(document);
    cases.extend(client_credentials::cases(document));
    cases.extend(configuration::cases(document));
    cases.extend(input::cases(document));
    cases.extend(parameters::cases(document));
    cases.extend(protocol::cases(document));
    cases.extend(access::cases(document));
    cases.retain(|case| match profile {
        Profile::ClientCredentials => case.info.plane == Plane::ClientCredentials && !case.info.extension,
        Profile::Configuration => case.info.plane == Plane::Configuration && !case.info.extension,
        Profile::Extended => true,
    });
    cases
}
