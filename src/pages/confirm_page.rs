//! The page that asks "is it you?" (S130): for the password, or for a code of the second factor that the person has.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use super::change::Change;
use super::form::{Field, FormPage, MessagePage};
use super::passkey_button::Button;
use super::signed_in::with_next;
use crate::accounts::FieldFault;
use crate::accounts::confirm::Pending;
use crate::domain::lists::entries;
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::jwt::Member;
use crate::http::page::ADMIN_PAGES;
use crate::http::settings;

/// Its address.
const ADDRESS: &str = "/_auth/confirm";

/// The address of the page that asks, and then goes on to `next`; with `needs_factor` it asks for a second factor.
pub(super) fn address(next: &str, needs_factor: bool) -> String {
    let factor = if needs_factor { "&factor=on" } else { "" };
    format!("{}{factor}", with_next(ADDRESS, next))
}

/// What is an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The password.
    Password,
    /// The password, a code, or both.
    PasswordOrCode,
    /// A code alone: the second factor is what is missing.
    Code,
}

impl Asked {
    /// What that person is asked for.
    pub(super) async fn of(member: &Member, req: &HttpRequest, needs_factor: bool) -> Result<Self, HttpError> {
        let has_factor = settings::accounts(req).is_asked_for_factor(member.who()).await?;
        Ok(match (has_factor, needs_factor) {
            (false, _) => Self::Password,
            (true, false) => Self::PasswordOrCode,
            (true, true) => Self::Code,
        })
    }

    fn fields(self) -> Vec<Field> {
        let password = || Field::password("current_password", "current-password", "current-password");
        let code = || Field::code("factor-code").with_hint(Text::new("factor-code-hint"));
        match self {
            Self::Password => vec![password()],
            Self::PasswordOrCode => vec![password().optional(), code().optional()],
            Self::Code => vec![code()],
        }
    }

    /// How to answer, after `question`.
    fn intro(self, question: &'static str) -> Vec<Text> {
        match self {
            Self::Password => vec![Text::new(question)],
            Self::PasswordOrCode => vec![Text::new(question), Text::new("prove-or-code")],
            Self::Code => vec![Text::new("prove-needs-factor"), Text::new("factor-lost")],
        }
    }

    fn links(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Password | Self::PasswordOrCode => vec![("/_auth/forgot", "forgot-link")],
            Self::Code => Vec::new(),
        }
    }
}

/// The page for one person.
pub(super) struct Question<'a> {
    member: &'a Member,
    req: &'a HttpRequest,
    asked: Asked,
    passkey: Option<Button>,
}

impl<'a> Question<'a> {
    /// For that person; with `needs_factor` only a second factor is an answer.
    pub(super) async fn of(member: &'a Member, req: &'a HttpRequest, needs_factor: bool) -> Result<Self, HttpError> {
        let asked = Asked::of(member, req, needs_factor).await?;
        let offer = settings::accounts(req).offer_confirmation(member.who()).await?;
        Ok(Self { member, req, asked, passkey: offer.map(Button::prove) })
    }

    /// On the way to `next`.
    pub(super) fn on_the_way(&self, next: &str, status: StatusCode, faults: Vec<FieldFault>) -> HttpResponse {
        let is_ours = next.starts_with("/_auth/");
        // Posts to its own address, which says where it leads: browsers are to allow the host of the app.
        let mut page = self.page(if is_ours { "prove-for-page" } else { "prove-for-app" }, "");
        page.hidden.push(("next", next));
        if self.asked == Asked::Code {
            page.hidden.push(("factor", "on"));
        }
        page.faults = faults;
        page.answer_with(status, self.req)
    }

    /// About the form that waits under `token`.
    pub(super) fn about_form(
        &self,
        token: &str,
        pending: &Pending,
        status: StatusCode,
        faults: Vec<FieldFault>,
    ) -> HttpResponse {
        let mut page = self.page("prove-intro", ADDRESS);
        page.intro.splice(..0, description(pending));
        page.passkey = page.passkey.map(Button::after_form);
        page.hidden.push(("deed", token));
        let of_list = ADMIN_PAGES.iter().find(|list| pending.address.starts_with(list.path));
        page.links.push((of_list.map_or("/_auth/", |list| list.path), "prove-cancel"));
        page.faults = faults;
        page.answer_with(status, self.req)
    }

    fn page(&self, question: &'static str, action: &'static str) -> FormPage<'_> {
        let mut page = FormPage::new(self.req, "prove-heading", self.member.menu(), action, "prove-submit");
        page.intro = self.asked.intro(question);
        // Password managers find the password under this name.
        page.hidden = vec![("username", self.member.who().name())];
        page.fields = self.asked.fields();
        page.passkey.clone_from(&self.passkey);
        page.links = self.asked.links();
        page
    }
}

/// What is about to happen.
fn description(pending: &Pending) -> Vec<Text> {
    let change = Change::ALL.into_iter().find(|change| change.key() == pending.what);
    let count = pending.fields.keys().filter(|name| name.starts_with(super::admin::selected::BOX)).count();
    let field = |name| pending.fields.get(name).map_or("", |value| value.trim());
    let removes = if field("username").is_empty() { "yes" } else { "no" };
    let (email, group) = match change {
        Some(Change::GroupNew) => (String::new(), field("name")),
        Some(change) if change.is_of_group() => {
            (entries(field("email")).collect::<Vec<_>>().join(", "), pending.subject.as_str())
        }
        _ => (pending.subject.clone(), ""),
    };
    let app = if change == Some(Change::AppNew) { field("name") } else { pending.subject.as_str() };
    let what = change.map(|change| {
        let what = Text::new(change.key()).with("email", email).with("group", group).with("count", count);
        let what = what.with("app", app).with("path", field("path")).with("name", field("name"));
        what.with("role", field("role")).with("username", field("username")).with("removes", removes)
    });
    let in_groups = Some(field("groups")).filter(|names| !names.is_empty());
    let in_groups = in_groups.map(|names| Text::new("prove-in-groups").with("groups", names));
    what.into_iter().chain(in_groups).collect()
}

/// The form waits no longer.
pub(super) fn over(member: &Member, req: &HttpRequest) -> HttpResponse {
    let mut page = MessagePage::new(req, "prove-heading", member.menu());
    page.texts = vec![Text::new("prove-over")];
    page.links = vec![("/_auth/", "error-start")];
    page.answer(StatusCode::GONE)
}

/// Says how to get on the way to `next`, which needs a second factor, to who cannot be asked for one.
pub(super) async fn no_factor(member: &Member, req: &HttpRequest, next: &str) -> Result<HttpResponse, HttpError> {
    let user = member.who().user_id().ok_or(HttpError::NotFound)?;
    let mut page = MessagePage::new(req, "prove-heading", member.menu());
    // Not asked for: SECOND_FACTOR is off.
    if settings::accounts(req).has_factor(user).await? {
        page.texts = vec![Text::new("prove-factor-off")];
        page.links = vec![("/_auth/", "error-start")];
    } else {
        page.texts = vec![Text::new("prove-no-factor")];
        page.links = vec![("/_auth/account/factors", "factors-heading"), (next, "prove-go-on")];
    }
    Ok(page.answer(StatusCode::FORBIDDEN))
}
