//! Mails as the queue knows them: kind, state and time of the next attempt.

use super::email::Email;
use super::ids::UserId;
use super::text::Text;
use super::time::Timestamp;

/// Seconds until the next attempt, by the number of attempts made; after the last one the mail has failed.
const BACK_OFF: [i64; 7] = [30, 120, 600, 1800, 3600, 10_800, 21_600];
/// Seconds after which a mail is useless if somebody is waiting for its link.
const LINK_MAIL_MAX_AGE_SECS: i64 = 3600;

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// The link for choosing a new password.
    Reset,
    /// The link of an invitation.
    Invitation,
    /// The password was changed on the account page.
    PasswordChanged,
    /// The password was reset with a link.
    ResetDone,
    /// Somebody signed in with an unknown browser.
    NewDevice,
    /// To the old address: the account has a new one.
    EmailChanged,
    /// To the new address: the link that verifies it.
    ConfirmEmail,
    /// An admin made a machine token for the account.
    TokenMade,
    /// A second factor was added.
    FactorAdded,
    /// A second factor was removed.
    FactorRemoved,
    /// There are new recovery codes.
    RecoveryCreated,
    /// Somebody signed in with a recovery code.
    RecoveryUsed,
    /// A sign-in ended after the right password and too many wrong codes.
    FactorFailed,
    /// Wrong codes were entered in a session.
    ConfirmFailed,
    /// An admin removed all second factors.
    FactorsReset,
    /// A certificate ends soon and could not be renewed.
    CertificateEnds,
    /// An admin tests the mail server.
    Test,
}

/// Every kind, in the order of declaration.
pub const KINDS: [MailKind; 17] = [
    MailKind::Reset,
    MailKind::Invitation,
    MailKind::PasswordChanged,
    MailKind::ResetDone,
    MailKind::NewDevice,
    MailKind::EmailChanged,
    MailKind::ConfirmEmail,
    MailKind::TokenMade,
    MailKind::FactorAdded,
    MailKind::FactorRemoved,
    MailKind::RecoveryCreated,
    MailKind::RecoveryUsed,
    MailKind::FactorFailed,
    MailKind::ConfirmFailed,
    MailKind::FactorsReset,
    MailKind::CertificateEnds,
    MailKind::Test,
];

impl MailKind {
    /// The word stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Invitation => "invitation",
            Self::PasswordChanged => "password changed",
            Self::ResetDone => "password reset",
            Self::NewDevice => "new device",
            Self::EmailChanged => "address changed",
            Self::ConfirmEmail => "confirm address",
            Self::TokenMade => "machine token",
            Self::FactorAdded => "second factor added",
            Self::FactorRemoved => "second factor removed",
            Self::RecoveryCreated => "recovery codes",
            Self::RecoveryUsed => "recovery code used",
            Self::FactorFailed => "wrong codes",
            Self::ConfirmFailed => "wrong codes in a session",
            Self::FactorsReset => "second factors reset",
            Self::CertificateEnds => "certificate ends",
            Self::Test => "test",
        }
    }

    /// The display name.
    pub const fn text(self) -> Text {
        Text::new(match self {
            Self::Reset => "mail-kind-reset",
            Self::Invitation => "mail-kind-invitation",
            Self::PasswordChanged => "mail-kind-password-changed",
            Self::ResetDone => "mail-kind-reset-done",
            Self::NewDevice => "mail-kind-new-device",
            Self::EmailChanged => "mail-kind-email-changed",
            Self::ConfirmEmail => "mail-kind-confirm-email",
            Self::TokenMade => "mail-kind-token-made",
            Self::FactorAdded => "mail-kind-factor-added",
            Self::FactorRemoved => "mail-kind-factor-removed",
            Self::RecoveryCreated => "mail-kind-recovery-created",
            Self::RecoveryUsed => "mail-kind-recovery-used",
            Self::FactorFailed => "mail-kind-factor-failed",
            Self::ConfirmFailed => "mail-kind-confirm-failed",
            Self::FactorsReset => "mail-kind-factors-reset",
            Self::CertificateEnds => "mail-kind-certificate-ends",
            Self::Test => "mail-kind-test",
        })
    }

    /// Whether it contains a link that somebody is waiting for.
    pub const fn has_link(self) -> bool {
        matches!(self, Self::Reset | Self::Invitation | Self::ConfirmEmail)
    }

    /// How many mails of that kind one account receives in an hour at most (S107); an admin who tests the mail server
    /// needs a few more.
    pub const fn per_hour(self) -> i64 {
        if matches!(self, Self::Test) { 20 } else { 5 }
    }

    /// The kind stored under that word.
    pub fn parse(text: &str) -> Option<Self> {
        KINDS.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The state of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    /// Waits for its first or next attempt.
    Queued,
    /// Was accepted by the server or written to the outbox.
    Sent,
    /// Was rejected, or attempted in vain for too long.
    Failed,
}

impl MailState {
    /// The word stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// The display name.
    pub const fn text(self) -> Text {
        Text::new(match self {
            Self::Queued => "mail-state-queued",
            Self::Sent => "mail-state-sent",
            Self::Failed => "mail-state-failed",
        })
    }

    /// The state stored under that word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Queued, Self::Sent, Self::Failed].into_iter().find(|state| state.as_str() == text)
    }
}

/// One mail of the queue; holds no usable token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMail {
    /// Its ID; part of the Message-ID, so that a mail sent twice is recognised as one.
    pub id: String,
    /// What it is about.
    pub kind: MailKind,
    /// The recipient.
    pub recipient: Email,
    /// The account it concerns.
    pub user: Option<UserId>,
    /// What the text needs besides the account, as JSON.
    pub detail: String,
    /// Its state.
    pub state: MailState,
    /// When it was queued.
    pub created_at: Timestamp,
    /// Time of the next attempt; while a worker has claimed it, when another may take it.
    pub next_try_at: Timestamp,
    /// Attempts made.
    pub tries: i64,
    /// Why the last attempt failed, empty if none did.
    pub last_error: String,
}

impl QueuedMail {
    /// Whether it is a decoy without a recipient, so that an address without an account causes the same work as one
    /// with (S108).
    pub const fn is_decoy(&self) -> bool {
        self.kind.has_link() && self.user.is_none()
    }

    /// When to try again after an attempt that failed at `now`; `None` when it is time to give up.
    pub fn retry_at(&self, now: Timestamp) -> Option<Timestamp> {
        let tries = usize::try_from(self.tries).unwrap_or(usize::MAX);
        let next = now.plus(*BACK_OFF.get(tries.saturating_sub(1))?);
        let impatient = matches!(self.kind, MailKind::Reset | MailKind::Test);
        (!impatient || next.since(self.created_at) < LINK_MAIL_MAX_AGE_SECS).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(kind: MailKind, tries: i64) -> QueuedMail {
        QueuedMail {
            id: "m".to_owned(),
            kind,
            recipient: Email::parse("ada@example.org").unwrap(),
            user: None,
            detail: String::new(),
            state: MailState::Queued,
            created_at: Timestamp::from_secs(0),
            next_try_at: Timestamp::from_secs(0),
            tries,
            last_error: String::new(),
        }
    }

    #[test]
    fn s85_tries_are_spaced_out_and_end() {
        let now = Timestamp::from_secs(100);
        assert_eq!(mail(MailKind::Invitation, 1).retry_at(now), Some(Timestamp::from_secs(130)));
        assert_eq!(mail(MailKind::Invitation, 7).retry_at(now), Some(Timestamp::from_secs(21_700)));
        assert_eq!(mail(MailKind::Invitation, 8).retry_at(now), None);
        assert_eq!(mail(MailKind::Reset, 5).retry_at(now), None, "nobody waits an hour for a reset mail");
    }

    #[test]
    fn words_are_read_back() {
        assert!(KINDS.iter().all(|kind| MailKind::parse(kind.as_str()) == Some(*kind)));
    }
}
