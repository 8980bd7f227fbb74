//! Answers of the OCSP responder (RFC 6960, in the profile of RFC 5019): what is on record now, signed by a delegate of the
//! CA, and kept as long as the record stays the same.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use vouchsafe_domain::{RevocationReason, SerialNumber, State, Timestamp};
use vouchsafe_pki::{
    Authority, CertId, CertificateStatus, OcspRefusal, OcspRequest, OcspSigner, SingleAnswer,
};
use vouchsafe_store::{AuditRow, Outcome};

use super::{Error, PLATFORM, Service, revocation_lists};

/// How long an answer may be believed.
const VALID: i64 = 3_600_000_000;
/// For how long an answer is given again.
const KEPT: i64 = VALID / 2;
/// How many answers are kept.
const ANSWERS: usize = 20_000;
/// How long a signer lives, and how long before its end there is a new one.
const SIGNER: Duration = Duration::from_secs(7 * 86_400);
const OVERLAP: i64 = 2 * 86_400_000_000;

/// An answer for the wire.
#[derive(Debug, Clone)]
pub struct OcspAnswer {
    /// The whole `OCSPResponse`, DER.
    pub der: Arc<[u8]>,
    /// From when to when it may be believed, if others may be given it as well.
    pub valid: Option<(Timestamp, Timestamp)>,
}

/// What is on record of a certificate, as far as an answer depends on it.
type Recorded = Option<(State, Timestamp, Option<RevocationReason>)>;

/// Signers and answers.
#[derive(Debug, Default)]
pub(super) struct Responders {
    signers: Mutex<HashMap<String, Arc<OcspSigner>>>,
    answers: Mutex<Answers>,
}

/// Answers by the certificate's id. When the young ones are too many, the old ones are forgotten.
#[derive(Debug, Default)]
struct Answers {
    young: HashMap<Box<[u8]>, Kept>,
    old: HashMap<Box<[u8]>, Kept>,
}

#[derive(Debug, Clone)]
struct Kept {
    recorded: Recorded,
    answer: OcspAnswer,
}

impl Answers {
    fn get(&self, id: &CertId) -> Option<&Kept> {
        self.young.get(id.der()).or_else(|| self.old.get(id.der()))
    }

    fn put(&mut self, id: &CertId, kept: Kept) {
        if self.young.len() >= ANSWERS / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(id.der().into(), kept);
    }
}

impl Responders {
    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn signers(&self) -> MutexGuard<'_, HashMap<String, Arc<OcspSigner>>> {
        self.signers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service {
    /// Answers a request, DER, about certificates of one CA: `platform` or a tenant's. Our own failures are answers too.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown CA.
    pub async fn ocsp(&self, authority: &str, request: &[u8], now: Timestamp) -> Result<OcspAnswer, Error> {
        let Ok(request) = OcspRequest::parse(request) else {
            return Ok(refused(OcspRefusal::MalformedRequest));
        };
        match self.answer(authority, &request, now).await {
            Ok(answer) => Ok(answer),
            Err(error @ Error::NotFound(_)) => Err(error),
            Err(Error::Busy) => Ok(refused(OcspRefusal::TryLater)),
            Err(error) => {
                tracing::error!(?error, "an OCSP request failed");
                Ok(refused(OcspRefusal::InternalError))
            }
        }
    }

    async fn answer(&self, id: &str, request: &OcspRequest, now: Timestamp) -> Result<OcspAnswer, Error> {
        self.is_published(id, now).await?;
        let authority = self.authorities.get(id).await?;
        let ids = request.cert_ids();
        // A CA that has ended speaks for nobody any more.
        if authority.not_after() < now {
            return Ok(refused(OcspRefusal::Unauthorized));
        }
        if !ids.iter().any(|cert_id| authority.answers(cert_id)) {
            return Ok(refused(OcspRefusal::Unauthorized));
        }
        let mut recorded = Vec::with_capacity(ids.len());
        for cert_id in ids {
            let ours = authority.answers(cert_id).then(|| cert_id.serial_number()).flatten();
            recorded.push(self.recorded(id, ours, now).await?);
        }
        // What is asked without a nonce about one certificate may be answered as before.
        let (common, nonce) = (ids.len() == 1, request.nonce());
        if let ([cert_id], None, [recorded]) = (ids, nonce, recorded.as_slice())
            && let Some(kept) = self.responders.answers().get(cert_id)
            && kept.recorded == *recorded
            && kept.answer.valid.is_some_and(|(since, _)| since.as_micros() + KEPT > now.as_micros())
        {
            return Ok(kept.answer.clone());
        }
        let signer = self.signer(id, &authority, now).await?;
        let next_update = Timestamp::from_micros(now.as_micros() + VALID).min(signer.not_after());
        let answers: Vec<_> = ids
            .iter()
            .zip(&recorded)
            .map(|(cert_id, recorded)| {
                let status = status(*recorded);
                SingleAnswer { cert_id, status, this_update: now, next_update }
            })
            .collect();
        let der = signer.respond(&answers, nonce, now).map_err(|error| failed(error.into()))?;
        let valid = (common && nonce.is_none()).then_some((now, next_update));
        let answer = OcspAnswer { der: der.into(), valid };
        // What nobody has issued anybody can ask for, without end.
        if let ([cert_id], Some(_), [recorded @ Some(_)]) = (ids, valid, recorded.as_slice()) {
            let kept = Kept { recorded: *recorded, answer: answer.clone() };
            self.responders.answers().put(cert_id, kept);
        }
        Ok(answer)
    }

    /// What is on record of a serial number now.
    async fn recorded(
        &self,
        authority: &str,
        serial_number: Option<SerialNumber>,
        now: Timestamp,
    ) -> Result<Recorded, Error> {
        let Some(serial_number) = serial_number else { return Ok(None) };
        let serial_number = serial_number.to_string();
        if authority == PLATFORM {
            return self.recorded_authority(&serial_number, now).await;
        }
        let found = self.store.x509_credentials_find(authority, &serial_number).await?;
        Ok(found.map(|(_, row)| (row.state, row.updated_at, row.revocation_reason)))
    }

    async fn recorded_authority(&self, serial_number: &str, now: Timestamp) -> Result<Recorded, Error> {
        if let Some(row) = self.store.revoked_authority(PLATFORM, serial_number).await? {
            return Ok(Some((State::Revoked, row.since, row.reason)));
        }
        let ours = self.own_cas.get(&self.store, &*self.settings(now).await?).await?;
        let known = ours.has_number(serial_number);
        Ok(known.then_some((State::Active, Timestamp::from_micros(0), None)))
    }

    /// The CA's delegate. Each process has its own; they are not on record as credentials, but in the audit trail.
    async fn signer(
        &self,
        id: &str,
        authority: &Authority,
        now: Timestamp,
    ) -> Result<Arc<OcspSigner>, Error> {
        let known = self.responders.signers().get(id).cloned();
        let is_good = |signer: &Arc<OcspSigner>| signer.not_after().as_micros() - OVERLAP > now.as_micros();
        let ends = authority.not_after();
        if let Some(signer) =
            known.filter(|signer| is_good(signer) || (signer.not_after() == ends && ends > now))
        {
            return Ok(signer);
        }
        let signer = Arc::new(authority.ocsp_signer(now, SIGNER).map_err(|error| failed(error.into()))?);
        let row = AuditRow {
            tenant: vouchsafe_domain::TenantId::parse(id).ok(),
            at: now,
            actor: "ocsp responder".to_owned(),
            address: String::new(),
            action: "ocsp_signer_create".to_owned(),
            subject: id.to_owned(),
            outcome: Outcome::Done,
            count: 1,
            request_id: String::new(),
            detail: format!("serial number {}", signer.serial_number()),
        };
        // It signs nothing before it is in the trail.
        self.store.audit_append(vec![row]).await?;
        self.responders.signers().insert(id.to_owned(), Arc::clone(&signer));
        Ok(signer)
    }
}

const fn status(recorded: Recorded) -> CertificateStatus {
    match recorded {
        None => CertificateStatus::Unknown,
        Some((State::Inactive | State::Active, ..)) => CertificateStatus::Good,
        Some((state, at, reason)) => {
            CertificateStatus::Revoked { at, reason: revocation_lists::reason(state, reason) }
        }
    }
}

fn refused(refusal: OcspRefusal) -> OcspAnswer {
    OcspAnswer { der: refusal.to_der().as_slice().into(), valid: None }
}

fn failed(error: anyhow::Error) -> Error {
    Error::internal("answering an OCSP request")(error)
}
