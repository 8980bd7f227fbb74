//! Argon2 on memory that is given back.
//!
//! glibc's malloc learns to keep what is freed often: after a few hashes on many threads it would hold close to a
//! gibibyte that nobody uses (mallopt(3), `M_MMAP_THRESHOLD`). And memory that is new for every hash costs a tenth of
//! the hash in page faults. So hashes that follow one another share memory, and the last one gives it back.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::{
    Algorithm, Argon2, Block, CustomizedPasswordHasher, Params, PasswordHash, PasswordHasher, Version,
    password_hash::{
        Error, Result,
        phc::{Output, ParamsString, Salt},
    },
};

/// 33 MiB, in blocks. malloc always maps what is larger than 32 MiB for itself and unmaps it when it is freed; of what
/// is mapped only the part that a hash touches takes memory.
const MAPPED: usize = 33 * 1024;

/// The memory of finished hashes, for the next ones.
#[derive(Debug, Clone, Default)]
pub(super) struct HashMemory(Arc<Mutex<Vec<Vec<Block>>>>);

impl HashMemory {
    /// Runs a hash that takes that many blocks. Afterwards `keep` decides whether others wait for the memory.
    fn with<T>(&self, blocks: usize, keep: impl FnOnce() -> bool, hash: impl FnOnce(&mut [Block]) -> T) -> T {
        let mut memory = self.finished().pop().unwrap_or_default();
        if memory.capacity() < blocks.max(MAPPED) {
            memory = Vec::with_capacity(blocks.max(MAPPED));
        }
        memory.resize(blocks.max(memory.len()), Block::new());
        let result = hash(&mut memory);
        match keep() {
            true => self.finished().push(memory),
            false => self.finished().clear(),
        }
        result
    }

    fn finished(&self) -> std::sync::MutexGuard<'_, Vec<Vec<Block>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Argon2 with the parameters of new hashes, on shared memory.
pub(super) struct SharedArgon2<'a, K> {
    pub(super) params: &'a Params,
    pub(super) memory: &'a HashMemory,
    /// Whether others wait for the memory.
    pub(super) keep: K,
}

impl<K: Fn() -> bool> PasswordHasher<PasswordHash> for SharedArgon2<'_, K> {
    fn hash_password_with_salt(&self, password: &[u8], salt: &[u8]) -> Result<PasswordHash> {
        self.hash_password_customized(password, salt, None, None, self.params.clone())
    }
}

/// This is also what makes it verify, with the parameters that the hash names.
impl<K: Fn() -> bool> CustomizedPasswordHasher<PasswordHash> for SharedArgon2<'_, K> {
    type Params = Params;

    fn hash_password_customized(
        &self,
        password: &[u8],
        salt: &[u8],
        algorithm: Option<&str>,
        version: Option<u32>,
        params: Params,
    ) -> Result<PasswordHash> {
        let algorithm = algorithm.map(Algorithm::try_from).transpose()?.unwrap_or_default();
        let version = version.map(Version::try_from).transpose()?.unwrap_or_default();
        let salt = Salt::new(salt)?;
        let mut buffer = [0; Output::MAX_LENGTH];
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let output = buffer.get_mut(..length).ok_or(Error::OutputSize)?;
        let argon2 = Argon2::new(algorithm, version, params.clone());
        self.memory.with(params.block_count(), &self.keep, |memory| {
            argon2.hash_password_into_with_memory(password, &salt, output, memory)
        })?;
        Ok(PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(&params)?,
            salt: Some(salt),
            hash: Some(Output::new(output)?),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use argon2::{Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, password_hash::Error};

    use super::{HashMemory, SharedArgon2};

    #[test]
    fn hashes_are_the_librarys_whatever_the_memory_held() {
        let memory = HashMemory::default();
        for (number, (kib, passes, lanes)) in
            [(64, 1, 1), (8, 3, 1), (40_000, 1, 2), (64, 1, 1)].into_iter().enumerate()
        {
            let params = Params::new(kib, passes, lanes, None).unwrap();
            let shared = SharedArgon2 { params: &params, memory: &memory, keep: || true };
            let ours: PasswordHash = shared.hash_password_with_salt(b"pass", b"saltsalt").unwrap();
            let library: PasswordHash =
                Argon2::from(&params).hash_password_with_salt(b"pass", b"saltsalt").unwrap();
            assert_eq!(ours.to_string(), library.to_string(), "{number}");
        }
    }

    #[test]
    fn verifies_by_the_parameters_of_the_hash() {
        let (ours, theirs) = (Params::new(8, 1, 1, None).unwrap(), Params::new(32, 2, 2, Some(24)).unwrap());
        let shared = SharedArgon2 { params: &ours, memory: &HashMemory::default(), keep: || false };
        let hash: PasswordHash = Argon2::from(&theirs).hash_password(b"123").unwrap();
        assert_eq!(shared.verify_password(b"123", &hash), Ok(()));
        assert_eq!(shared.verify_password(b"124", &hash), Err(Error::PasswordInvalid));
    }

    #[test]
    fn memory_is_kept_for_those_who_wait_only() {
        let (memory, params) = (HashMemory::default(), Params::new(8, 1, 1, None).unwrap());
        let hash = |keep: bool| {
            let shared = SharedArgon2 { params: &params, memory: &memory, keep: || keep };
            shared.hash_password_with_salt(b"123", b"saltsalt").unwrap();
            memory.finished().len()
        };
        assert_eq!([hash(true), hash(true)], [1, 1]);
        memory.finished().push(Vec::new());
        assert_eq!([hash(true), hash(false)], [2, 0]);
    }
}
