//! How mails leave: by SMTP under the TLS rules of S84, or as files.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;

use super::{Letter, outbox};
use crate::config::{Mail, MailServer};
use crate::domain::email::Email;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

/// Longest wait for a connection.
const STEP: Duration = Duration::from_secs(15);
/// Longest time for a whole mail.
const WHOLE: Duration = Duration::from_secs(30);
/// The ports on which TLS begins with STARTTLS.
const STARTTLS_PORTS: [u16; 2] = [587, 25];
/// Codes of a server that does not take our credentials: the mail itself may be fine.
const AUTH_CODES: [u16; 4] = [530, 534, 535, 538];

/// A mail that is ready to leave.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Names it for good; the same mail sent twice has one Message-ID.
    pub id: String,
    /// The only recipient (S59).
    pub to: Email,
    /// When it was caused.
    pub date: Timestamp,
    /// What it says.
    pub letter: Letter,
}

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server does not want this mail, and will not want it later.
    #[error("refused: {0}")]
    Refused(String),
    /// The server is away, hangs, or cannot be trusted; later may be better.
    #[error("{0}")]
    Unavailable(String),
    /// A fault of ours.
    #[error("the mail could not be written: {0}")]
    BadTemplate(String),
}

/// The way out.
pub struct Transport {
    site_name: String,
    sender: String,
    host: String,
    way: Way,
}

enum Way {
    Smtp { client: Box<AsyncSmtpTransport<Tokio1Executor>>, name: String },
    Files(PathBuf),
}

impl Transport {
    /// The way that the configuration says; `host` is that of `APP_URL`, `data_dir` holds the outbox.
    pub fn new(config: &Mail, site_name: &str, host: &str, data_dir: &std::path::Path) -> Result<Self, MailError> {
        let way = match &config.server {
            None => Way::Files(data_dir.join("outbox")),
            Some(server) => Way::Smtp { client: Box::new(client(server)?), name: format!("{}:{}", server.host, server.port) },
        };
        Ok(Self { site_name: site_name.to_owned(), sender: config.sender.clone(), host: host.to_owned(), way })
    }

    /// `SITE_NAME`.
    pub fn site_name(&self) -> &str {
        &self.site_name
    }

    /// Where mails go, for people.
    pub fn destination(&self) -> Text {
        match &self.way {
            Way::Smtp { name, .. } => Text::new("mail-to-server").with("server", name),
            Way::Files(folder) => Text::new("mail-to-files").with("folder", folder.display().to_string()),
        }
    }

    /// Sends one mail; the server has taken it when this returns.
    pub async fn send(&self, mail: &Outgoing) -> Result<(), MailError> {
        let message = self.message(mail)?;
        match &self.way {
            Way::Files(folder) => outbox::write(folder, mail, &message.formatted(), true)
                .map_err(|fault| MailError::Unavailable(format!("{}: {fault}", folder.display()))),
            Way::Smtp { client, name } => {
                let sent = tokio::time::timeout(WHOLE, client.send(message)).await;
                let sent = sent.map_err(|_late| MailError::Unavailable(format!("{name} took too long")))?;
                sent.map(drop).map_err(|fault| judge(&fault))
            }
        }
    }

    /// Does what [`Self::send`] does on this machine, for a mail that goes to nobody.
    pub fn send_to_nobody(&self, mail: &Outgoing) -> Result<(), MailError> {
        let bytes = self.message(mail)?.formatted();
        let Way::Files(folder) = &self.way else { return Ok(()) };
        outbox::write(folder, mail, &bytes, false).map_err(|fault| MailError::Unavailable(format!("{}: {fault}", folder.display())))
    }

    fn message(&self, mail: &Outgoing) -> Result<Message, MailError> {
        let bad = |fault: &dyn std::fmt::Display| MailError::BadTemplate(fault.to_string());
        let address = |text: &str| text.parse::<Address>().map_err(|fault| bad(&fault));
        let content = mail.letter.render()?;
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

/// Longest line of a message, in bytes without its end (RFC 5322, section 2.1.1).
const MAX_LINE: usize = 998;

/// ASCII travels as it is, so that a mail in the outbox can be read, and its link copied, without a mail program.
fn part(kind: ContentType, text: String) -> SinglePart {
    let plain = text.is_ascii() && !text.contains(['\0', '\r']) && text.lines().all(|line| line.len() <= MAX_LINE);
    let body = if plain {
        Body::dangerous_pre_encoded(text.replace('\n', "\r\n").into_bytes(), ContentTransferEncoding::SevenBit)
    } else {
        Body::new(text)
    };
    SinglePart::builder().header(kind).body(body)
}

fn client(server: &MailServer) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
    let mut parameters = TlsParameters::builder(server.host.clone()).certificate_store(CertificateStore::WebpkiRoots);
    // The bundled roots need no files; the system's (SSL_CERT_FILE included) know the office's own authority.
    for root in rustls_native_certs::load_native_certs().certs {
        if let Ok(root) = Certificate::from_der(root.to_vec()) {
            parameters = parameters.add_root_certificate(root);
        }
    }
    let parameters = parameters
        .dangerous_accept_invalid_certs(!server.checks_certificates)
        .dangerous_accept_invalid_hostnames(!server.checks_certificates)
        .build()
        .map_err(|fault| MailError::Unavailable(format!("TLS: {fault}")))?;
    // Never a fall-back to plain text where TLS was asked for (S84).
    let tls = match (server.secure, STARTTLS_PORTS.contains(&server.port)) {
        (true, true) => Tls::Required(parameters),
        (true, false) => Tls::Wrapper(parameters),
        (false, _) => Tls::Opportunistic(parameters),
    };
    let mut builder =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.clone()).port(server.port).tls(tls).timeout(Some(STEP));
    if let Some((user, password)) = &server.credentials {
        builder = builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
    }
    Ok(builder.build())
}

fn judge(fault: &lettre::transport::smtp::Error) -> MailError {
    let mut text = fault.to_string();
    let mut cause = std::error::Error::source(fault);
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    if text.contains("InvalidContentType") {
        "the server does not begin with TLS on this port; 465 does as a rule, and on 587 TLS begins by STARTTLS".clone_into(&mut text);
    }
    let one_line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    let about_us = fault.status().is_some_and(|code| AUTH_CODES.contains(&u16::from(code)));
    if fault.is_permanent() && !about_us { MailError::Refused(one_line) } else { MailError::Unavailable(one_line) }
}
