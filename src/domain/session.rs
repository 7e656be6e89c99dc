//! Sessions: the row is the truth, the tokens only name it.

use super::ids::{SessionId, UserId};
use super::time::Timestamp;

/// Seconds for which the predecessor of a refresh token still yields the successor, counted from the
/// moment the successor was first presented (S44).
pub const ROTATION_GRACE_SECS: i64 = 30;
/// Live sessions that one account has at most; the next sign-in ends the oldest (S107).
pub const MAX_SESSIONS: usize = 100;

/// One live session as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// `sid` in both JWTs and the content of the session cookie.
    pub id: SessionId,
    /// Whose session it is; `None` in the deprecated user name + password mode.
    pub user: Option<UserId>,
    /// When the sign-in happened.
    pub created_at: Timestamp,
    /// The absolute end: rotation never extends it (S45).
    pub expires_at: Timestamp,
    /// Generation of the newest refresh token, from 0.
    pub generation: i64,
    /// When that generation was made.
    pub rotated_at: Timestamp,
    /// When the newest refresh token was first presented by the client.
    pub successor_seen_at: Option<Timestamp>,
    /// Client address at sign-in.
    pub source: String,
    /// `User-Agent` at sign-in, shortened.
    pub device: String,
    /// When a request was last checked against the store, to a few minutes.
    pub last_seen_at: Timestamp,
}

/// What a refresh token's generation means for its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GenerationVerdict {
    /// The newest token: may be rotated.
    Current,
    /// The immediate predecessor within its grace: yields the same successor.
    PredecessorInGrace,
    /// Older, or the predecessor after its grace: somebody replays it (S43).
    Reused,
    /// A generation that was never issued for this row, for instance after a restore.
    Unknown,
}

impl Session {
    /// Judges `generation`, taken from a verified refresh token, at `now`.
    pub fn judge_generation(&self, generation: i64, now: Timestamp) -> GenerationVerdict {
        if generation == self.generation {
            return GenerationVerdict::Current;
        }
        if generation > self.generation || generation < 0 {
            return GenerationVerdict::Unknown;
        }
        let immediate = generation == self.generation - 1;
        let in_grace = self.successor_seen_at.is_none_or(|seen| now.since(seen) < ROTATION_GRACE_SECS);
        if immediate && in_grace { GenerationVerdict::PredecessorInGrace } else { GenerationVerdict::Reused }
    }
}
