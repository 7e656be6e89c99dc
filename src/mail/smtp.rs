//! Sends one mail to one mail server, command by command: what an error means depends on which command failed.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fs, io, iter};

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Starttls};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use secrecy::ExposeSecret;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::MailError;
use super::replies::Replies;
use crate::config::MailServer;

/// Time limit for connecting to one address.
const CONNECT: Duration = Duration::from_secs(15);
/// Time limit for everything before the message itself.
const BEGIN: Duration = Duration::from_secs(30);
/// Time limit for the message and the reply to it, which a server sends after checking for spam; together with
/// [`BEGIN`] and [`PART`] shorter than a worker's claim on a mail.
const HAND_OVER: Duration = Duration::from_secs(75);
/// Time limit for the server's reply to QUIT.
const PART: Duration = Duration::from_secs(2);
/// The ports on which TLS begins with STARTTLS.
const STARTTLS_PORTS: [u16; 4] = [587, 25, 2525, 2587];
/// Authentication mechanisms, in order of preference.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];
/// Permanent codes that concern us, not the mail, whichever command they answer: syntax and sequence, no service,
/// credentials.
const CODES_ABOUT_US: [u16; 10] = [500, 501, 502, 503, 504, 521, 530, 534, 535, 538];
/// Enhanced codes that concern us even as the reply to a recipient (RFC 3463): a bad sender, protocol, and policy, with
/// which Postfix refuses greetings, clients and relaying.
const CLASSES_ABOUT_US: [&str; 4] = ["5.1.7", "5.1.8", "5.5.", "5.7."];

/// How TLS is started.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TlsMode {
    /// With the connection.
    Implicit,
    /// By STARTTLS; required.
    Required,
    /// By STARTTLS if offered.
    Opportunistic,
}

/// The command that was permanently refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Greeting, EHLO, TLS, AUTH, MAIL: the refusal concerns us.
    Introduction,
    /// RCPT and DATA.
    Recipient,
    /// The message.
    Message,
}

/// The mail server and how to talk to it.
pub(super) struct Smtp {
    host: String,
    port: u16,
    hello: Option<String>,
    credentials: Option<Credentials>,
    tls: TlsParameters,
    mode: TlsMode,
}

impl Smtp {
    /// The server in the configuration; EHLO sends `hello`, else this machine's full name or address.
    pub(super) fn new(server: &MailServer, hello: Option<&str>) -> Result<Self, MailError> {
        // Never a fall-back to plain text if TLS was requested (S84).
        let mode = match (server.secure, STARTTLS_PORTS.contains(&server.port)) {
            (true, true) => TlsMode::Required,
            (true, false) => TlsMode::Implicit,
            (false, _) => TlsMode::Opportunistic,
        };
        // Without credentials the mail would otherwise be sent in plain text: TLS with an unverified server is still
        // better.
        let any_certificate =
            !server.checks_certificates || (mode == TlsMode::Opportunistic && server.credentials.is_none());
        Ok(Self {
            host: server.host.clone(),
            port: server.port,
            hello: hello.map(str::to_owned).or_else(machine_name),
            credentials: server
                .credentials
                .as_ref()
                .map(|(user, word)| Credentials::new(user.clone(), word.expose_secret().to_owned())),
            tls: tls(&server.host, any_certificate)?,
            mode,
        })
    }

    /// `host:port`, for people.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Sends one mail; the server has accepted it when this returns.
    pub(super) async fn send(&self, envelope: &Envelope, message: &[u8]) -> Result<(), MailError> {
        let late = |_late| MailError::Unavailable(format!("{} took too long", self.name()));
        let mut connection = timeout(BEGIN, self.begin(envelope, message.is_ascii())).await.map_err(late)??;
        let handed_over = self.hand_over(&mut connection, message).await;
        // The reply to QUIT changes nothing.
        drop(timeout(PART, connection.quit()).await);
        handed_over
    }

    /// Everything up to the point at which the server waits for the message.
    async fn begin(&self, envelope: &Envelope, ascii: bool) -> Result<AsyncSmtpConnection, MailError> {
        let us = |fault: Error| judge(&fault, Step::Introduction);
        let connected = match self.connect(true).await {
            // If TLS is optional and fails, send in plain text what would have been sent so without it.
            Err(Failure::Tls(_)) if self.may_go_plain() => self.connect(false).await,
            connected => connected,
        };
        let mut connection = connected?;
        if let Some(credentials) = &self.credentials {
            connection.auth(&MECHANISMS, credentials).await.map_err(us)?;
        }
        let parameters = parameters(&connection, envelope, ascii)?;
        connection.command(Mail::new(envelope.from().cloned(), parameters)).await.map_err(us)?;
        for recipient in envelope.to() {
            connection
                .command(Rcpt::new(recipient.clone(), Vec::new()))
                .await
                .map_err(|fault| judge(&fault, Step::Recipient))?;
        }
        connection.command(Data).await.map_err(|fault| judge(&fault, Step::Recipient))?;
        Ok(connection)
    }

    /// The message and the reply to it. Without a reply it is unknown whether the server has the mail.
    async fn hand_over(&self, connection: &mut AsyncSmtpConnection, message: &[u8]) -> Result<(), MailError> {
        let (mut rest, whole) = (Some(message), AtomicBool::new(false));
        // The iterator ends when everything is written except the final dot.
        let parts = iter::from_fn(|| {
            let part = rest.take();
            whole.store(part.is_none(), Ordering::Relaxed);
            part
        });
        let text = match timeout(HAND_OVER, connection.message_iter(parts)).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(fault)) if fault.status().is_some() => return Err(judge(&fault, Step::Message)),
            Ok(Err(fault)) => describe(&fault),
            Err(_late) => format!("{} took too long", self.name()),
        };
        Err(if whole.load(Ordering::Relaxed) { MailError::Unanswered(text) } else { MailError::Unavailable(text) })
    }

    const fn may_go_plain(&self) -> bool {
        matches!(self.mode, TlsMode::Opportunistic) && self.credentials.is_none()
    }

    /// A connection that has been greeted, over TLS if the mode requires it; STARTTLS is used only if `starttls` allows
    /// it.
    async fn connect(&self, starttls: bool) -> Result<AsyncSmtpConnection, Failure> {
        let tcp = self.tcp().await.map_err(Failure::Connection)?;
        let hello = self.hello(&tcp);
        if self.mode == TlsMode::Implicit {
            return greeted(Replies::encrypted(tcp, self.tls.clone()).await.map_err(Failure::Tls)?, &hello).await;
        }
        let (tcp, twin) = split_stream(tcp).map_err(Failure::Connection)?;
        let mut connection = greeted(Replies::plain(tcp), &hello).await?;
        match (connection.can_starttls(), self.mode) {
            (false, TlsMode::Required) => return Err(Failure::NoStarttls),
            (true, _) if starttls => {}
            _ => return Ok(connection),
        }
        connection.command(Starttls).await.map_err(Failure::Tls)?;
        // Plain text received after the reply is dropped with this half (CVE-2011-0411).
        drop(connection);
        greeted(Replies::upgraded(twin, self.tls.clone()).await.map_err(Failure::Tls)?, &hello).await
    }

    async fn tcp(&self) -> io::Result<TcpStream> {
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for address in lookup_host((self.host.as_str(), self.port)).await? {
            match timeout(CONNECT, TcpStream::connect(address)).await {
                Ok(Ok(tcp)) => return Ok(tcp),
                Ok(Err(fault)) => last = fault,
                Err(_late) => last = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(last)
    }

    /// The EHLO name: an address literal if there is no name (RFC 5321, section 4.1.4).
    fn hello(&self, tcp: &TcpStream) -> ClientId {
        match (&self.hello, tcp.local_addr().map(|address| address.ip().to_canonical())) {
            (Some(name), _) => ClientId::Domain(name.clone()),
            (None, Ok(IpAddr::V4(ip))) => ClientId::Ipv4(ip),
            (None, Ok(IpAddr::V6(ip))) => ClientId::Ipv6(ip),
            (None, Err(_)) => ClientId::Ipv4(Ipv4Addr::LOCALHOST),
        }
    }
}

/// Why there is no connection.
enum Failure {
    Connection(io::Error),
    NoStarttls,
    Tls(Error),
    Reply(Error),
}

impl From<Failure> for MailError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Connection(fault) => Self::Unavailable(format!("no connection: {fault}")),
            Failure::NoStarttls => {
                Self::Unavailable("the server does not offer STARTTLS, and SMTP_SECURE=true requires TLS".to_owned())
            }
            Failure::Tls(fault) | Failure::Reply(fault) => judge(&fault, Step::Introduction),
        }
    }
}

async fn greeted(stream: Replies, hello: &ClientId) -> Result<AsyncSmtpConnection, Failure> {
    AsyncSmtpConnection::connect_with_transport(Box::new(stream), hello).await.map_err(Failure::Reply)
}

/// The same connection twice: one half is used until STARTTLS, the other afterwards.
fn split_stream(tcp: TcpStream) -> io::Result<(TcpStream, TcpStream)> {
    let tcp = tcp.into_std()?;
    let twin = tcp.try_clone()?;
    Ok((TcpStream::from_std(tcp)?, TcpStream::from_std(twin)?))
}

fn tls(host: &str, any_certificate: bool) -> Result<TlsParameters, MailError> {
    let mut parameters = TlsParameters::builder(host.to_owned()).certificate_store(CertificateStore::WebpkiRoots);
    // The bundled roots need no files; the system's (SSL_CERT_FILE included) contain a local authority.
    for root in rustls_native_certs::load_native_certs().certs {
        if let Ok(root) = Certificate::from_der(root.to_vec()) {
            parameters = parameters.add_root_certificate(root);
        }
    }
    parameters
        .dangerous_accept_invalid_certs(any_certificate)
        .dangerous_accept_invalid_hostnames(any_certificate)
        .build()
        .map_err(|fault| MailError::Unavailable(format!("TLS: {fault}")))
}

/// The parameters that MAIL needs for these addresses and this message.
fn parameters(
    connection: &AsyncSmtpConnection,
    envelope: &Envelope,
    ascii: bool,
) -> Result<Vec<MailParameter>, MailError> {
    let ascii_addresses =
        envelope.from().into_iter().chain(envelope.to()).all(|address| AsRef::<str>::as_ref(address).is_ascii());
    let needed = [
        (!ascii_addresses, Extension::SmtpUtfEight, MailParameter::SmtpUtfEight),
        (!ascii, Extension::EightBitMime, MailParameter::Body(MailBodyParameter::EightBitMime)),
    ];
    let mut parameters = Vec::new();
    for (_, extension, parameter) in needed.into_iter().filter(|(needed, ..)| *needed) {
        if !connection.server_info().supports_feature(extension) {
            return Err(MailError::Refused(format!(
                "the server takes only ASCII letters here: it does not offer {extension}"
            )));
        }
        parameters.push(parameter);
    }
    Ok(parameters)
}

/// This machine's full name, if it has one.
fn machine_name() -> Option<String> {
    full_name(&ClientId::default().to_string(), &fs::read_to_string("/etc/hosts").unwrap_or_default())
}

/// The name itself if it contains a dot, else the matching full name in the text of `/etc/hosts`.
fn full_name(name: &str, hosts: &str) -> Option<String> {
    let plain = |name: &&str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    let full = |other: &&str| other.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    if name.is_empty() || name == "localhost" {
        return None;
    }
    let names =
        hosts.lines().filter_map(|line| line.split('#').next()).flat_map(|line| line.split_whitespace().skip(1));
    let found = if name.contains('.') { Some(name) } else { names.into_iter().find(full) };
    found.filter(plain).map(str::to_owned)
}

/// A permanent refusal that concerns the mail or its recipient fails the mail; one that concerns us may be fixed, and
/// the mail is retried.
fn judge(fault: &Error, step: Step) -> MailError {
    let text = describe(fault);
    let code = fault.status().map_or(0, u16::from);
    let enhanced = std::error::Error::source(fault).map(ToString::to_string).unwrap_or_default();
    let about_us = match step {
        Step::Introduction => true,
        _ if CODES_ABOUT_US.contains(&code) => true,
        Step::Recipient => CLASSES_ABOUT_US.iter().any(|class| enhanced.starts_with(class)),
        Step::Message => false,
    };
    if fault.is_permanent() && !about_us { MailError::Refused(text) } else { MailError::Unavailable(text) }
}

/// The error and its causes, in one line.
fn describe(fault: &Error) -> String {
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
        "the server does not expect TLS from the start on this port; port 465 usually does, and port 587 uses STARTTLS"
            .clone_into(&mut text);
    }
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_name_of_a_machine_is_its_own_or_that_of_the_hosts_file() {
        let hosts = "127.0.0.1 localhost localhost.localdomain\n127.0.1.1\tbox.example.org box # box.comment\n::1 \
            boxer.example.org\n";
        let name = |name: &str| full_name(name, hosts);
        assert_eq!(name("box").as_deref(), Some("box.example.org"));
        assert_eq!(name("gate.example.org").as_deref(), Some("gate.example.org"));
        for none in ["", "localhost", "vm", "[127.0.0.1]", "b\u{f6}x.example.org", "a b.example.org"] {
            assert_eq!(name(none), None, "{none}");
        }
    }
}
