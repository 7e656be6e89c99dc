//! The configuration of a proxy in front of an app.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::apps::{address_of, find};
use crate::accounts::{AccountError, FieldFault};
use crate::domain::apps::App;
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::jwt::Admin;
use crate::http::page::{Layout, Menu, page};
use crate::http::settings;
use crate::snippets::{self, Places, Proxy, Socket, Subject};

#[derive(Template)]
#[template(path = "pages/admin/snippet.html")]
struct SnippetPage {
    layout: Layout,
    app: App,
    back: String,
    typed: Query,
    chosen: Option<Proxy>,
    faults: Vec<FieldFault>,
    /// What the settings of the gate lack for that proxy.
    advice: Vec<Text>,
    printed: Option<String>,
}

impl SnippetPage {
    /// Names, keys of labels, values and keys of hints.
    fn fields(&self) -> [(&'static str, &'static str, &str, &'static str); 2] {
        [
            ("gate", "snippet-gate", &self.typed.gate, "snippet-gate-hint"),
            ("to", "snippet-to", &self.typed.to, "snippet-to-hint"),
        ]
    }

    fn fault_of(&self, name: &str) -> Option<String> {
        self.faults.iter().find(|fault| fault.field == name).map(|fault| self.layout.tell(&fault.message))
    }
}

/// What products are called.
const fn title(proxy: Proxy) -> &'static str {
    match proxy {
        Proxy::Nginx => "nginx",
        Proxy::NginxProxyManager => "Nginx Proxy Manager",
        Proxy::Swag => "SWAG",
        Proxy::IngressNginx => "ingress-nginx (Kubernetes)",
        Proxy::Caddy => "Caddy",
        Proxy::Traefik => "Traefik (YAML)",
        Proxy::TraefikLabels => "Traefik (compose.yaml)",
        Proxy::Haproxy => "HAProxy",
        Proxy::Envoy => "Envoy",
    }
}

/// For which proxy, and where things are.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Query {
    proxy: String,
    gate: String,
    to: String,
}

/// The form, and the configuration if a proxy was chosen.
pub async fn show(
    _admin: Admin,
    req: HttpRequest,
    id: web::Path<String>,
    typed: web::Query<Query>,
) -> Result<HttpResponse, HttpError> {
    let (app, typed) = (find(&req, &id).await?.app().clone(), typed.into_inner());
    let (settings, chosen) = (settings::of(&req), Proxy::parse(&typed.proxy));
    let mut faults = Vec::new();
    let mut socket = |field: &'static str, text: &str| {
        let socket = Socket::parse(text.trim());
        if socket.is_none() && !text.trim().is_empty() {
            faults.push(FieldFault::new(field, Text::new("snippet-socket")));
        }
        socket
    };
    let places = Places {
        gate: socket("gate", &typed.gate),
        gate_port: settings.config.server.port,
        app: socket("to", &typed.to),
        https: settings.app_url.is_https(),
    };
    let loaded = settings.accounts.apps().await?;
    let portal = loaded.table.at_portal().map(|place| &place.app().app().id);
    let subject = chosen.map(|proxy| Subject::new(proxy, &places, portal, &[&app])).transpose();
    let printed = match subject {
        Err(fault) => {
            faults.push(FieldFault::new("proxy", fault));
            None
        }
        Ok(subject) => subject
            .filter(|_| faults.is_empty())
            .map(|subject| snippets::text(&subject).map_err(|fault| AccountError::Internal(fault.to_string())))
            .transpose()?,
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let advice = chosen.map_or_else(Vec::new, |proxy| {
        let (config, dialect) = (&settings.config, proxy.dialect());
        let unnamed = (!config.gate.forward_auth.contains(&dialect))
            .then(|| Text::new("snippet-forward-auth").with("name", dialect.name()));
        let untrusted = config.server.trusted_proxies.is_empty().then(|| Text::new("snippet-trusted-proxies"));
        let own_https = config.server.tls.is_some().then(|| Text::new("snippet-own-https"));
        unnamed.into_iter().chain(untrusted).chain(own_https).collect()
    });
    let layout = Layout::with_menu(&req, "snippet-heading", Menu::Admin);
    let content = SnippetPage { layout, back: address_of(&app.id), app, typed, chosen, faults, advice, printed };
    Ok(page(status, &content))
}
