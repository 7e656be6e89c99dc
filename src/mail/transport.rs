//! Delivers mails by SMTP, or as files.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::smtp::Smtp;
use super::{MailError, Outgoing, outbox};
use crate::config::Mail;
use crate::domain::text::Text;

/// The mail transport.
pub struct Transport {
    site_name: String,
    sender: String,
    host: String,
    way: Way,
}

enum Way {
    Smtp(Box<Smtp>),
    Files(PathBuf),
}

impl Transport {
    /// The transport of the configuration; `host` is that of `APP_URL`, `data_dir` contains the outbox.
    pub fn new(config: &Mail, site_name: &str, host: &str, data_dir: &std::path::Path) -> Result<Self, MailError> {
        let way = match &config.server {
            None => Way::Files(data_dir.join("outbox")),
            Some(server) => Way::Smtp(Box::new(Smtp::new(server, config.hello.as_deref())?)),
        };
        Ok(Self { site_name: site_name.to_owned(), sender: config.sender.clone(), host: host.to_owned(), way })
    }

    /// `SITE_NAME`.
    pub fn site_name(&self) -> &str {
        &self.site_name
    }

    /// The destination of mails, for people.
    pub fn destination(&self) -> Text {
        match &self.way {
            Way::Smtp(smtp) => Text::new("mail-to-server").with("server", smtp.name()),
            Way::Files(folder) => Text::new("mail-to-files").with("folder", folder.display().to_string()),
        }
    }

    /// Sends one mail; the server has accepted it when this returns.
    pub async fn send(&self, mail: &Outgoing) -> Result<(), MailError> {
        let message = self.message(mail)?;
        match &self.way {
            Way::Files(folder) => outbox::write(folder, mail, &message.formatted(), true)
                .map_err(|fault| MailError::Unavailable(format!("{}: {fault}", folder.display()))),
            Way::Smtp(smtp) => smtp.send(message.envelope(), &message.formatted()).await,
        }
    }

    /// Does the local part of [`Self::send`] for a decoy.
    pub fn send_decoy(&self, mail: &Outgoing) -> Result<(), MailError> {
        let bytes = self.message(mail)?.formatted();
        let Way::Files(folder) = &self.way else { return Ok(()) };
        outbox::write(folder, mail, &bytes, false)
            .map_err(|fault| MailError::Unavailable(format!("{}: {fault}", folder.display())))
    }

    fn message(&self, mail: &Outgoing) -> Result<Message, MailError> {
        let bad = |fault: &dyn std::fmt::Display| MailError::BadTemplate(fault.to_string());
        let address = |text: &str| text.parse::<Address>().map_err(|fault| bad(&fault));
        let content = mail.content.render()?;
        let seconds = u64::try_from(mail.date.secs()).unwrap_or(0);
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        Message::builder()
            .from(Mailbox::new(Some(self.site_name.clone()), address(&self.sender)?))
            .to(Mailbox::new(None, address(mail.to.as_str())?))
            .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
            .message_id(Some(format!("<{}@{}>", mail.id, self.host)))
            .subject(content.subject)
            .raw_header(automatic)
            .multipart(
                MultiPart::alternative()
                    .singlepart(part(ContentType::TEXT_PLAIN, content.text))
                    .singlepart(part(ContentType::TEXT_HTML, content.html)),
            )
            .map_err(|fault| bad(&fault))
    }
}

/// Maximum line length of a message, in bytes without the line break (RFC 5322, section 2.1.1).
const MAX_LINE: usize = 998;

/// ASCII is sent unencoded, so that a mail in the outbox can be read, and its link copied, without a mail program.
fn part(kind: ContentType, text: String) -> SinglePart {
    let plain = text.is_ascii() && !text.contains(['\0', '\r']) && text.lines().all(|line| line.len() <= MAX_LINE);
    let body = if plain {
        Body::dangerous_pre_encoded(text.replace('\n', "\r\n").into_bytes(), ContentTransferEncoding::SevenBit)
    } else {
        Body::new(text)
    };
    SinglePart::builder().header(kind).body(body)
}
