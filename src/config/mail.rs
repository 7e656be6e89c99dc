//! How mails are sent: the mail server, if there is one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use secrecy::SecretString;

use super::parse::Reader;
use super::values::Values;
use super::variables::{
    ALLOW_UNAUTHORIZED_CERTS, SENDER_EMAIL, SMTP_HELLO_NAME, SMTP_HOST, SMTP_PASSWORD, SMTP_PORT, SMTP_SECURE,
    SMTP_USER,
};
use crate::domain::app_url::AppUrl;
use crate::domain::email::Email;

/// The destination and the sender of mails.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The server; without one mails are written to `DATA_DIR/outbox`.
    pub server: Option<MailServer>,
    /// The From address.
    pub sender: String,
    /// `SMTP_HELLO_NAME`, else the host of `APP_URL` if it is a full name; how this machine introduces itself to the
    /// server.
    pub hello: Option<String>,
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
    /// `SMTP_SECURE`: TLS is required.
    pub secure: bool,
    /// Whether certificates are verified; only `ALLOW_UNAUTHORIZED_CERTS=true` turns this off.
    pub checks_certificates: bool,
}

pub(super) fn read(reader: &mut Reader<'_>, app_url: &AppUrl) -> Mail {
    let secure = reader.value(&SMTP_SECURE);
    let port = reader.given(&SMTP_PORT).unwrap_or(if secure { 465 } else { 587 });
    let checks_certificates = !reader.value(&ALLOW_UNAUTHORIZED_CERTS);
    reader.require_both(SMTP_USER.name, SMTP_PASSWORD.name);
    let (host, user, password) = (reader.given(&SMTP_HOST), reader.given(&SMTP_USER), reader.given(&SMTP_PASSWORD));
    let from_user = user.as_deref().filter(|user| Email::parse(user).is_ok()).map(str::to_owned);
    let sender = reader.given(&SENDER_EMAIL).or(from_user).unwrap_or_else(|| {
        if host.is_some() && app_url.is_number() && !reader.values.contains_key(SENDER_EMAIL.name) {
            reader.faults.add(
                "SENDER_EMAIL",
                "is missing: APP_URL is an IP address, from which no sender can be \
                derived; set SENDER_EMAIL to an address such as gate@example.org",
            );
        }
        format!("portcullis@{}", if app_url.is_number() { "localhost" } else { app_url.host() })
    });
    let own_host = app_url.host().trim_end_matches('.');
    let own_name = (own_host.contains('.') && !app_url.is_number()).then(|| own_host.to_owned());
    let hello = reader.given(&SMTP_HELLO_NAME).or(own_name);
    let credentials = user.zip(password).map(|(user, password)| (user, password.into()));
    Mail { server: host.map(|host| MailServer { host, port, credentials, secure, checks_certificates }), sender, hello }
}

pub(super) fn host(text: &str) -> Result<String, String> {
    let known = text.parse::<IpAddr>().is_ok() || is_name(text);
    if known {
        Ok(text.to_owned())
    } else {
        Err("must be a host name or an address, without scheme and port".to_owned())
    }
}

pub(super) fn sender(text: &str) -> Result<String, String> {
    if Email::parse(text).is_ok() {
        return Ok(text.to_owned());
    }
    let bare = text.rsplit_once('<').and_then(|(_, rest)| Email::parse(rest.trim_end_matches('>')).ok());
    Err(bare.map_or_else(
        || "must be an e-mail address such as gate@example.org".to_owned(),
        |bare| format!("must be the address alone: SENDER_EMAIL={bare}. The name of the sender is SITE_NAME"),
    ))
}

pub(super) fn hello(text: &str) -> Result<String, String> {
    let literal = |inner: &str| {
        let v6 = inner.strip_prefix("IPv6:").and_then(|ip| ip.parse::<Ipv6Addr>().ok());
        v6.is_some() || inner.parse::<Ipv4Addr>().is_ok()
    };
    let is_well_formed = match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => literal(inner),
        None => is_name(text) && text.parse::<IpAddr>().is_err(),
    };
    if is_well_formed {
        return Ok(text.to_owned());
    }
    Err("must be a host name such as gate.example.org, or an address such as [192.0.2.1] or [IPv6:2001:db8::1]"
        .to_owned())
}

/// Warnings about these settings.
pub(super) fn warnings(values: &Values, mail: &Mail) -> Vec<String> {
    let mut warnings = Vec::new();
    if values.get("ALLOW_UNAUTHORIZED_CERTS").is_some_and(|value| value == "true") {
        warnings.push("ALLOW_UNAUTHORIZED_CERTS=true: certificates of the mail server are not verified".to_owned());
    }
    let Some(server) = &mail.server else { return warnings };
    if !server.secure {
        warnings.push("SMTP_SECURE is not true; mails may be sent in plain text".to_owned());
    }
    let domain = mail.sender.rsplit_once('@').map_or("", |(_, domain)| domain);
    if !domain.contains('.') && !values.contains_key("SENDER_EMAIL") {
        warnings.push(format!(
            "SENDER_EMAIL is not set, and many mail servers refuse {}, which is derived from APP_URL",
            mail.sender
        ));
    }
    warnings
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
}
