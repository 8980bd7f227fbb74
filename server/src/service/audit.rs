//! The audit trail, to read.

use vouchsafe_store::{AuditFilter, AuditRow};

use super::{AdminError, Page, Service};

impl Service {
    /// The newest entries that pass the filter, newest first, `limit` at most.
    ///
    /// # Errors
    /// What the database says.
    pub async fn audit_list(
        &self,
        filter: &AuditFilter,
        limit: u64,
    ) -> Result<Page<(i64, AuditRow)>, AdminError> {
        // What was refused a moment ago is part of the trail.
        self.refusals.flush(&self.store).await;
        Ok(Page::cut(self.store.audit_page(filter, limit + 1).await?, limit))
    }
}
