//! DER (X.690) by hand, where rcgen and yasna have no words: revocation lists of any length in one buffer, and OCSP.

mod read;
mod write;

pub(crate) use read::Reader;
pub(crate) use write::{constructed, element, generalized_time, time, wrap};

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const ENUMERATED: u8 = 0x0a;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;

/// The context's own tag of a number, around simple content.
pub(crate) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// The context's own tag of a number, around elements.
pub(crate) const fn context_constructed(number: u8) -> u8 {
    0xa0 | number
}
