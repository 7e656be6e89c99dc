//! The words of every mail, in one place.

use crate::domain::device;
use crate::domain::mail::MailKind;
use crate::mail::Letter;

/// What a mail may speak of; a kind uses what concerns it.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// `APP_URL`.
    pub site: String,
    /// The name of the account's owner, may be empty.
    pub name: String,
    /// The link; empty for none.
    pub link: String,
    /// Lifetime of a reset link, in minutes.
    pub reset_minutes: i64,
    /// When the deed was done.
    pub when: String,
    /// Client address of the deed.
    pub source: String,
    /// The browser of the deed, may be empty.
    pub device: String,
    /// The address that replaces the old one.
    pub new_email: String,
}

/// The letter of that kind.
pub fn letter(kind: MailKind, facts: &Facts) -> Letter {
    let site = &facts.site;
    let device = if facts.device.is_empty() { "an unknown browser".to_owned() } else { device::spoken(&facts.device) };
    let deed = format!("It was done on {} from {}, with {device}.", facts.when, facts.source);
    let (subject, paragraphs, closing) = match kind {
        MailKind::Reset => (
            "Choose a new password",
            vec![format!("Somebody, probably you, asked for a new password at {site}. Open this link to choose it:")],
            format!(
                "The link works once, for {} minutes. If it was not you, do nothing: your password stays as it is.",
                facts.reset_minutes
            ),
        ),
        MailKind::Invitation => (
            "You are invited",
            vec![format!("You have been given an account at {site}. Open this link to choose your password:")],
            "The link works once, for seven days.".to_owned(),
        ),
        MailKind::ConfirmEmail => (
            "Confirm your new address",
            vec![format!("Somebody, probably you, wants to use this address for an account at {site}. Open this link to confirm it:")],
            "The link works once, for a day. If it was not you, do nothing.".to_owned(),
        ),
        MailKind::PasswordChanged => (
            "Your password was changed",
            vec![format!("The password of your account at {site} was changed, and your other sessions have ended."), deed],
            "If it was not you, ask for a new password at once and tell your admin.".to_owned(),
        ),
        MailKind::ResetDone => (
            "Your password was reset",
            vec![format!("The password of your account at {site} was set by a link, and every session has ended."), deed],
            "If it was not you, somebody can read your mail: tell your admin.".to_owned(),
        ),
        MailKind::NewDevice => (
            "A new device signed in",
            vec![format!("Somebody signed in to your account at {site} from a browser that had not been used before."), deed],
            "If it was not you, change your password; that ends every other session.".to_owned(),
        ),
        MailKind::EmailChanged => (
            "Your address was changed",
            vec![format!("The account at {site} that used this address has another one now: {}.", facts.new_email), deed],
            "If it was not you, tell your admin at once.".to_owned(),
        ),
        MailKind::Test => ("Test mail", vec![format!("This is the test mail you asked for at {site}. Mails arrive.")], String::new()),
    };
    let link =
        if matches!(kind, MailKind::Reset | MailKind::Invitation | MailKind::ConfirmEmail) { facts.link.clone() } else { String::new() };
    Letter { subject, name: facts.name.clone(), paragraphs, link, closing, site: site.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::KINDS;

    #[test]
    fn s83_subjects_are_one_line_and_name_nobody() {
        let facts = Facts { name: "Ada\r\nBcc: eve@example.org".to_owned(), new_email: "ada@example.org".to_owned(), ..Facts::default() };
        for kind in KINDS {
            let letter = letter(kind, &facts);
            assert!(!letter.subject.contains(['\r', '\n', '@']) && letter.subject.is_ascii(), "{}", letter.subject);
        }
    }
}
