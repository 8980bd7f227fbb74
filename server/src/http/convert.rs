//! Between wire types and the domain's. The document's rules were checked before; the domain's are checked here.

use vouchsafe_api::{generated::schemas as wire, runtime::timestamp};
use vouchsafe_domain::{CredentialsId, Event, KeyType, RevocationReason, State, Timestamp};

use super::error::HttpError;
use crate::service::Error;

pub(super) fn moment(moment: Timestamp) -> timestamp::Timestamp {
    timestamp::Timestamp(moment.into())
}

pub(super) const fn state(state: State) -> wire::CredentialsState {
    match state {
        State::Active => wire::CredentialsState::Active,
        State::Inactive => wire::CredentialsState::Inactive,
        State::Suspended => wire::CredentialsState::Suspended,
        State::Revoked => wire::CredentialsState::Revoked,
    }
}

pub(super) const fn state_from(state: wire::CredentialsState) -> State {
    match state {
        wire::CredentialsState::Active => State::Active,
        wire::CredentialsState::Inactive => State::Inactive,
        wire::CredentialsState::Suspended => State::Suspended,
        wire::CredentialsState::Revoked => State::Revoked,
    }
}

pub(super) const fn event(target: wire::CredentialsTargetState) -> Event {
    match target {
        wire::CredentialsTargetState::Active => Event::Activate,
        wire::CredentialsTargetState::Suspended => Event::Suspend,
        wire::CredentialsTargetState::Revoked => Event::Revoke,
    }
}

pub(super) const fn key_type(key_type: wire::KeyType) -> KeyType {
    match key_type {
        wire::KeyType::Rsa2048 => KeyType::Rsa2048,
        wire::KeyType::Rsa3072 => KeyType::Rsa3072,
        wire::KeyType::Rsa4096 => KeyType::Rsa4096,
        wire::KeyType::EcP256 => KeyType::EcP256,
        wire::KeyType::EcP384 => KeyType::EcP384,
        wire::KeyType::Ed25519 => KeyType::Ed25519,
    }
}

pub(super) const fn revocation_reason(reason: wire::RevocationReason) -> RevocationReason {
    match reason {
        wire::RevocationReason::KeyCompromise => RevocationReason::KeyCompromise,
        wire::RevocationReason::AffiliationChanged => RevocationReason::AffiliationChanged,
        wire::RevocationReason::Superseded => RevocationReason::Superseded,
        wire::RevocationReason::CessationOfOperation => RevocationReason::CessationOfOperation,
        wire::RevocationReason::PrivilegeWithdrawn => RevocationReason::PrivilegeWithdrawn,
    }
}

/// None for the reason of what is only on hold.
pub(super) const fn revocation_reason_shown(reason: RevocationReason) -> Option<wire::RevocationReason> {
    match reason {
        RevocationReason::KeyCompromise => Some(wire::RevocationReason::KeyCompromise),
        RevocationReason::AffiliationChanged => Some(wire::RevocationReason::AffiliationChanged),
        RevocationReason::Superseded => Some(wire::RevocationReason::Superseded),
        RevocationReason::CessationOfOperation => Some(wire::RevocationReason::CessationOfOperation),
        RevocationReason::PrivilegeWithdrawn => Some(wire::RevocationReason::PrivilegeWithdrawn),
        RevocationReason::CertificateHold => None,
    }
}

pub(super) fn id(id: &wire::CredentialsId) -> Result<CredentialsId, HttpError> {
    CredentialsId::parse(id.as_str()).map_err(|invalid| Error::from(invalid).into())
}

/// A value of ours that the document's rules must let pass.
pub(super) fn ours<T: TryFrom<String, Error = String>>(text: &str) -> Result<T, HttpError> {
    let broken =
        |rule| Error::internal("answering with a value the document forbids")(anyhow::Error::msg(rule));
    T::try_from(text.to_owned()).map_err(|rule| broken(rule).into())
}
