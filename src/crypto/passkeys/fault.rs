//! Why an answer proves nothing.

use passki::PasskiError;

/// The first rule that an answer broke; for logs, while the visitor reads one sentence for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is too long, or is not what browsers send.
    #[error("is not an answer of an authenticator")]
    Malformed,
    /// It answers the other ceremony.
    #[error("is for another ceremony")]
    Type,
    /// It answers another challenge.
    #[error("answers another challenge")]
    Challenge,
    /// It came too late, or from elsewhere than where it was asked for.
    #[error("came after its page was over, or to another one")]
    Expired,
    /// It comes from a page of another origin, or from one inside a frame of another origin.
    #[error("comes from another origin")]
    Origin,
    /// It is for another site.
    #[error("is for another site")]
    RelyingParty,
    /// Nobody touched the authenticator.
    #[error("was given without anybody present")]
    NotPresent,
    /// Neither PIN nor biometrics were asked for, and they had to be.
    #[error("was given without user verification")]
    NotVerified,
    /// The key has an algorithm that was not asked for, or is none of its algorithm.
    #[error("has a key of a wrong kind")]
    Algorithm,
    /// The signature does not fit.
    #[error("has a wrong signature")]
    Signature,
    /// It is of another passkey than the ones that were asked for.
    #[error("is of another passkey")]
    OtherPasskey,
    /// It is of another person.
    #[error("is of another person")]
    OtherPerson,
}

impl From<PasskiError> for Fault {
    fn from(fault: PasskiError) -> Self {
        match fault {
            PasskiError::InvalidClientDataType(_) | PasskiError::ClientDataTypeMismatch { .. } => Self::Type,
            PasskiError::ChallengeMismatch => Self::Challenge,
            PasskiError::OriginMismatch { .. }
            | PasskiError::CrossOriginNotAllowed
            | PasskiError::TopOriginMismatch { .. } => Self::Origin,
            PasskiError::RpIdHashMismatch => Self::RelyingParty,
            PasskiError::UserNotPresent => Self::NotPresent,
            PasskiError::UserVerificationRequired => Self::NotVerified,
            PasskiError::UnsupportedAlgorithm(_) | PasskiError::InvalidCoseKey(_) => Self::Algorithm,
            PasskiError::SignatureVerificationFailed => Self::Signature,
            PasskiError::CredentialNotAllowed | PasskiError::CredentialIdMismatch => Self::OtherPasskey,
            _ => Self::Malformed,
        }
    }
}
