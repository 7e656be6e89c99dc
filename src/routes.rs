//! Every route, and who may use it. Denied by default: unlisted paths belong to the gate, which admits nothing without
//! a session; below `/_auth` they are 404.
//!
//! The pages, and what scripts of the app may request, are two tables, [`PAGES`] and [`API`], whose rows all have a
//! guard; the JWT middleware enforces it at each route. In addition there are health, static files, metrics, and
//! forward-auth, which is the check itself.

use actix_identity::IdentityMiddleware;
use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::{SameSite, time};
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig, post};
use actix_web::{Error, Resource, Route, Scope, guard};

use crate::api::{health, jwks, metrics, session};
use crate::gate::{forward_auth, old_pages, old_questions, proxy};
use crate::http::app_hosts::Host::{self, App, Both, Portal};
use crate::http::error::{Audience, render_as};
use crate::http::jwt::Access::{Admin, Link, Member, Open, Session};
use crate::http::jwt::{self, Access, Rule};
use crate::http::session_store::RowStore;
use crate::http::settings::HttpSettings;
use crate::http::{app_hosts, app_origin, csrf, measured, own_cookies, security_headers, serve_static};
use crate::pages::admin::{
    apps, audit, checklist, explain, groups, icon, links, mail, probe, rules, selected, sessions, snippet, user,
    username, users,
};
use crate::pages::change::Change;
use crate::pages::{
    account, confirm, email, factor_step, forgot, handover, home, invite, login, logout, old_gates, passkeys, password,
    profile, reset, second_factors, setup, tokens,
};

/// One page or action.
pub struct Row {
    /// The path pattern, relative to its table.
    pub path: &'static str,
    /// The hosts on which it exists.
    pub host: Host,
    /// Who may use it.
    pub access: Access,
    /// The sensitive change that its form makes, if any: then "is it you?" is asked first (S130).
    pub change: Option<Change>,
    takes_file: bool,
    show: Option<fn() -> Route>,
    submit: Option<fn() -> Route>,
}

impl Row {
    /// A page shown with GET.
    const fn page(path: &'static str, host: Host, access: Access, show: fn() -> Route) -> Self {
        Self { path, host, access, change: None, takes_file: false, show: Some(show), submit: None }
    }

    /// A form shown with GET and submitted with POST.
    const fn form(path: &'static str, host: Host, access: Access, show: fn() -> Route, submit: fn() -> Route) -> Self {
        Self { path, host, access, change: None, takes_file: false, show: Some(show), submit: Some(submit) }
    }

    /// An action with POST; its button is on another page.
    const fn action(path: &'static str, host: Host, access: Access, submit: fn() -> Route) -> Self {
        Self { path, host, access, change: None, takes_file: false, show: None, submit: Some(submit) }
    }

    /// The same, if its form makes a sensitive change.
    const fn gives_power(self, change: Change) -> Self {
        Self { change: Some(change), ..self }
    }

    /// The same, if its form may have a file.
    const fn with_file(self) -> Self {
        Self { takes_file: true, ..self }
    }

    /// Who may use it, and with which methods.
    pub const fn rule(&self) -> Rule {
        let (has_page, has_action) = (self.show.is_some(), self.submit.is_some());
        Rule { access: self.access, has_page, has_action, takes_file: self.takes_file }
    }

    fn resource(&self) -> Resource {
        [self.show, self.submit]
            .into_iter()
            .flatten()
            .fold(web::resource(self.path), |resource, route| resource.route(route()))
    }

    fn register_page(&self, config: &mut ServiceConfig) {
        let rule = self.rule();
        let require = from_fn(move |req, next| jwt::require(rule, req, next));
        match self.change {
            Some(change) => config
                .service(self.resource().wrap(from_fn(move |req, next| confirm::ask(change, req, next))).wrap(require)),
            None => config.service(self.resource().wrap(require)),
        };
    }

    fn register_for_scripts(&self, config: &mut ServiceConfig) {
        let rule = self.rule();
        config.service(self.resource().wrap(from_fn(move |req, next| jwt::require_of_script(rule, req, next))));
    }
}

/// The pages, below `/_auth`.
#[rustfmt::skip]
pub const PAGES: &[Row] = &[
    Row::page("", Portal, Open, || get().to(home::show)),
    Row::page("/", Portal, Open, || get().to(home::show)),
    Row::form("/setup", Portal, Open, || get().to(setup::show), || post().to(setup::submit)),
    Row::form("/login", Portal, Open, || get().to(login::show), || post().to(login::submit)),
    Row::form("/login/passkey", Portal, Open, || get().to(passkeys::back_to_sign_in), || post().to(passkeys::sign_in)),
    Row::form("/login/factor", Portal, Open, || get().to(factor_step::show), || post().to(factor_step::submit)),
    Row::form("/login/enrol", Portal, Open, || get().to(factor_step::show_enrol), || post().to(factor_step::enrol)),
    Row::form("/forgot", Portal, Open, || get().to(forgot::show), || post().to(forgot::submit)),
    Row::page("/forgot/sent", Portal, Open, || get().to(forgot::sent)),
    Row::form("/reset", Portal, Link, || get().to(reset::show), || post().to(reset::submit)),
    Row::form("/invite", Portal, Link, || get().to(invite::show), || post().to(invite::submit)),
    Row::form("/account/email/confirm", Portal, Link, || get().to(email::show_confirm), || post().to(email::confirm)),
    Row::page("/begin", App, Open, || get().to(handover::begin)),
    Row::page("/handover", Portal, Member, || get().to(handover::hand_over)),
    Row::page("/enter", App, Link, || get().to(handover::enter)),
    Row::form("/logout", Portal, Session, || get().to(logout::show), || post().to(logout::submit)),
    Row::action("/account/sessions/end-all", Portal, Session, || post().to(logout::end_all)),
    Row::action("/account/sessions/end-others", Portal, Session, || post().to(logout::end_others)),
    Row::action("/account/sessions/{id}/end", Portal, Session, || post().to(logout::end_one)),
    Row::form("/confirm", Portal, Member, || get().to(confirm::show), || post().to(confirm::submit)),
    Row::page("/account", Portal, Session, || get().to(account::show)),
    Row::form("/account/profile", Portal, Member, || get().to(profile::show), || post().to(profile::submit)),
    Row::form("/account/password", Portal, Member, || get().to(password::show), || post().to(password::submit)),
    Row::form("/account/email", Portal, Member, || get().to(email::show), || post().to(email::submit)),
    Row::action("/account/devices/{id}/forget", Portal, Member, || post().to(account::forget_device)),
    Row::page("/account/factors", Portal, Member, || get().to(second_factors::list)),
    Row::form("/account/factors/totp", Portal, Member, || get().to(second_factors::show_totp), || post().to(second_factors::add_totp)).gives_power(Change::FactorNew),
    Row::form("/account/factors/passkeys", Portal, Member, || get().to(passkeys::show_new), || post().to(passkeys::add)).gives_power(Change::FactorNew),
    Row::form("/account/factors/recovery", Portal, Member, || get().to(second_factors::ask_renew), || post().to(second_factors::renew_codes)).gives_power(Change::RecoveryNew),
    Row::form("/account/factors/{id}/remove", Portal, Member, || get().to(second_factors::ask_remove), || post().to(second_factors::remove)).gives_power(Change::FactorRemove),
    Row::action("/account/factors/{id}/rename", Portal, Member, || post().to(second_factors::rename)),
    Row::action("/account/trusted/{id}/forget", Portal, Member, || post().to(second_factors::forget_trusted)),
    Row::form("/account/tokens", Portal, Member, || get().to(tokens::own), || post().to(tokens::create_own)).gives_power(Change::TokenNew),
    Row::action("/account/tokens/{id}/revoke", Portal, Member, || post().to(tokens::revoke_own)),
    Row::page("/admin", Portal, Admin, || get().to(home::admin)),
    Row::page("/admin/apps", Portal, Admin, || get().to(apps::list)),
    Row::form("/admin/apps/new", Portal, Admin, || get().to(apps::show_new), || post().to(apps::create)).gives_power(Change::AppNew),
    Row::page("/admin/apps/{id}", Portal, Admin, || get().to(apps::show)),
    Row::form("/admin/apps/{id}/edit", Portal, Admin, || get().to(apps::show_edit), || post().to(apps::edit)).gives_power(Change::App),
    Row::form("/admin/apps/{id}/icon", Portal, Admin, || get().to(icon::show), || post().to(icon::submit)).with_file(),
    Row::form("/admin/apps/{id}/delete", Portal, Admin, || get().to(apps::ask_delete), || post().to(apps::delete)).gives_power(Change::AppDelete),
    Row::form("/admin/apps/{id}/rules/new", Portal, Admin, || get().to(rules::show_new), || post().to(rules::create)).gives_power(Change::RuleNew),
    Row::form("/admin/apps/{id}/rules/{rule}", Portal, Admin, || get().to(rules::show), || post().to(rules::change)).gives_power(Change::Rule),
    Row::form("/admin/apps/{id}/rules/{rule}/delete", Portal, Admin, || get().to(rules::ask_delete), || post().to(rules::delete)).gives_power(Change::RuleDelete),
    Row::form("/admin/apps/{id}/links/new", Portal, Admin, || get().to(links::show_new), || post().to(links::create)).gives_power(Change::LinkNew),
    Row::form("/admin/apps/{id}/probe", Portal, Admin, || get().to(probe::show), || post().to(probe::run)),
    Row::page("/admin/apps/{id}/explain", Portal, Admin, || get().to(explain::show)),
    Row::page("/admin/apps/{id}/snippet", Portal, Admin, || get().to(snippet::show)),
    Row::page("/admin/users", Portal, Admin, || get().to(users::list)),
    Row::form("/admin/users/new", Portal, Admin, || get().to(users::show_new), || post().to(users::create)).gives_power(Change::Invite),
    Row::form("/admin/users/selected", Portal, Admin, || get().to(selected::back), || post().to(selected::ask)),
    Row::action("/admin/users/selected/apply", Portal, Admin, || post().to(selected::apply)),
    Row::action("/admin/users/selected/delete", Portal, Admin, || post().to(selected::delete)).gives_power(Change::DeleteSeveral),
    Row::form("/admin/users/selected/join", Portal, Admin, || get().to(selected::back), || post().to(selected::join)).gives_power(Change::GroupsOfSeveral),
    Row::page("/admin/users/{id}", Portal, Admin, || get().to(user::show)),
    Row::action("/admin/users/{id}/disable", Portal, Admin, || post().to(user::disable)),
    Row::action("/admin/users/{id}/enable", Portal, Admin, || post().to(user::enable)),
    Row::form("/admin/users/{id}/delete", Portal, Admin, || get().to(user::ask_delete), || post().to(user::delete)).gives_power(Change::Delete),
    Row::action("/admin/users/{id}/role", Portal, Admin, || post().to(user::set_role)).gives_power(Change::Role),
    Row::form("/admin/users/{id}/username", Portal, Admin, || get().to(username::show), || post().to(username::submit)).gives_power(Change::Username),
    Row::form("/admin/users/{id}/groups", Portal, Admin, || get().to(groups::show_of_user), || post().to(groups::submit_of_user)).gives_power(Change::Groups),
    Row::action("/admin/users/{id}/sessions/end-all", Portal, Admin, || post().to(user::end_sessions)),
    Row::form("/admin/users/{id}/factors/reset", Portal, Admin, || get().to(user::ask_reset_factors), || post().to(user::reset_factors)).gives_power(Change::FactorReset),
    Row::action("/admin/users/{id}/reset-link", Portal, Admin, || post().to(user::reset_link)).gives_power(Change::ResetLink),
    Row::action("/admin/users/{id}/invite", Portal, Admin, || post().to(user::invite)).gives_power(Change::Invite),
    Row::page("/admin/groups", Portal, Admin, || get().to(groups::list)),
    Row::form("/admin/groups/new", Portal, Admin, || get().to(groups::show_new), || post().to(groups::create)).gives_power(Change::GroupNew),
    Row::page("/admin/groups/{id}", Portal, Admin, || get().to(groups::show)),
    Row::form("/admin/groups/{id}/members/add", Portal, Admin, || get().to(groups::show_add), || post().to(groups::add)).gives_power(Change::GroupJoin),
    Row::action("/admin/groups/{id}/members/{user}/remove", Portal, Admin, || post().to(groups::remove)),
    Row::form("/admin/groups/{id}/delete", Portal, Admin, || get().to(groups::ask_delete), || post().to(groups::delete)).gives_power(Change::GroupDelete),
    Row::form("/admin/tokens", Portal, Admin, || get().to(tokens::all), || post().to(tokens::create)).gives_power(Change::TokenNew),
    Row::action("/admin/tokens/{id}/revoke", Portal, Admin, || post().to(tokens::revoke)),
    Row::page("/admin/sessions", Portal, Admin, || get().to(sessions::list)),
    Row::action("/admin/sessions/{id}/end", Portal, Admin, || post().to(sessions::end)),
    Row::page("/admin/audit", Portal, Admin, || get().to(audit::list)),
    Row::page("/admin/audit/export", Portal, Admin, || get().to(audit::export)),
    Row::page("/admin/checklist", Portal, Admin, || get().to(checklist::show)),
    Row::page("/admin/mail", Portal, Admin, || get().to(mail::list)),
    Row::action("/admin/mail/test", Portal, Admin, || post().to(mail::test)),
];

/// Where other gates have their own addresses, which `COMPAT` makes ours.
#[rustfmt::skip]
pub const OLD: &[Row] = &[
    Row::page("/start", Both, Open, || get().to(old_gates::start)),
    Row::page("/sign_in", Both, Open, || get().to(old_gates::start)),
    Row::page("/callback", App, Link, || get().to(handover::enter)),
    Row::page("/sign_out", Both, Open, || get().to(old_gates::sign_out)),
];

/// Where nginx leads people as older versions of Authelia document it.
const OLD_PORTAL: Row = Row::page("/", Portal, Open, || get().to(old_gates::start));

/// What scripts of the app may request, below `/_auth/api`.
pub const API: &[Row] = &[
    Row::page("/session", Both, Session, || get().to(session::show)),
    Row::action("/refresh", Both, Session, || post().to(session::show)),
];

/// Browsers request this without cookies, and use `/.well-known/change-password` only if it is 404: a site that answers
/// everything has no such page either. <https://www.w3.org/TR/change-password-url/#response-code-reliability>
const RELIABILITY: &str = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";

/// GET, and HEAD wherever GET is allowed (RFC 9110, section 9.1); the server omits the body of its response.
fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Registers everything; called once for each worker.
pub fn register(config: &mut ServiceConfig, settings: &HttpSettings, store: &RowStore, session_secs: i64) {
    let verify = web::scope("/_auth/verify").default_service(web::to(forward_auth::verify));
    let api = web::scope("/_auth/api")
        .configure(|config| API.iter().for_each(|row| row.register_for_scripts(config)))
        .default_service(web::to(home::not_found))
        .wrap(from_fn(app_hosts::find_app))
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
        .wrap(from_fn(only_where_it_exists))
        .wrap(from_fn(app_hosts::find_app))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(|req, next| render_as(Audience::Json, req, next)));
    let keys = web::resource("/_auth/.well-known/jwks.json")
        .route(get().to(jwks::show))
        .default_service(web::to(home::wrong_method))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(|req, next| render_as(Audience::Json, req, next)));
    let files = web::scope("/_auth/static")
        .default_service(get().to(serve_static::serve))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(|req, next| render_as(Audience::Page, req, next)));
    let pages = web::scope("/_auth").configure(|config| PAGES.iter().for_each(|row| row.register_page(config)));
    let pages = as_pages(pages, session_middleware(settings, store.clone(), session_secs));
    register_old_gates(config, settings, &|| session_middleware(settings, store.clone(), session_secs));
    config.service(verify).service(api).service(health).service(counts).service(keys).service(files).service(pages);
    let well_known = |path: &str, route: Route| {
        let resource = web::resource(path).route(route);
        resource.wrap(from_fn(security_headers::add)).wrap(from_fn(|req, next| render_as(Audience::Page, req, next)))
    };
    config.service(well_known("/.well-known/change-password", get().to(home::change_password)));
    config.service(well_known(RELIABILITY, web::to(home::not_found)));
    config.default_service(web::to(proxy::handle));
}

/// What surrounds all pages.
fn as_pages(
    scope: Scope,
    sessions: SessionMiddleware<RowStore>,
) -> Scope<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + 'static>,
        Error = Error,
        InitError = (),
    >,
> {
    scope
        .default_service(web::to(home::not_found))
        .wrap(from_fn(confirm::resume))
        .wrap(from_fn(jwt::identify))
        .wrap(IdentityMiddleware::default())
        .wrap(sessions)
        .wrap(from_fn(own_cookies::keep_own))
        .wrap(from_fn(csrf::only_navigations))
        .wrap(from_fn(only_where_it_exists))
        .wrap(from_fn(app_hosts::find_app))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(|req, next| render_as(Audience::Page, req, next)))
        .wrap(from_fn(measured::pages))
}

/// The addresses of the other gates in `COMPAT`.
fn register_old_gates(
    config: &mut ServiceConfig,
    settings: &HttpSettings,
    sessions: &dyn Fn() -> SessionMiddleware<RowStore>,
) {
    let check = |path: &str| {
        web::resource(path).route(web::to(forward_auth::verify_for_old)).wrap(from_fn(old_questions::find_client))
    };
    for gate in &settings.config.gate.compat {
        for path in gate.asked_at() {
            if gate.prefix().is_none() {
                let pages = web::scope(path).guard(guard::fn_guard(old_pages::is_about_one));
                let on_apps = || PAGES.iter().filter(|row| row.host.has(true));
                let pages = pages.configure(|config| on_apps().for_each(|row| row.register_page(config)));
                let pages = as_pages(pages, sessions());
                config.service(pages.wrap(from_fn(old_pages::ask_for_it)));
            }
            config.service(check(path));
        }
        // Authelia's portal, which has no other address to begin at.
        if gate.prefix().is_none() && settings.config.gate.upstream.is_none() {
            let portal = settings.app_url.canonical().authority().to_owned();
            let pages = web::scope("").guard(guard::fn_guard(move |asked| old_pages::is_at_portal(asked, &portal)));
            config.service(as_pages(pages.configure(|config| OLD_PORTAL.register_page(config)), sessions()));
        }
        if let Some(prefix) = gate.prefix() {
            let pages = web::scope(prefix).configure(|config| OLD.iter().for_each(|row| row.register_page(config)));
            config.service(as_pages(pages, sessions()));
        }
    }
}

/// Middleware: answers on the hosts that have the page alone; what no row names is the portal's.
async fn only_where_it_exists<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let ours = req.path().strip_prefix("/_auth").map(|path| PAGES.iter().find(|row| row.path == path));
    let host = ours.map_or(Both, |row| row.map_or(Portal, |row| row.host));
    if host.has(app_origin::of(req.request()).is_some()) {
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    Ok(match app_hosts::elsewhere(req.request()) {
        Ok(answer) => req.into_response(answer),
        Err(fault) => req.error_response(fault),
    })
}

fn session_middleware(settings: &HttpSettings, store: RowStore, session_secs: i64) -> SessionMiddleware<RowStore> {
    let lifecycle = PersistentSession::default().session_ttl(time::Duration::seconds(session_secs));
    SessionMiddleware::builder(store, settings.session_key.clone())
        .cookie_name(settings.cookies.session.clone())
        .cookie_secure(settings.app_url.is_https())
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Private)
        .session_lifecycle(lifecycle)
        .build()
}
