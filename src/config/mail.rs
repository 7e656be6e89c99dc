//! How mails leave: the mail server, if there is one.

use secrecy::SecretString;

use super::parse::Reader;
use crate::domain::app_url::AppUrl;
use crate::domain::email::Email;

/// Where mails go and whom they come from.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The server; without one mails become files in `DATA_DIR/outbox`.
    pub server: Option<MailServer>,
    /// The From address.
    pub sender: String,
}

impl Mail {
    /// `host:port` of the server, if there is one.
    pub fn address(&self) -> Option<String> {
        let MailServer { host, port, .. } = self.server.as_ref()?;
        Some(if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") })
    }
}

/// A mail server.
#[derive(Clone, Debug)]
pub struct MailServer {
    /// `SMTP_HOST`.
    pub host: String,
    /// `SMTP_PORT`.
    pub port: u16,
    /// `SMTP_USER` and `SMTP_PASSWORD`.
    pub credentials: Option<(String, SecretString)>,
    /// `SMTP_SECURE`: TLS or nothing is sent.
    pub secure: bool,
    /// Whether certificates are checked; `ALLOW_UNAUTHORIZED_CERTS=true` alone says no.
    pub checks_certificates: bool,
}

pub(super) fn read(reader: &mut Reader<'_>, app_url: &AppUrl) -> Mail {
    let secure = reader.boolean("SMTP_SECURE");
    let port = reader.number("SMTP_PORT", if secure { 465 } else { 587 }, 1, u16::MAX);
    let checks_certificates = !reader.boolean("ALLOW_UNAUTHORIZED_CERTS");
    let (host, user, password) = (reader.text("SMTP_HOST"), reader.text("SMTP_USER"), reader.text("SMTP_PASSWORD"));
    let sender = reader.text("SENDER_EMAIL");
    for (name, other, missing) in [
        ("SMTP_PASSWORD", "SMTP_USER", password.is_none() && user.is_some()),
        ("SMTP_USER", "SMTP_PASSWORD", user.is_none() && password.is_some()),
    ] {
        if missing {
            reader.faults.add(name, format!("is missing: {name} and {other} go together"));
        }
    }
    if let Some(host) = &host
        && !is_host(host)
    {
        reader.faults.add("SMTP_HOST", "must be a host name or an address, without scheme and port");
    }
    if let Some(sender) = &sender
        && Email::parse(sender).is_err()
    {
        reader.faults.add("SENDER_EMAIL", "must be an e-mail address");
    }
    let from_user = user.as_deref().filter(|user| Email::parse(user).is_ok()).map(str::to_owned);
    let sender = sender.or(from_user).unwrap_or_else(|| format!("portcullis@{}", app_url.host()));
    let credentials = user.zip(password).map(|(user, password)| (user, password.into()));
    Mail { server: host.map(|host| MailServer { host, port, credentials, secure, checks_certificates }), sender }
}

fn is_host(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok() || text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
}
