//! What can be said about a configuration without any request: for the checklist page and `check-config`.

use super::tls::Tls;
use super::{Config, DatabaseUrl, SessionStoreUrl};
use crate::domain::checklist::Check;
use crate::domain::factors::SecondFactor;
use crate::domain::text::Text;

/// The lines, the address first.
pub(super) fn of(config: &Config) -> Vec<Check> {
    let mut checks = vec![address(config)];
    checks.extend(listening(config));
    checks.extend([mail(config), data(config), second_factor(config)]);
    checks.extend(config.warnings.iter().map(|warning| Check::warning(warning.clone())));
    checks
}

fn address(config: &Config) -> Check {
    let (title, url) = ("check-address", &config.server.app_url);
    let say = |key| Text::new(key).with("url", url.to_string());
    if url.is_https() && config.server.tls.is_none() && config.server.trusted_proxies.is_empty() {
        return Check::advice(title, say("check-address-no-proxy"));
    }
    if url.is_https() || url.is_loopback() {
        return Check::good(title, say("check-address-good"));
    }
    Check::advice(title, say("check-address-http"))
}

/// What keeps people from reaching the server at `APP_URL`, unless an undeclared proxy stands in between.
fn listening(config: &Config) -> Option<Check> {
    let (server, url) = (&config.server, &config.server.app_url);
    if let Some(tls) = &server.tls {
        return own_https(config, tls);
    }
    if url.is_https() || !server.trusted_proxies.is_empty() || server.port == 0 {
        return None;
    }
    let say = |key| Text::new(key).with("url", url.to_string());
    if server.host.is_loopback() && !url.is_loopback() {
        return Some(Check::advice("check-listen", say("check-listen-host").with("host", server.host.to_string())));
    }
    let typed = url.port().map_or(Some(80), |port| port.parse::<u16>().ok());
    let differs = typed != Some(server.port);
    differs.then(|| Check::advice("check-listen", say("check-listen-port").with("port", server.port.to_string())))
}

/// Where the gate speaks https itself, and what keeps people from reaching it.
fn own_https(config: &Config, tls: &Tls) -> Option<Check> {
    let (server, url) = (&config.server, &config.server.app_url);
    let say = |key| Text::new(key).with("url", url.to_string());
    let behind_a_proxy = !server.trusted_proxies.is_empty();
    if server.host.is_loopback() && !url.is_loopback() && !behind_a_proxy {
        return Some(Check::advice("check-listen", say("check-listen-host").with("host", server.host.to_string())));
    }
    let typed = url.port().map_or(Some(443), |port| port.parse::<u16>().ok());
    let text = say("check-listen-https").with("port", tls.https_port.to_string());
    let differs = typed != Some(tls.https_port);
    (differs && !behind_a_proxy).then(|| Check::advice("check-listen", text))
}

fn mail(config: &Config) -> Check {
    let text = match &config.mail.server {
        Some(server) => Text::new("check-mail-server").with("host", &server.host),
        None => Text::new("check-mail-none"),
    };
    Check::good("check-mail", text)
}

/// What `SECOND_FACTOR` means, for whom.
fn second_factor(config: &Config) -> Check {
    let title = "check-factor";
    match config.second_factor {
        SecondFactor::Off => Check::advice(title, Text::new("check-factor-off")),
        SecondFactor::Optional => Check::good(title, Text::new("check-factor-optional")),
        SecondFactor::Admins => Check::good(title, Text::new("check-factor-admins")),
        SecondFactor::Everyone => Check::good(title, Text::new("check-factor-everyone")),
    }
}

fn data(config: &Config) -> Check {
    let database = match &config.database {
        DatabaseUrl::Sqlite(path) => Text::new("check-data-sqlite").with("path", path.display().to_string()),
        DatabaseUrl::Postgres(_) => Text::new("check-data-postgres"),
    };
    let sessions = match config.session_store {
        SessionStoreUrl::Database => Text::new("check-data-sessions"),
        SessionStoreUrl::Redis(_) => Text::new("check-data-redis"),
    };
    let keys = config.data_dir.join("secrets").display().to_string();
    Check::good(
        "check-data",
        Text::new("check-data-keys").with("where", database).with("sessions", sessions).with("folder", keys),
    )
}
