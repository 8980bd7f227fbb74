//! PEM text (RFC 7468) as documented: 64 columns, line feeds, no line feed at the end.

use data_encoding::BASE64;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use zeroize::Zeroizing;

/// Writes one block. The text is wiped when dropped, and never reallocated, because it may hold a private key.
pub(crate) fn encode(label: &str, der: &[u8]) -> Zeroizing<String> {
    let size = 2 * ("-----BEGIN -----\n".len() + label.len()) + der.len().div_ceil(48) * 65;
    let mut text = Zeroizing::new(String::with_capacity(size));
    for part in ["-----BEGIN ", label, "-----\n"] {
        text.push_str(part);
    }
    for line in der.chunks(48) {
        BASE64.encode_append(line, &mut text);
        text.push('\n');
    }
    for part in ["-----END ", label, "-----"] {
        text.push_str(part);
    }
    text
}

/// Writes a certificate.
pub(crate) fn certificate(der: &[u8]) -> String {
    std::mem::take(&mut *encode("CERTIFICATE", der))
}

/// Reads every `CERTIFICATE` block of a text; blocks of other kinds and text between blocks are passed over.
/// `None` if a block is broken.
pub(crate) fn certificates(text: &str) -> Option<Vec<Vec<u8>>> {
    CertificateDer::pem_slice_iter(text.as_bytes())
        .map(|block| block.ok().map(|der| der.as_ref().to_vec()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{certificate, certificates, encode};

    #[test]
    fn as_rfc_7468_writes_it() {
        assert_eq!(
            *encode("X", &[0; 50]),
            "-----BEGIN X-----\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nAAA=\n-----END X-----"
        );
        assert_eq!(*encode("X", &[0; 48]), format!("-----BEGIN X-----\n{}\n-----END X-----", "A".repeat(64)));
        let text = encode("X", &[0; 50]);
        assert_eq!(text.capacity(), 2 * ("-----BEGIN -----\n".len() + 1) + 2 * 65, "it never grew");
    }

    #[test]
    fn certificates_round_trip() {
        let text = format!("a\n{}\nb\n{}\n", certificate(&[1, 2]), certificate(&[3]));
        assert_eq!(certificates(&text), Some(vec![vec![1, 2], vec![3]]));
        assert_eq!(certificates(""), Some(vec![]));
        assert_eq!(certificates("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----"), None);
    }
}
