//! The page of every simple form, and one for a message with links. Labels and headings are given by their keys.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::passkey_button::Button;
use crate::accounts::FieldFault;
use crate::domain::language::Language;
use crate::domain::text::Text;
use crate::http::forms;
use crate::http::page::{Layout, Menu, page};

/// One field with its label.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: Cow<'static, str>,
    /// The heading of the group of fields that begins with this one.
    pub(super) section: Option<Text>,
    pub(super) label: Text,
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) autocomplete: &'static str,
    pub(super) hint: Option<Text>,
    pub(super) required: bool,
    /// Whether it has the focus when the page is opened.
    pub(super) focused: bool,
    /// Minimum length of a new password, for the script that shows the count.
    pub(super) min: Option<usize>,
    /// Maximum length, which browsers keep to.
    pub(super) max: Option<usize>,
    /// The field that must have the same value, for the script that compares them.
    pub(super) same: Option<&'static str>,
    /// The types of files that it takes.
    pub(super) accept: &'static str,
    /// The options; empty for a text field.
    pub(super) choices: Vec<Choice>,
}

/// One option.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The value submitted.
    pub(super) value: Cow<'static, str>,
    /// The label.
    pub(super) label: Text,
    /// The language of the label where it is not the page's.
    pub(super) language: Option<Language>,
}

impl Field {
    fn new(
        name: &'static str,
        label: &'static str,
        kind: &'static str,
        value: &str,
        autocomplete: &'static str,
    ) -> Self {
        Self {
            name: Cow::Borrowed(name),
            section: None,
            label: Text::new(label),
            kind,
            value: value.to_owned(),
            autocomplete,
            hint: None,
            required: false,
            focused: false,
            min: None,
            max: None,
            same: None,
            accept: "",
            choices: Vec::new(),
        }
    }

    pub(super) fn text(name: &'static str, label: &'static str, value: &str, autocomplete: &'static str) -> Self {
        Self::new(name, label, "text", value, autocomplete)
    }

    /// A box to tick.
    pub(super) fn tick(name: &'static str, label: &'static str, is_ticked: bool) -> Self {
        Self::new(name, label, "tick", if is_ticked { "on" } else { "" }, "off")
    }

    /// A file of one of these types; the form arrives with it in Base64.
    pub(super) fn file(name: &'static str, label: &'static str, accept: &'static str) -> Self {
        Self { accept, ..Self::new(name, label, "file", "", "off") }
    }

    /// The same under a name that ends in `suffix`.
    pub(super) fn with_suffix(mut self, suffix: &str) -> Self {
        self.name = format!("{}{suffix}", self.name).into();
        self
    }

    /// The same as the first of a group of fields.
    pub(super) fn beginning(mut self, section: Text) -> Self {
        self.section = Some(section);
        self
    }

    /// The same if it may be empty.
    pub(super) fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// One word or several, of letters that are the same in every language.
    pub(super) fn word(name: &'static str, label: &'static str, value: &str) -> Self {
        Self::new(name, label, "word", value, "off")
    }

    /// The same with the focus when the page is opened, if `is_all` that the page asks for: a screen reader would
    /// otherwise skip what stands before it.
    pub(super) fn focused_if(mut self, is_all: bool) -> Self {
        self.focused = is_all;
        self
    }

    /// The same with at most so many characters.
    pub(super) fn at_most(mut self, max: usize) -> Self {
        self.max = Some(max);
        self
    }

    /// Several lines, such as a list.
    pub(super) fn lines(name: &'static str, label: &'static str, value: &str) -> Self {
        Self { required: true, ..Self::new(name, label, "lines", value, "off") }
    }

    pub(super) fn email(label: &'static str, value: &str, autocomplete: &'static str) -> Self {
        Self { required: true, ..Self::new("email", label, "email", value, autocomplete) }
    }

    pub(super) fn password(name: &'static str, label: &'static str, autocomplete: &'static str) -> Self {
        Self { required: true, ..Self::new(name, label, "password", "", autocomplete) }
    }

    /// A code of an app, or one that stands in for it.
    pub(super) fn code(label: &'static str) -> Self {
        Self { required: true, ..Self::new("code", label, "word", "", "one-time-code") }
    }

    pub(super) fn choice(name: &'static str, label: &'static str, value: &str, choices: Vec<Choice>) -> Self {
        Self { choices, ..Self::new(name, label, "text", value, "off") }
    }

    pub(super) fn with_hint(mut self, hint: Text) -> Self {
        self.hint = Some(hint);
        self
    }

    /// A new password and its repetition.
    pub(super) fn new_password(name: &'static str, min_length: usize) -> [Self; 2] {
        let hint = Text::new("password-hint").with("min", min_length);
        let first = Self::password(name, "new-password", "new-password").with_hint(hint);
        let again = Self::password("confirm", "new-password-again", "new-password");
        [Self { min: Some(min_length), ..first }, Self { same: Some(name), ..again }]
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is_plain(&self) -> bool {
        self.kind != "text"
    }

    /// The type of its `input`.
    pub(super) fn input_type(&self) -> &'static str {
        if self.kind == "word" { "text" } else { self.kind }
    }
}

/// A page with one form.
#[derive(Template)]
#[template(path = "pages/form.html")]
pub(super) struct FormPage<'a> {
    layout: Layout,
    csrf_token: String,
    heading: &'static str,
    pub(super) intro: Vec<Text>,
    action: &'a str,
    pub(super) hidden: Vec<(&'a str, &'a str)>,
    pub(super) fields: Vec<Field>,
    /// A passkey in place of the fields.
    pub(super) passkey: Option<Button>,
    pub(super) faults: Vec<FieldFault>,
    submit: &'static str,
    pub(super) danger: bool,
    /// Addresses and the keys of their labels.
    pub(super) links: Vec<(&'a str, &'static str)>,
}

impl<'a> FormPage<'a> {
    /// A form that posts to `action`; `title` and `submit` are keys.
    pub(super) fn new(
        req: &HttpRequest,
        title: &'static str,
        menu: Menu,
        action: &'a str,
        submit: &'static str,
    ) -> Self {
        let layout = if menu == Menu::None { Layout::new(req, title) } else { Layout::with_menu(req, title, menu) };
        Self {
            layout,
            csrf_token: String::new(),
            heading: title,
            intro: Vec::new(),
            action,
            hidden: Vec::new(),
            fields: Vec::new(),
            passkey: None,
            faults: Vec::new(),
            submit,
            danger: false,
            links: Vec::new(),
        }
    }

    /// The response: 200 for an empty form, 422 for one with errors.
    pub(super) fn answer(self, req: &HttpRequest) -> HttpResponse {
        let status = if self.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        self.answer_with(status, req)
    }

    /// The response with another status.
    pub(super) fn answer_with(mut self, status: StatusCode, req: &HttpRequest) -> HttpResponse {
        self.csrf_token = forms::token(req);
        page(status, &self)
    }

    /// Whether the script has something to do.
    fn has_script(&self) -> bool {
        self.passkey.is_some() || self.fields.iter().any(|field| field.kind == "password")
    }

    fn has_file(&self) -> bool {
        self.fields.iter().any(|field| field.kind == "file")
    }

    fn fault_of(&self, name: &str) -> Option<String> {
        fault_of(&self.faults, name, &self.layout)
    }
}

/// What is wrong with the field of that name.
pub(super) fn fault_of(faults: &[FieldFault], name: &str, layout: &Layout) -> Option<String> {
    faults.iter().find(|fault| fault.field == name).map(|fault| layout.tell(&fault.message))
}

/// A page with a message and links.
#[derive(Template)]
#[template(path = "pages/message.html")]
pub(super) struct MessagePage<'a> {
    layout: Layout,
    heading: &'static str,
    /// An emphasised text above the others.
    pub(super) warning: Option<Text>,
    pub(super) texts: Vec<Text>,
    /// The key of what the link is called.
    pub(super) label: &'static str,
    /// A link, or another secret, to copy; empty for none.
    pub(super) link: &'a str,
    /// Addresses and the keys of their labels.
    pub(super) links: Vec<(&'a str, &'static str)>,
}

impl MessagePage<'_> {
    /// A page with the heading of that key.
    pub(super) fn new(req: &HttpRequest, heading: &'static str, menu: Menu) -> Self {
        Self {
            layout: Layout::with_menu(req, heading, menu),
            heading,
            warning: None,
            texts: Vec::new(),
            label: "copy-label",
            link: "",
            links: Vec::new(),
        }
    }

    /// The page as a response.
    pub(super) fn answer(self, status: StatusCode) -> HttpResponse {
        page(status, &self)
    }
}
