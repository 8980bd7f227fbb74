//! Formats of strings, as the documented examples show them.

use std::fmt;

/// A recognisable format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Format {
    /// `2020-03-01T12:47:02.247462Z`: RFC 3339 in UTC with microseconds.
    DateTime,
    /// `br7si8mg10l7an82que0`: 12 bytes in lower-case base32hex.
    Xid,
    /// `8163249196696785795007161035531673258207322829`: a number in decimal digits.
    Decimal,
    /// One PEM block (RFC 7468) with this label.
    Pem(String),
}

/// A shorter number in an example can be any text: "123" is a documented password.
const SHORTEST_DECIMAL: usize = 20;

impl Format {
    /// The format that an example shows, if it shows one.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let long = text.len() >= SHORTEST_DECIMAL;
        match () {
            () if is_date_time(text) => Some(Self::DateTime),
            () if long && is_decimal(text) => Some(Self::Decimal),
            () if is_xid(text) => Some(Self::Xid),
            () => pem_label(text).map(|label| Self::Pem(label.to_owned())),
        }
    }

    /// Whether `text` has this format.
    pub(crate) fn fits(&self, text: &str) -> bool {
        match self {
            Self::DateTime => is_date_time(text),
            Self::Xid => is_xid(text),
            Self::Decimal => is_decimal(text),
            Self::Pem(label) => pem_label(text) == Some(label),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DateTime => f.write_str("date-time"),
            Self::Xid => f.write_str("xid"),
            Self::Decimal => f.write_str("decimal"),
            Self::Pem(label) => write!(f, "PEM {label}"),
        }
    }
}

fn is_date_time(text: &str) -> bool {
    const PATTERN: &str = "dddd-dd-ddTdd:dd:dd.ddddddZ";
    let in_place =
        |(byte, place): (u8, u8)| if place == b'd' { byte.is_ascii_digit() } else { byte == place };
    if text.len() != PATTERN.len() || !text.bytes().zip(PATTERN.bytes()).all(in_place) {
        return false;
    }
    let number = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<u32>().ok());
    let within = |from, to, least, most| number(from, to).is_some_and(|n| (least..=most).contains(&n));
    let (Some(year), Some(month)) = (number(0, 4), number(5, 7)) else { return false };
    within(8, 10, 1, days(year, month))
        && within(11, 13, 0, 23)
        && within(14, 16, 0, 59)
        && within(17, 19, 0, 60)
}

fn days(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

/// The documented ids don't all decode as xids, so only length and alphabet count.
fn is_xid(text: &str) -> bool {
    text.len() == 20 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v'))
}

fn is_decimal(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'))
}

/// The label of a text that is exactly one PEM block.
fn pem_label(text: &str) -> Option<&str> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let (label, rest) = text.strip_prefix("-----BEGIN ")?.split_once("-----\n")?;
    let body = rest.strip_suffix("-----")?.strip_suffix(label)?.strip_suffix("\n-----END ")?;
    let characters = body.lines().map(str::len).sum::<usize>();
    let lines = body.lines().all(|line| !line.is_empty() && line.len() <= 64);
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let unpadded = body.trim_end_matches('=');
    let alphabet =
        body.len() - unpadded.len() <= 2 && unpadded.bytes().all(|byte| byte == b'\n' || base64(byte));
    (lines && alphabet && characters > 0 && characters.is_multiple_of(4)).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIDPDCCAiSgAwIBAgIUeMV9wzZ+GjCwQRdoMgaKJkegmhQwDQYJKoZIhvcNAQEL\nBQAwEw==\n-----END CERTIFICATE-----";

    #[test]
    fn formats_are_told_apart() {
        let cases: &[(&str, Option<Format>)] = &[
            ("2020-03-01T12:47:02.247462Z", Some(Format::DateTime)),
            ("2024-02-29T23:59:60.000000Z", Some(Format::DateTime)),
            ("2023-02-29T00:00:00.000000Z", None),
            ("2020-13-01T12:47:02.247462Z", None),
            ("2020-03-00T12:47:02.247462Z", None),
            ("2020-03-01T24:47:02.247462Z", None),
            ("2020-03-01T12:47:02.247Z", None),
            ("2020-03-01T12:47:02Z", None),
            ("2020-03-01T12:47:02.247462+00:00", None),
            ("2020-03-01 12:47:02.247462Z", None),
            ("br7si8mg10l7an82que0", Some(Format::Xid)),
            ("br7si8mg10l7an82que", None),
            ("BR7SI8MG10L7AN82QUE0", None),
            ("wr7si8mg10l7an82que0", None),
            ("8163249196696785795007161035531673258207322829", Some(Format::Decimal)),
            ("123", None),
            ("08163249196696785795007", None),
            (PEM, Some(Format::Pem("CERTIFICATE".to_owned()))),
            (&format!("{PEM}\n"), Some(Format::Pem("CERTIFICATE".to_owned()))),
            (&format!("{PEM}\n{PEM}"), None),
            (&format!("{PEM}\n\n"), None),
            (&format!(" {PEM}"), None),
            (&PEM.replace("END CERTIFICATE", "END X509"), None),
            (&PEM.replace("BQAwEw==", "BQAwEw="), None),
            (&PEM.replace("BQAwEw==", "BQ-wEw=="), None),
            (&PEM.replace("L\nBQ", "LBQ"), None),
            (&PEM.replace('\n', "\\n"), None),
            ("reasonable-kangaroo", None),
            ("", None),
        ];
        for (text, format) in cases {
            assert_eq!(Format::of(text), *format, "{text}");
            assert!(format.as_ref().is_none_or(|format| format.fits(text)), "{text}");
        }
        assert!(Format::Decimal.fits("7") && Format::Decimal.fits("0") && !Format::Decimal.fits("7a"));
        assert!(!Format::Pem("RSA PRIVATE KEY".to_owned()).fits(PEM));
    }
}
