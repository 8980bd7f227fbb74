//! Pages of a list, in the order of ids.

/// The most rows of one page.
pub(super) const PAGE: u64 = 1000;

/// One page.
#[derive(Debug)]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// Whether more follow.
    pub more: bool,
}

impl<T> Page<T> {
    /// A page of at most `limit` rows out of one more than that, which only tells whether more follow.
    pub(super) fn cut(mut rows: Vec<T>, limit: u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        Self { rows, more }
    }
}
