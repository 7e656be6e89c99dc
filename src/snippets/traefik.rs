//! Traefik: a file, and labels of containers.

use askama::Template;

use super::{Site, Socket};

/// The usual names that the answer has.
const ANSWERED: [&str; 7] =
    ["Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups", "Remote-Id", "Cookie", "Authorization"];
/// What a client may not say, in every spelling, and which of it the answer may.
const REMOVED: &str = "(?i)[^a-z0-9_-]|^(x[_-])?(remote|auth[_-]request|authentik|webauth|proxy|client[_-]cert|\
    script[_-]name)|^ssl[_-]client|^(x-|x_)(original|rewrite|ssl|accel|sendfile)|^path[_-]info|^x[_-]http[_-]method|\
    ^x[_-]method[_-]override|^forwarded|^x[_-]portcullis|^x[_-]forward([_-]|ed$)|\
    ^x-forwarded-(access|client|email|groups|preferred|scheme|ssl|user)|^(x_forwarded|x-forwarded_|x_real|x-real_)|\
    [^l][_-]ip$|clientip$";

#[derive(Template)]
#[template(path = "proxies/traefik.txt", escape = "none")]
pub(super) struct File<'a> {
    pub(super) gate: &'a Socket,
    pub(super) https: bool,
    pub(super) sites: &'a [Site],
}

#[derive(Template)]
#[template(path = "proxies/traefik-labels.txt", escape = "none")]
pub(super) struct Labels<'a> {
    pub(super) gate: &'a Socket,
    pub(super) https: bool,
    pub(super) sites: &'a [Site],
}

/// What matches the hosts of an app.
fn rule(site: &Site) -> String {
    let rules: Vec<String> = site.hosts().map(|host| format!("Host(`{host}`)")).collect();
    if rules.len() == 1 { rules.concat() } else { format!("({})", rules.join(" || ")) }
}

/// The names that are taken from the answer.
fn answered(site: &Site, between: &str) -> String {
    let own = site.answered().map(String::as_str);
    ANSWERED.into_iter().chain(own).collect::<Vec<_>>().join(between)
}

/// What is removed from a client's request.
fn removed(site: &Site) -> String {
    let own = site.answered().map(|name| format!("|^{}$", name.to_ascii_lowercase().replace('-', "[_-]")));
    REMOVED.to_owned() + &own.collect::<String>()
}

/// As a text of `compose.yaml`.
fn composed(text: &str) -> String {
    text.replace('$', "$$")
}
