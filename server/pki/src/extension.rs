//! The extensions we write, encoded here because rcgen's own come in another order than the documented certificates
//! have, and because it writes no subject key identifier into a leaf.

use std::net::IpAddr;

use rcgen::CustomExtension;
use yasna::models::ObjectIdentifier;
use yasna::{DERWriter, Tag, construct_der};

use crate::Pointers;
use crate::name::AltName;

const SUBJECT_KEY_IDENTIFIER: &[u64] = &[2, 5, 29, 14];
const KEY_USAGE: &[u64] = &[2, 5, 29, 15];
const SUBJECT_ALT_NAME: &[u64] = &[2, 5, 29, 17];
const BASIC_CONSTRAINTS: &[u64] = &[2, 5, 29, 19];
const CRL_DISTRIBUTION_POINTS: &[u64] = &[2, 5, 29, 31];
const AUTHORITY_KEY_IDENTIFIER: &[u64] = &[2, 5, 29, 35];
const EXTENDED_KEY_USAGE: &[u64] = &[2, 5, 29, 37];
const SERVER_AUTH: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTH: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 3, 2];
const OCSP_SIGNING: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 3, 9];
const AUTHORITY_INFO_ACCESS: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 1];
const AD_OCSP: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 48, 1];
const AD_CA_ISSUERS: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 48, 2];
const OCSP_NO_CHECK: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 48, 1, 5];

/// Bits of a key usage as its first octet has them: digitalSignature is the highest.
pub(crate) const DIGITAL_SIGNATURE: u8 = 0x80;
pub(crate) const KEY_ENCIPHERMENT: u8 = 0x20;
pub(crate) const KEY_AGREEMENT: u8 = 0x08;
pub(crate) const KEY_CERT_SIGN: u8 = 0x04;
pub(crate) const CRL_SIGN: u8 = 0x02;

/// keyUsage, critical (RFC 5280 4.2.1.3). A named bit list ends with its last one bit (X.690 11.2.2).
pub(crate) fn key_usage(bits: u8) -> CustomExtension {
    let length = 8 - bits.trailing_zeros() as usize;
    critical(KEY_USAGE, construct_der(|writer| writer.write_bitvec_bytes(&[bits], length)))
}

/// extendedKeyUsage serverAuth and clientAuth (RFC 5280 4.2.1.12).
pub(crate) fn extended_key_usage() -> CustomExtension {
    purposes(&[SERVER_AUTH, CLIENT_AUTH])
}

/// extendedKeyUsage `OCSPSigning` (RFC 6960 4.2.2.2).
pub(crate) fn ocsp_signing() -> CustomExtension {
    purposes(&[OCSP_SIGNING])
}

fn purposes(oids: &[&[u64]]) -> CustomExtension {
    let der = construct_der(|writer| {
        writer.write_sequence(|writer| {
            oids.iter().for_each(|oid| writer.next().write_oid(&ObjectIdentifier::from_slice(oid)));
        });
    });
    CustomExtension::from_oid_content(EXTENDED_KEY_USAGE, der)
}

/// id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1).
pub(crate) fn ocsp_no_check() -> CustomExtension {
    CustomExtension::from_oid_content(OCSP_NO_CHECK, construct_der(|writer| writer.write_null()))
}

/// basicConstraints of a CA without a path length, critical (RFC 5280 4.2.1.9).
pub(crate) fn ca() -> CustomExtension {
    let der = construct_der(|writer| writer.write_sequence(|writer| writer.next().write_bool(true)));
    critical(BASIC_CONSTRAINTS, der)
}

/// subjectKeyIdentifier (RFC 5280 4.2.1.2).
pub(crate) fn subject_key_identifier(id: &[u8]) -> CustomExtension {
    CustomExtension::from_oid_content(SUBJECT_KEY_IDENTIFIER, construct_der(|writer| writer.write_bytes(id)))
}

/// authorityKeyIdentifier with nothing but the issuer's key identifier (RFC 5280 4.2.1.1).
pub(crate) fn authority_key_identifier(id: &[u8]) -> CustomExtension {
    let der = construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_tagged_implicit(Tag::context(0), |writer| writer.write_bytes(id));
        });
    });
    CustomExtension::from_oid_content(AUTHORITY_KEY_IDENTIFIER, der)
}

/// subjectAltName of one dNSName or one iPAddress of 4 or 16 octets (RFC 5280 4.2.1.6).
pub(crate) fn alt_name(name: AltName<'_>) -> CustomExtension {
    let der = construct_der(|writer| {
        writer.write_sequence(|writer| match name {
            AltName::Dns(name) => {
                writer.next().write_tagged_implicit(Tag::context(2), |writer| writer.write_ia5_string(name));
            }
            AltName::Ip(address) => {
                let octets = octets(address);
                writer.next().write_tagged_implicit(Tag::context(7), |writer| writer.write_bytes(&octets));
            }
        });
    });
    CustomExtension::from_oid_content(SUBJECT_ALT_NAME, der)
}

/// cRLDistributionPoints of one point, with a full name of one URI (RFC 5280 4.2.1.13).
pub(crate) fn crl_distribution_point(pointers: &Pointers) -> CustomExtension {
    let der = construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_sequence(|writer| {
                writer.next().write_tagged(Tag::context(0), |writer| {
                    // fullName [0] GeneralNames inside the CHOICE, which makes the tag around it explicit.
                    writer.write_tagged_implicit(Tag::context(0), |writer| {
                        writer.write_sequence(|writer| uri(writer.next(), pointers.crl()));
                    });
                });
            });
        });
    });
    CustomExtension::from_oid_content(CRL_DISTRIBUTION_POINTS, der)
}

/// authorityInfoAccess: the OCSP responder and the issuer's certificate (RFC 5280 4.2.2.1).
pub(crate) fn authority_info_access(pointers: &Pointers) -> CustomExtension {
    let der = construct_der(|writer| {
        writer.write_sequence(|writer| {
            for (method, location) in [(AD_OCSP, pointers.ocsp()), (AD_CA_ISSUERS, pointers.issuer())] {
                writer.next().write_sequence(|writer| {
                    writer.next().write_oid(&ObjectIdentifier::from_slice(method));
                    uri(writer.next(), location);
                });
            }
        });
    });
    CustomExtension::from_oid_content(AUTHORITY_INFO_ACCESS, der)
}

/// uniformResourceIdentifier of a `GeneralName` (RFC 5280 4.2.1.6).
fn uri(writer: DERWriter<'_>, text: &str) {
    writer.write_tagged_implicit(Tag::context(6), |writer| writer.write_ia5_string(text));
}

/// An address in network byte order.
pub(crate) fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

fn critical(oid: &[u64], der: Vec<u8>) -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(oid, der);
    extension.set_criticality(true);
    extension
}
