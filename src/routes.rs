//! Every route in one table. Deny by default: what is not listed is the gate's, which lets nothing through without a session.
//!
//! Open without a session are: set-up, sign-in, health, static files, and the JSON that says "not signed in". Each checks its own
//! secret under a limit. All else below `/_auth` is 404.

use actix_identity::IdentityMiddleware;
use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::cookie::{SameSite, time};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig, get, post};

use crate::api::{health, session};
use crate::gate::{forward_auth, proxy};
use crate::http::error::{Audience, render_as};
use crate::http::session_store::RowStore;
use crate::http::settings::HttpSettings;
use crate::http::{fetch_metadata, security_headers, static_files};
use crate::pages::{account, home, login, logout, setup};

/// Registers everything; called once for each worker.
pub fn register(config: &mut ServiceConfig, settings: &HttpSettings, store: RowStore, session_secs: i64) {
    let verify = web::scope("/_auth/verify")
        .route("/nginx", web::to(forward_auth::nginx))
        .route("/traefik", web::to(forward_auth::traefik))
        .route("/caddy", web::to(forward_auth::caddy))
        .route("/haproxy", web::to(forward_auth::haproxy))
        .route("/envoy", web::to(forward_auth::envoy))
        .route("/envoy/{rest:.*}", web::to(forward_auth::envoy))
        .default_service(web::to(home::not_found))
        .wrap(from_fn(|req, next| render_as(Audience::Json, req, next)));
    let api = web::scope("/_auth/api")
        .service(web::resource("/session").route(get().to(session::show)).default_service(web::to(home::wrong_method)))
        .service(web::resource("/refresh").route(post().to(session::refresh)).default_service(web::to(home::wrong_method)))
        .default_service(web::to(home::not_found))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(|req, next| render_as(Audience::Json, req, next)));
    let health = web::scope("/_auth/health")
        .route("/live", get().to(health::live))
        .route("/ready", get().to(health::ready))
        .default_service(web::to(home::not_found))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(|req, next| render_as(Audience::Json, req, next)));
    let files = web::scope("/_auth/static")
        .default_service(get().to(static_files::serve))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(|req, next| render_as(Audience::Page, req, next)));
    let pages = web::scope("/_auth")
        .configure(pages)
        .default_service(web::to(home::not_found))
        .wrap(IdentityMiddleware::default())
        .wrap(session_middleware(settings, store, session_secs))
        .wrap(from_fn(fetch_metadata::only_navigations))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(|req, next| render_as(Audience::Page, req, next)));
    config.service(verify).service(api).service(health).service(files).service(pages);
    config.route("/.well-known/change-password", get().to(home::change_password));
    config.default_service(web::to(proxy::handle));
}

fn pages(config: &mut ServiceConfig) {
    let wrong = || web::to(home::wrong_method);
    let only_post = |path: &str| web::resource(path.to_owned()).default_service(web::to(home::wrong_method));
    config
        .service(web::resource(["", "/"]).route(get().to(home::show)).default_service(wrong()))
        .service(web::resource("/setup").route(get().to(setup::show)).route(post().to(setup::submit)).default_service(wrong()))
        .service(web::resource("/login").route(get().to(login::show)).route(post().to(login::submit)).default_service(wrong()))
        .service(web::resource("/account").route(get().to(account::show)).default_service(wrong()))
        .service(only_post("/logout").route(post().to(logout::submit)))
        .service(only_post("/account/sessions/end-all").route(post().to(logout::end_all)))
        .service(only_post("/account/sessions/end-others").route(post().to(logout::end_others)))
        .service(only_post("/account/sessions/{id}/end").route(post().to(logout::end_one)));
}

fn session_middleware(settings: &HttpSettings, store: RowStore, session_secs: i64) -> SessionMiddleware<RowStore> {
    let lifecycle = PersistentSession::default().session_ttl(time::Duration::seconds(session_secs));
    SessionMiddleware::builder(store, settings.session_key.clone())
        .cookie_name(settings.cookies.session.clone())
        .cookie_secure(settings.app_url.is_https())
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_domain(settings.cookie_domain.clone())
        .cookie_content_security(CookieContentSecurity::Private)
        .session_lifecycle(lifecycle)
        .build()
}
