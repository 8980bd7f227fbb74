//! What a change leaves behind in its own transaction: audit rows and outbox rows.

use sea_orm::{DatabaseTransaction, DbErr};

use crate::store::{Lock, take};
use crate::{AuditRow, OutboxRow, audit, outbox};

/// Rows to be written together with a change, or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Who did it.
    pub audit: Vec<AuditRow>,
    /// Who must be told.
    pub outbox: Vec<OutboxRow>,
}

impl Record {
    /// Writes the rows. It is the last thing a transaction does before its commit: readers of the outbox go by the id,
    /// so ids must become visible in their order, so from here to the commit there is only one writer.
    pub(crate) async fn write(&self, db: &DatabaseTransaction) -> Result<(), DbErr> {
        write_all(std::slice::from_ref(&self).iter().copied(), db).await
    }
}

/// Writes the rows of several records, as [`Record::write`] does.
pub(crate) async fn write_all<'a>(
    records: impl Iterator<Item = &'a Record> + Clone,
    db: &DatabaseTransaction,
) -> Result<(), DbErr> {
    let audit: Vec<&AuditRow> = records.clone().flat_map(|record| &record.audit).collect();
    audit::insert(db, &audit).await?;
    let outbox: Vec<&OutboxRow> = records.flat_map(|record| &record.outbox).collect();
    if !outbox.is_empty() {
        take(db, Lock::Outbox).await?;
        outbox::insert(db, &outbox).await?;
    }
    Ok(())
}

/// Cuts rows into runs of few different lengths, so that the statements that write them are few and stay prepared.
pub(crate) fn runs<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = [256, 64, 16, 4, 1].into_iter().find(|length| *length <= rows.len())?;
        let (run, rest) = rows.split_at(length);
        rows = rest;
        Some(run)
    })
}

#[cfg(test)]
mod tests {
    use super::runs;

    #[test]
    fn runs_keep_order_and_have_few_lengths() {
        let rows: Vec<u32> = (0..1_363).collect();
        let lengths: Vec<usize> = runs(&rows).map(<[u32]>::len).collect();
        assert_eq!(lengths, [256, 256, 256, 256, 256, 64, 16, 1, 1, 1]);
        assert_eq!(runs(&rows).flatten().copied().collect::<Vec<_>>(), rows);
        assert_eq!(runs::<u32>(&[]).count(), 0);
    }
}
