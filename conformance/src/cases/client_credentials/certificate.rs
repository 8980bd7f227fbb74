//! What a certificate has in it: RFC 5280 where it binds, and the profile that the reference's example shows where it does
//! not. All of these cases look at one certificate, which is issued with `{}`; others are in [`issued`].

mod authority;
mod der;
mod extensions;
pub(super) mod fields;
mod issued;
pub(super) mod keys;
mod pem;
pub(super) mod shown;

use time::OffsetDateTime;

use super::{
    Scenario,
    dates::clock,
    resource::{EXAMPLE, ISSUE, PROFILE, X509},
};
use crate::{
    attempt::{Attempt, Made},
    case::{Check, Kind, Steps, Stop},
};
use shown::{Encoded, Found, Shown, Wrong};

/// Something that a certificate is to have.
#[derive(Debug, Clone, Copy)]
struct Property {
    id: &'static str,
    /// Section and sentence of the reference.
    quote: (&'static str, &'static str),
    requirement: &'static str,
    binding: bool,
    check: fn(&Shown<'_>) -> Found,
}

const fn must(
    id: &'static str,
    quote: (&'static str, &'static str),
    requirement: &'static str,
    check: fn(&Shown<'_>) -> Found,
) -> Property {
    Property { id, quote, requirement, binding: true, check }
}

const fn should(
    id: &'static str,
    quote: (&'static str, &'static str),
    requirement: &'static str,
    check: fn(&Shown<'_>) -> Found,
) -> Property {
    Property { id, quote, requirement, binding: false, check }
}

const SERIAL: (&str, &str) =
    ("GET /x509-credentials", "serialNumber: required (string) Certificate serial number, base 10 encoded.");
const COMMON_NAME: (&str, &str) =
    ("GET /x509-credentials", "commonName: required (string) Certificate Common Name (CN).");
pub(super) const TTL: (&str, &str) =
    ("POST /x509-credentials", "Defaults to 31536000 (365 days) if not specified.");

const PROPERTIES: [Property; 30] = [
    must(
        "pem",
        EXAMPLE,
        "`certificate`, `issuingCa` and each item of `caChain` are one PEM block each (RFC 7468 section 3).",
        fields::pem,
    ),
    must(
        "encoding",
        ISSUE,
        "The certificate and its extensions are written in DER, each value in its one encoding (RFC 5280 section 4.1).",
        fields::encoding,
    ),
    must(
        "version",
        ISSUE,
        "A certificate with extensions has version 3 (RFC 5280 section 4.1.2.1).",
        fields::version,
    ),
    must(
        "serial",
        ISSUE,
        "The serial number is positive and has at most 20 octets (RFC 5280 section 4.1.2.2).",
        fields::serial,
    ),
    must(
        "serial-number",
        SERIAL,
        "`serialNumber` is the certificate's serial number in decimal digits.",
        fields::serial_told,
    ),
    must(
        "algorithms",
        ISSUE,
        "The signature algorithm stands in the certificate twice, and is the same (RFC 5280 section 4.1.1.2).",
        fields::algorithms,
    ),
    must(
        "signature",
        EXAMPLE,
        "The certificate is signed with the key of `issuingCa` (RFC 5280 section 4.1.1.3).",
        fields::signature,
    ),
    must(
        "issuer",
        EXAMPLE,
        "The certificate's issuer is the subject of `issuingCa`, byte by byte, and not empty (RFC 5280 section 4.1.2.4).",
        fields::issuer,
    ),
    must("subject", COMMON_NAME, "The certificate has one common name: `commonName`.", fields::subject),
    should(
        "subject-alone",
        PROFILE,
        "The certificate's subject is the common name alone.",
        fields::subject_alone,
    ),
    must(
        "validity",
        ISSUE,
        "The certificate is valid when it is issued (RFC 5280 section 4.1.2.5).",
        fields::is_valid_now,
    ),
    must(
        "time-forms",
        ISSUE,
        "Times through 2049 are UTCTime, later ones GeneralizedTime (RFC 5280 section 4.1.2.5).",
        fields::time_forms,
    ),
    must(
        "default-ttl",
        TTL,
        "Without `ttl` the certificate ends 365 days after it is issued, or with its issuer's.",
        fields::default_ttl,
    ),
    must(
        "unique-identifiers",
        ISSUE,
        "The certificate has no unique identifiers (RFC 5280 section 4.1.2.8).",
        fields::unique_identifiers,
    ),
    should(
        "key",
        EXAMPLE,
        "The key is RSA's, as `privateKeyType` says (RFC 3279 section 2.3.1).",
        keys::is_rsa,
    ),
    should("key-size", PROFILE, "The key has 2048 bits and the exponent 65537.", keys::is_rsa_2048),
    should(
        "private-key",
        EXAMPLE,
        "`privateKey` is the certificate's, in PKCS#1 (`RSA PRIVATE KEY`).",
        keys::rsa_private_key_fits,
    ),
    should(
        "key-usage",
        PROFILE,
        "The key usage is critical: digitalSignature, keyEncipherment, keyAgreement (RFC 5280 section 4.2.1.3).",
        extensions::usages,
    ),
    must(
        "no-authority",
        ISSUE,
        "A client's certificate is no authority's: no cA, no keyCertSign, no cRLSign, no path length (RFC 5280 section \
         4.2.1.9).",
        extensions::signs_no_certificates,
    ),
    must(
        "client-purpose",
        ISSUE,
        "Where purposes are named, clientAuth is among them (RFC 5280 section 4.2.1.12).",
        extensions::is_for_clients,
    ),
    should(
        "purposes",
        PROFILE,
        "The purposes are serverAuth and clientAuth (RFC 5280 section 4.2.1.12).",
        extensions::is_for_both_sides,
    ),
    should(
        "subject-key-identifier",
        PROFILE,
        "The subject key identifier is a hash of the key, and not critical (RFC 5280 section 4.2.1.2, RFC 7093 section 2).",
        extensions::subject_key_identifier,
    ),
    must(
        "authority-key-identifier",
        ISSUE,
        "The authority key identifier is the subject key identifier of `issuingCa`, and not critical (RFC 5280 section \
         4.2.1.1).",
        extensions::authority_key_identifier,
    ),
    should(
        "alternative-name",
        PROFILE,
        "A common name that is a host name is the one dNSName as well (RFC 5280 section 4.2.1.6).",
        extensions::alternative_name,
    ),
    must(
        "extensions",
        ISSUE,
        "No extension stands twice, none that is critical is unknown, each can be read (RFC 5280 section 4.2).",
        extensions::known,
    ),
    must(
        "authority",
        EXAMPLE,
        "`issuingCa` is an authority's: cA in critical basicConstraints, keyCertSign (RFC 5280 sections 4.2.1.3 and \
         4.2.1.9).",
        authority::is_authority,
    ),
    should(
        "authority-signs-lists",
        PROFILE,
        "`issuingCa` may sign revocation lists: cRLSign in a critical key usage (RFC 5280 section 4.2.1.3).",
        authority::signs_lists,
    ),
    must(
        "authority-encoding",
        EXAMPLE,
        "`issuingCa` is written in DER (RFC 5280 section 4.1).",
        authority::encoding,
    ),
    should(
        "chain",
        PROFILE,
        "The first item of `caChain` is `issuingCa`.",
        authority::chain_starts_with_issuer,
    ),
    should(
        "chain-links",
        EXAMPLE,
        "Each item of `caChain` is the issuer of the one before it (RFC 5280 section 6.1).",
        authority::chain_links,
    ),
];

/// Beyond the table: one that is SHOULD by RFC 5280's model of validity.
const OUTLIVES: Property = should(
    "end",
    ISSUE,
    "The certificate ends no later than its issuer's: nobody could validate it afterwards (RFC 5280 section 6.1).",
    authority::outlives,
);

const FIX: &str = "Decode the answer's `certificate` with `openssl x509 -text` and `openssl asn1parse`, and compare the field \
                   with the section of RFC 5280 that the requirement names.";

pub(super) fn scenarios() -> Vec<Scenario> {
    let properties = PROPERTIES.into_iter().chain([OUTLIVES]);
    let scenario = |property: Property| {
        let id = format!("x509-credentials::certificate::{}", property.id);
        let scenario = Scenario::new(id, "x509_credentials_create", property.quote, property)
            .requires(property.requirement)
            .kind(Kind::Certificate)
            .fix(FIX);
        if property.binding { scenario } else { scenario.should() }
    };
    properties.map(scenario).chain(issued::scenarios()).collect()
}

impl Property {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let certificate = attempt.certificate().await?;
        let body = certificate.answer().json().cloned().unwrap_or_default();
        let at = clock(certificate.answer()).unwrap_or(certificate.at);
        attempt.found(examine(&body, at, self.check));
        Ok(())
    }
}

impl Check for Property {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}

/// A new certificate, and when it was answered by the target's clock, if that is told.
pub(super) async fn issue(
    attempt: &mut Attempt,
    body: serde_json::Value,
) -> Result<(Made, OffsetDateTime), Stop> {
    let answer = attempt.ask_for(X509.create, body).await?;
    attempt.status(&answer, 201)?;
    let made = Made::of(attempt, X509.create, &answer)?;
    Ok((made, clock(&answer).unwrap_or_else(OffsetDateTime::now_utc)))
}

/// Checks the certificate of an answer.
pub(super) fn examine<T>(
    body: &serde_json::Value,
    at: OffsetDateTime,
    check: impl Fn(&Shown<'_>) -> Result<T, Wrong>,
) -> Result<T, Wrong> {
    Encoded::of(body)?.shown(body, at).and_then(|shown| check(&shown))
}

/// All that binds every certificate, whatever its key is.
pub(super) fn profile_of(shown: &Shown<'_>) -> Found {
    let binds = |property: &&Property| match property.id {
        "default-ttl" => false,
        "chain-links" => true,
        _ => property.binding,
    };
    PROPERTIES.iter().filter(binds).try_for_each(|property| (property.check)(shown))
}

/// The common name that the answer tells is the one in the certificate, and there is no other attribute.
pub(super) fn names_subject(shown: &Shown<'_>) -> Found {
    fields::subject(shown).and_then(|()| fields::subject_alone(shown))
}

/// It is no authority's, and has no name but its common name.
pub(super) fn is_a_clients(shown: &Shown<'_>) -> Found {
    extensions::signs_no_certificates(shown)?;
    names_subject(shown)?;
    extensions::alternative_name(shown)
}

/// What a PEM block holds.
pub(super) fn decoded(text: &str, label: &str) -> Result<Vec<u8>, String> {
    pem::decode(text, label)
}

impl Attempt {
    /// Records what a check of the last answer found.
    pub(super) fn found(&mut self, found: Found) {
        if let Err(Wrong { at, expected, actual }) = found {
            self.differs(&at, expected, actual);
        }
    }
}

#[cfg(test)]
mod tests;
