//! Faults in certificates. Each is of a CA of the tests' own, to which the reference allows everything but the fault.

use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyUsagePurpose, SerialNumber};
use time::{Duration, OffsetDateTime};

use super::Mutant;
use crate::{
    minted::{mint, mint_by_another, unknown_critical},
    proxy::{Call, Reply},
};

const CERTIFICATE: &[&str] = &["x509-credentials::certificate::*", "x509-credentials::ttl::*"];

fn issued(call: &Call, reply: &Reply) -> bool {
    call.is("POST", "/api/v1/x509-credentials") && reply.status == 201
}

/// A mutant whose certificates are spoiled so.
macro_rules! minted {
    ($name:literal, $spoil:expr) => {
        Mutant::answers(concat!("certificate: ", $name), CERTIFICATE, |call, reply, _| {
            if issued(call, reply) {
                mint(&mut reply.json, $spoil);
            }
        })
        .of_reference()
    };
}

pub(super) const MUTANTS: &[Mutant] = &[
    minted!("not for clients", |params| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    }),
    minted!("no extended key usage", |params| params.extended_key_usages.clear()),
    minted!("no signatures by the key", |params| {
        params.key_usages = vec![KeyUsagePurpose::KeyEncipherment];
    }),
    minted!("may sign certificates", |params| params.key_usages.push(KeyUsagePurpose::KeyCertSign)),
    minted!("is a CA", |params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
    minted!("another serial number than the answer's", |params| {
        params.serial_number = Some(SerialNumber::from(77_u64));
    }),
    minted!("another common name than the answer's", |params| {
        params.distinguished_name.push(rcgen::DnType::CommonName, "another");
    }),
    minted!("an organisation in the subject", |params| {
        params.distinguished_name.push(rcgen::DnType::OrganizationName, "Example");
    }),
    minted!("ends a day late", |params| params.not_after += Duration::DAY),
    minted!("ends a day early", |params| params.not_after -= Duration::DAY),
    minted!("ends two minutes late", |params| params.not_after += Duration::minutes(2)),
    minted!("starts tomorrow", |params| params.not_before = OffsetDateTime::now_utc() + Duration::DAY),
    minted!("has ended", |params| params.not_after = OffsetDateTime::now_utc() - Duration::MINUTE),
    minted!("no authority key identifier", |params| {
        params.use_authority_key_identifier_extension = false;
    }),
    minted!("a random subject key identifier", |params| {
        params.key_identifier_method = KeyIdMethod::PreSpecified(vec![7; 20]);
    }),
    minted!("an unknown critical extension", |params| params.custom_extensions.push(unknown_critical())),
    Mutant::answers("certificate: signed by another key", CERTIFICATE, |call, reply, _| {
        if issued(call, reply) {
            mint_by_another(&mut reply.json);
        }
    })
    .of_reference(),
];
