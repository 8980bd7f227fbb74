//! Authorities and leaves for the tests.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, SystemTime};

use vouchsafe_domain::{CommonName, KeyType, TenantId, Timestamp, Ttl};
use vouchsafe_pki::{
    Authority, DEFAULT_CA_LIFETIME, Issued, KeyPair, Lifetime, Profile, VerifiedPublicKey,
    random_serial_number,
};

/// The real time, because OpenSSL asks the clock.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap())
}

pub(crate) fn common_name(text: &str) -> CommonName {
    CommonName::parse(text).unwrap()
}

pub(crate) fn key(key_type: KeyType) -> KeyPair {
    KeyPair::generate(key_type).unwrap()
}

pub(crate) fn platform_living(key_type: KeyType, lifetime: Duration) -> Authority {
    Authority::create_platform(&common_name("Vouchsafe Platform"), key(key_type), now(), lifetime).unwrap()
}

pub(crate) fn platform(key_type: KeyType) -> Authority {
    platform_living(key_type, DEFAULT_CA_LIFETIME)
}

pub(crate) fn tenant(platform: &Authority, key_type: KeyType) -> Authority {
    let tenant = TenantId::parse("tenant-1").unwrap();
    platform.create_tenant(&tenant, key(key_type), now(), DEFAULT_CA_LIFETIME).unwrap()
}

pub(crate) fn ttl(seconds: f64) -> Ttl {
    Ttl::parse(seconds).unwrap()
}

/// Issues a leaf of the default lifetime.
pub(crate) fn issue(authority: &Authority, name: &str, public_key: &VerifiedPublicKey) -> Issued {
    let profile = Profile::new(common_name(name), Lifetime::AtMost(Ttl::DEFAULT), now(), authority).unwrap();
    let prepared = authority.prepare(profile, random_serial_number().unwrap(), public_key).unwrap();
    authority.issue(prepared).unwrap()
}
