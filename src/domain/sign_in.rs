//! The steps of a sign-in: a credential gives a proof, this rule says whether one is missing, and only a complete set
//! opens a session.

use super::ids::UserId;
use super::session::Methods;
use super::user::User;

/// A proof that is missing. There is no kind yet; with the first one, a second factor, the places that begin a sign-in
/// do not compile until they say what they do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingProof {}

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

/// Whether what was `proved` is enough for a session of `user`.
#[expect(clippy::unnecessary_wraps, reason = "nothing can be missing yet; whoever calls has to be ready for it")]
pub fn check_complete(user: &User, proved: Methods) -> Result<CompleteProofs, MissingProof> {
    Ok(CompleteProofs { user: user.id.clone(), methods: proved })
}
