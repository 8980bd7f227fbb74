//! Authorities: made, stored, loaded; and what they refuse to prepare and to issue.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use vouchsafe_domain::{CommonName, KeyType, TenantId, Timestamp};
use vouchsafe_pki::{
    Authority, AuthorityError, IssueError, KeyPair, Lifetime, LintError, PrepareError, Profile, ProfileError,
    VerifiedPublicKey, random_serial_number,
};

use crate::openssl::OpenSsl;
use crate::world::{common_name, issue, key, now, platform, platform_living, tenant, ttl};

const NOW: i64 = 1_900_000_000;
const HOUR: Duration = Duration::from_secs(3600);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000 + 999_999)
}

fn platform_at(seconds: i64, lifetime: Duration) -> Authority {
    Authority::create_platform(&common_name("Platform"), key(KeyType::EcP256), at(seconds), lifetime).unwrap()
}

#[test]
fn validity_of_a_leaf() {
    let authority = platform_at(NOW, HOUR);
    let new = |lifetime, seconds| {
        Profile::new(common_name("a"), lifetime, at(seconds), &authority)
            .map(|profile| (profile.not_before().as_micros(), profile.not_after().as_micros()))
    };
    let period = |begin: i64, end: i64| Ok((begin * 1_000_000, end * 1_000_000));
    let latest = Timestamp::from_micros((NOW + 3600) * 1_000_000);
    let outlives = ProfileError::OutlivesIssuer { latest };
    let too_long = Err(outlives);
    for (lifetime, seconds, answer) in [
        (Lifetime::Exactly(ttl(60.0)), NOW + 100, period(NOW + 70, NOW + 160)),
        (Lifetime::Exactly(ttl(0.1)), NOW, period(NOW - 30, NOW + 1)),
        (Lifetime::Exactly(ttl(3600.0)), NOW, period(NOW - 30, NOW + 3600)),
        (Lifetime::Exactly(ttl(3601.0)), NOW, too_long),
        (Lifetime::Exactly(ttl(9e15)), NOW, too_long),
        (Lifetime::AtMost(ttl(3601.0)), NOW, period(NOW - 30, NOW + 3600)),
        (Lifetime::AtMost(ttl(9e15)), NOW, period(NOW - 30, NOW + 3600)),
        (Lifetime::AtMost(ttl(60.0)), NOW, period(NOW - 30, NOW + 60)),
        // A replica whose clock is a little behind the one that made the CA.
        (Lifetime::AtMost(ttl(60.0)), NOW - 30, period(NOW - 30, NOW + 30)),
        (Lifetime::AtMost(ttl(60.0)), NOW - 31, Err(ProfileError::IssuerNotValid)),
        (Lifetime::AtMost(ttl(60.0)), NOW + 3600, period(NOW + 3570, NOW + 3600)),
        (Lifetime::AtMost(ttl(60.0)), NOW + 3601, Err(ProfileError::IssuerNotValid)),
    ] {
        assert_eq!(new(lifetime, seconds), answer, "{lifetime:?} at {seconds}");
    }
    assert_eq!(
        outlives.to_string(),
        "ttl runs past the end of the issuing CA; the latest possible end is 2030-03-17T18:46:40Z"
    );
}

#[test]
fn what_is_issued_says_what_was_prepared() {
    let authority = platform_at(NOW, HOUR);
    let profile =
        Profile::new(common_name("a b"), Lifetime::Exactly(ttl(60.0)), at(NOW + 100), &authority).unwrap();
    let serial = random_serial_number().unwrap();
    let public_key = VerifiedPublicKey::from(&key(KeyType::EcP256));
    let prepared = authority.prepare(profile, serial, &public_key).unwrap();
    assert_eq!((prepared.serial_number(), prepared.common_name().as_str()), (&serial, "a b"));
    assert_eq!(prepared.not_after().as_secs(), NOW + 160);
    let issued = authority.issue(prepared).unwrap();
    assert_eq!((issued.not_before.as_secs(), issued.not_after.as_secs()), (NOW + 70, NOW + 160));
    let (_, parsed) = x509_parser::parse_x509_certificate(&issued.certificate_der).unwrap();
    assert_eq!(parsed.raw_serial(), serial.as_bytes());
    let validity = (parsed.validity().not_before.timestamp(), parsed.validity().not_after.timestamp());
    assert_eq!(validity, (NOW + 70, NOW + 160));
    assert!(parsed.subject_alternative_name().unwrap().is_none(), "'a b' is no host name");
    assert_eq!(issued.certificate_pem.lines().count(), issued.certificate_der.len().div_ceil(48) + 2);
}

#[test]
fn only_the_authority_that_prepared_issues() {
    let (one, other) = (platform_at(NOW, HOUR), platform_at(NOW, HOUR));
    let public_key = VerifiedPublicKey::from(&key(KeyType::EcP256));
    let prepare = || {
        let profile = Profile::new(common_name("a"), Lifetime::AtMost(ttl(60.0)), at(NOW), &one).unwrap();
        one.prepare(profile, random_serial_number().unwrap(), &public_key).unwrap()
    };
    assert!(matches!(other.issue(prepare()), Err(IssueError::OtherIssuer)));
    // The same authority, loaded elsewhere, is the same.
    let again = KeyPair::from_pkcs8_der(&one.key_pair().to_pkcs8_der()).unwrap();
    let loaded = Authority::load(&one.chain_pem(), again).unwrap();
    assert!(loaded.issue(prepare()).is_ok());
}

#[test]
fn a_profile_of_another_authority_is_linted() {
    let (long, short) = (platform_at(NOW, HOUR * 2), platform_at(NOW, HOUR));
    let profile = Profile::new(common_name("a"), Lifetime::AtMost(ttl(7200.0)), at(NOW), &long).unwrap();
    let public_key = VerifiedPublicKey::from(&key(KeyType::EcP256));
    let prepared = short.prepare(profile, random_serial_number().unwrap(), &public_key);
    assert!(matches!(prepared, Err(PrepareError::Lint(LintError::ValidityOutsideIssuer))));
}

#[test]
fn a_tenant_ends_with_its_platform() {
    let platform = platform_at(NOW, HOUR);
    let tenant_id = TenantId::parse("tenant-1").unwrap();
    let make =
        |seconds, lifetime| platform.create_tenant(&tenant_id, key(KeyType::EcP256), at(seconds), lifetime);
    let period = |authority: &Authority| (authority.not_before().as_secs(), authority.not_after().as_secs());
    assert_eq!(period(&make(NOW + 60, HOUR * 9).unwrap()), (NOW + 30, NOW + 3600));
    assert_eq!(period(&make(NOW, Duration::from_secs(1)).unwrap()), (NOW - 30, NOW + 1));
    assert!(matches!(make(NOW + 3601, HOUR), Err(AuthorityError::IssuerNotValid)));
    assert!(matches!(make(NOW - 31, HOUR), Err(AuthorityError::IssuerNotValid)));
}

#[test]
fn every_tenant_id_makes_a_ca() {
    let platform = platform_at(NOW, HOUR);
    let key_pair = key(KeyType::EcP256).to_pkcs8_der();
    for id in ["0", "a", "default", &"t".repeat(63)] {
        let id = TenantId::parse(id).unwrap();
        let key_pair = KeyPair::from_pkcs8_der(&key_pair).unwrap();
        let tenant = platform.create_tenant(&id, key_pair, at(NOW), HOUR).unwrap();
        let (_, parsed) = x509_parser::parse_x509_certificate(tenant.certificate_der()).unwrap();
        assert_eq!(parsed.subject().to_string(), format!("CN={id}"));
    }
}

#[test]
fn load_gives_back_what_was_stored() {
    let platform = platform(KeyType::EcP384);
    let tenant = tenant(&platform, KeyType::Rsa2048);
    let stored = (tenant.chain_pem(), tenant.key_pair().to_pkcs8_der());
    assert_eq!(stored.0, format!("{}\n{}\n", tenant.certificate_pem(), platform.certificate_pem()));
    let loaded = Authority::load(&stored.0, KeyPair::from_pkcs8_der(&stored.1).unwrap()).unwrap();
    assert_eq!(loaded.chain_pem(), tenant.chain_pem());
    assert_eq!((loaded.ca_chain(), platform.ca_chain()), (tenant.ca_chain(), &[][..]));
    assert_eq!((loaded.not_before(), loaded.not_after()), (tenant.not_before(), tenant.not_after()));
    assert_eq!(
        (loaded.subject_key_id(), loaded.subject_der()),
        (tenant.subject_key_id(), tenant.subject_der())
    );
    let before = now().as_secs();
    let end = issue(&loaded, "a", &VerifiedPublicKey::from(&key(KeyType::EcP256))).not_after.as_secs();
    assert!((before..=now().as_secs()).contains(&(end - 31_536_000)));
}

#[test]
fn what_load_refuses() {
    let platform = platform(KeyType::EcP256);
    let leaf = issue(&platform, "a", &VerifiedPublicKey::from(&key(KeyType::EcP256)));
    let load = |pem: &str, key_pair| Authority::load(pem, key_pair).map(|_| ()).unwrap_err().to_string();
    let own = || KeyPair::from_pkcs8_der(&platform.key_pair().to_pkcs8_der()).unwrap();
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    for (pem, key_pair, message) in [
        ("", own(), "there is no PEM block CERTIFICATE"),
        ("-----BEGIN CERTIFICATE-----", own(), "there is no PEM block CERTIFICATE"),
        (broken, own(), "the certificate is malformed"),
        (&leaf.certificate_pem, own(), "the certificate is not a CA certificate (basicConstraints CA:TRUE)"),
        (
            platform.certificate_pem(),
            key(KeyType::EcP256),
            "the private key does not belong to the certificate",
        ),
    ] {
        assert_eq!(load(pem, key_pair), message);
    }
}

/// 2050 and later, and the last moment there is.
#[test]
fn the_far_future() {
    let openssl = OpenSsl::new();
    let platform = platform_living(KeyType::EcP256, Duration::MAX);
    openssl.write("platform.pem", platform.certificate_pem());
    let end = openssl.run("x509 -in platform.pem -noout -enddate");
    assert_eq!(end, "notAfter=Dec 31 23:59:59 9999 GMT\n");
    let profile =
        Profile::new(common_name("a"), Lifetime::Exactly(ttl(3.0e9)), Timestamp::from_micros(0), &platform);
    assert_eq!(profile.unwrap_err(), ProfileError::IssuerNotValid);
    let profile = Profile::new(common_name("a"), Lifetime::Exactly(ttl(3.0e9)), now(), &platform).unwrap();
    let public_key = VerifiedPublicKey::from(&key(KeyType::EcP256));
    let prepared = platform.prepare(profile, random_serial_number().unwrap(), &public_key).unwrap();
    openssl.write("leaf.pem", &platform.issue(prepared).unwrap().certificate_pem);
    assert_eq!(openssl.run("verify -x509_strict -CAfile platform.pem leaf.pem"), "leaf.pem: OK\n");
}

#[test]
fn serial_numbers_differ() {
    let (one, other) = (random_serial_number().unwrap(), random_serial_number().unwrap());
    assert_ne!(one, other);
    assert_eq!(one.as_bytes()[0] & 0xc0, 0x40);
}

/// The name of the platform's CA is any common name, in the encoding that fits it.
#[test]
fn platform_names() {
    for name in ["Vouchsafe Platform", "what?", "a_b@c", &"x".repeat(255)] {
        let name = CommonName::parse(name).unwrap();
        let platform = Authority::create_platform(&name, key(KeyType::EcP256), at(NOW), HOUR).unwrap();
        let tenant = TenantId::parse("t").unwrap();
        let tenant = platform.create_tenant(&tenant, key(KeyType::EcP256), at(NOW), HOUR).unwrap();
        let (_, parsed) = x509_parser::parse_x509_certificate(tenant.certificate_der()).unwrap();
        assert_eq!(parsed.issuer().as_raw(), platform.subject_der());
    }
}

/// One authority serves every thread.
#[test]
fn shared_by_threads() {
    let authority = platform_at(NOW, HOUR);
    let public_key = VerifiedPublicKey::from(&key(KeyType::EcP256));
    assert_eq!(public_key.bits().len(), 65);
    let issue = || {
        let profile =
            Profile::new(common_name("a"), Lifetime::AtMost(ttl(60.0)), at(NOW), &authority).unwrap();
        let prepared = authority.prepare(profile, random_serial_number().unwrap(), &public_key).unwrap();
        authority.issue(prepared).unwrap().serial_number
    };
    let serials = std::thread::scope(|scope| {
        let threads = [(); 4].map(|()| scope.spawn(issue));
        threads.map(|thread| thread.join().unwrap())
    });
    assert!(serials.iter().all(|serial| serials.iter().filter(|other| *other == serial).count() == 1));
}
