//! What a key of ours signs beside certificates: `SEQUENCE { content, AlgorithmIdentifier, BIT STRING }`.

use crate::der::{self, BIT_STRING};
use crate::{BuildError, KeyPair};

/// Puts the algorithm and the signature behind the content, in the content's own buffer. The caller wraps the whole in a
/// SEQUENCE, because OCSP has more to say before.
pub(crate) fn sign(content: &mut Vec<u8>, key_pair: &KeyPair) -> Result<(), BuildError> {
    let signature = key_pair.sign(content).map_err(BuildError::Signing)?;
    content.extend_from_slice(key_pair.algorithm().signature_identifier());
    der::constructed(content, BIT_STRING, |out| {
        // No unused bits.
        out.push(0);
        out.extend_from_slice(&signature);
    });
    Ok(())
}
