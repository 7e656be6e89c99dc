//! The one table of variables: parsing, flags, `check-config`, `.env.example` and `docs/CONFIGURATION.md` come from it.

/// One variable; its flag has the same name.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// The name, also of the flag.
    pub name: &'static str,
    /// The default as people read it.
    pub default: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Whether its value must never be printed.
    pub secret: bool,
}

const fn row(name: &'static str, default: &'static str, about: &'static str) -> Variable {
    Variable { name, default, about, secret: false }
}

const fn secret(name: &'static str, default: &'static str, about: &'static str) -> Variable {
    Variable { name, default, about, secret: true }
}

/// Another name of `PASSWORD_RESET_TOKEN_EXPIRY_IN_MINS`.
pub const RESET_EXPIRY_ALIAS: &str = "PASSWORD_RESET_TOKEN_EXPIRY_IN_MINUTES";

/// Every variable, in the order of the documentation.
pub const TABLE: &[Variable] = &[
    row(
        "APP_URL",
        "http://localhost:<PORT>",
        "The address people use: scheme and host, no path, query or user. Cookies and links follow it.",
    ),
    row("PORT", "3000", "Port to listen on, 1 to 65535."),
    row("HOST", "127.0.0.1", "Address to listen on."),
    row(
        "UPSTREAM_URL",
        "",
        "The app behind the gate, for instance http://127.0.0.1:8080. Without it only the gate's own pages and forward-auth are served.",
    ),
    row("DATA_DIR", "data", "Folder for the database and generated secrets; 0700, every file in it 0600."),
    secret("DATABASE_URL", "sqlite://<DATA_DIR>/portcullis.db", "sqlite://path or postgres://user:password@host/database."),
    row("SESSION_STORE", "database", "Where sessions are kept: database or redis."),
    secret("REDIS_URL", "", "redis://user:password@host:port/number, or rediss:// for TLS; for SESSION_STORE=redis."),
    secret("JWT_AUTH_TOKEN_SECRET", "generated", "Signs access tokens."),
    secret(
        "JWT_REFRESH_TOKEN_SECRET",
        "JWT_AUTH_TOKEN_SECRET",
        "Signs refresh tokens; the derived keys differ even when the secrets do not.",
    ),
    row("JWT_TOKEN_EXPIRY_IN_MINUTES", "60", "Lifetime of an access token, in minutes."),
    row("JWT_REFRESH_TOKEN_EXPIRY_IN_MINUTES", "129600", "Absolute lifetime of a session and its refresh tokens, in minutes."),
    row("JWT_AUDIENCE", "AUDIENCE", "The aud claim written and required."),
    row("JWT_ISSUER", "ISSUER", "The iss claim written and required."),
    secret("EXPRESS_SESSION_SECRET", "generated", "Encrypts the session cookie and keys the tokens in forms."),
    row("EXPIRE_AUTH_TOKENS_ON_RESTART", "false", "true ends every session at each start."),
    row("SMTP_HOST", "", "Mail server. Without it mails become files in DATA_DIR/outbox."),
    row("SMTP_PORT", "587, or 465 with SMTP_SECURE", "Port of the mail server."),
    row("SMTP_USER", "", "User name at the mail server."),
    secret("SMTP_PASSWORD", "", "Password at the mail server."),
    row(
        "SMTP_SECURE",
        "false",
        "true: TLS from the start (STARTTLS on ports 587, 25, 2525 and 2587), or nothing is sent. false: STARTTLS where the server offers it.",
    ),
    row("ALLOW_UNAUTHORIZED_CERTS", "false", "true alone switches certificate checks off."),
    row("SENDER_EMAIL", "SMTP_USER, or portcullis@<host of APP_URL>", "The From address of mails, without a name: that is SITE_NAME."),
    row(
        "SMTP_HELLO_NAME",
        "<host of APP_URL> or the machine's full name",
        "What the gate calls itself at the mail server (EHLO): a full host name, or an address in brackets.",
    ),
    row(
        "PASSWORD_RESET_TOKEN_EXPIRY_IN_MINS",
        "15",
        "Lifetime of a reset link, in minutes. PASSWORD_RESET_TOKEN_EXPIRY_IN_MINUTES is the same.",
    ),
    row("PASSWORD_SALT_HASH_ROUNDS", "10", "bcrypt rounds, 10 to 15; older hashes are upgraded at sign-in."),
    row("PASSWORD_MIN_LENGTH", "15", "Shortest password in characters, 8 to 64."),
    secret("PASSWORD_KEY", "generated", "Keys the HMAC in front of bcrypt. Losing it makes every password useless."),
    secret("TOKEN_HASH_SECRET", "generated", "Keys the HMAC of stored tokens and of device cookies."),
    row(
        "FLOWISE_USERNAME",
        "",
        "With FLOWISE_PASSWORD: guards the app until the instance is claimed, and is asked for at the claim (deprecated).",
    ),
    secret("FLOWISE_PASSWORD", "", "See FLOWISE_USERNAME."),
    row(
        "TRUSTED_PROXIES",
        "",
        "Addresses or CIDR ranges, comma-separated, whose X-Forwarded-* are believed and who may ask /_auth/verify.",
    ),
    row(
        "FORWARD_AUTH",
        "",
        "Which proxies ask the gate before each request: nginx, traefik, caddy, haproxy, envoy, comma-separated. Without it nobody can ask.",
    ),
    row("SITE_NAME", "Portcullis", "Name on the pages and of the sender of mails, at most 60 characters."),
    row("SITE_LOGO", "", "Path of an SVG or PNG picture for the pages, at most 128 KiB."),
    row("ACCENT_COLOR", "", "Colour of buttons and links, as #rrggbb; darkened or lightened where it could not be read."),
    row(
        "DEFAULT_LANGUAGE",
        "en",
        "en, de, fr, es or ar: for mails to people who have chosen no language, and pages for browsers that ask for another one.",
    ),
    row("AUDIT_RETENTION_DAYS", "365", "Days for which audit lines are kept; 0 keeps them for ever."),
    secret("METRICS_TOKEN", "", "Bearer token for /_auth/metrics, for who does not ask from this machine itself."),
    row("NODE_ENV", "", "production makes weak secrets stop the start, as https in APP_URL does."),
    row("LOG_LEVEL", "info", "error, warn, info, debug or trace."),
    row("LOG_FORMAT", "text", "text or json."),
];

/// The variable of that name.
pub fn find(name: &str) -> Option<&'static Variable> {
    TABLE.iter().find(|variable| variable.name == name)
}

/// Whether this is the name of a variable, or that of its file.
pub fn is_known(name: &str) -> bool {
    let bare = name.strip_suffix("_FILE").unwrap_or(name);
    find(bare).is_some() || bare == RESET_EXPIRY_ALIAS
}
