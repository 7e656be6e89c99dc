//! The content of mails, as text and HTML; subjects contain no names (S83, S99).

use askama::Template;

use super::MailError;
use crate::domain::email::Email;
use crate::domain::language::Language;
use crate::domain::time::Timestamp;

/// The content of a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailContent {
    /// Its language.
    pub language: Language,
    /// One line without addresses or names.
    pub subject: String,
    /// The first line.
    pub greeting: String,
    /// The text, by paragraphs.
    pub paragraphs: Vec<String>,
    /// The link to open; empty for none.
    pub link: String,
    /// The text below the link.
    pub closing: String,
    /// The URL of the site, at the bottom.
    pub site: String,
}

/// A mail as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// A mail that is ready to be sent.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Identifies it permanently; the same mail sent twice has one Message-ID.
    pub id: String,
    /// The only recipient (S59).
    pub to: Email,
    /// When it was queued.
    pub date: Timestamp,
    /// Its content.
    pub content: MailContent,
}

#[derive(Template)]
#[template(path = "mail/content.txt")]
struct TextPart<'a> {
    content: &'a MailContent,
}

#[derive(Template)]
#[template(path = "mail/content.html")]
struct HtmlPart<'a> {
    content: &'a MailContent,
}

impl MailContent {
    /// Both parts.
    pub fn render(&self) -> Result<Rendered, MailError> {
        let bad = |fault: askama::Error| MailError::BadTemplate(fault.to_string());
        let text = TextPart { content: self }.render().map_err(bad)?;
        let html = HtmlPart { content: self }.render().map_err(bad)?;
        Ok(Rendered { subject: self.subject.clone(), text, html })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s83_s99_what_people_typed_is_text_in_both_parts() {
        let content = MailContent {
            language: Language::Arabic,
            subject: "Test".to_owned(),
            greeting: "Hello \u{2068}<b>\u{202e}Eve & Co\u{2069},".to_owned(),
            paragraphs: vec!["From <script>alert(1)</script>.".to_owned()],
            link: "https://gate.example.org/_auth/reset?token=abc".to_owned(),
            closing: "Bye.".to_owned(),
            site: "https://gate.example.org".to_owned(),
        };
        let mail = content.render().unwrap();
        assert!(mail.text.contains("Hello \u{2068}<b>\u{202e}Eve & Co\u{2069},"), "{}", mail.text);
        assert!(mail.text.contains("\nhttps://gate.example.org/_auth/reset?token=abc\n"), "{}", mail.text);
        assert!(
            !mail.html.contains("<script>") && !mail.html.contains("<b>") && mail.html.contains("<bdi>"),
            "{}",
            mail.html
        );
        assert!(mail.html.contains("lang=\"ar\" dir=\"rtl\""), "{}", mail.html);
        assert!(!mail.html.contains("src=") && !mail.html.contains("<link"), "remote content: {}", mail.html);
    }
}
