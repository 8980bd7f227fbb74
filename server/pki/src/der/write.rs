//! Writes DER to the end of one buffer. What goes around comes last: the length is known then, and moving the content
//! aside for it costs less than counting beforehand.

use time::OffsetDateTime;
use vouchsafe_domain::Timestamp;

use super::{GENERALIZED_TIME, UTC_TIME};
use crate::validity::whole_second;

/// Writes an element with this content.
pub(crate) fn element(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    header(tag, content.len(), |header| out.extend_from_slice(header));
    out.extend_from_slice(content);
}

/// Writes an element around what `write` writes.
pub(crate) fn constructed(out: &mut Vec<u8>, tag: u8, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    write(out);
    wrap(out, start, tag);
}

/// Makes what was written from `start` on the content of an element.
pub(crate) fn wrap(out: &mut Vec<u8>, start: usize, tag: u8) {
    header(tag, out.len().saturating_sub(start), |header| {
        out.splice(start..start, header.iter().copied());
    });
}

/// Tag and length, the latter in as few octets as it needs (X.690 10.1).
fn header(tag: u8, length: usize, write: impl FnOnce(&[u8])) {
    let octets = length.to_be_bytes();
    let significant = &octets[octets.iter().take_while(|octet| **octet == 0).count()..];
    let mut header = Vec::with_capacity(2 + significant.len());
    header.push(tag);
    match (length, u8::try_from(length), u8::try_from(significant.len())) {
        (..0x80, Ok(length), _) => header.push(length),
        (_, _, Ok(count)) => {
            header.push(0x80 | count);
            header.extend_from_slice(significant);
        }
        // The size of a usize is not 256 octets.
        (_, _, Err(_)) => {}
    }
    write(&header);
}

/// Writes a moment as certificates and revocation lists have it: `UTCTime` up to 2049, `GeneralizedTime` after
/// (RFC 5280 4.1.2.5, 5.1.2.4), in whole seconds.
pub(crate) fn time(out: &mut Vec<u8>, moment: Timestamp) {
    let moment = OffsetDateTime::from(whole_second(moment));
    if moment.year() > 2049 {
        element(out, GENERALIZED_TIME, &digits(moment));
    } else {
        element(out, UTC_TIME, &digits(moment)[2..]);
    }
}

/// Writes a moment as OCSP has it: `GeneralizedTime` always (RFC 6960 4.2.1), in whole seconds.
pub(crate) fn generalized_time(out: &mut Vec<u8>, moment: Timestamp) {
    element(out, GENERALIZED_TIME, &digits(whole_second(moment).into()));
}

/// `YYYYMMDDHHMMSSZ`. The year is between 1970 and 9999.
fn digits(moment: OffsetDateTime) -> [u8; 15] {
    let year = u16::try_from(moment.year()).unwrap_or_default();
    let [month, day] = [u8::from(moment.month()), moment.day()];
    let [hour, minute, second] = [moment.hour(), moment.minute(), moment.second()];
    let mut text = [b'Z'; 15];
    let pairs = [year / 100, year % 100].into_iter().chain([month, day, hour, minute, second].map(u16::from));
    for (place, pair) in text.chunks_exact_mut(2).zip(pairs) {
        for (place, digit) in place.iter_mut().zip([pair / 10, pair % 10]) {
            *place = b'0' + u8::try_from(digit % 10).unwrap_or_default();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{constructed, element, generalized_time, time};
    use vouchsafe_domain::Timestamp;

    #[test]
    fn lengths_are_minimal() {
        for (length, header) in [
            (0, &[4, 0][..]),
            (127, &[4, 127]),
            (128, &[4, 0x81, 128]),
            (255, &[4, 0x81, 255]),
            (256, &[4, 0x82, 1, 0]),
            (65_536, &[4, 0x83, 1, 0, 0]),
        ] {
            let mut out = vec![9];
            element(&mut out, 4, &vec![7; length]);
            assert_eq!(out, [&[9], header, &vec![7; length]].concat());
            let mut around = vec![9];
            constructed(&mut around, 4, |out| out.extend(vec![7; length]));
            assert_eq!(around, out);
        }
    }

    #[test]
    fn times() {
        for (seconds, certificates, ocsp) in [
            (0, "\x17\x0d700101000000Z", "\x18\x0f19700101000000Z"),
            (-1, "\x17\x0d700101000000Z", "\x18\x0f19700101000000Z"),
            (2_524_607_999, "\x17\x0d491231235959Z", "\x18\x0f20491231235959Z"),
            (2_524_608_000, "\x18\x0f20500101000000Z", "\x18\x0f20500101000000Z"),
            (9_000_000_000_000, "\x18\x0f99991231235959Z", "\x18\x0f99991231235959Z"),
        ] {
            let moment = Timestamp::from_micros(seconds * 1_000_000 + 999_999);
            let (mut one, mut other) = (Vec::new(), Vec::new());
            time(&mut one, moment);
            generalized_time(&mut other, moment);
            assert_eq!((one.as_slice(), other.as_slice()), (certificates.as_bytes(), ocsp.as_bytes()));
        }
    }
}
