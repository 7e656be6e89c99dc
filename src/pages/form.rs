//! One page shape for every plain form, and one for a message with the way on.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::accounts::FieldFault;
use crate::http::page::{Layout, Menu, page};
use crate::http::signed_in::Standing;
use crate::http::{cookies, forms};

/// One field with its label.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) autocomplete: &'static str,
    pub(super) hint: String,
    pub(super) required: bool,
    /// Value and label of each choice; a text field has none.
    pub(super) choices: Vec<(&'static str, &'static str)>,
}

impl Field {
    pub(super) fn text(name: &'static str, label: &'static str, value: &str, autocomplete: &'static str) -> Self {
        Self { name, label, kind: "text", value: value.to_owned(), autocomplete, ..Self::default() }
    }

    pub(super) fn email(label: &'static str, value: &str, autocomplete: &'static str) -> Self {
        Self { name: "email", label, kind: "email", value: value.to_owned(), autocomplete, required: true, ..Self::default() }
    }

    pub(super) fn password(name: &'static str, label: &'static str, autocomplete: &'static str) -> Self {
        Self { name, label, kind: "password", autocomplete, required: true, ..Self::default() }
    }

    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// A new password and its repetition.
    pub(super) fn new_password(name: &'static str, min_length: usize) -> [Self; 2] {
        let hint = format!("At least {min_length} characters. A few words in a row are fine.");
        [
            Self::password(name, "New password", "new-password").with_hint(hint),
            Self::password("confirm", "New password again", "new-password"),
        ]
    }

    fn is_plain(&self) -> bool {
        self.kind != "text"
    }
}

/// A page with one form.
#[derive(Template)]
#[template(path = "pages/form.html")]
pub(super) struct FormPage<'a> {
    layout: Layout,
    csrf_token: String,
    pub(super) heading: &'a str,
    pub(super) intro: Vec<String>,
    pub(super) action: &'a str,
    pub(super) hidden: Vec<(&'static str, &'a str)>,
    pub(super) fields: Vec<Field>,
    pub(super) faults: Vec<FieldFault>,
    pub(super) submit: &'a str,
    pub(super) danger: bool,
    pub(super) links: Vec<(&'a str, &'a str)>,
}

impl<'a> FormPage<'a> {
    /// A form that posts to `action`.
    pub(super) fn new(title: &'static str, menu: Menu, action: &'a str, submit: &'a str) -> Self {
        Self {
            layout: Layout::with_menu(title, menu),
            csrf_token: String::new(),
            heading: title,
            intro: Vec::new(),
            action,
            hidden: Vec::new(),
            fields: Vec::new(),
            faults: Vec::new(),
            submit,
            danger: false,
            links: Vec::new(),
        }
    }

    /// The answer: 200 for the form as asked for, 422 when it comes again with its mistakes.
    pub(super) fn answer(self, req: &HttpRequest, standing: &Standing) -> HttpResponse {
        let status = if self.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        self.answer_with(status, req, standing)
    }

    /// The answer with another status.
    pub(super) fn answer_with(mut self, status: StatusCode, req: &HttpRequest, standing: &Standing) -> HttpResponse {
        let token = forms::token(req, standing);
        self.csrf_token = token.value;
        let mut answer = page(status, &self);
        cookies::append(answer.headers_mut(), token.cookie.into_iter().collect());
        answer
    }

    fn fault_of(&self, name: &str) -> Option<&str> {
        self.faults.iter().find(|fault| fault.field == name).map(|fault| fault.message.as_str())
    }
}

/// A page that says something and shows the way on.
#[derive(Template)]
#[template(path = "pages/message.html")]
pub(super) struct MessagePage<'a> {
    pub(super) layout: Layout,
    pub(super) heading: &'a str,
    pub(super) texts: Vec<String>,
    /// A link to copy; empty for none.
    pub(super) link: &'a str,
    pub(super) links: Vec<(&'a str, &'a str)>,
}

/// The page as an answer.
pub(super) fn message(status: StatusCode, content: &MessagePage<'_>) -> HttpResponse {
    page(status, content)
}
