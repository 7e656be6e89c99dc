//! Caddy, HAProxy and Envoy.

use askama::Template;

use super::{Site, Socket};
use crate::domain::header_profile::other_spellings;

#[derive(Template)]
#[template(path = "proxies/caddy.txt", escape = "none")]
pub(super) struct Caddy<'a> {
    pub(super) gate: &'a Socket,
    pub(super) https: bool,
    pub(super) sites: &'a [Site],
}

impl Caddy<'_> {
    /// Where Caddy serves it; without a scheme it gets certificates.
    fn names(&self, site: &Site) -> String {
        let scheme = if self.https { "" } else { "http://" };
        let names: Vec<String> = site.addresses.iter().map(|address| format!("{scheme}{address}")).collect();
        names.join(", ")
    }
}

#[derive(Template)]
#[template(path = "proxies/haproxy.txt", escape = "none")]
pub(super) struct Haproxy<'a> {
    pub(super) gate: &'a Socket,
    pub(super) https: bool,
    pub(super) port: u16,
    pub(super) sites: &'a [Site],
}

#[derive(Template)]
#[template(path = "proxies/envoy.txt", escape = "none")]
pub(super) struct Envoy<'a> {
    pub(super) gate: &'a Socket,
    pub(super) https: bool,
    pub(super) port: u16,
    pub(super) sites: &'a [Site],
}

impl Envoy<'_> {
    /// Names that it takes from the answer.
    fn answered(&self) -> Vec<String> {
        different(self.sites.iter().flat_map(Site::answered))
    }

    /// Names that it shows to the check.
    fn carriers(&self) -> Vec<String> {
        different(self.sites.iter().flat_map(|site| &site.carriers))
    }
}

/// In small letters, each once.
fn different<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut all: Vec<String> = names.map(|name| name.to_ascii_lowercase()).collect();
    all.sort();
    all.dedup();
    all
}

/// The addresses as Envoy compares them with the whole of `Host`.
fn domains(site: &Site) -> String {
    let all: Vec<String> = site.addresses.iter().map(|address| format!("\"{address}\"")).collect();
    all.join(", ")
}
