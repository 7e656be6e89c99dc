//! The one place that renders pages, and the elements that every page has.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::browser_origin::{self, OriginMismatch};
use super::settings::{self, HttpSettings};
use super::{flash, language};
use crate::domain::access::Visitor;
use crate::domain::language::Language;
use crate::domain::text::{Argument, Text};
use crate::domain::time::Timestamp;
use crate::domain::user::Role;
use crate::texts;

/// The elements that every page has, and the reader's language.
pub struct Layout {
    /// The title of the page.
    pub title: String,
    /// `SITE_NAME`.
    pub site_name: String,
    /// The address of the stylesheet.
    pub css: String,
    /// The address of the script.
    pub script: String,
    /// The address of the site's own logo.
    pub logo: Option<String>,
    /// The address of the icon.
    pub icon: String,
    /// Whether there is an app to link to.
    pub has_app: bool,
    /// The reader's language.
    pub language: Language,
    /// The menu above the content.
    pub menu: Menu,
    /// The path of the page, for the menu.
    pub path: String,
    /// What was just done.
    pub flash: Option<String>,
    /// Why signing in from here would fail, and where to go instead.
    pub origin_mismatch: Option<OriginMismatch>,
}

/// The menu of a page, by its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    /// Nobody is signed in, or the page has no menu.
    None,
    /// A user.
    User,
    /// An admin.
    Admin,
}

/// One of the admin pages, for the menu and the start page.
pub struct AdminPage {
    /// Its address.
    pub path: &'static str,
    /// The key of its name.
    pub name: &'static str,
    /// The key of what the start page says of it.
    pub about: &'static str,
}

impl AdminPage {
    const fn new(path: &'static str, name: &'static str, about: &'static str) -> Self {
        Self { path, name, about }
    }
}

/// The admin pages, in the order of the menu.
pub const ADMIN_PAGES: &[AdminPage] = &[
    AdminPage::new("/_auth/admin/apps", "menu-apps", "home-apps"),
    AdminPage::new("/_auth/admin/users", "menu-users", "home-users"),
    AdminPage::new("/_auth/admin/groups", "menu-groups", "home-groups"),
    AdminPage::new("/_auth/admin/tokens", "menu-tokens", "home-tokens"),
    AdminPage::new("/_auth/admin/sessions", "menu-sessions", "home-sessions"),
    AdminPage::new("/_auth/admin/audit", "menu-audit", "home-audit"),
    AdminPage::new("/_auth/admin/mail", "menu-mail", "home-mail"),
    AdminPage::new("/_auth/admin/checklist", "menu-checklist", "home-checklist"),
];

impl Menu {
    /// The menu for `who`; the deprecated mode has no pages of its own.
    pub fn of(who: &Visitor) -> Self {
        match who.role() {
            Some(Role::Admin) => Self::Admin,
            Some(Role::User) => Self::User,
            None => Self::None,
        }
    }
}

/// A moment for people: in words, and exact.
pub struct When {
    /// RFC 3339.
    pub datetime: String,
    /// "3 minutes ago", or the date.
    pub words: String,
    /// Date and time in UTC.
    pub exact: String,
}

impl Layout {
    /// A layout of a form before sign-in; `title` is a key.
    pub fn new(req: &HttpRequest, title: &'static str) -> Self {
        Self { origin_mismatch: browser_origin::origin_mismatch(req), ..Self::with_menu(req, title, Menu::None) }
    }

    /// A layout for a signed-in user; `title` is a key.
    pub fn with_menu(req: &HttpRequest, title: &'static str, menu: Menu) -> Self {
        let layout = Self::build(settings::of(req), language::of(req), title, menu);
        let flash = flash::of(req).map(|text| layout.tell(text));
        Self { path: req.path().to_owned(), flash, ..layout }
    }

    fn build(settings: &HttpSettings, language: Language, title: &'static str, menu: Menu) -> Self {
        Self {
            title: texts::say(language, &Text::new(title)),
            site_name: settings.config.site.name.clone(),
            css: settings.files.css.path.clone(),
            script: settings.files.script.path.clone(),
            logo: settings.files.logo.as_ref().map(|logo| logo.path.clone()),
            icon: settings.files.icon.clone(),
            has_app: settings.has_app(),
            language,
            menu,
            path: String::new(),
            flash: None,
            origin_mismatch: None,
        }
    }

    /// The text with that key.
    pub fn say(&self, key: &'static str) -> String {
        self.tell(Text::new(key))
    }

    /// The text with that key and one placeholder filled in.
    pub fn say_with(&self, key: &'static str, name: &'static str, value: impl Into<Argument>) -> String {
        self.tell(Text::new(key).with(name, value))
    }

    /// The text in the reader's language.
    pub fn tell(&self, text: impl AsRef<Text>) -> String {
        texts::say(self.language, text.as_ref())
    }

    /// A moment in words, relative to `now`.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    pub fn when(&self, at: &Timestamp, now: &Timestamp) -> When {
        When { datetime: at.to_string(), words: self.tell(at.words(*now)), exact: self.tell(at.exact_words()) }
    }

    /// What the script shows while a new password is typed, with a placeholder for the count.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    pub fn password_length(&self, min: &usize) -> String {
        self.tell(Text::new("password-live-length").with("count", "{count}").with("min", *min))
    }

    /// Whether this is the page at `path`, or one below it.
    pub fn is_at(&self, path: &str) -> bool {
        self.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether there is a menu at all.
    pub fn has_menu(&self) -> bool {
        self.menu != Menu::None
    }

    /// The admin pages in the menu.
    pub fn admin_pages(&self) -> &'static [AdminPage] {
        if self.menu == Menu::Admin { ADMIN_PAGES } else { &[] }
    }
}

#[derive(Template)]
#[template(path = "errors/error.html")]
struct ErrorPage<'a> {
    layout: Layout,
    text: &'a str,
    status: String,
    ways: &'a [(&'static str, &'static str)],
}

/// The content of an error page.
pub(super) struct ErrorDetails<'a> {
    /// A key.
    pub(super) heading: &'static str,
    /// The sentence.
    pub(super) text: &'a str,
    /// The request ID of the log line.
    pub(super) request_id: &'a str,
    /// Addresses and the keys of their labels.
    pub(super) ways: &'a [(&'static str, &'static str)],
}

/// Renders a page.
pub fn page(status: StatusCode, template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(html) => HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html),
        Err(fault) => {
            tracing::error!(%fault, "a page could not be rendered");
            HttpResponse::InternalServerError()
                .content_type("text/plain; charset=utf-8")
                .body("Something went wrong on our side.")
        }
    }
}

/// The page for an error, with a sentence and the request ID of the log line.
pub(super) fn error_page(
    status: StatusCode,
    details: &ErrorDetails<'_>,
    settings: &HttpSettings,
    language: Language,
) -> HttpResponse {
    let layout = Layout::build(settings, language, details.heading, Menu::None);
    let status_line =
        layout.tell(Text::new("error-status").with("status", status.as_str()).with("id", details.request_id));
    page(status, &ErrorPage { layout, text: details.text, status: status_line, ways: details.ways })
}
