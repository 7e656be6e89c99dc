//! The content of every mail; the texts are in `languages/`.

use crate::domain::device;
use crate::domain::language::Language;
use crate::domain::mail::MailKind;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::mail::MailContent;
use crate::texts;

/// The facts that mails mention; each kind uses some of them.
///
/// They contain no name of a person and no text sent by a client, except what an admin typed: nobody has proved that
/// the mailbox belongs to whoever chose these (S107).
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// `SITE_NAME`.
    pub site_name: String,
    /// `APP_URL`.
    pub site: String,
    /// The link; empty for none.
    pub link: String,
    /// Lifetime of a reset link, in minutes.
    pub reset_minutes: i64,
    /// When the link expires.
    pub until: Timestamp,
    /// The address of the inviting admin; empty for the operator.
    pub inviter: String,
    /// When the event happened.
    pub when: Timestamp,
    /// Client address of the event.
    pub source: String,
    /// `User-Agent` of the event, may be empty.
    pub device: String,
    /// The address that replaces the old one.
    pub new_email: String,
    /// The name that an admin gave to a token.
    pub token: String,
    /// The name of an app.
    pub app: String,
    /// The name whose certificate ends.
    pub host: String,
}

/// The content of a mail of that kind, in that language.
pub fn content(kind: MailKind, facts: &Facts, language: Language) -> MailContent {
    let (subject, text, closing) = keys(kind);
    let say = |text: &Text| texts::say(language, text);
    let filled = |key: &'static str| {
        let text = Text::new(key)
            .with("site", &facts.site)
            .with("name", &facts.site_name)
            .with("minutes", facts.reset_minutes);
        say(&text
            .with("email", &facts.new_email)
            .with("inviter", &facts.inviter)
            .with("until", facts.until.exact_words())
            .with("token", &facts.token)
            .with("app", &facts.app)
            .with("host", &facts.host)
            .with("end", facts.when.exact_words()))
    };
    let mut paragraphs = vec![filled(text)];
    if kind == MailKind::Invitation {
        paragraphs.extend((!facts.inviter.is_empty()).then(|| filled("mail-invitation-by")));
        paragraphs.push(filled("mail-invitation-open"));
    }
    if tells_of_event(kind) {
        let device = device::known(&facts.device).unwrap_or(Text::new("mail-device-unknown"));
        let event = Text::new("mail-event")
            .with("when", facts.when.exact_words())
            .with("source", &facts.source)
            .with("device", device);
        paragraphs.push(say(&event));
    }
    let has_link = matches!(kind, MailKind::Reset | MailKind::Invitation | MailKind::ConfirmEmail);
    MailContent {
        language,
        subject: say(&Text::new(subject)),
        greeting: say(&Text::new("mail-hello")),
        paragraphs,
        link: if has_link { facts.link.clone() } else { String::new() },
        closing: closing.map(filled).unwrap_or_default(),
        site: facts.site.clone(),
    }
}

/// Whether it says when something happened, and from where.
const fn tells_of_event(kind: MailKind) -> bool {
    match kind {
        MailKind::PasswordChanged
        | MailKind::ResetDone
        | MailKind::NewDevice
        | MailKind::EmailChanged
        | MailKind::FactorAdded
        | MailKind::FactorRemoved
        | MailKind::RecoveryCreated
        | MailKind::RecoveryUsed
        | MailKind::FactorFailed
        | MailKind::ConfirmFailed => true,
        MailKind::Reset
        | MailKind::Invitation
        | MailKind::ConfirmEmail
        | MailKind::TokenMade
        | MailKind::FactorsReset
        | MailKind::CertificateEnds
        | MailKind::Test => false,
    }
}

/// The text keys of the subject, of what happened or has to be done, and of the closing.
const fn keys(kind: MailKind) -> (&'static str, &'static str, Option<&'static str>) {
    match kind {
        MailKind::Reset => ("mail-reset", "mail-reset-text", Some("mail-reset-end")),
        MailKind::Invitation => ("mail-invitation", "mail-invitation-text", Some("mail-invitation-end")),
        MailKind::ConfirmEmail => ("mail-confirm", "mail-confirm-text", Some("mail-confirm-end")),
        MailKind::PasswordChanged => {
            ("mail-password-changed", "mail-password-changed-text", Some("mail-password-changed-end"))
        }
        MailKind::ResetDone => ("mail-reset-done", "mail-reset-done-text", Some("mail-reset-done-end")),
        MailKind::NewDevice => ("mail-new-device", "mail-new-device-text", Some("mail-new-device-end")),
        MailKind::EmailChanged => ("mail-email-changed", "mail-email-changed-text", Some("mail-email-changed-end")),
        MailKind::TokenMade => ("mail-token-made", "mail-token-made-text", Some("mail-token-made-end")),
        MailKind::FactorAdded => ("mail-factor-added", "mail-factor-added-text", Some("mail-factor-added-end")),
        MailKind::FactorRemoved => ("mail-factor-removed", "mail-factor-removed-text", Some("mail-factor-added-end")),
        MailKind::RecoveryCreated => {
            ("mail-recovery-created", "mail-recovery-created-text", Some("mail-factor-added-end"))
        }
        MailKind::RecoveryUsed => ("mail-recovery-used", "mail-recovery-used-text", Some("mail-factor-added-end")),
        MailKind::FactorFailed => ("mail-factor-failed", "mail-factor-failed-text", Some("mail-factor-failed-end")),
        MailKind::ConfirmFailed => ("mail-confirm-failed", "mail-confirm-failed-text", Some("mail-new-device-end")),
        MailKind::FactorsReset => ("mail-factors-reset", "mail-factors-reset-text", Some("mail-factors-reset-end")),
        MailKind::CertificateEnds => {
            ("mail-certificate-ends", "mail-certificate-ends-text", Some("mail-certificate-ends-end"))
        }
        MailKind::Test => ("mail-test-subject", "mail-test-text", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::KINDS;

    #[test]
    fn s83_subjects_are_one_line_and_name_nobody() {
        let site_name = "Box\r\nBcc: eve@example.org".to_owned();
        let facts = Facts { site_name, new_email: "ada@example.org".to_owned(), ..Facts::default() };
        for kind in KINDS {
            for language in Language::ALL {
                let subject = content(kind, &facts, language).subject;
                assert!(!subject.contains(['\r', '\n', '@']) && subject.chars().count() > 3, "{subject}");
            }
        }
    }

    #[test]
    fn s107_what_a_client_calls_its_browser_is_no_part_of_a_mail() {
        let lure = "Your account is locked, visit example.net".to_owned();
        for kind in KINDS {
            for language in Language::ALL {
                let facts = Facts { device: lure.clone(), ..Facts::default() };
                assert!(
                    !content(kind, &facts, language).paragraphs.concat().contains("example.net"),
                    "{}",
                    kind.as_str()
                );
            }
        }
        let device = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0".to_owned();
        let known = content(MailKind::NewDevice, &Facts { device, ..Facts::default() }, Language::English);
        assert!(known.paragraphs.concat().contains("Firefox on Linux"), "{known:?}");
    }
}
