//! The steps of a sign-in: a credential gives a proof, this rule says whether one is missing, and only a complete set
//! opens a session.

use serde::{Deserialize, Serialize};

use super::factors::SecondFactor;
use super::ids::UserId;
use super::session::Methods;
use super::user::User;

/// A proof that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MissingProof {
    /// The second factor that the person has.
    Factor,
    /// A second factor, which the person has to set up first.
    Enrolment,
}

/// All that has to be proved before one session of an account is opened. Only [`check_complete`] makes it.
#[derive(Debug)]
pub struct CompleteProofs {
    user: UserId,
    methods: Methods,
}

impl CompleteProofs {
    /// Whose proofs they are, and how the person proved who they are.
    pub fn into_parts(self) -> (UserId, Methods) {
        (self.user, self.methods)
    }
}

/// Whether what was `proved` is enough for a session of `user`, who has a second factor or not, where `policy` holds.
pub fn check_complete(
    user: &User,
    proved: Methods,
    has_factor: bool,
    policy: SecondFactor,
) -> Result<CompleteProofs, MissingProof> {
    if policy != SecondFactor::Off && !proved.has_factor() {
        if has_factor {
            return Err(MissingProof::Factor);
        }
        if policy.is_demanded_of(user.role) {
            return Err(MissingProof::Enrolment);
        }
    }
    Ok(CompleteProofs { user: user.id.clone(), methods: proved })
}
