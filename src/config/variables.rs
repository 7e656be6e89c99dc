//! The one table of variables: parsing, flags, `check-config`, `.env.example` and `docs/CONFIGURATION.md` are derived
//! from it.

use std::net::IpAddr;

use ipnet::IpNet;
use secrecy::SecretString;

use super::log::{LEVELS, LogLevel};
pub use super::parse::Row;
use super::parse::{As, Derived, Given, List, Range, Set, Switch, Text, Words, derived, given, set};
use super::site::Logo;
use super::stores::DatabaseUrl;
use super::{mail, server, sign_in, site, stores, tls};
use crate::domain::app_url::AppUrl;
use crate::domain::colour::Colour;
use crate::domain::dialect::Dialect;
use crate::domain::factors::SecondFactor;
use crate::domain::language::Language;
use crate::domain::old_gates::OldGate;

/// Ten years in minutes: the longest lifetime accepted.
const TEN_YEARS: i64 = 5_256_000;

/// Names each row and lists them all.
macro_rules! variables {
    ($($name:ident: $kind:ty = $row:expr;)*) => {
        $(#[doc = concat!("`", stringify!($name), "`.")] pub(super) static $name: $kind = $row.named(stringify!($name));)*
        /// Every variable, in the order of the documentation.
        pub static TABLE: &[&dyn Row] = &[$(&$name),*];
    };
}

variables! {
    APP_URL: Derived<As<AppUrl>> = derived(
        "http://localhost:<PORT>",
        |config| config.server.app_url.to_string(),
        As(server::app_url),
        "The address people use: scheme and host, no path, query or user. Cookies and links follow it.",
    );
    PORT: Set<Range<u16>> = set(|| 3000, Range(1, u16::MAX), "Port to listen on.").of_node();
    HOST: Derived<As<IpAddr>> = derived(
        "127.0.0.1, or every address with TLS_CERT_FILE or ACME_EMAIL",
        |config| config.server.host.to_string(),
        As(server::host),
        "Address to listen on.",
    )
    .of_node();
    TLS_CERT_FILE: Given<List<String>> = given(
        List(tls::path),
        "File with the certificate and its chain, in PEM: the gate then speaks https itself. Several, comma-separated, \
            for several names. A changed file is used within seconds, without a restart.",
    )
    .of_node();
    TLS_KEY_FILE: Given<List<String>> =
        given(List(tls::path), "File with the key of TLS_CERT_FILE, in PEM; several in the same order.").of_node();
    ACME_EMAIL: Given<As<String>> = given(
        As(tls::email),
        "Your address for a certificate authority: the gate then speaks https itself, with certificates for APP_URL and \
            the addresses of apps that it fetches and renews (docs/HTTPS.md).",
    );
    ACME_DIRECTORY_URL: Derived<As<String>> = derived(
        "that of Let's Encrypt",
        |_| String::new(),
        As(tls::directory_url),
        "Where to ask for certificates, for another authority (RFC 8555).",
    );
    HTTPS_PORT: Set<Range<u16>> =
        set(|| 443, Range(1, u16::MAX), "Port for https, with TLS_CERT_FILE or ACME_EMAIL.").of_node();
    HTTP_PORT: Set<Range<u16>> = set(
        || 80,
        Range(0, u16::MAX),
        "Port that leads to https and answers the authority, with TLS_CERT_FILE or ACME_EMAIL; 0 for none.",
    )
    .of_node();
    PROXY_PROTOCOL: Set<Switch> = set(
        || false,
        Switch,
        "true: connections from TRUSTED_PROXIES have to begin with a header of the PROXY protocol, version 1 or 2, that \
            names the client; those from elsewhere must not.",
    )
    .of_node();
    UPSTREAM_URL: Given<As<server::Place>> = given(
        As(server::upstream),
        "The app behind the gate, for instance http://127.0.0.1:8080. Without it only the gate's own pages and \
            forward-auth are served.",
    );
    DATA_DIR: Set<Text> = set(|| "data".to_owned(), Text, "Folder for the database and generated secrets; 0700, every \
        file in it 0600.").of_node();
    DATABASE_URL: Derived<As<DatabaseUrl>> = derived(
        "sqlite://<DATA_DIR>/portcullis.db",
        |config| config.database.shown(),
        As(stores::database_url),
        "sqlite://path or postgres://user:password@host/database.",
    )
    .secret();
    SESSION_STORE: Set<Words<bool>> = set(|| false, Words(&[("database", false), ("redis", true)]), "Where sessions \
        are kept.");
    REDIS_URL: Given<As<SecretString>> = given(
        As(stores::redis_url),
        "redis://user:password@host:port/number, or rediss:// for TLS; for SESSION_STORE=redis.",
    )
    .secret();
    JWT_AUTH_TOKEN_SECRET: Derived<Text> = generated("Signs access tokens.");
    JWT_REFRESH_TOKEN_SECRET: Derived<Text> = derived(
        "JWT_AUTH_TOKEN_SECRET",
        |_| "[as JWT_AUTH_TOKEN_SECRET]".to_owned(),
        Text,
        "Signs refresh tokens; the derived keys differ even when the secrets do not.",
    )
    .secret();
    JWT_TOKEN_EXPIRY_IN_MINUTES: Set<Range<i64>> = set(|| 60, Range(1, TEN_YEARS), "Lifetime of an access token, in \
        minutes.");
    JWT_REFRESH_TOKEN_EXPIRY_IN_MINUTES: Set<Range<i64>> =
        set(|| 129_600, Range(1, TEN_YEARS), "Absolute lifetime of a session and its refresh tokens, in minutes.");
    SESSION_IDLE_MINUTES: Given<Range<i64>> = given(
        Range(1, TEN_YEARS),
        "Ends sessions that nobody used for so many minutes, and up to a tenth of it later. An open WebSocket or event \
            stream alone is no use.",
    );
    JWT_AUDIENCE: Set<Text> = set(|| "AUDIENCE".to_owned(), Text, "The aud claim written and required.");
    JWT_ISSUER: Set<Text> = set(|| "ISSUER".to_owned(), Text, "The iss claim written and required.");
    EXPRESS_SESSION_SECRET: Derived<Text> = generated("Encrypts the session cookie and keys the tokens in forms.");
    EXPIRE_AUTH_TOKENS_ON_RESTART: Set<Switch> = set(|| false, Switch, "true ends every session at each start.");
    SMTP_HOST: Given<As<String>> = given(As(mail::host), "Mail server. Without it mails become files in \
        DATA_DIR/outbox.");
    SMTP_PORT: Derived<Range<u16>> = derived(
        "587, or 465 with SMTP_SECURE",
        |config| config.mail.server.as_ref().map_or_else(String::new, |server| server.port.to_string()),
        Range(1, u16::MAX),
        "Port of the mail server.",
    );
    SMTP_USER: Given<Text> = given(Text, "User name at the mail server.");
    SMTP_PASSWORD: Given<Text> = given(Text, "Password at the mail server.").secret();
    SMTP_SECURE: Set<Switch> = set(
        || false,
        Switch,
        "true: TLS from the start (STARTTLS on ports 587, 25, 2525 and 2587), or nothing is sent. false: STARTTLS \
            where the server offers it.",
    );
    ALLOW_UNAUTHORIZED_CERTS: Set<Switch> = set(|| false, Switch, "true alone switches certificate checks off.");
    SENDER_EMAIL: Derived<As<String>> = derived(
        "SMTP_USER, or portcullis@<host of APP_URL>",
        |config| config.mail.sender.clone(),
        As(mail::sender),
        "The From address of mails, without a name: that is SITE_NAME.",
    );
    SMTP_HELLO_NAME: Derived<As<String>> = derived(
        "<host of APP_URL> or the machine's full name",
        |config| config.mail.hello.clone().unwrap_or_else(|| "[the machine's full name]".to_owned()),
        As(mail::hello),
        "What the gate calls itself at the mail server (EHLO): a full host name, or an address in brackets.",
    );
    PASSWORD_RESET_TOKEN_EXPIRY_IN_MINS: Set<Range<i64>> =
        set(|| 15, Range(1, 10_080), "Lifetime of a reset link, in \
            minutes.").also("PASSWORD_RESET_TOKEN_EXPIRY_IN_MINUTES");
    PASSWORD_SALT_HASH_ROUNDS: Set<Range<u32>> = set(|| 10, Range(10, 15), "bcrypt rounds; older hashes are upgraded \
        at sign-in.");
    PASSWORD_MIN_LENGTH: Derived<Range<usize>> = derived(
        "15, or 8 with SECOND_FACTOR=everyone",
        |config| config.passwords.min_length.to_string(),
        Range(8, 64),
        "Shortest password, in characters.",
    );
    SECOND_FACTOR: Set<Words<SecondFactor>> = set(
        || SecondFactor::Optional,
        Words(&[
            ("off", SecondFactor::Off),
            ("optional", SecondFactor::Optional),
            ("admins", SecondFactor::Admins),
            ("everyone", SecondFactor::Everyone),
        ]),
        "Who has to have a second factor: with off nobody is asked for one, with optional whoever has one, and with \
            admins or everyone these people set one up at their next sign-in (docs/SECOND-FACTORS.md).",
    );
    PASSWORD_KEY: Derived<Text> = generated("Keys the HMAC in front of bcrypt. Losing it makes every password \
        useless.");
    TOKEN_HASH_SECRET: Derived<Text> = generated("Encrypts what has to be read again, such as secrets of second factors, and keys \
        the HMAC of stored tokens and of device cookies. `portcullis secret change` changes it.");
    FLOWISE_USERNAME: Given<As<String>> = given(
        As(sign_in::username),
        "With FLOWISE_PASSWORD: guards the app until the instance is claimed, and is asked for at the claim \
            (deprecated).",
    );
    FLOWISE_PASSWORD: Given<Text> = given(Text, "See FLOWISE_USERNAME.").secret();
    TRUSTED_PROXIES: Set<List<IpNet>> = set(
        Vec::new,
        List(server::network),
        "Addresses or CIDR ranges, comma-separated, whose X-Forwarded-* are believed and who may ask /_auth/verify.",
    );
    FORWARD_AUTH: Set<List<Dialect>> = set(
        Vec::new,
        List(server::dialect),
        "Which proxies ask the gate before each request: nginx, traefik, caddy, haproxy, envoy, comma-separated. \
            Without it nobody can ask.",
    );
    COMPAT: Set<List<OldGate>> = set(
        Vec::new,
        List(server::old_gate),
        "Which other gates' addresses proxies may ask at: authelia, oauth2-proxy, authentik, comma-separated, so that you \
            can change over without touching the proxy (docs/COMPAT.md).",
    );
    SITE_NAME: Set<As<String>> = set(
        || "Portcullis".to_owned(),
        As(site::name),
        "Name on the pages and of the sender of mails, at most 60 characters.",
    );
    SITE_LOGO: Given<As<Logo>> = given(As(site::logo), "Path of an SVG or PNG picture for the pages, at most 128 KiB.");
    ACCENT_COLOR: Given<As<Colour>> =
        given(As(site::colour), "Colour of buttons and links, as #rrggbb; darkened or lightened where it could not be \
            read.");
    DEFAULT_LANGUAGE: Set<As<Language>> = set(
        Language::default,
        As(site::language),
        "en, de, fr, es or ar: for mails to people who have chosen no language, and pages for browsers that ask for \
            another one.",
    );
    AUDIT_RETENTION_DAYS: Set<Range<i64>> =
        set(|| 365, Range(0, 36_500), "Days for which audit lines are kept; 0 keeps them for ever.");
    METRICS_TOKEN: Given<Text> = given(Text, "Bearer token for /_auth/metrics, for scrapers on other \
        machines.").secret();
    NODE_ENV: Given<Text> = given(Text, "production makes weak secrets stop the start, as https in APP_URL does.");
    LOG_LEVEL: Set<Words<LogLevel>> = set(|| LogLevel::Info, Words(LEVELS), "What is logged, from the most severe on.");
    LOG_FORMAT: Set<Words<bool>> = set(|| false, Words(&[("text", false), ("json", true)]), "How lines are logged.");
}

/// A secret that is generated at the first start.
const fn generated(about: &'static str) -> Derived<Text> {
    derived("generated", |_| "[generated]".to_owned(), Text, about).secret()
}

/// Every name of every variable.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().flat_map(|row| [Some(row.name()), row.alias()]).flatten()
}

/// The variable of that name.
pub fn find(name: &str) -> Option<&'static dyn Row> {
    TABLE.iter().copied().find(|row| row.name() == name || row.alias() == Some(name))
}

/// Whether the value of the variable with that name must never be printed.
pub fn is_secret(name: &str) -> bool {
    find(name).is_some_and(Row::is_secret)
}

/// The variables in which nodes on one database may differ.
pub fn of_nodes() -> impl Iterator<Item = &'static str> {
    TABLE.iter().filter(|row| row.is_of_node()).map(|row| row.name())
}

/// Whether this is the name of a variable, or that of its file.
pub fn is_known(name: &str) -> bool {
    find(name).or_else(|| find(name.strip_suffix("_FILE")?)).is_some()
}

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn what_is_named_like_a_secret_is_one() {
        let has_secret_name = |name: &str| ["SECRET", "PASSWORD", "TOKEN", "KEY"].iter().any(|end| name.ends_with(end));
        for row in TABLE.iter().filter(|row| has_secret_name(row.name())) {
            assert!(row.is_secret(), "{} has no .secret() in the table", row.name());
        }
    }
}
