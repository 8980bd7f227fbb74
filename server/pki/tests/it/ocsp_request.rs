//! OCSP requests that are none, and those that are unusual: never a panic, and never a wrong reading.
#![expect(clippy::unwrap_used, reason = "tests")]

use vouchsafe_domain::{KeyType, SerialNumber};
use vouchsafe_pki::{MalformedOcspRequest, OcspRequest};

use crate::ocsp::World;

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let header = match length {
        [0, 0, 0, low @ ..0x80] => vec![tag, low],
        [0, 0, 0, low] => vec![tag, 0x81, low],
        [0, 0, high, low] => vec![tag, 0x82, high, low],
        _ => [&[tag, 0x84], &length[..]].concat(),
    };
    [&header, content].concat()
}

fn seq(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

const SHA_256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];

fn cert_id_of(algorithm: &[Vec<u8>], serial: &[u8]) -> Vec<u8> {
    seq(&[seq(algorithm), tlv(4, &[1; 32]), tlv(4, &[2; 32]), tlv(2, serial)])
}

fn cert_id(serial: &[u8]) -> Vec<u8> {
    cert_id_of(&[tlv(6, SHA_256), tlv(5, &[])], serial)
}

fn single() -> Vec<u8> {
    seq(&[cert_id(&[7])])
}

fn extension(oid: &[u8], critical: &[u8], value: &[u8]) -> Vec<u8> {
    seq(&[tlv(6, oid), critical.to_vec(), tlv(4, value)])
}

const NONCE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 2];

fn nonce(length: usize) -> Vec<u8> {
    extension(NONCE, &[], &tlv(4, &vec![9; length]))
}

/// A request of these extensions for one certificate.
fn with_extensions(extensions: &[Vec<u8>]) -> Vec<u8> {
    seq(&[seq(&[seq(&[single()]), tlv(0xa2, &seq(extensions))])])
}

fn requests(list: &[Vec<u8>]) -> Vec<u8> {
    seq(&[seq(&[seq(list)])])
}

fn is_ok(der: &[u8]) -> bool {
    match OcspRequest::parse(der) {
        Ok(_) => true,
        Err(MalformedOcspRequest) => false,
    }
}

#[test]
fn unusual_but_good() {
    for (what, der) in [
        ("one", requests(&[single()])),
        ("sixteen", requests(&vec![single(); 16])),
        ("version said", seq(&[seq(&[tlv(0xa0, &[2, 1, 0]), seq(&[single()])])])),
        ("a name", seq(&[seq(&[tlv(0xa1, &tlv(0x82, b"a")), seq(&[single()])])])),
        ("a signature", seq(&[seq(&[seq(&[single()])]), tlv(0xa0, &seq(&[]))])),
        (
            "single extensions",
            requests(&[seq(&[cert_id(&[7]), tlv(0xa0, &seq(&[extension(&[1], &[], &[])]))])]),
        ),
        ("no extensions in the list", with_extensions(&[])),
        ("an unknown extension", with_extensions(&[extension(&[1], &[], &[1, 2])])),
        ("FALSE said", with_extensions(&[extension(&[1], &[1, 1, 0], &[1, 2])])),
        ("a critical nonce", with_extensions(&[extension(NONCE, &[1, 1, 0xff], &tlv(4, &[9]))])),
        ("16 KiB", {
            let padding = |length| with_extensions(&[extension(&[1], &[], &vec![0; length])]);
            let der = padding(16_384 - (padding(16_000).len() - 16_000));
            assert_eq!(der.len(), 16_384);
            der
        }),
    ] {
        assert!(is_ok(&der), "{what}");
    }
}

#[test]
fn malformed() {
    for (what, der) in [
        ("empty", vec![]),
        ("text", b"<!DOCTYPE html>".to_vec()),
        ("an empty sequence", seq(&[])),
        ("an empty request", seq(&[seq(&[])])),
        ("no certificate", requests(&[])),
        ("seventeen", requests(&vec![single(); 17])),
        ("version 2", seq(&[seq(&[tlv(0xa0, &[2, 1, 1]), seq(&[single()])])])),
        ("version of two octets", seq(&[seq(&[tlv(0xa0, &[2, 2, 0, 0]), seq(&[single()])])])),
        ("fields in another order", seq(&[seq(&[seq(&[single()]), tlv(0xa0, &[2, 1, 0])])])),
        ("something after the request", seq(&[seq(&[seq(&[single()])]), tlv(5, &[])])),
        ("something after the fields", seq(&[seq(&[seq(&[single()]), tlv(5, &[])])])),
        ("something after a certificate", requests(&[seq(&[cert_id(&[7]), tlv(5, &[])])])),
        ("something in a certificate", requests(&[seq(&[seq(&[cert_id(&[7]), tlv(5, &[])])])])),
        ("no serial number", {
            requests(&[seq(&[seq(&[seq(&[tlv(6, SHA_256)]), tlv(4, &[1; 32]), tlv(4, &[2; 32])])])])
        }),
        ("an algorithm that is none", requests(&[seq(&[cert_id_of(&[tlv(5, &[])], &[7])])])),
        ("no list of extensions", seq(&[seq(&[seq(&[single()]), tlv(0xa2, &[])])])),
        (
            "two lists of extensions",
            seq(&[seq(&[seq(&[single()]), tlv(0xa2, &[seq(&[]), seq(&[])].concat())])]),
        ),
        ("a critical unknown extension", with_extensions(&[extension(&[1], &[1, 1, 0xff], &[])])),
        ("the same for one certificate", {
            let extensions = tlv(0xa0, &seq(&[extension(&[1], &[1, 1, 0xff], &[])]));
            requests(&[seq(&[cert_id(&[7]), extensions])])
        }),
        ("TRUE in another way", with_extensions(&[extension(NONCE, &[1, 1, 1], &tlv(4, &[9]))])),
        ("an empty nonce", with_extensions(&[nonce(0)])),
        ("a nonce of 129 octets", with_extensions(&[nonce(129)])),
        ("two nonces", with_extensions(&[nonce(8), nonce(8)])),
        ("a bare nonce", with_extensions(&[extension(NONCE, &[], &[9; 8])])),
        ("something after the nonce", with_extensions(&[extension(NONCE, &[], &[4, 1, 9, 0])])),
        ("more than 16 KiB", with_extensions(&[extension(&[1], &[], &[0; 16_400])])),
        ("a huge length", [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..], &requests(&[single()])].concat()),
        ("a huger length", [&[0x30, 0x88][..], &[0xff; 8], &requests(&[single()])].concat()),
        ("the longest length", [&[0x30, 0xfe][..], &[0xff; 126]].concat()),
        ("no definite length", [&[0x30, 0x80][..], &requests(&[single()])[2..], &[0, 0]].concat()),
        ("deep", (0..4000).fold(Vec::new(), |der, _| tlv(0x30, &der))),
    ] {
        assert!(!is_ok(&der), "{what}");
    }
}

#[test]
fn nonces() {
    for length in [1, 16, 32, 33, 127, 128] {
        let request = OcspRequest::parse(&with_extensions(&[nonce(length)])).unwrap();
        assert_eq!(request.nonce(), Some(&vec![9; length][..]));
    }
    assert_eq!(OcspRequest::parse(&requests(&[single()])).unwrap().nonce(), None);
}

/// A number that no certificate has, or an algorithm that nobody knows, is a question that has an answer.
#[test]
fn certificates_that_can_not_be() {
    let long = [&[1][..], &[0; 20]].concat();
    for (serial, number) in [
        (&[7][..], SerialNumber::parse("7").ok()),
        (&[0, 0x80], SerialNumber::parse("128").ok()),
        (&[0], None),
        (&[0x80], None),
        (&[0, 7], None),
        (&[], None),
        (&long, None),
    ] {
        let request = OcspRequest::parse(&requests(&[seq(&[cert_id(serial)])])).unwrap();
        let [cert_id_read] = request.cert_ids() else { unreachable!() };
        assert_eq!((cert_id_read.serial_number(), cert_id_read.der()), (number, &cert_id(serial)[..]));
    }
}

/// RFC 5754 section 2: NULL or nothing. With anything else it is another algorithm, whatever the hashes are.
#[test]
fn parameters_of_the_hash() {
    let world = World::new(KeyType::EcP256);
    world.request("-issuer ca.pem -sha256 -cert good.pem -no_nonce");
    let der = std::fs::read(world.openssl.path("request.der")).unwrap();
    let at = der.windows(SHA_256.len()).position(|bytes| bytes == SHA_256).unwrap() + SHA_256.len();
    assert_eq!(der[at..at + 2], [5, 0]);
    let answered = |parameters: [u8; 2]| {
        let mut der = der.clone();
        der[at..at + 2].copy_from_slice(&parameters);
        let request = OcspRequest::parse(&der).unwrap();
        request.cert_ids().iter().all(|cert_id| world.tenant.answers(cert_id))
    };
    assert!(answered([5, 0]));
    assert!(!answered([4, 0]) && !answered([1, 0]));
}

/// OpenSSL's own request, cut, lengthened, and with every bit turned.
#[test]
fn damaged() {
    let world = World::new(KeyType::EcP256);
    world.request("-issuer ca.pem -cert good.pem -sha256 -cert revoked.pem -nonce");
    let der = std::fs::read(world.openssl.path("request.der")).unwrap();
    assert!(is_ok(&der));
    for length in 0..der.len() {
        assert!(!is_ok(&der[..length]), "{length}");
    }
    for byte in 0..=255 {
        assert!(!is_ok(&[&der[..], &[byte]].concat()), "{byte}");
    }
    for bit in 0..der.len() * 8 {
        let mut damaged = der.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        // Most are malformed, some ask about other certificates: what counts is that there is an answer.
        if let Ok(request) = OcspRequest::parse(&damaged) {
            assert_eq!(request.cert_ids().len(), 2);
        }
    }
}
