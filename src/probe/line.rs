//! The line to paste for what was found, about this app and these addresses.

use std::net::{IpAddr, SocketAddr};

use super::codes::Code;
use super::front::Front;
use super::{headers, mend};
use crate::accounts::Accounts;
use crate::domain::apps::App;
use crate::domain::dialect::Dialect;
use crate::domain::origin::Origin;

/// Where an app listens of which nothing is known.
const SOME_APP: &str = "127.0.0.1:8080";

/// What lines are about.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The address that is asked.
    url: String,
    /// Its scheme and host.
    origin: String,
    /// Its host alone.
    host: String,
    /// Its port.
    port: u16,
    /// The name of the app; empty if there is none.
    pub app: String,
    /// Where the app is.
    upstream: String,
    /// `APP_URL`.
    portal: String,
    /// Who enters; empty if nobody does.
    owner: String,
    /// `FORWARD_AUTH`.
    named: Vec<Dialect>,
    /// `TRUSTED_PROXIES`.
    trusted: Vec<String>,
    /// The address of the server that was asked, if it is not among them.
    stranger: Option<IpAddr>,
}

impl About {
    /// What is known of an address.
    pub fn url(url: &str) -> Self {
        Self { url: url.to_owned(), ..Self::default() }
    }

    /// What is known of an app.
    pub fn new(accounts: &Accounts, url: &str, app: &App, origin: &Origin) -> Self {
        // The command listens at an address of this machine.
        let upstream = app.upstream.as_ref().map_or("", |upstream| upstream.url.authority());
        let upstream = upstream.parse::<SocketAddr>().map_or(SOME_APP, |_address| upstream);
        Self {
            url: url.to_owned(),
            origin: origin.to_string(),
            host: origin.host().to_owned(),
            port: origin.port().unwrap_or(if origin.is_https() { 443 } else { 80 }),
            app: app.name.clone(),
            upstream: upstream.to_owned(),
            portal: accounts.app_url().origin().to_owned(),
            owner: String::new(),
            named: accounts.proxies_that_ask().to_vec(),
            trusted: accounts.trusted_proxies().iter().map(ToString::to_string).collect(),
            stranger: None,
        }
    }

    /// Who enters, and the server that is asked; it is `stranger` if no network in `TRUSTED_PROXIES` has it.
    pub(super) fn meet(&mut self, owner: Option<&str>, stranger: Option<IpAddr>) {
        owner.unwrap_or_default().clone_into(&mut self.owner);
        self.stranger = stranger;
    }

    /// `{url}` and the like in a line.
    fn fill(&self, line: &str) -> String {
        let owner = if self.owner.is_empty() { "ADDRESS" } else { &self.owner };
        let line =
            line.replace("{url}", &quoted(&self.url)).replace("{host}", &self.host).replace("{origin}", &self.origin);
        let line = line.replace("{app}", &quoted(&self.app)).replace("{upstream}", &self.upstream);
        let line = line.replace("{site}", &site(&self.app));
        let line = line.replace("{port}", &self.port.to_string()).replace("{portal}", &self.portal);
        line.replace("{owner}", &quoted(owner))
    }
}

/// What the app is called in printed configurations.
fn site(app: &str) -> String {
    let plain = |sign: char| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '-' };
    app.chars().map(plain).collect()
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./:@+%=,".contains(sign);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// The line for a finding at these paths or headers.
pub(super) fn line(code: Code, found: &[&str], front: Front, about: &About) -> String {
    let made = match (code, front) {
        (Code::IdentitySpoofed, _) => Some(headers::cut(found, true, front)),
        (Code::ForwardedSpoofed, _) => Some(headers::cut(found, false, front)),
        (Code::IdentityMissing, _) => headers::tell(found, front),
        (Code::QuestionRefused, _) => about.stranger.map(|stranger| trusting(about, stranger)),
        (Code::WrongDialect, Front::Asking(dialect)) if !about.named.contains(&dialect) => {
            let named = about.named.iter().map(|known| known.name()).chain([dialect.name()]);
            Some(format!("FORWARD_AUTH={}", named.collect::<Vec<_>>().join(",")))
        }
        _ => None,
    };
    // The token came where the app's own credentials come.
    let is_own = code == Code::TokenPassed && found.contains(&"authorization");
    let same = if is_own { Code::AuthorizationLost } else { code };
    made.unwrap_or_else(|| about.fill(mend::line(same, front)))
}

/// `TRUSTED_PROXIES` with one more.
fn trusting(about: &About, stranger: IpAddr) -> String {
    let all = about.trusted.iter().cloned().chain([stranger.to_string()]);
    format!("TRUSTED_PROXIES={}", all.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about() -> About {
        let text = str::to_owned;
        About {
            url: text("https://wiki.example.org/a?b&c"),
            origin: text("https://wiki.example.org"),
            host: text("wiki.example.org"),
            port: 443,
            app: text("My Wiki"),
            upstream: text("127.0.0.1:9000"),
            portal: text("https://example.org"),
            owner: text("ada@example.org"),
            named: vec![Dialect::Caddy],
            trusted: vec![text("10.0.0.0/8")],
            stranger: None,
        }
    }

    #[test]
    fn lines_name_this_app_and_these_addresses() {
        let line = |code, front| line(code, &[], front, &about());
        let nginx = Front::Asking(Dialect::Nginx);
        assert_eq!(
            line(Code::ArrivalUnseen, nginx),
            "portcullis probe 'https://wiki.example.org/a?b&c' --echo 127.0.0.1:9000"
        );
        assert_eq!(
            line(Code::NotLetIn, nginx),
            "portcullis explain ada@example.org GET 'https://wiki.example.org/a?b&c'"
        );
        assert_eq!(
            line(Code::AnonymousLetIn, Front::Asking(Dialect::Traefik)),
            "middlewares: [my-wiki_no_upgrade, my-wiki_gate]"
        );
        assert_eq!(line(Code::WebSocketCut, Front::BuiltIn), "portcullis app set 'My Wiki' --websocket-origins ''");
        assert_eq!(line(Code::SignInElsewhere, Front::BuiltIn), "APP_URL=https://example.org");
        for code in Code::ALL {
            for front in Dialect::ALL.map(Front::Asking).into_iter().chain([Front::BuiltIn, Front::Unknown]) {
                let line = line(*code, front);
                assert!(!["{url}", "{app}", "{host}", "{site}"].iter().any(|name| line.contains(name)), "{line}");
            }
        }
    }

    #[test]
    fn settings_that_are_good_are_kept_and_not_advised_again() {
        let (nginx, caddy) = (Front::Asking(Dialect::Nginx), Front::Asking(Dialect::Caddy));
        let stranger = About { stranger: Some([192, 0, 2, 1].into()), ..about() };
        assert_eq!(line(Code::QuestionRefused, &["403"], nginx, &stranger), "TRUSTED_PROXIES=10.0.0.0/8,192.0.2.1");
        assert!(line(Code::QuestionRefused, &["403"], nginx, &about()).contains("X-Original-URL $scheme"));
        assert_eq!(line(Code::WrongDialect, &["500"], nginx, &about()), "FORWARD_AUTH=caddy,nginx");
        assert_eq!(line(Code::WrongDialect, &["500"], caddy, &about()), "uri /_auth/verify/caddy");
    }

    #[test]
    fn lines_about_headers_name_those_that_were_seen() {
        let found = ["remote-groups", "x-user"];
        let said = |code, found: &[&str], dialect| line(code, found, Front::Asking(dialect), &about());
        assert_eq!(said(Code::IdentityMissing, &found, Dialect::Caddy), "copy_headers Remote-Groups X-User");
        assert_eq!(
            said(Code::IdentityMissing, &["remote-user (Connection)"], Dialect::Caddy),
            "request_header @other -Connection"
        );
        assert!(said(Code::IdentityMissing, &found, Dialect::Traefik).ends_with("Cookie, Authorization, X-User]"));
        assert_eq!(
            said(Code::IdentitySpoofed, &found, Dialect::Haproxy),
            "http-request del-header ^(remote[._-]groups|x[._-]user)$ -m reg  # before lua.portcullis"
        );
        assert_eq!(said(Code::IdentitySpoofed, &["remote_user"], Dialect::Nginx), "underscores_in_headers off;");
        assert_eq!(said(Code::IdentitySpoofed, &["remote_user"], Dialect::Caddy), "request_header -*Remote*");
        assert_eq!(
            said(Code::TokenPassed, &["authorization"], Dialect::Nginx),
            "proxy_set_header Authorization $portcullis_authorization;"
        );
        let unknown = line(Code::ForwardedSpoofed, &["forwarded"], Front::Unknown, &about());
        assert_eq!(unknown, "remove from the client's request: forwarded");
    }
}
