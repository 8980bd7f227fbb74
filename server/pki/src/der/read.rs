//! Reads DER, strictly, without recursion and without copies.

/// What has not been read yet.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `None` if something is left.
    pub(crate) const fn end(&self) -> Option<()> {
        if self.0.is_empty() { Some(()) } else { None }
    }

    /// The content of the next element, which must have this tag.
    pub(crate) fn read(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.read_raw(tag).map(|(content, _)| content)
    }

    /// The next element's content and its whole encoding.
    pub(crate) fn read_raw(&mut self, tag: u8) -> Option<(&'a [u8], &'a [u8])> {
        let (first, rest) = self.0.split_first()?;
        if *first != tag {
            return None;
        }
        let (length, rest) = length(rest)?;
        let (content, rest) = rest.split_at_checked(length)?;
        let (raw, _) = self.0.split_at_checked(self.0.len().checked_sub(rest.len())?)?;
        self.0 = rest;
        Some((content, raw))
    }

    /// As [`Self::read`], but `Some(None)` if the next element has another tag or there is none.
    pub(crate) fn optional(&mut self, tag: u8) -> Option<Option<&'a [u8]>> {
        if self.0.first() == Some(&tag) { self.read(tag).map(Some) } else { Some(None) }
    }
}

/// A definite length in as few octets as it needs (X.690 10.1), at most four, and what follows.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first < 0x80 {
        return Some((usize::from(*first), rest));
    }
    let (octets, rest) = rest.split_at_checked(usize::from(*first & 0x7f))?;
    if octets.len() > 4 || *octets.first()? == 0 {
        return None;
    }
    let length = octets.iter().fold(0_u64, |length, octet| length << 8 | u64::from(*octet));
    let length = usize::try_from(length).ok()?;
    (length >= 0x80).then_some((length, rest))
}

#[cfg(test)]
mod tests {
    use super::Reader;

    #[test]
    fn lengths() {
        let long = [&[4, 0x81, 0x80][..], &[7; 0x80]].concat();
        assert_eq!(Reader::new(&long).read(4), Some(&[7; 0x80][..]));
        let needless = [&[4, 0x82, 0, 0x80][..], &[7; 0x80]].concat();
        for bytes in [
            &needless[..],
            &[],
            &[4],
            &[5, 0],
            &[4, 1],
            &[4, 0x80],
            &[4, 0x80, 0, 0],
            &[4, 0x81],
            &[4, 0x81, 1, 7],
            &[4, 0x82, 0, 1, 7],
            &[4, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[4, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[4, 0xff],
        ] {
            assert_eq!(Reader::new(bytes).read(4), None, "{bytes:?}");
        }
    }

    #[test]
    fn one_after_another() {
        let mut reader = Reader::new(&[2, 1, 5, 4, 0]);
        assert_eq!((reader.optional(4), reader.read_raw(2)), (Some(None), Some((&[5][..], &[2, 1, 5][..]))));
        assert_eq!((reader.end(), reader.optional(4), reader.end()), (None, Some(Some(&[][..])), Some(())));
        assert_eq!((reader.optional(4), reader.read(4)), (Some(None), None));
    }
}
