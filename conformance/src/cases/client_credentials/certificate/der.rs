//! The Distinguished Encoding Rules (X.690 sections 8 to 11), which RFC 5280 section 4.1 demands of certificates: one way
//! only to write each value.

/// Why `bytes` are not one value in DER; `None` when they are.
pub(super) fn wrong(bytes: &[u8]) -> Option<String> {
    match value(bytes) {
        Ok([]) => None,
        Ok(rest) => Some(format!("{} bytes after the end", rest.len())),
        Err(reason) => Some(reason),
    }
}

/// A value with its tag, and what comes after it.
fn split(bytes: &[u8]) -> Result<(u8, &[u8], &[u8]), String> {
    let [tag, first, rest @ ..] = bytes else { return Err("a value that is cut off".to_owned()) };
    if tag & 0x1f == 0x1f {
        return Err("a tag of more than one byte, which no certificate needs".to_owned());
    }
    let (length, rest) = match usize::from(*first) {
        short @ ..0x80 => (short, rest),
        0x80 => return Err("an indefinite length".to_owned()),
        long => {
            let count = long - 0x80;
            let (length, rest) = rest.split_at_checked(count).ok_or("a length that is cut off")?;
            let number = length.iter().try_fold(0_usize, |number, byte| {
                number.checked_mul(256).map(|number| number + usize::from(*byte))
            });
            let number = number.ok_or("a length that is too long")?;
            if length.first() == Some(&0) || number < 0x80 {
                return Err(format!("the length {number} in more bytes than it needs"));
            }
            (number, rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length).ok_or("a value that is cut off")?;
    Ok((*tag, content, rest))
}

/// Checks the first value and answers what comes after it.
fn value(bytes: &[u8]) -> Result<&[u8], String> {
    let (tag, content, rest) = split(bytes)?;
    match tag {
        // The primitive values of context-specific tags are strings here: names and key identifiers.
        tag if tag & 0x20 == 0 => primitive(tag, content)?,
        _ => constructed(tag, content)?,
    }
    Ok(rest)
}

fn constructed(tag: u8, mut content: &[u8]) -> Result<(), String> {
    const SET: u8 = 0x31;
    let mut before: &[u8] = &[];
    while !content.is_empty() {
        let rest = value(content)?;
        let (this, _) = content.split_at(content.len() - rest.len());
        if tag == SET && this < before {
            return Err("a SET OF that is not in order".to_owned());
        }
        (before, content) = (this, rest);
    }
    Ok(())
}

fn primitive(tag: u8, content: &[u8]) -> Result<(), String> {
    match (tag, content) {
        (0x01, [0xff]) | (0x05, []) => Ok(()),
        // Both BOOLEANs of a certificate, `critical` and `cA`, are FALSE by default (X.690 section 11.5).
        (0x01, [0]) => Err("a BOOLEAN that is written although it has its default value".to_owned()),
        (0x01, _) => Err("a BOOLEAN that is neither 00 nor FF".to_owned()),
        (0x05, _) => Err("a NULL with content".to_owned()),
        (0x02, []) => Err("an INTEGER without a byte".to_owned()),
        (0x02, [0, next, ..]) if next & 0x80 == 0 => Err("an INTEGER with a zero too many".to_owned()),
        (0x02, [0xff, next, ..]) if next & 0x80 != 0 => Err("an INTEGER with an FF too many".to_owned()),
        (0x03, [unused, bits @ ..]) => {
            let mask = 1_u8.checked_shl(u32::from(*unused)).filter(|_| *unused < 8).map(|bit| bit - 1);
            let last = bits.last().copied();
            match (mask, last) {
                (Some(mask), Some(last)) if last & mask == 0 => Ok(()),
                (Some(0), None) => Ok(()),
                _ => Err("a BIT STRING with unused bits that are set".to_owned()),
            }
        }
        (0x03, []) => Err("a BIT STRING without a byte".to_owned()),
        (0x06, content) => {
            let starts = content.iter().scan(true, |start, byte| {
                let this = (*start, *byte);
                *start = byte & 0x80 == 0;
                Some(this)
            });
            let padded = starts.clone().any(|(start, byte)| start && byte == 0x80);
            let complete = content.last().is_some_and(|last| last & 0x80 == 0);
            if padded || !complete {
                Err("an OBJECT IDENTIFIER that is malformed".to_owned())
            } else {
                Ok(())
            }
        }
        (0x17, time) if time.len() != 13 || !is_time(time) => {
            Err("a UTCTime that is not YYMMDDHHMMSSZ".to_owned())
        }
        (0x18, time) if time.len() != 15 || !is_time(time) => {
            Err("a GeneralizedTime that is not YYYYMMDDHHMMSSZ".to_owned())
        }
        _ => Ok(()),
    }
}

fn is_time(time: &[u8]) -> bool {
    time.split_last().is_some_and(|(last, digits)| *last == b'Z' && digits.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn each_value_has_one_encoding() {
        let good: [&[u8]; 9] = [
            &[0x30, 0x00],
            &[0x01, 0x01, 0xff],
            &[0x02, 0x02, 0x00, 0x80],
            &[0x02, 0x01, 0x00],
            &[0x03, 0x02, 0x03, 0xa8],
            &[0x05, 0x00],
            &[0x06, 0x03, 0x55, 0x04, 0x03],
            &[0x31, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x02],
            b"\x17\x0d200301124702Z",
        ];
        for bytes in good {
            assert_eq!(wrong(bytes), None, "{bytes:?}");
        }
        let bad: [&[u8]; 20] = [
            &[],
            &[0x30],
            &[0x30, 0x01],
            &[0x30, 0x80, 0x00, 0x00],
            &[0x30, 0x81, 0x00],
            &[0x04, 0x82, 0x00, 0x81],
            &[0x1f, 0x81, 0x00],
            &[0x30, 0x00, 0x00],
            &[0x01, 0x01, 0x01],
            &[0x01, 0x01, 0x00],
            &[0x02, 0x00],
            &[0x02, 0x02, 0x00, 0x7f],
            &[0x02, 0x02, 0xff, 0x80],
            &[0x03, 0x02, 0x03, 0xaf],
            &[0x03, 0x02, 0x08, 0x00],
            &[0x05, 0x01, 0x00],
            &[0x06, 0x02, 0x80, 0x01],
            &[0x31, 0x06, 0x02, 0x01, 0x02, 0x02, 0x01, 0x01],
            b"\x17\x0b2003011247Z",
            b"\x18\x1120200301124702.5Z",
        ];
        for bytes in bad {
            assert!(wrong(bytes).is_some(), "{bytes:?}");
        }
    }
}
