//! Rules about whom a certificate names, and whom a CA may name.

use std::net::IpAddr;

use rustls_pki_types::ServerName;
use x509_parser::extensions::{GeneralName, GeneralSubtree, NameConstraints};
use x509_parser::oid_registry::{OID_X509_EXT_NAME_CONSTRAINTS, OID_X509_EXT_SUBJECT_ALT_NAME};

use super::{Broken, Case, Purpose, Reason, unless};

/// "The issuer field MUST contain a non-empty distinguished name": no CA of a path is without a name then (4.1.2.6).
pub(super) fn issuer(case: &Case<'_>) -> Option<Broken> {
    unless(
        case.certificate.issuer().iter_rdn().next().is_some(),
        Reason::Malformed,
        "the issuer is empty (RFC 5280 4.1.2.4)",
    )
}

/// "If the subject field contains an empty sequence, then the issuing CA MUST include a subjectAltName extension that is
/// marked as critical": else who doesn't understand it takes the certificate for nobody's.
pub(super) fn critical_without_subject(case: &Case<'_>) -> Option<Broken> {
    let extension = case.extension(&OID_X509_EXT_SUBJECT_ALT_NAME)?;
    unless(
        case.has_subject() || extension.critical,
        Reason::NonConforming,
        "the subject is empty, and the subject alternative name is not critical (RFC 5280 4.2.1.6)",
    )
}

/// Of constraints: "MUST be used only in a CA certificate".
pub(super) fn no_constraints(case: &Case<'_>) -> Option<Broken> {
    unless(
        case.certificate.is_ca() || case.extension(&OID_X509_EXT_NAME_CONSTRAINTS).is_none(),
        Reason::NonConforming,
        "the certificate has name constraints, but is not a CA's (RFC 5280 4.2.1.10)",
    )
}

fn constraints<'a>(case: &Case<'a>) -> Option<&'a NameConstraints<'a>> {
    Some(case.certificate.name_constraints().ok()??.value)
}

/// "Conforming CAs MUST NOT issue certificates where name constraints is an empty sequence."
pub(super) fn constraints_not_empty(case: &Case<'_>) -> Option<Broken> {
    let constraints = constraints(case)?;
    unless(
        constraints.permitted_subtrees.is_some() || constraints.excluded_subtrees.is_some(),
        Reason::NameConstraints,
        "the CA's name constraints are empty (RFC 5280 4.2.1.10)",
    )
}

/// "Conforming CAs MUST mark this extension as critical."
pub(super) fn critical_constraints(case: &Case<'_>) -> Option<Broken> {
    let extension = case.extension(&OID_X509_EXT_NAME_CONSTRAINTS)?;
    unless(
        extension.critical,
        Reason::NameConstraints,
        "the CA's name constraints are not critical (RFC 5280 4.2.1.10)",
    )
}

/// "DNS name restrictions are expressed as host.example.com": with a leading period readers differ over what is meant.
pub(super) fn constraints_on_hosts(case: &Case<'_>) -> Option<Broken> {
    let constraints = constraints(case)?;
    let subtrees = [&constraints.permitted_subtrees, &constraints.excluded_subtrees];
    let is_host = |subtree: &GeneralSubtree<'_>| match subtree.base {
        GeneralName::DNSName(name) => name.is_empty() || is_host_name(name),
        _ => true,
    };
    unless(
        subtrees.into_iter().flatten().flatten().all(is_host),
        Reason::NameConstraints,
        "the CA's name constraints have a dNSName that is not a host name (RFC 5280 4.2.1.10)",
    )
}

/// BR 7.1.2.7.12: critical if the subject is empty, "otherwise, this extension MUST NOT be marked critical".
pub(super) fn not_critical_with_subject(case: &Case<'_>) -> Option<Broken> {
    unless(
        !case.has_subject() || !case.is_critical(&OID_X509_EXT_SUBJECT_ALT_NAME),
        Reason::NonConforming,
        "the subject alternative name is critical beside a subject (BR 7.1.2.7.12)",
    )
}

/// "The name MUST be in the preferred name syntax": letters, digits and hyphens, with a wildcard for the first label at
/// most (RFC 9525 6.3).
pub(super) fn hosts(case: &Case<'_>) -> Option<Broken> {
    let mut hosts = hosts_of(case.alternative_names());
    unless(
        hosts.all(|host| is_host_name(host.strip_prefix("*.").unwrap_or(host))),
        Reason::NonConforming,
        "a dNSName of the subject alternative name is not a host name (RFC 5280 4.2.1.6)",
    )
}

fn is_host_name(name: &str) -> bool {
    name.split('.').all(|label| {
        let ends = !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
        ends && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

/// BR 7.1.4.3: a common name is one of the subject alternative names, "encoded as a character-for-character copy". Let
/// through is what could not be taken for another host: the domain of them all, a host beside addresses only, a person.
pub(super) fn common_names(case: &Case<'_>) -> Option<Broken> {
    let names = case.alternative_names();
    let mut common = case.certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok());
    unless(
        common.all(|common| is_copy(common, names) || !looks_like_another(common, names)),
        Reason::NonConforming,
        "a common name looks like a host's, but is not in the subject alternative name (BR 7.1.4.3)",
    )
}

fn looks_like_another(common: &str, names: &[GeneralName<'_>]) -> bool {
    let is_hex = common.starts_with("0x");
    let is_dotted = common.contains('.') && common.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit());
    if common.contains(char::is_whitespace) || !common.contains(['.', ':']) && !is_hex {
        return false;
    }
    is_hex || is_dotted || common.contains(':') || hosts_of(names).any(|host| !is_in_domain(host, common))
}

fn is_copy(common: &str, names: &[GeneralName<'_>]) -> bool {
    hosts_of(names).any(|host| host == common)
        || addresses_of(names).any(|address| address.to_string() == common)
}

fn is_in_domain(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|labels| labels.ends_with('.'))
}

fn hosts_of<'a>(names: &'a [GeneralName<'_>]) -> impl Iterator<Item = &'a str> {
    names.iter().filter_map(|name| if let GeneralName::DNSName(name) = name { Some(*name) } else { None })
}

fn addresses_of(names: &[GeneralName<'_>]) -> impl Iterator<Item = IpAddr> {
    names.iter().filter_map(|name| {
        let GeneralName::IPAddress(octets) = name else { return None };
        let four = <[u8; 4]>::try_from(*octets).map(IpAddr::from);
        four.or_else(|_| <[u8; 16]>::try_from(*octets).map(IpAddr::from)).ok()
    })
}

/// BR 3.2.2.6: nobody has the right to all names below a public suffix, e.g. to `*.co.uk`. It is looked at only where the
/// name in question matches by nothing else: some that own such a suffix have themselves certified for both.
pub(super) fn no_public_suffix(case: &Case<'_>) -> Option<Broken> {
    let Purpose::Server(Some(ServerName::DnsName(host))) = case.purpose else { return None };
    let host = host.as_ref().trim_end_matches('.').to_ascii_lowercase();
    let (_, above) = host.split_once('.')?;
    let has = |wanted: &str| hosts_of(case.alternative_names()).any(|host| host.eq_ignore_ascii_case(wanted));
    let by_wildcard = !has(&host) && has(&format!("*.{above}"));
    let suffix = psl::suffix(above.as_bytes()).filter(|suffix| suffix.is_known());
    unless(
        !by_wildcard || suffix.is_none_or(|suffix| suffix.as_bytes() != above.as_bytes()),
        Reason::NameMismatch,
        "the name matches by a wildcard below a public suffix only (BR 3.2.2.6)",
    )
}
