//! What every mail says; the words are in `languages/`.

use crate::domain::device;
use crate::domain::language::Language;
use crate::domain::mail::MailKind;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::mail::Letter;
use crate::texts;

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
    pub when: Timestamp,
    /// Client address of the deed.
    pub source: String,
    /// The browser of the deed, may be empty.
    pub device: String,
    /// The address that replaces the old one.
    pub new_email: String,
}

/// The letter of that kind, in that language.
pub fn letter(kind: MailKind, facts: &Facts, language: Language) -> Letter {
    let (subject, text, closing) = keys(kind);
    let say = |text: &Text| texts::say(language, text);
    let filled = |key: &'static str| {
        let text = Text::new(key).with("site", &facts.site).with("minutes", facts.reset_minutes).with("email", &facts.new_email);
        say(&text)
    };
    let mut paragraphs = vec![filled(text)];
    if matches!(kind, MailKind::PasswordChanged | MailKind::ResetDone | MailKind::NewDevice | MailKind::EmailChanged) {
        let device = if facts.device.is_empty() { Text::new("mail-device-unknown") } else { device::spoken(&facts.device) };
        let deed = Text::new("mail-deed").with("when", facts.when.exact_words()).with("source", &facts.source).with("device", device);
        paragraphs.push(say(&deed));
    }
    let has_link = matches!(kind, MailKind::Reset | MailKind::Invitation | MailKind::ConfirmEmail);
    let greeting = match facts.name.as_str() {
        "" => Text::new("mail-hello-nobody"),
        name => Text::new("mail-hello").with("name", name),
    };
    Letter {
        language,
        subject: say(&Text::new(subject)),
        greeting: say(&greeting),
        paragraphs,
        link: if has_link { facts.link.clone() } else { String::new() },
        closing: closing.map(filled).unwrap_or_default(),
        site: facts.site.clone(),
    }
}

/// The keys of the subject, of what happened or is to be done, and of what stands below.
const fn keys(kind: MailKind) -> (&'static str, &'static str, Option<&'static str>) {
    match kind {
        MailKind::Reset => ("mail-reset", "mail-reset-text", Some("mail-reset-end")),
        MailKind::Invitation => ("mail-invitation", "mail-invitation-text", Some("mail-invitation-end")),
        MailKind::ConfirmEmail => ("mail-confirm", "mail-confirm-text", Some("mail-confirm-end")),
        MailKind::PasswordChanged => ("mail-password-changed", "mail-password-changed-text", Some("mail-password-changed-end")),
        MailKind::ResetDone => ("mail-reset-done", "mail-reset-done-text", Some("mail-reset-done-end")),
        MailKind::NewDevice => ("mail-new-device", "mail-new-device-text", Some("mail-new-device-end")),
        MailKind::EmailChanged => ("mail-email-changed", "mail-email-changed-text", Some("mail-email-changed-end")),
        MailKind::Test => ("mail-test-subject", "mail-test-text", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::KINDS;

    #[test]
    fn s83_subjects_are_one_line_and_name_nobody() {
        let facts = Facts { name: "Ada\r\nBcc: eve@example.org".to_owned(), new_email: "ada@example.org".to_owned(), ..Facts::default() };
        for kind in KINDS {
            for language in Language::ALL {
                let subject = letter(kind, &facts, language).subject;
                assert!(!subject.contains(['\r', '\n', '@']) && subject.chars().count() > 3, "{subject}");
            }
        }
    }
}
