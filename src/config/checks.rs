//! What can be said about a configuration without asking anybody: for the check-list page and `check-config`.

use super::{Config, DatabaseUrl, SessionStoreUrl};
use crate::domain::check::Check;

/// The lines, the address first.
pub(super) fn of(config: &Config) -> Vec<Check> {
    let mut checks = vec![address(config), mail(config), data(config)];
    checks.extend(config.warnings.iter().map(|warning| Check::advice("Settings", warning.clone())));
    checks
}

fn address(config: &Config) -> Check {
    let (title, url) = ("Address", &config.server.app_url);
    if url.is_https() && config.server.trusted_proxies.is_empty() {
        return Check::advice(
            title,
            format!(
                "APP_URL is {url}, and the gate speaks no TLS itself. Name the proxy that does in TRUSTED_PROXIES: without it every visitor \
                 seems to come from the proxy, and the failures of one are counted for all."
            ),
        );
    }
    if url.is_https() || url.is_loopback() {
        return Check::good(title, format!("People reach this at {url}."));
    }
    Check::advice(title, format!("APP_URL is {url}: without https, passwords and cookies can be read on the way."))
}

fn mail(config: &Config) -> Check {
    match &config.mail.server {
        Some(server) => Check::good("Mail", format!("Mails go to {}; send yourself a test from the mail page.", server.host)),
        None => Check::good(
            "Mail",
            "No mail server is set, and none is needed: an admin copies invitation and reset links from a user's page. Mails are kept as files in the \
             folder outbox of DATA_DIR.",
        ),
    }
}

fn data(config: &Config) -> Check {
    let folder = config.data_dir.display();
    let database = match &config.database {
        DatabaseUrl::Sqlite(path) => format!("The database is {}", path.display()),
        DatabaseUrl::Postgres(_) => "The database is PostgreSQL".to_owned(),
    };
    let sessions = match config.session_store {
        SessionStoreUrl::Database => "",
        SessionStoreUrl::Redis(_) => ", sessions are in Redis",
    };
    Check::good("Data", format!("{database}{sessions}; generated keys are in {folder}/secrets. Keep both with: portcullis backup FILE"))
}
