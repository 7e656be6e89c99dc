//! Every route in one table. Deny by default: what is not listed is the gate's, which lets nothing through without a session.
//!
//! Open without a session are: set-up, sign-in, health, static files, and the JSON that says "not signed in". Each checks its own
//! secret under a limit. All else below `/_auth` is 404.

use actix_identity::IdentityMiddleware;
use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::cookie::{SameSite, time};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig, post};
use actix_web::{Route, guard};

use crate::api::{health, metrics, session};
use crate::gate::{forward_auth, proxy};
use crate::http::error::{Audience, render_as};
use crate::http::session_store::RowStore;
use crate::http::settings::HttpSettings;
use crate::http::{cookies, fetch_metadata, measured, security_headers, static_files};
use crate::pages::admin::{audit, checklist, mail, selected, sessions, user, users};
use crate::pages::{account, email, forgot, home, invite, login, logout, password, profile, reset, setup};

/// GET, and HEAD wherever GET works (RFC 9110, section 9.1); the body of its answer is left out by the server.
fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Registers everything; called once for each worker.
pub fn register(config: &mut ServiceConfig, settings: &HttpSettings, store: RowStore, session_secs: i64) {
    let verify = web::scope("/_auth/verify").default_service(web::to(forward_auth::verify));
    let api = web::scope("/_auth/api")
        .service(web::resource("/session").route(get().to(session::show)).default_service(web::to(home::wrong_method)))
        .service(web::resource("/refresh").route(post().to(session::refresh)).default_service(web::to(home::wrong_method)))
        .default_service(web::to(home::not_found))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(|req, next| render_as(Audience::Json, req, next)))
        .wrap(from_fn(measured::pages));
    let health = web::scope("/_auth/health")
        .route("/live", get().to(health::live))
        .route("/ready", get().to(health::ready))
        .default_service(web::to(home::not_found))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(|req, next| render_as(Audience::Json, req, next)));
    let counts = web::resource("/_auth/metrics")
        .route(get().to(metrics::show))
        .default_service(web::to(home::wrong_method))
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
        .wrap(from_fn(cookies::keep_own))
        .wrap(from_fn(fetch_metadata::only_navigations))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(|req, next| render_as(Audience::Page, req, next)))
        .wrap(from_fn(measured::pages));
    config.service(verify).service(api).service(health).service(counts).service(files).service(pages);
    let well_known = web::resource("/.well-known/change-password").route(get().to(home::change_password));
    let well_known = well_known.wrap(from_fn(security_headers::add)).wrap(from_fn(|req, next| render_as(Audience::Page, req, next)));
    config.service(well_known);
    config.default_service(web::to(proxy::handle));
}

/// The pages: address, what GET shows, what POST does. Everything but set-up, sign-in and the links wants somebody signed in.
fn pages(config: &mut ServiceConfig) {
    let page = |path: &str, show: Route| web::resource(path.to_owned()).route(show).default_service(web::to(home::wrong_method));
    let deed = |path: &str, submit: Route| web::resource(path.to_owned()).route(submit).default_service(web::to(home::wrong_method));
    let form = |path: &str, show: Route, submit: Route| page(path, show).route(submit);
    config
        .service(web::resource(["", "/"]).route(get().to(home::show)).default_service(web::to(home::wrong_method)))
        .service(form("/setup", get().to(setup::show), post().to(setup::submit)))
        .service(form("/login", get().to(login::show), post().to(login::submit)))
        .service(form("/forgot", get().to(forgot::show), post().to(forgot::submit)))
        .service(page("/forgot/sent", get().to(forgot::sent)))
        .service(form("/reset", get().to(reset::show), post().to(reset::submit)))
        .service(form("/invite", get().to(invite::show), post().to(invite::submit)))
        .service(deed("/logout", post().to(logout::submit)))
        .service(page("/account", get().to(account::show)))
        .service(form("/account/profile", get().to(profile::show), post().to(profile::submit)))
        .service(form("/account/password", get().to(password::show), post().to(password::submit)))
        .service(form("/account/email", get().to(email::show), post().to(email::submit)))
        .service(form("/account/email/confirm", get().to(email::show_confirm), post().to(email::confirm)))
        .service(deed("/account/sessions/end-all", post().to(logout::end_all)))
        .service(deed("/account/sessions/end-others", post().to(logout::end_others)))
        .service(deed("/account/sessions/{id}/end", post().to(logout::end_one)))
        .service(deed("/account/devices/{id}/forget", post().to(account::forget_device)))
        .service(page("/admin", get().to(home::admin)))
        .service(page("/admin/users", get().to(users::list)))
        .service(form("/admin/users/new", get().to(users::show_new), post().to(users::create)))
        .service(form("/admin/users/selected", get().to(selected::back), post().to(selected::submit)))
        .service(page("/admin/users/{id}", get().to(user::show)))
        .service(deed("/admin/users/{id}/disable", post().to(user::disable)))
        .service(deed("/admin/users/{id}/enable", post().to(user::enable)))
        .service(form("/admin/users/{id}/delete", get().to(user::ask_delete), post().to(user::delete)))
        .service(deed("/admin/users/{id}/role", post().to(user::set_role)))
        .service(deed("/admin/users/{id}/sessions/end-all", post().to(user::end_sessions)))
        .service(deed("/admin/users/{id}/reset-link", post().to(user::reset_link)))
        .service(deed("/admin/users/{id}/invite", post().to(user::invite)))
        .service(page("/admin/sessions", get().to(sessions::list)))
        .service(deed("/admin/sessions/{id}/end", post().to(sessions::end)))
        .service(page("/admin/audit", get().to(audit::list)))
        .service(page("/admin/audit/export", get().to(audit::export)))
        .service(page("/admin/checklist", get().to(checklist::show)))
        .service(page("/admin/mail", get().to(mail::list)))
        .service(deed("/admin/mail/test", post().to(mail::test)));
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
