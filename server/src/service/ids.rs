//! Makes the ids of credentials.

use std::sync::atomic::{AtomicU32, Ordering};

use vouchsafe_domain::{CredentialsId, Timestamp};

/// A source of ids: this process's five bytes, and a counter that starts anywhere.
#[derive(Debug)]
pub(super) struct CredentialsIds {
    process: [u8; 5],
    count: AtomicU32,
}

impl CredentialsIds {
    /// A source with random parts, so that no two replicas share them.
    pub(super) fn new() -> anyhow::Result<Self> {
        let mut bytes = [0; 9];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| anyhow::anyhow!("the system has no randomness"))?;
        let [a, b, c, d, e, count @ ..] = bytes;
        Ok(Self { process: [a, b, c, d, e], count: AtomicU32::new(u32::from_be_bytes(count)) })
    }

    /// A new id.
    pub(super) fn next(&self, now: Timestamp) -> CredentialsId {
        CredentialsId::from_parts(now, self.process, self.count.fetch_add(1, Ordering::Relaxed))
    }
}
