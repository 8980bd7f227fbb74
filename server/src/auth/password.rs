//! Argon2id behind a bounded queue: hashing is slow on purpose, so it must neither block nor pile up.

use std::sync::Arc;

use argon2::{
    Algorithm, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, password_hash::Error,
};

use super::hash_memory::{HashMemory, SharedArgon2};
use crate::{config::Passwords, telemetry::Metrics, work_queue::WorkQueue};

/// Why there is no hash.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// As many hashes wait as may: try again later.
    #[error("too many passwords are being hashed")]
    Overloaded,
    /// Argon2 or the thread it ran on failed.
    #[error("hashing failed: {0}")]
    Failed(String),
}

/// Hashes and checks passwords, at most one a core at a time.
#[derive(Debug, Clone)]
pub struct PasswordHasher {
    params: Params,
    memory: HashMemory,
    queue: WorkQueue,
    metrics: Arc<Metrics>,
}

impl PasswordHasher {
    /// A hasher with the settings' parameters, which were checked when they were read.
    #[must_use]
    pub fn new(settings: &Passwords, metrics: Arc<Metrics>) -> Self {
        let params = Params::new(settings.memory_kib, settings.iterations, settings.parallelism, None);
        let (memory, queue) = (HashMemory::default(), WorkQueue::new(settings.queue));
        Self { params: params.unwrap_or_default(), memory, queue, metrics }
    }

    /// A PHC string, e.g. `$argon2id$v=19$m=19456,t=2,p=1$...`.
    ///
    /// # Errors
    /// [`HashError`].
    pub async fn hash(&self, password: &str) -> Result<String, HashError> {
        let password = zeroize::Zeroizing::new(password.to_owned());
        let this = self.clone();
        self.run(move || this.argon2().hash_password(password.as_bytes()).map(|hash| hash.to_string()))
            .await?
            .map_err(|error| HashError::Failed(error.to_string()))
    }

    /// Whether the password is the hashed one. The hash carries its own parameters.
    ///
    /// # Errors
    /// [`HashError`], also when `hash` is no PHC string.
    pub async fn verify(&self, password: &str, hash: &str) -> Result<bool, HashError> {
        let (password, hash) = (zeroize::Zeroizing::new(password.to_owned()), hash.to_owned());
        let this = self.clone();
        let verify = move || this.argon2().verify_password(password.as_bytes(), &PasswordHash::new(&hash)?);
        match self.run(verify).await? {
            Ok(()) => Ok(true),
            Err(Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(HashError::Failed(error.to_string())),
        }
    }

    /// Takes the time of a check, for a name that nobody has.
    ///
    /// # Errors
    /// [`HashError`].
    pub async fn verify_nothing(&self, password: &str) -> Result<bool, HashError> {
        self.hash(password).await.map(|_| false)
    }

    /// Whether a hash has the settings' parameters, so that it costs what hashes of today should.
    #[must_use]
    pub fn is_up_to_date(&self, hash: &str) -> bool {
        let Ok(hash) = PasswordHash::new(hash) else { return false };
        let params = Params::try_from(&hash);
        hash.algorithm == Algorithm::Argon2id.ident()
            && params.is_ok_and(|params| {
                let own = &self.params;
                (params.m_cost(), params.t_cost(), params.p_cost())
                    == (own.m_cost(), own.t_cost(), own.p_cost())
            })
    }

    fn argon2(&self) -> SharedArgon2<'_, impl Fn() -> bool> {
        SharedArgon2 { params: &self.params, memory: &self.memory, keep: || self.queue.has_waiting() }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let gauge = self.metrics.hash_queue.clone();
        gauge.inc();
        let _leave = Leave(gauge);
        self.queue.run(work).await.map_err(|_| HashError::Overloaded)
    }
}

struct Leave(prometheus_client::metrics::gauge::Gauge);

impl Drop for Leave {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use super::PasswordHasher;
    use crate::{config::Passwords, telemetry::Metrics};

    fn hasher(queue: usize) -> PasswordHasher {
        let settings = Passwords { memory_kib: 8, iterations: 1, parallelism: 1, queue, remembered: 0 };
        PasswordHasher::new(&settings, Arc::new(Metrics::default()))
    }

    #[tokio::test]
    async fn hashes_are_argon2id_and_checked() {
        let hasher = hasher(8);
        let hash = hasher.hash("123").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert!(hasher.verify("123", &hash).await.unwrap());
        assert!(!hasher.verify("124", &hash).await.unwrap());
        assert!(hasher.verify("123", "no hash").await.is_err());
        assert!(hasher.is_up_to_date(&hash) && !hasher.is_up_to_date("no hash"));
        assert!(!hasher.is_up_to_date(&hash.replace("m=8", "m=16")));
        assert!(!hasher.is_up_to_date(&hash.replace("argon2id", "argon2i")));
    }
}
