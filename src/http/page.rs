//! The one place that renders pages.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::static_files;

/// What every page shows around its content.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The title of the page.
    pub title: &'static str,
    /// The stylesheet.
    pub css: &'static str,
    /// The logo.
    pub logo: &'static str,
    /// Which menu stands above the content.
    pub menu: Menu,
}

/// The menu of a page, by who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    /// Nobody is signed in, or the page is a short one.
    None,
    /// A user.
    User,
    /// An admin.
    Admin,
}

impl Layout {
    /// A layout with that title.
    pub fn new(title: &'static str) -> Self {
        Self::with_menu(title, Menu::None)
    }

    /// A layout for who is signed in.
    pub fn with_menu(title: &'static str, menu: Menu) -> Self {
        Self { title, css: static_files::css_path(), logo: static_files::logo_path(), menu }
    }

    /// Whether there is a menu at all.
    pub fn has_menu(&self) -> bool {
        self.menu != Menu::None
    }

    /// Whether the menu has the admin pages.
    pub fn is_admin(&self) -> bool {
        self.menu == Menu::Admin
    }
}

#[derive(Template)]
#[template(path = "errors/error.html")]
struct ErrorPage<'a> {
    layout: Layout,
    status: u16,
    heading: &'a str,
    text: &'a str,
    request_id: &'a str,
}

/// Renders a page.
pub fn page(status: StatusCode, template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(html) => HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html),
        Err(fault) => {
            tracing::error!(%fault, "a page could not be rendered");
            HttpResponse::InternalServerError().content_type("text/plain; charset=utf-8").body("Something went wrong on our side.")
        }
    }
}

/// The page for a status, with a sentence and the request id of the log line.
pub fn error_page(status: StatusCode, text: &str, request_id: &str) -> HttpResponse {
    let heading = status.canonical_reason().unwrap_or("Something went wrong");
    page(status, &ErrorPage { layout: Layout::new("Something is in the way"), status: status.as_u16(), heading, text, request_id })
}
