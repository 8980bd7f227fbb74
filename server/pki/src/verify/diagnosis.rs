//! Why there is no good path: what can be said of each certificate, and what webpki says if it is asked less at a time.

use rustls_pki_types::CertificateDer;
use vouchsafe_domain::Timestamp;
use webpki::{EndEntityCert, Error, RevocationCheckDepth};

use super::failure::{self, ChainFailure, ChainFailureReason};
use super::path::{Conditions, FORBIDDEN, Search};
use super::sent::Sent;
use super::{ChainRequest, Purpose};
use crate::ca_certificate;

/// What is wrong with the certificate in question by itself.
pub(super) fn of_leaf(request: &ChainRequest<'_>, sent: &Sent<'_>) -> Vec<ChainFailure> {
    let Some(leaf) = sent.leaf() else { return Vec::new() };
    let mut failures = leaf.faults.clone();
    if !leaf.is_read() {
        return failures;
    }
    if let Purpose::Server(Some(name)) = &request.purpose {
        let matches =
            EndEntityCert::try_from(leaf.der).and_then(|leaf| leaf.verify_is_valid_for_subject_name(name));
        failures.extend(matches.err().map(|error| {
            let (reason, detail) = failure::of_webpki(&error);
            reason.of(0, detail)
        }));
    }
    failures
}

/// All that can be said of a chain without a good path: `error` is what webpki said of it, if it was that.
pub(super) fn of_all(
    request: &ChainRequest<'_>,
    sent: &Sent<'_>,
    search: &Search<'_>,
    of_leaf: Vec<ChainFailure>,
    error: Option<Error>,
) -> Vec<ChainFailure> {
    let mut failures = of_leaf;
    let (Some(leaf), Some(error)) = (sent.leaf(), error) else { return failures };
    failures.extend(sent.unread());
    if !leaf.is_read() {
        return failures;
    }
    let issuers = sent.related().into_iter().filter(|(one, _)| one.index != 0);
    failures.extend(issuers.flat_map(|(one, _)| one.faults.clone()));
    let mut errors = of_further_searches(request, sent, search, leaf.der, &error);
    // Where there is no path, nobody has asked for lists.
    if !(error == Error::UnknownRevocationStatus && errors.contains(&Error::UnknownIssuer)) {
        errors.push(error);
    }
    failures.append(&mut search.forbidden.borrow_mut());
    for error in &errors {
        let of_error = of_error(sent, search, error);
        let news = of_error.into_iter().filter(|failure| !is_known(failure, &failures));
        failures.append(&mut news.collect());
    }
    failures
}

/// Whether webpki says of the path what is already said of one of its certificates.
fn is_known(failure: &ChainFailure, known: &[ChainFailure]) -> bool {
    use ChainFailureReason as Reason;
    let of_certificate = known.iter().any(|it| it.reason == failure.reason && it.certificate.is_some());
    let is_about_one = matches!(
        failure.reason,
        Reason::Expired
            | Reason::NotYetValid
            | Reason::Malformed
            | Reason::Unsupported
            | Reason::CaAsLeaf
            | Reason::ExtendedKeyUsage
    );
    failure.certificate.is_none() && is_about_one && of_certificate
}

/// webpki stops at the first fault, and looks at times and usages first. Once more without them, and then with revocation.
fn of_further_searches(
    request: &ChainRequest<'_>,
    sent: &Sent<'_>,
    search: &Search<'_>,
    leaf: &CertificateDer<'_>,
    error: &Error,
) -> Vec<Error> {
    let stops_early = matches!(
        error,
        Error::CertExpired { .. }
            | Error::CertNotValidYet { .. }
            | Error::RequiredEkuNotFoundContext(_)
            | Error::EmptyEkuExtension
    ) || is_about_revocation(error);
    if !stops_early {
        return Vec::new();
    }
    let at = moment_of_all(request.at, sent);
    match search.run_under(leaf, Conditions::Path { at }) {
        Err(error) => vec![error],
        Ok(_) => search.run_under(leaf, Conditions::Revocation { at }).err().into_iter().collect(),
    }
}

/// The moment at which all related certificates are valid that is closest to the one asked for.
fn moment_of_all(at: Timestamp, sent: &Sent<'_>) -> Timestamp {
    let validities = sent.related().into_iter().map(|(_, certificate)| ca_certificate::validity(certificate));
    let all = validities.reduce(|all, validity| all.within(validity));
    all.map_or(at, |all| at.clamp(all.starts_at(), all.ends_at().max(all.starts_at())))
}

const fn is_about_revocation(error: &Error) -> bool {
    matches!(
        error,
        Error::CertRevoked
            | Error::UnknownRevocationStatus
            | Error::CrlExpired { .. }
            | Error::IssuerNotCrlSigner
            | Error::InvalidCrlSignatureForPublicKey
            | Error::UnsupportedCrlSignatureAlgorithmContext(_)
            | Error::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_)
    )
}

/// webpki's error, with the certificates it is about where that can be told.
fn of_error(sent: &Sent<'_>, search: &Search<'_>, error: &Error) -> Vec<ChainFailure> {
    if *error == FORBIDDEN {
        return Vec::new();
    }
    let of_path = failure::of_path(error);
    let of_certificates = match (&search.lists, of_path.reason) {
        (Some(_), ChainFailureReason::Revoked | ChainFailureReason::RevocationUnknown) => {
            of_revocation(sent, search, of_path.reason)
        }
        _ => Vec::new(),
    };
    if of_certificates.is_empty() { vec![of_path] } else { of_certificates }
}

fn of_revocation(sent: &Sent<'_>, search: &Search<'_>, reason: ChainFailureReason) -> Vec<ChainFailure> {
    let Some(lists) = &search.lists else { return Vec::new() };
    let related = sent.related();
    let asked: Vec<_> = related
        .iter()
        .filter(|(one, _)| lists.depth == RevocationCheckDepth::Chain || one.index == 0)
        .collect();
    if reason == ChainFailureReason::Revoked {
        let revoked = asked.iter().filter(|(_, it)| lists.revokes(it.issuer().as_raw(), it.raw_serial()));
        return revoked
            .map(|(one, _)| {
                reason.of(one.index, "the certificate is on its issuer's revocation list (RFC 5280 6.3.3)")
            })
            .collect();
    }
    let without: Vec<_> = asked.iter().filter(|(_, it)| !lists.has_current(it.issuer().as_raw())).collect();
    // Where all have a list, one of the lists is not as it should be.
    let about = if without.is_empty() { asked.iter().collect() } else { without };
    about.into_iter().map(|(one, it)| reason.of(one.index, lists.explain(it.issuer().as_raw()))).collect()
}
