//! What one process did and every node must hear, because it may hold copies or open streams.

use super::ids::{SessionId, UserId};

/// One piece of notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The session is not live any more.
    SessionEnded(SessionId),
    /// The session lives on with another generation.
    SessionChanged(SessionId),
    /// No session of this user that began before is live any more.
    UserEnded(UserId),
    /// The account looks different; its sessions live on.
    UserChanged(UserId),
    /// No session at all is live any more.
    AllEnded,
    /// Somebody owns the instance now: the deprecated mode is over.
    Claimed,
}

impl Notice {
    /// Kind and subject, as stored.
    pub fn to_parts(&self) -> (&'static str, &str) {
        match self {
            Self::SessionEnded(id) => ("session.ended", id.as_str()),
            Self::SessionChanged(id) => ("session.changed", id.as_str()),
            Self::UserEnded(id) => ("user.ended", id.as_str()),
            Self::UserChanged(id) => ("user.changed", id.as_str()),
            Self::AllEnded => ("all.ended", ""),
            Self::Claimed => ("claimed", ""),
        }
    }

    /// From kind and subject; what cannot be read counts as the worst notices, so that nothing stale is used.
    pub fn from_parts(kind: &str, subject: &str) -> Self {
        let parsed = match kind {
            "session.ended" => SessionId::parse(subject).map(Self::SessionEnded),
            "session.changed" => SessionId::parse(subject).map(Self::SessionChanged),
            "user.ended" => UserId::parse(subject).map(Self::UserEnded),
            "user.changed" => UserId::parse(subject).map(Self::UserChanged),
            "claimed" => Some(Self::Claimed),
            _ => None,
        };
        parsed.unwrap_or(Self::AllEnded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_survive_being_stored_and_what_cannot_be_read_ends_everything() {
        let (session, user) =
            (SessionId::parse("aaaaaaaaaaaaaaaaaaaaaa").unwrap(), UserId::parse("bbbbbbbbbbbbbbbbbbbbbb").unwrap());
        let all = [
            Notice::SessionEnded(session.clone()),
            Notice::SessionChanged(session),
            Notice::UserEnded(user.clone()),
            Notice::UserChanged(user),
            Notice::AllEnded,
            Notice::Claimed,
        ];
        for notice in all {
            let (kind, subject) = notice.to_parts();
            assert_eq!(Notice::from_parts(kind, subject), notice);
        }
        assert_eq!(Notice::from_parts("of a newer version", "x"), Notice::AllEnded);
        assert_eq!(Notice::from_parts("session.ended", "not an id"), Notice::AllEnded);
    }
}
