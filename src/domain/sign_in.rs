//! The steps of a sign-in: a credential yields a proof, this rule determines whether one is missing, and only a
//! complete set opens a session.

use super::session::Methods;
use super::user::User;

/// A proof that is missing. There is no kind yet; with the first one, a second factor, the places that begin a sign-in
/// do not compile until they say what they do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingProof {}

/// Everything that has to be proved before a session of an account is opened. Only [`complete`] creates it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complete(Methods);

impl Complete {
    /// How the person proved their identity.
    pub fn into_methods(self) -> Methods {
        self.0
    }
}

/// Judges what was `proved` for a session of `user`.
#[expect(clippy::unnecessary_wraps, reason = "nothing can be missing yet; whoever calls has to be ready for it")]
pub const fn complete(_user: &User, proved: Methods) -> Result<Complete, MissingProof> {
    Ok(Complete(proved))
}
