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
    is_trusted: bool,
}

impl CompleteProofs {
    /// Whose proofs they are, and how the person proved who they are.
    pub fn into_parts(self) -> (UserId, Methods) {
        (self.user, self.methods)
    }

    /// What was proved, and by what else the factor was not asked for: words for the audit log.
    pub fn words(&self) -> String {
        let trusted = self.is_trusted.then_some("trusted browser");
        self.methods.words().chain(trusted).collect::<Vec<_>>().join(", ")
    }
}

/// What an account has besides its password, for the browser that signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Besides {
    /// No second factor.
    Nothing,
    /// A second factor.
    Factor,
    /// A second factor, which is not asked for in this browser (S129).
    TrustedBrowser,
}

/// Whether what was `proved` is enough for a session of `user`, where `policy` holds.
pub fn check_complete(
    user: &User,
    proved: Methods,
    besides: Besides,
    policy: SecondFactor,
) -> Result<CompleteProofs, MissingProof> {
    let mut is_trusted = false;
    if policy != SecondFactor::Off && !proved.has_factor() {
        is_trusted = besides == Besides::TrustedBrowser;
        match besides {
            Besides::Factor => return Err(MissingProof::Factor),
            Besides::Nothing if policy.is_demanded_of(user.role) => return Err(MissingProof::Enrolment),
            Besides::Nothing | Besides::TrustedBrowser => {}
        }
    }
    Ok(CompleteProofs { user: user.id.clone(), methods: proved, is_trusted })
}
