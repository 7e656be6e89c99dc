//! What one process did and every node must apply, because it may have cached sessions or open streams.

use super::groups::GroupName;
use super::ids::{SessionId, TokenId, UserId};

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The session is no longer live.
    SessionEnded(SessionId),
    /// The session is still live, with another generation.
    SessionChanged(SessionId),
    /// No session of this user that began earlier is live any more.
    UserEnded(UserId),
    /// The machine token or signed link is no longer good.
    TokenEnded(TokenId),
    /// The account has changed; its sessions are still live.
    UserChanged(UserId),
    /// Apps or rules have changed.
    AppsChanged,
    /// The group no longer exists, so nobody is in it; [`Notice::AppsChanged`] comes with it.
    GroupDeleted(GroupName),
    /// No session at all is live any more.
    AllEnded,
    /// Somebody has claimed the instance: the deprecated mode has ended.
    Claimed,
}

impl Notice {
    /// Kind and subject, as stored.
    pub fn to_parts(&self) -> (&'static str, &str) {
        match self {
            Self::SessionEnded(id) => ("session.ended", id.as_str()),
            Self::SessionChanged(id) => ("session.changed", id.as_str()),
            Self::UserEnded(id) => ("user.ended", id.as_str()),
            Self::TokenEnded(id) => ("token.ended", id.as_str()),
            Self::UserChanged(id) => ("user.changed", id.as_str()),
            Self::AppsChanged => ("apps.changed", ""),
            Self::GroupDeleted(name) => ("group.deleted", name.as_str()),
            Self::AllEnded => ("all.ended", ""),
            Self::Claimed => ("claimed", ""),
        }
    }

    /// Parses kind and subject; unreadable ones count as the most far-reaching notice, so that nothing stale is used.
    pub fn from_parts(kind: &str, subject: &str) -> Self {
        let parsed = match kind {
            "session.ended" => SessionId::parse(subject).map(Self::SessionEnded),
            "session.changed" => SessionId::parse(subject).map(Self::SessionChanged),
            "user.ended" => UserId::parse(subject).map(Self::UserEnded),
            "token.ended" => TokenId::parse(subject).map(Self::TokenEnded),
            "user.changed" => UserId::parse(subject).map(Self::UserChanged),
            "apps.changed" => Some(Self::AppsChanged),
            "group.deleted" => GroupName::parse(subject).ok().map(Self::GroupDeleted),
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
    fn notices_survive_being_stored_and_unreadable_ones_end_everything() {
        let (session, user) =
            (SessionId::parse("aaaaaaaaaaaaaaaaaaaaaa").unwrap(), UserId::parse("bbbbbbbbbbbbbbbbbbbbbb").unwrap());
        let all = [
            Notice::SessionEnded(session.clone()),
            Notice::SessionChanged(session),
            Notice::UserEnded(user.clone()),
            Notice::UserChanged(user.clone()),
            Notice::TokenEnded(TokenId::parse(user.as_str()).unwrap()),
            Notice::AppsChanged,
            Notice::GroupDeleted(GroupName::parse("staff").unwrap()),
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
