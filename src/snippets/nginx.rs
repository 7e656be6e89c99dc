//! nginx, by itself and inside two products that write most of its configuration themselves.

use askama::Template;

use super::{Site, Socket};

const SERVER: &str = include_str!("../../packaging/nginx/server.conf");
const APP: &str = include_str!("../../packaging/nginx/app.conf");
const GUARDED: &str = include_str!("../../packaging/nginx/guarded.conf");
/// The gate's address in the files.
const GATE: &str = "127.0.0.1:3000";

#[derive(Template)]
#[template(path = "proxies/nginx.txt", escape = "none")]
pub(super) struct Server<'a> {
    pub(super) gate: &'a Socket,
    pub(super) https: bool,
    pub(super) port: u16,
    pub(super) sites: &'a [Site],
}

#[derive(Template)]
#[template(path = "proxies/nginx-proxy-manager.txt", escape = "none")]
pub(super) struct ProxyManager<'a> {
    pub(super) gate: &'a Socket,
    pub(super) sites: &'a [Site],
}

#[derive(Template)]
#[template(path = "proxies/swag.txt", escape = "none")]
pub(super) struct Swag<'a> {
    pub(super) gate: &'a Socket,
    pub(super) sites: &'a [Site],
}

/// `server.conf` with the gate at that place, indented by `spaces`.
fn server(gate: &str, spaces: usize) -> String {
    indented(without_comment(SERVER).replace(GATE, gate).lines(), spaces)
}

/// What belongs into a location, indented by `spaces`.
fn guarded(spaces: usize) -> String {
    let lines = without_comment(GUARDED).lines().filter(|line| !line.starts_with("include "));
    indented(without_comment(APP).lines().chain(lines), spaces)
}

/// The lines for what this app alone is sent, indented by `spaces`.
fn special(site: &Site, spaces: usize) -> String {
    let lines: Vec<String> = site
        .answered()
        .flat_map(|name| {
            let variable = name.to_ascii_lowercase().replace('-', "_");
            [
                format!("auth_request_set $portcullis_own_{variable} $upstream_http_{variable};"),
                format!("proxy_set_header {name} $portcullis_own_{variable};"),
            ]
        })
        .collect();
    indented(lines.iter().map(String::as_str), spaces)
}

fn names(site: &Site) -> String {
    site.hosts().collect::<Vec<_>>().join(" ")
}

/// The hosts of an app as a regular expression.
fn pattern(site: &Site) -> String {
    site.hosts().map(|host| format!("^{}$", host.replace('.', r"\."))).collect::<Vec<_>>().join("|")
}

/// A file without the comment at its beginning, which says where it belongs.
fn without_comment(text: &str) -> &str {
    let comment: usize = text.split_inclusive('\n').take_while(|line| line.starts_with('#')).map(str::len).sum();
    text.get(comment..).unwrap_or_default()
}

fn indented<'a>(lines: impl Iterator<Item = &'a str>, spaces: usize) -> String {
    let begin = " ".repeat(spaces);
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("{begin}{line}\n") };
    lines.map(line).collect()
}

/// The headers that are cut from every request to an app.
pub(super) fn cut_headers() -> impl Iterator<Item = &'static str> {
    APP.lines().filter_map(|line| line.strip_prefix("proxy_set_header ")?.strip_suffix(" \"\";"))
}
