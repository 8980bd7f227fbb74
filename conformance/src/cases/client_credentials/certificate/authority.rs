//! The authority above the certificate, and the chain to it.

use x509_parser::oid_registry::OID_X509_EXT_BASIC_CONSTRAINTS as BASIC_CONSTRAINTS;

use super::{
    extensions::key_usage,
    fields::{canonical, chain},
    shown::{Found, Shown, block, demand, extension, parse},
};

const AT: &str = "/issuingCa";

pub(super) fn is_authority(shown: &Shown<'_>) -> Found {
    let found = extension(&shown.ca, AT, &BASIC_CONSTRAINTS, "basicConstraints")?;
    demand(shown.ca.is_ca(), AT, "cA TRUE", "cA FALSE")?;
    demand(found.critical, AT, "critical basicConstraints", "some that are not critical")?;
    let (usage, _) = key_usage(&shown.ca, AT)?;
    demand(usage.key_cert_sign(), AT, "the usage keyCertSign", usage.to_string())?;
    let subject = shown.ca.subject().iter_attributes().next();
    demand(subject.is_some(), AT, "a subject (RFC 5280 section 4.1.2.6)", "an empty name")
}

pub(super) fn signs_lists(shown: &Shown<'_>) -> Found {
    let (usage, critical) = key_usage(&shown.ca, AT)?;
    demand(usage.crl_sign() && critical, AT, "a critical keyUsage with cRLSign", usage.to_string())
}

pub(super) fn encoding(shown: &Shown<'_>) -> Found {
    canonical(shown.body, AT, &shown.ca)
}

pub(super) fn outlives(shown: &Shown<'_>) -> Found {
    let (leaf, ca) = (shown.leaf.validity(), shown.ca.validity());
    let good = ca.not_before <= leaf.not_after && leaf.not_after <= ca.not_after;
    let expected = format!("an end no later than the authority's, {}", ca.not_after);
    demand(good, "/certificate", &expected, leaf.not_after.to_string())
}

pub(super) fn chain_starts_with_issuer(shown: &Shown<'_>) -> Found {
    let authority = block(shown.body, AT, "CERTIFICATE")?;
    let first = chain(shown)?.into_iter().next();
    let actual = if first.is_some() { "another certificate" } else { "nothing" };
    demand(first == Some(authority), "/caChain/0", "the certificate of `issuingCa`", actual)
}

pub(super) fn chain_links(shown: &Shown<'_>) -> Found {
    let chain = chain(shown)?;
    let parsed: Result<Vec<_>, _> =
        chain.iter().enumerate().map(|(index, der)| parse(&format!("/caChain/{index}"), der)).collect();
    let parsed = parsed?;
    for (index, pair) in parsed.windows(2).enumerate() {
        let [below, above] = pair else { continue };
        let links = below.issuer().as_raw() == above.subject().as_raw()
            && below.verify_signature(Some(above.public_key())).is_ok();
        let at = format!("/caChain/{}", index + 1);
        demand(links, &at, "the certificate that the one before it was issued by", "another one")?;
    }
    Ok(())
}
