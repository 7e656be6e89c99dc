//! Lines to paste that name the headers that arrived.

use super::front::Front;
use crate::domain::dialect::Dialect;

/// After the name of a header that does not arrive if the client lists it in `Connection`.
pub(super) const DROPPED: &str = " (Connection)";
/// Set at once where it is pasted: of two lines for one name nginx sends both.
const IN_PLACE: &str = "  # in place of other lines for these names";
/// What Traefik takes from the answer in every printed configuration.
const USUAL: [&str; 7] =
    ["Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups", "Remote-Id", "Cookie", "Authorization"];
/// Parts of names that only proxies and gates give, and what removes all of them in Caddy.
const FAMILIES: [(&str, &str); 4] =
    [("remote", "-*Remote*"), ("forwarded", "-*Forward*"), ("original", "-*Original*"), ("rewrite", "-*Rewrite*")];

/// Lets nothing of the client arrive under these names, which the gate's answer has if they are `answered`.
pub(super) fn cut(names: &[&str], answered: bool, front: Front) -> String {
    let Front::Asking(dialect) = front else {
        return format!("remove from the client's request: {}", names.join(", "));
    };
    match dialect {
        Dialect::Nginx => nginx_cut(names, answered),
        Dialect::Traefik => {
            let pattern = pattern(names);
            format!("authResponseHeadersRegex: '(?i)^({pattern})$'  # or |^({pattern})$ at the end of the one there")
        }
        Dialect::Caddy => {
            let first = names.first().copied().unwrap_or_default();
            let family = FAMILIES.iter().find(|(part, _)| first.to_ascii_lowercase().contains(part));
            let field = family.map_or_else(|| format!("-{}", capital(first)), |(_, field)| (*field).to_owned());
            format!("request_header {field}")
        }
        Dialect::Haproxy => {
            format!("http-request del-header ^({})$ -m reg  # before lua.portcullis", pattern(names))
        }
        Dialect::Envoy => {
            format!("- remove_on_match: {{ key_matcher: {{ safe_regex: {{ regex: '{}' }} }} }}", pattern(names))
        }
    }
}

/// Lets arrive what the gate's answer says under these names; `None` if there is a usual line for it.
pub(super) fn tell(names: &[&str], front: Front) -> Option<String> {
    let Front::Asking(dialect) = front else { return None };
    if names.iter().all(|name| name.ends_with(DROPPED)) {
        return keep(dialect);
    }
    let mut names: Vec<&str> = names.iter().map(|name| name.trim_end_matches(DROPPED)).collect();
    names.sort_unstable();
    names.dedup();
    Some(match dialect {
        Dialect::Nginx => nginx_cut(&names, true),
        Dialect::Traefik => {
            let others = names.iter().filter(|name| !USUAL.iter().any(|usual| usual.eq_ignore_ascii_case(name)));
            let all: Vec<String> =
                USUAL.map(str::to_owned).into_iter().chain(others.map(|name| capital(name))).collect();
            format!("authResponseHeaders: [{}]", all.join(", "))
        }
        Dialect::Caddy => {
            format!("copy_headers {}", names.iter().map(|name| capital(name)).collect::<Vec<_>>().join(" "))
        }
        Dialect::Haproxy => return None,
        Dialect::Envoy => format!("- safe_regex: {{ regex: '{}' }}", names.join("|")),
    })
}

/// Keeps the client from naming in `Connection` what is dropped on the way.
fn keep(dialect: Dialect) -> Option<String> {
    let line = match dialect {
        Dialect::Nginx => "proxy_set_header Connection $portcullis_connection;  # in place of another line for it",
        Dialect::Caddy => "request_header @other -Connection",
        Dialect::Haproxy => "http-request del-header Connection unless { req.hdr(Upgrade) -i websocket }",
        Dialect::Envoy => {
            "- append: { header: { key: connection, value: Upgrade }, append_action: OVERWRITE_IF_EXISTS }"
        }
        Dialect::Traefik => return None,
    };
    Some(line.to_owned())
}

fn nginx_cut(names: &[&str], answered: bool) -> String {
    let is_plain = |name: &&str| !name.contains(['_', '.']);
    if !names.iter().any(is_plain) {
        let line = if names.iter().any(|name| name.contains('.')) {
            "ignore_invalid_headers on;"
        } else {
            "underscores_in_headers off;"
        };
        return line.to_owned();
    }
    let lines =
        names.iter().map(|name| if answered && is_plain(name) { nginx_answered(name) } else { nginx_set(name) });
    lines.collect::<Vec<_>>().join(" ") + IN_PLACE
}

/// The value of the gate's answer.
fn nginx_answered(name: &str) -> String {
    let variable = name.replace('-', "_");
    format!(
        "auth_request_set $portcullis_own_{variable} $upstream_http_{variable}; \
         proxy_set_header {} $portcullis_own_{variable};",
        capital(name)
    )
}

/// What nginx itself knows; nothing under other names.
fn nginx_set(name: &str) -> String {
    let value = match name {
        "x-forwarded-for" | "x-real-ip" => "$remote_addr",
        "x-forwarded-host" => "$http_host",
        "x-forwarded-proto" => "$scheme",
        _ => "\"\"",
    };
    format!("proxy_set_header {} {value};", capital(name))
}

/// A regular expression for these names in every spelling.
fn pattern(names: &[&str]) -> String {
    let mut all: Vec<String> = names.iter().map(|name| name.replace(['-', '_', '.'], "[._-]")).collect();
    all.sort();
    all.dedup();
    all.join("|")
}

/// The name of a header as people write it.
fn capital(name: &str) -> String {
    let part = |part: &str| {
        let mut signs = part.chars();
        signs.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + signs.as_str())
    };
    name.split('-').map(part).collect::<Vec<_>>().join("-")
}
