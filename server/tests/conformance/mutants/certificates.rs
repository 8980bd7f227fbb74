//! Faults in certificates. Each is of a CA of the tests' own, to which the reference allows everything but the fault.

use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyUsagePurpose, SerialNumber};
use time::{Duration, OffsetDateTime};

use super::Mutant;
use crate::{
    minted::{mint, mint_by_another, unknown_critical},
    proxy::{Call, Reply},
};

/// Cases of lifetimes.
const LIFETIME: &[&str] = &["x509-credentials::ttl::*", "x509-credentials::certificate::default-ttl"];

/// So many hours ago.
fn past(hours: i64) -> OffsetDateTime {
    OffsetDateTime::now_utc() - Duration::hours(hours)
}

fn issued(call: &Call, reply: &Reply) -> bool {
    call.is("POST", "/api/v1/x509-credentials") && reply.status == 201
}

/// A mutant whose certificates are spoiled so.
macro_rules! minted {
    ($name:literal, $topic:expr, $spoil:expr) => {
        Mutant::answers(concat!("certificate: ", $name), $topic, |call, reply, _| {
            if issued(call, reply) {
                mint(&mut reply.json, $spoil);
            }
        })
        .of_reference()
    };
}

pub(super) const MUTANTS: &[Mutant] = &[
    minted!(
        "not for clients",
        &["x509-credentials::certificate::client-purpose", "x509-credentials::certificate::purposes"],
        |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        }
    ),
    minted!(
        "no extended key usage",
        &["x509-credentials::certificate::client-purpose", "x509-credentials::certificate::purposes"],
        |params| params.extended_key_usages.clear()
    ),
    minted!("no signatures by the key", &["x509-credentials::certificate::key-usage"], |params| {
        params.key_usages = vec![KeyUsagePurpose::KeyEncipherment];
    }),
    minted!(
        "may sign certificates",
        &["x509-credentials::certificate::no-authority", "x509-credentials::certificate::key-usage"],
        |params| params.key_usages.push(KeyUsagePurpose::KeyCertSign)
    ),
    minted!("is a CA", &["x509-credentials::certificate::no-authority"], |params| params.is_ca =
        IsCa::Ca(BasicConstraints::Unconstrained)),
    minted!(
        "another serial number than the answer's",
        &["x509-credentials::certificate::serial-number"],
        |params| {
            params.serial_number = Some(SerialNumber::from(77_u64));
        }
    ),
    minted!("another common name than the answer's", &["x509-credentials::certificate::subject"], |params| {
        params.distinguished_name.push(rcgen::DnType::CommonName, "another");
    }),
    minted!("an organisation in the subject", &["x509-credentials::certificate::subject-alone"], |params| {
        params.distinguished_name.push(rcgen::DnType::OrganizationName, "Example");
    }),
    minted!("ends a day late", LIFETIME, |params| params.not_after += Duration::DAY),
    minted!("ends a day early", LIFETIME, |params| params.not_after -= Duration::DAY),
    minted!("ends two minutes late", LIFETIME, |params| params.not_after += Duration::minutes(2)),
    minted!("starts tomorrow", &["x509-credentials::certificate::validity"], |params| params.not_before =
        OffsetDateTime::now_utc() + Duration::DAY),
    minted!("has ended", &["x509-credentials::certificate::validity"], |params| {
        (params.not_before, params.not_after) = (past(2), past(1));
    }),
    minted!(
        "no authority key identifier",
        &["x509-credentials::certificate::authority-key-identifier"],
        |params| {
            params.use_authority_key_identifier_extension = false;
        }
    ),
    minted!(
        "a random subject key identifier",
        &["x509-credentials::certificate::subject-key-identifier"],
        |params| {
            params.key_identifier_method = KeyIdMethod::PreSpecified(vec![7; 20]);
        }
    ),
    minted!("an unknown critical extension", &["x509-credentials::certificate::extensions"], |params| params
        .custom_extensions
        .push(unknown_critical())),
    Mutant::answers(
        "certificate: signed by another key",
        &["x509-credentials::certificate::signature"],
        |call, reply, _| {
            if issued(call, reply) {
                mint_by_another(&mut reply.json);
            }
        },
    )
    .of_reference(),
];
