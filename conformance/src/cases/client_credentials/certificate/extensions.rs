//! The extensions of a certificate (RFC 5280 section 4.2).

use aws_lc_rs::digest;
use x509_parser::{
    certificate::X509Certificate,
    extensions::{ExtendedKeyUsage, GeneralName, KeyUsage, ParsedExtension},
    oid_registry::{
        OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER as AUTHORITY_KEY_IDENTIFIER,
        OID_X509_EXT_BASIC_CONSTRAINTS as BASIC_CONSTRAINTS,
        OID_X509_EXT_EXTENDED_KEY_USAGE as EXTENDED_KEY_USAGE, OID_X509_EXT_KEY_USAGE as KEY_USAGE,
        OID_X509_EXT_NAME_CONSTRAINTS as NAME_CONSTRAINTS, OID_X509_EXT_SUBJECT_ALT_NAME as SUBJECT_ALT_NAME,
        OID_X509_EXT_SUBJECT_KEY_IDENTIFIER as SUBJECT_KEY_IDENTIFIER,
    },
};

use super::shown::{Found, Shown, Wrong, demand, extension, hex, same, text, wrong};

const AT: &str = "/certificate";

/// The key usage, and whether it is critical.
pub(super) fn key_usage<'a>(certificate: &X509Certificate<'a>, at: &str) -> Result<(KeyUsage, bool), Wrong> {
    let found = extension(certificate, at, &KEY_USAGE, "keyUsage")?;
    match found.parsed_extension() {
        ParsedExtension::KeyUsage(usage) => Ok((*usage, found.critical)),
        _ => wrong(at, "a key usage", "something else"),
    }
}

pub(super) fn usages(shown: &Shown<'_>) -> Found {
    let (usage, critical) = key_usage(&shown.leaf, AT)?;
    demand(critical, AT, "a critical keyUsage", "one that is not critical")?;
    let good = usage.digital_signature() && usage.key_encipherment() && usage.key_agreement();
    demand(good, AT, "digitalSignature, keyEncipherment, keyAgreement", usage.to_string())
}

pub(super) fn signs_no_certificates(shown: &Shown<'_>) -> Found {
    if let Ok(Some(found)) = shown.leaf.key_usage() {
        let usage = found.value;
        demand(
            !usage.key_cert_sign() && !usage.crl_sign(),
            AT,
            "no usage of an authority",
            usage.to_string(),
        )?;
    }
    match shown.leaf.basic_constraints() {
        Ok(Some(found)) if found.value.ca => wrong(AT, "no certification authority", "cA is TRUE"),
        Ok(Some(found)) if found.value.path_len_constraint.is_some() => {
            wrong(AT, "no pathLenConstraint", "one in a certificate of a client")
        }
        Ok(_) => Ok(()),
        Err(_) => wrong(AT, "basicConstraints at most once", "more than one"),
    }
}

fn purposes<'a, 'b>(shown: &'b Shown<'a>) -> Result<&'b ExtendedKeyUsage<'a>, Wrong> {
    match extension(&shown.leaf, AT, &EXTENDED_KEY_USAGE, "extKeyUsage")?.parsed_extension() {
        ParsedExtension::ExtendedKeyUsage(purposes) => Ok(purposes),
        _ => wrong(AT, "an extended key usage", "something else"),
    }
}

pub(super) fn is_for_clients(shown: &Shown<'_>) -> Found {
    if matches!(shown.leaf.extended_key_usage(), Ok(None)) {
        return Ok(());
    }
    let purposes = purposes(shown)?;
    demand(purposes.client_auth || purposes.any, AT, "the purpose clientAuth", format!("{purposes:?}"))
}

pub(super) fn is_for_both_sides(shown: &Shown<'_>) -> Found {
    let purposes = purposes(shown)?;
    let good = purposes.client_auth && purposes.server_auth && !purposes.any;
    demand(good, AT, "the purposes serverAuth and clientAuth", format!("{purposes:?}"))
}

/// The subject key identifier.
fn subject_key<'a>(certificate: &X509Certificate<'a>, at: &str) -> Result<&'a [u8], Wrong> {
    let found = extension(certificate, at, &SUBJECT_KEY_IDENTIFIER, "subjectKeyIdentifier")?;
    demand(!found.critical, at, "a subjectKeyIdentifier that is not critical", "a critical one")?;
    match found.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(identifier) => Ok(identifier.0),
        _ => wrong(at, "a key identifier", "something else"),
    }
}

pub(super) fn subject_key_identifier(shown: &Shown<'_>) -> Found {
    let info = shown.leaf.public_key();
    let key: &[u8] = &info.subject_public_key.data;
    let sha1 = |bytes| digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec();
    let short = |algorithm| digest::digest(algorithm, key).as_ref().get(..20).unwrap_or_default().to_vec();
    // The first method of section 4.2.1.2, those of RFC 7093 section 2, and that of the documented example.
    let good = [
        sha1(key),
        short(&digest::SHA256),
        short(&digest::SHA384),
        short(&digest::SHA512),
        digest::digest(&digest::SHA256, info.raw).as_ref().to_vec(),
        sha1(info.raw),
    ];
    let actual = subject_key(&shown.leaf, AT)?;
    let expected = format!("{}, the key's SHA-1 hash, or another hash of it", hex(&sha1(key)));
    demand(good.iter().any(|hash| hash == actual), AT, &expected, hex(actual))
}

pub(super) fn authority_key_identifier(shown: &Shown<'_>) -> Found {
    let found = extension(&shown.leaf, AT, &AUTHORITY_KEY_IDENTIFIER, "authorityKeyIdentifier")?;
    demand(!found.critical, AT, "an authorityKeyIdentifier that is not critical", "a critical one")?;
    let ParsedExtension::AuthorityKeyIdentifier(identifier) = found.parsed_extension() else {
        return wrong(AT, "an authority key identifier", "something else");
    };
    let Some(key) = &identifier.key_identifier else { return wrong(AT, "a keyIdentifier", "none") };
    same(AT, subject_key(&shown.ca, "/issuingCa")?, key.0)?;
    // Issuer and serial number are a pair, of the certificate above (section 4.2.1.1).
    match identifier.authority_cert_serial {
        Some(serial) => same(AT, shown.ca.raw_serial(), serial),
        None => Ok(()),
    }
}

pub(super) fn alternative_name(shown: &Shown<'_>) -> Found {
    let name = text(shown.body, "/commonName")?;
    let found = extension(&shown.leaf, AT, &SUBJECT_ALT_NAME, "subjectAltName")?;
    let ParsedExtension::SubjectAlternativeName(names) = found.parsed_extension() else {
        return wrong(AT, "a subject alternative name", "something else");
    };
    let good = matches!(names.general_names.as_slice(), [GeneralName::DNSName(only)] if *only == name);
    demand(good, AT, &format!("the dNSName {name} alone"), format!("{:?}", names.general_names))
}

/// There is no dNSName.
pub(in super::super) fn has_no_host_name(shown: &Shown<'_>) -> Found {
    let Ok(Some(names)) = shown.leaf.subject_alternative_name() else { return Ok(()) };
    let host = names.value.general_names.iter().find(|name| matches!(name, GeneralName::DNSName(_)));
    demand(host.is_none(), AT, "no dNSName", host.map(|name| format!("{name:?}")).unwrap_or_default())
}

/// There is this IP address, and no other name.
pub(in super::super) fn has_address(shown: &Shown<'_>, address: &[u8]) -> Found {
    let found = extension(&shown.leaf, AT, &SUBJECT_ALT_NAME, "subjectAltName")?;
    let ParsedExtension::SubjectAlternativeName(names) = found.parsed_extension() else {
        return wrong(AT, "a subject alternative name", "something else");
    };
    let good = matches!(names.general_names.as_slice(), [GeneralName::IPAddress(only)] if *only == address);
    demand(good, AT, &format!("the iPAddress {} alone", hex(address)), format!("{:?}", names.general_names))
}

/// What a verifier has to know (section 4.2), and what is in certificates of authorities only.
pub(super) fn known(shown: &Shown<'_>) -> Found {
    let known = [KEY_USAGE, EXTENDED_KEY_USAGE, BASIC_CONSTRAINTS, SUBJECT_ALT_NAME];
    let mut seen: Vec<String> = Vec::new();
    for extension in shown.leaf.extensions() {
        let oid = extension.oid.to_id_string();
        demand(!seen.contains(&oid), AT, "each extension once", format!("{oid} twice"))?;
        let unknown = extension.critical && !known.contains(&extension.oid);
        demand(!unknown, AT, "no critical extension but the well-known ones", oid.clone())?;
        demand(extension.oid != NAME_CONSTRAINTS, AT, "no name constraints", oid.clone())?;
        if let ParsedExtension::ParseError { .. } = extension.parsed_extension() {
            return wrong(AT, "extensions that can be read", format!("{oid}: {}", hex(extension.value)));
        }
        seen.push(oid);
    }
    Ok(())
}
