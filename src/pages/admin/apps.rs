//! Apps: the list with the state of each upstream, and one app with its rules.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use std::sync::Arc;

use super::rule_view::{RuleView, view_of_rules};
use crate::accounts::app_draft::AppDraft;
use crate::accounts::seen::Seen;
use crate::accounts::{AccountError, FieldFault};
use crate::domain::app_table::CompiledApp;
use crate::domain::apps::{App, AppRef, DefaultAccess};
use crate::domain::header_profile::Preset;
use crate::domain::image::Icon;
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::jwt::Admin;
use crate::http::page::{Layout, Menu, page};
use crate::http::probe::{self, UpstreamFault};
use crate::http::settings;
use crate::pages::form::{Choice, Field, FormPage};

pub(super) const LIST: &str = "/_auth/admin/apps";
const NEW: &str = "/_auth/admin/apps/new";

/// An app in the list.
struct ListedApp {
    app: Arc<CompiledApp>,
    icon: Option<String>,
    state: Text,
    is_bad: bool,
}

#[derive(Template)]
#[template(path = "pages/admin/apps.html")]
struct AppsPage {
    layout: Layout,
    apps: Vec<ListedApp>,
}

#[derive(Template)]
#[template(path = "pages/admin/app.html")]
struct AppPage {
    layout: Layout,
    app: App,
    icon: Option<String>,
    draft: AppDraft,
    state: Text,
    advice: Vec<Text>,
    rules: Vec<RuleView>,
}

impl AppPage {
    fn is_default(&self) -> bool {
        self.app.id == AppRef::Default
    }

    /// The key of what the names of its headers are called, if they are not the usual ones.
    fn headers(&self) -> Option<&'static str> {
        match self.app.headers.preset {
            Preset::Remote => None,
            Preset::Forwarded => Some("app-headers-forwarded"),
            Preset::AuthRequest => Some("app-headers-auth-request"),
            Preset::Authentik => Some("app-headers-authentik"),
            Preset::None => Some("app-headers-none"),
        }
    }

    /// Settings that few apps have: keys of their labels, and values.
    fn details(&self) -> Vec<(&'static str, &str)> {
        let draft = &self.draft;
        let all = [
            ("app-ca-file", &draft.ca_file),
            ("app-host", &draft.host),
            ("app-timeout", &draft.timeout),
            ("app-max-upload", &draft.max_upload),
            ("app-websocket-origins", &draft.websocket_origins),
            ("app-session-hours", &draft.session_hours),
            ("app-header-map", &draft.header_map),
            ("app-fixed-headers", &draft.fixed_headers),
            ("app-token-headers", &draft.token_headers),
        ];
        all.into_iter().map(|(label, value)| (label, value.as_str())).filter(|(_, value)| !value.is_empty()).collect()
    }

    fn default_access(&self) -> &'static str {
        match self.app.default_access {
            DefaultAccess::SignedIn => "app-default-signed-in",
            DefaultAccess::Nobody => "app-default-nobody",
        }
    }
}

/// An app as typed. What is on unless said otherwise has a box for switching it off.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AppForm {
    name: String,
    addresses: String,
    mode: String,
    upstream: String,
    ca_file: String,
    host: String,
    timeout: String,
    max_upload: String,
    websocket_origins: String,
    default_access: String,
    session_hours: String,
    preflight: String,
    signed_identity: String,
    off: String,
    hidden: String,
    headers: String,
    header_map: String,
    fixed_headers: String,
    token_headers: String,
    seen: String,
}

impl From<AppForm> for AppDraft {
    fn from(form: AppForm) -> Self {
        Self {
            name: form.name,
            addresses: form.addresses,
            mode: form.mode,
            upstream: form.upstream,
            ca_file: form.ca_file,
            host: form.host,
            timeout: form.timeout,
            max_upload: form.max_upload,
            websocket_origins: form.websocket_origins,
            default_access: form.default_access,
            session_hours: form.session_hours,
            preflight: !form.preflight.is_empty(),
            signed_identity: !form.signed_identity.is_empty(),
            enabled: form.off.is_empty(),
            shown: form.hidden.is_empty(),
            headers: form.headers,
            header_map: form.header_map,
            fixed_headers: form.fixed_headers,
            token_headers: form.token_headers,
        }
    }
}

pub(super) fn address_of(id: &AppRef) -> String {
    format!("{LIST}/{id}")
}

/// The app of the address.
pub(super) async fn find(req: &HttpRequest, id: &str) -> Result<Arc<CompiledApp>, HttpError> {
    let id = AppRef::parse(id).ok_or(HttpError::NotFound)?;
    let loaded = settings::accounts(req).apps().await?;
    loaded.table.app(&id).cloned().ok_or(HttpError::NotFound)
}

/// Whether the app accepts connections, asked now; true if something is wrong.
async fn state_of(app: &App) -> (Text, bool) {
    if !app.enabled {
        return (Text::new("app-state-off"), false);
    }
    let Some(upstream) = &app.upstream else { return (Text::new("app-state-forward-auth"), false) };
    match probe::upstream(upstream).await {
        Ok(()) => (Text::new("app-state-good"), false),
        Err(UpstreamFault::Silent(fault)) => (Text::new("app-state-silent").with("fault", fault), true),
        Err(UpstreamFault::Tls(fault)) => (Text::new("app-state-tls").with("fault", fault), true),
    }
}

/// The list, with the state of every upstream.
pub async fn list(_admin: Admin, req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let loaded = settings::accounts(&req).apps().await?;
    let icons = settings::accounts(&req).icons().await?;
    let asked = loaded.table.apps().iter().map(async |app| {
        let (state, is_bad) = state_of(app.app()).await;
        let icon = icons.get(&app.app().id).map(Icon::data_url);
        ListedApp { app: Arc::clone(app), icon, state, is_bad }
    });
    let mut apps: Vec<ListedApp> = stream::iter(asked).buffered(probe::AT_ONCE).collect().await;
    apps.sort_by_key(|listed| (listed.app.app().id != AppRef::Default, listed.app.app().name.to_lowercase()));
    let content = AppsPage { layout: Layout::with_menu(&req, "menu-apps", Menu::Admin), apps };
    Ok(page(StatusCode::OK, &content))
}

/// One app.
pub async fn show(_admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let found = find(&req, &id).await?;
    let app = found.app().clone();
    let content = AppPage {
        layout: Layout::with_menu(&req, "app-title", Menu::Admin),
        icon: settings::accounts(&req).icons().await?.get(&app.id).map(Icon::data_url),
        draft: AppDraft::of(&app),
        state: state_of(&app).await.0,
        advice: settings::accounts(&req).advice(&app),
        rules: view_of_rules(&req, found.rules()).await?,
        app,
    };
    Ok(page(StatusCode::OK, &content))
}

/// The form for a new app.
pub async fn show_new(_admin: Admin, req: HttpRequest) -> HttpResponse {
    let draft = AppDraft { enabled: true, shown: true, ..AppDraft::default() };
    form(&req, "app-new", [NEW, LIST], &draft, "", Vec::new())
}

/// Creates an app.
pub async fn create(
    admin: Admin,
    req: HttpRequest,
    Checked(typed): Checked<AppForm>,
) -> Result<HttpResponse, HttpError> {
    let draft = AppDraft::from(typed);
    match settings::accounts(&req).create_app(draft.clone(), &admin.actor(&req)).await {
        Ok(id) => Ok(Flash::AppSaved.at(&address_of(&id))),
        Err(AccountError::Rules(faults)) => Ok(form(&req, "app-new", [NEW, LIST], &draft, "", faults)),
        Err(fault) => Err(fault.into()),
    }
}

/// The form for changing an app. That of the configuration is not changed here.
pub async fn show_edit(_admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let found = find_created(&req, &id).await?;
    let draft = AppDraft::of(found.app());
    Ok(edit_form(&req, &found.app().id, &draft, Seen::of(&draft).as_str(), Vec::new()))
}

/// Changes an app.
pub async fn edit(
    admin: Admin,
    req: HttpRequest,
    id: web::Path<String>,
    Checked(typed): Checked<AppForm>,
) -> Result<HttpResponse, HttpError> {
    let (found, seen) = (find_created(&req, &id).await?, typed.seen.clone());
    let (id, draft) = (&found.app().id, AppDraft::from(typed));
    match settings::accounts(&req).change_app(id, draft.clone(), Seen::typed(&seen), &admin.actor(&req)).await {
        Ok(()) => Ok(Flash::AppSaved.at(&address_of(id))),
        Err(AccountError::Rules(faults)) => Ok(edit_form(&req, id, &draft, &seen, faults)),
        Err(AccountError::Changed) => {
            let present = Seen::of(&AppDraft::of(find_created(&req, id.as_str()).await?.app()));
            Ok(edit_form(&req, id, &draft, present.as_str(), vec![FieldFault::changed()]))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// The app of the address, unless it is the one of the configuration.
pub(super) async fn find_created(req: &HttpRequest, id: &str) -> Result<Arc<CompiledApp>, HttpError> {
    let found = find(req, id).await?;
    if found.app().id == AppRef::Default { Err(HttpError::Forbidden("app-configured")) } else { Ok(found) }
}

fn edit_form(req: &HttpRequest, id: &AppRef, draft: &AppDraft, seen: &str, faults: Vec<FieldFault>) -> HttpResponse {
    let back = address_of(id);
    form(req, "app-edit", [&format!("{back}/edit"), &back], draft, seen, faults)
}

fn form(
    req: &HttpRequest,
    heading: &'static str,
    [action, back]: [&str; 2],
    draft: &AppDraft,
    seen: &str,
    faults: Vec<FieldFault>,
) -> HttpResponse {
    let mut page = FormPage::new(req, heading, Menu::Admin, action, "save");
    let choice = |value: &'static str, label| Choice { value: value.into(), label: Text::new(label), language: None };
    let modes = vec![choice("proxy", "app-mode-proxy"), choice("forward-auth", "app-mode-forward-auth")];
    let access = vec![choice("signed-in", "app-default-signed-in"), choice("nobody", "app-default-nobody")];
    let scheme = settings::of(req).app_url.scheme();
    let word = |name, label, value: &str, hint| Field::word(name, label, value).with_hint(Text::new(hint));
    let presets = vec![
        choice("remote", "app-headers-remote"),
        choice("x-forwarded", "app-headers-forwarded"),
        choice("x-auth-request", "app-headers-auth-request"),
        choice("x-authentik", "app-headers-authentik"),
        choice("none", "app-headers-none"),
    ];
    page.fields = vec![
        Field::text("name", "name", &draft.name, "off").with_hint(Text::new("app-name-hint")),
        Field::lines("addresses", "app-addresses", &draft.addresses)
            .with_hint(Text::new("app-addresses-hint").with("scheme", scheme)),
        Field::choice("mode", "app-mode", &draft.mode, modes),
        word("upstream", "app-upstream", &draft.upstream, "app-upstream-hint"),
        Field::choice("default_access", "app-default-access", &draft.default_access, access)
            .with_hint(Text::new("app-default-access-hint")),
        Field::tick("off", "app-off", !draft.enabled),
        Field::tick("hidden", "app-hidden", !draft.shown),
        word("ca_file", "app-ca-file", &draft.ca_file, "app-ca-file-hint").beginning(Text::new("app-more")),
        word("host", "app-host", &draft.host, "app-host-hint"),
        word("timeout", "app-timeout", &draft.timeout, "app-timeout-hint"),
        word("max_upload", "app-max-upload", &draft.max_upload, "app-max-upload-hint"),
        Field::lines("websocket_origins", "app-websocket-origins", &draft.websocket_origins)
            .optional()
            .with_hint(Text::new("app-websocket-origins-hint")),
        word("session_hours", "app-session-hours", &draft.session_hours, "app-session-hours-hint"),
        Field::tick("preflight", "app-preflight", draft.preflight).with_hint(Text::new("app-preflight-hint")),
        Field::choice("headers", "app-headers", &draft.headers, presets).beginning(Text::new("app-headers-heading")),
        Field::lines("header_map", "app-header-map", &draft.header_map)
            .optional()
            .with_hint(Text::new("app-header-map-hint")),
        Field::lines("fixed_headers", "app-fixed-headers", &draft.clone().without_values().fixed_headers)
            .optional()
            .with_hint(Text::new("app-fixed-headers-hint")),
        Field::lines("token_headers", "app-token-headers", &draft.token_headers)
            .optional()
            .with_hint(Text::new("app-token-headers-hint")),
        Field::tick("signed_identity", "app-signed-identity", draft.signed_identity)
            .with_hint(Text::new("app-signed-identity-hint")),
    ];
    page.hidden.extend((!seen.is_empty()).then_some(("seen", seen)));
    page.links = vec![(back, "back")];
    page.faults = faults;
    page.answer(req)
}

/// Asks before deleting.
pub async fn ask_delete(_admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let found = find_created(&req, &id).await?;
    let back = address_of(&found.app().id);
    let action = format!("{back}/delete");
    let mut form = FormPage::new(&req, "app-delete-heading", Menu::Admin, &action, "delete-submit");
    form.intro = vec![Text::new("app-delete-intro").with("app", found.app().name.as_str())];
    form.danger = true;
    form.links = vec![(&back, "back")];
    Ok(form.answer(&req))
}

/// Deletes the app with its rules.
pub async fn delete(admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let found = find_created(&req, &id).await?;
    settings::accounts(&req).delete_app(&found.app().id, &admin.actor(&req)).await?;
    Ok(Flash::Deleted.at(LIST))
}
