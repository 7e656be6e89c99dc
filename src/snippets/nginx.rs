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

/// `server.conf` with that gate, indented by `spaces`.
fn server(gate: &Socket, spaces: usize) -> String {
    indented(without_first_line(SERVER).replace(GATE, &gate.to_string()).lines(), spaces)
}

/// What belongs into a location, indented by `spaces`.
fn guarded(spaces: usize) -> String {
    let lines = GUARDED.lines().filter(|line| !line.starts_with("include ")).skip(1);
    indented(without_first_line(APP).lines().skip(1).chain(lines), spaces)
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

fn patterns(site: &Site) -> String {
    site.patterns().collect::<Vec<_>>().join("|")
}

/// The files begin with where they belong.
fn without_first_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, rest)| rest)
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
