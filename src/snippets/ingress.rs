//! The ingress controller of Kubernetes that is made of nginx.

use askama::Template;

use super::nginx::cut_headers;
use super::{Site, Socket};
use crate::domain::header_profile::Preset;

/// What the controller always sets itself.
const SET: &str = "X-Forwarded-Port";

#[derive(Template)]
#[template(path = "proxies/ingress-nginx.txt", escape = "none")]
pub(super) struct Ingress<'a> {
    pub(super) gate: &'a Socket,
    pub(super) https: bool,
    pub(super) sites: &'a [Site],
}

/// What no client may say.
fn cut() -> Vec<&'static str> {
    cut_headers().filter(|name| *name != SET).collect()
}

/// The names that are taken from the answer.
fn answered(site: &Site) -> String {
    let presets = Preset::ALL.iter().flat_map(|preset| preset.headers()).map(|(_, name)| super::capital(name));
    let usual = ["Cookie", "Authorization", "X-Portcullis-JWT"].map(str::to_owned);
    usual.into_iter().chain(presets).chain(site.answered().cloned()).collect::<Vec<_>>().join(",")
}

/// The Service of an address inside the cluster: `NAME.NAMESPACE.svc…`.
fn service(socket: &Socket) -> &str {
    socket.host.split('.').next().unwrap_or_default()
}

/// The namespace of an address inside the cluster.
fn namespace(socket: &Socket) -> &str {
    socket.host.split('.').nth(1).unwrap_or("default")
}
