//! Issuing a leaf in two steps: an unlinted certificate can't exist, because only [`Authority::prepare`] makes a
//! [`Prepared`]. Between them, or before the certificate is handed out, the caller stores the serial number.

use vouchsafe_domain::{CommonName, SerialNumber, Timestamp};

use crate::draft::Draft;
use crate::lint::{self, Expected, Kind};
use crate::{Authority, BuildError, LintError, Profile, VerifiedPublicKey, pem};

/// A leaf that was built and linted, to be signed by the authority that prepared it, once.
#[derive(Debug)]
#[must_use]
pub struct Prepared {
    draft: Draft,
    profile: Profile,
    serial_number: SerialNumber,
    issuer: [u8; 32],
}

/// A signed leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// PEM.
    pub certificate_pem: String,
    /// DER.
    pub certificate_der: Vec<u8>,
    /// Its serial number.
    pub serial_number: SerialNumber,
    /// The first moment of validity.
    pub not_before: Timestamp,
    /// The last moment of validity, the API's `invalidAfter`.
    pub not_after: Timestamp,
}

/// Why a leaf was not prepared. Nothing a caller asked for leads here.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// It could not be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// It breaks a rule.
    #[error("the certificate breaks a rule")]
    Lint(#[from] LintError),
}

/// Why a prepared leaf was not signed.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// Another authority prepared it.
    #[error("the certificate was prepared for another issuer")]
    OtherIssuer,
    /// The key did not sign.
    #[error(transparent)]
    Build(#[from] BuildError),
}

impl Prepared {
    /// The serial number to store before the certificate is handed out.
    #[must_use]
    pub const fn serial_number(&self) -> &SerialNumber {
        &self.serial_number
    }

    /// The subject's common name.
    #[must_use]
    pub const fn common_name(&self) -> &CommonName {
        self.profile.common_name()
    }

    /// The last moment of validity, the API's `invalidAfter`.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.profile.not_after()
    }
}

impl Authority {
    /// Builds the bytes to sign and lints them, without touching the CA's key.
    ///
    /// # Errors
    /// [`PrepareError::Lint`] if the certificate would break a rule, for example because the profile was made for
    /// another authority.
    pub fn prepare(
        &self,
        profile: Profile,
        serial_number: SerialNumber,
        public_key: &VerifiedPublicKey,
    ) -> Result<Prepared, PrepareError> {
        let params = profile.params(public_key, self.subject_key_id());
        let draft = Draft::new(params, &serial_number, profile.validity(), public_key, self.issuer_name())?;
        let expected = Expected {
            kind: Kind::Leaf { pointers: profile.pointers() },
            issuer_subject_der: Some(self.subject_der()),
            issuer_key_id: self.subject_key_id(),
            issuer_validity: self.validity,
            serial: &serial_number,
            common_name: profile.common_name(),
            public_key,
        };
        lint::check(&draft.to_der(&[]), &expected)?;
        Ok(Prepared { draft, profile, serial_number, issuer: self.identity })
    }

    /// Signs what was prepared.
    ///
    /// # Errors
    /// [`IssueError::OtherIssuer`], or [`IssueError::Build`] if the key fails.
    pub fn issue(&self, prepared: Prepared) -> Result<Issued, IssueError> {
        let Prepared { draft, profile, serial_number, issuer } = prepared;
        if issuer != self.identity {
            return Err(IssueError::OtherIssuer);
        }
        let certificate_der = draft.sign(&self.key_pair)?;
        Ok(Issued {
            certificate_pem: pem::certificate(&certificate_der),
            certificate_der,
            serial_number,
            not_before: profile.not_before(),
            not_after: profile.not_after(),
        })
    }
}
