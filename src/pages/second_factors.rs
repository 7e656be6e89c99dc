//! The second factors of one's own: list, set-up, recovery codes (S127, S128).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use qrcode::QrCode;
use qrcode::render::{Renderer, svg};
use serde::Deserialize;

use super::form::{Field, FormPage, MessagePage, fault_of};
use super::passkey_button::Button;
use super::signed_in::with_next;
use super::{confirm_page, see_other};
use crate::accounts::enrolment::TotpSetup;
use crate::accounts::second_factors::OwnFactors;
use crate::accounts::{AccountError, FieldFault};
use crate::domain::device::Device;
use crate::domain::factors::{FEW_CODES, Factor, SecondFactor};
use crate::domain::ids::FactorId;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::MAX_NAME_CHARS;
use crate::http::authenticator::client;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::jwt::Member;
use crate::http::page::{Layout, Menu, page};
use crate::http::{forms, settings};

/// Light modules around a QR code (ISO/IEC 18004).
const QUIET_ZONE: u32 = 4;
/// The list.
pub(super) const ADDRESS: &str = "/_auth/account/factors";
/// Where an app for codes is added.
const TOTP: &str = "/_auth/account/factors/totp";
/// Where recovery codes are replaced.
const RECOVERY: &str = "/_auth/account/factors/recovery";

#[derive(Template)]
#[template(path = "pages/second_factors.html")]
struct ListPage {
    layout: Layout,
    csrf_token: String,
    now: Timestamp,
    own: OwnFactors,
    trusted: Vec<Device>,
    is_off: bool,
    has_few_codes: bool,
    codes_left: usize,
    faults: Vec<FieldFault>,
}

impl ListPage {
    /// The host for which that factor was made, if it is a passkey that does not work at this one.
    fn other_host(&self, factor: &Factor) -> Option<&str> {
        self.own.passkeys.get(&factor.id)?.other_host.as_deref()
    }

    /// The key of where that factor is, if it is a passkey.
    fn place(&self, factor: &Factor) -> Option<&'static str> {
        let passkey = self.own.passkeys.get(&factor.id)?;
        Some(if passkey.synced { "passkey-synced" } else { "passkey-on-one-device" })
    }
}

#[derive(Template)]
#[template(path = "pages/totp.html")]
struct TotpPage<'a> {
    layout: Layout,
    csrf_token: String,
    action: &'a str,
    next: &'a str,
    heading: &'static str,
    intro: &'static str,
    /// The way back to the password, where one is at the second step.
    again: Option<String>,
    /// A drawing in SVG.
    qr: String,
    key: &'a str,
    address: &'a str,
    fields: Vec<Field>,
    faults: Vec<FieldFault>,
    /// Makes a passkey instead.
    passkey: Option<Button>,
}

impl TotpPage<'_> {
    fn fault_of(&self, name: &str) -> Option<String> {
        fault_of(&self.faults, name, &self.layout)
    }
}

#[derive(Template)]
#[template(path = "pages/recovery_codes.html")]
struct CodesPage<'a> {
    layout: Layout,
    /// Whether they come with the first factor.
    is_new: bool,
    email: &'a str,
    made_at: Timestamp,
    codes: &'a [String],
    next: &'a str,
}

/// What proves a new factor.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct TotpForm {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) next: String,
}

/// What the page that asks about new recovery codes carries; a script need not.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RenewalForm {
    once: String,
}

/// A new name.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NameForm {
    name: String,
}

/// The list.
pub async fn list(member: Member, req: HttpRequest) -> Result<HttpResponse, HttpError> {
    list_page(&member, &req, Vec::new()).await
}

async fn list_page(member: &Member, req: &HttpRequest, faults: Vec<FieldFault>) -> Result<HttpResponse, HttpError> {
    let accounts = settings::accounts(req);
    let own = accounts.factors_of(member.who().user_id().ok_or(HttpError::NotFound)?).await?;
    let mut trusted = accounts.own_devices(member.who()).await?;
    trusted.retain(|device| device.is_trusted(accounts.clock().now()));
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let content = ListPage {
        trusted,
        layout: Layout::with_menu(req, "factors-heading", member.menu()),
        csrf_token: forms::token(req),
        now: accounts.clock().now(),
        is_off: accounts.second_factor() == SecondFactor::Off,
        codes_left: own.recovery_codes,
        has_few_codes: own.recovery_codes <= FEW_CODES,
        own,
        faults,
    };
    Ok(page(status, &content))
}

/// The secret of a new factor, after "is it you?".
pub async fn show_totp(member: Member, req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let accounts = settings::accounts(&req);
    let needs_factor = accounts.lacks_factor(member.who()).await?;
    if needs_factor || !accounts.was_proved_recently(member.who()).await? {
        return Ok(see_other(&confirm_page::address(TOTP, needs_factor)));
    }
    let setup = accounts.begin_totp(member.who()).await?;
    Ok(totp_page(&req, member.menu(), &setup, (TOTP, ""), "", (Vec::new(), None)))
}

/// Adds the factor if the code is right.
pub async fn add_totp(
    member: Member,
    req: HttpRequest,
    Checked(typed): Checked<TotpForm>,
) -> Result<HttpResponse, HttpError> {
    let accounts = settings::accounts(&req);
    match accounts.add_totp(member.who(), &typed.code, &typed.name, client(&req)).await {
        Ok(Some(codes)) => Ok(codes_page(&req, &member, &codes, true)),
        Ok(None) => Ok(Flash::FactorAdded.at(ADDRESS)),
        Err(AccountError::Rules(faults)) => {
            let setup = accounts.begin_totp(member.who()).await?;
            Ok(totp_page(&req, member.menu(), &setup, (TOTP, ""), &typed.name, (faults, None)))
        }
        // The page was loaded again after it had succeeded, or too late.
        Err(AccountError::Link) => Ok(Flash::FactorSetupOver.at(ADDRESS)),
        Err(fault) => Err(fault.into()),
    }
}

/// Asks before the recovery codes are replaced. "Is it you?" comes first: the answer to this form shows the new ones.
pub async fn ask_renew(member: Member, req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let accounts = settings::accounts(&req);
    let own = accounts.factors_of(member.who().user_id().ok_or(HttpError::NotFound)?).await?;
    if own.factors.is_empty() {
        return Ok(see_other(ADDRESS));
    }
    let needs_factor = accounts.lacks_factor(member.who()).await?;
    if needs_factor || !accounts.was_proved_recently(member.who()).await? {
        return Ok(see_other(&confirm_page::address(RECOVERY, needs_factor)));
    }
    let once = accounts.begin_renewal(member.who())?;
    let mut form = FormPage::new(&req, "recovery-renew-heading", member.menu(), RECOVERY, "recovery-renew");
    form.intro = vec![Text::new("recovery-renew-intro").with("count", own.recovery_codes), Text::new("recovery-once")];
    form.hidden = vec![("once", &once)];
    form.danger = true;
    form.links = vec![(ADDRESS, "recovery-keep")];
    Ok(form.answer(&req))
}

/// New recovery codes in place of the old ones, shown this once.
pub async fn renew_codes(
    member: Member,
    req: HttpRequest,
    Checked(typed): Checked<RenewalForm>,
) -> Result<HttpResponse, HttpError> {
    match settings::accounts(&req).renew_recovery_codes(member.who(), &typed.once, client(&req)).await {
        Ok(Some(codes)) => Ok(codes_page(&req, &member, &codes, false)),
        // The page that showed them was loaded again.
        Ok(None) => Ok(Flash::RecoveryShown.at(ADDRESS)),
        Err(AccountError::Link) => Ok(see_other(RECOVERY)),
        Err(AccountError::Rules(faults)) => list_page(&member, &req, faults).await,
        Err(fault) => Err(fault.into()),
    }
}

/// Asks before a factor is removed, and says what follows.
pub async fn ask_remove(member: Member, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let (accounts, id) = (settings::accounts(&req), FactorId::parse(&id).ok_or(HttpError::NotFound)?);
    let user = accounts.user(member.who().user_id().ok_or(HttpError::NotFound)?).await?;
    let own = accounts.factors_of(&user.id).await?;
    let factor = own.factors.iter().find(|factor| factor.id == id).ok_or(HttpError::NotFound)?;
    let is_last = own.factors.len() == 1;
    if is_last && accounts.second_factor().is_demanded_of(user.role) {
        let mut page = MessagePage::new(&req, "factor-remove-heading", member.menu());
        page.texts = vec![Text::new("factor-is-demanded")];
        page.links = vec![(ADDRESS, "passkey-back")];
        return Ok(page.answer(StatusCode::OK));
    }
    let action = format!("{ADDRESS}/{id}/remove");
    let mut form = FormPage::new(&req, "factor-remove-heading", member.menu(), &action, "factor-remove");
    let what = Text::new("factor-remove-what").with("kind", factor.kind.text()).with("name", factor.name.as_str());
    form.intro = vec![what, Text::new(if is_last { "factor-remove-last" } else { "factor-remove-others" })];
    form.danger = true;
    form.links = vec![(ADDRESS, "factor-keep")];
    Ok(form.answer(&req))
}

/// Removes a factor.
pub async fn remove(member: Member, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let id = FactorId::parse(&id).ok_or(HttpError::NotFound)?;
    let removed = settings::accounts(&req).remove_factor(member.who(), id, client(&req)).await;
    back_to_list(&member, &req, removed, Flash::FactorRemoved).await
}

/// Gives a factor another name.
pub async fn rename(
    member: Member,
    req: HttpRequest,
    id: web::Path<String>,
    Checked(typed): Checked<NameForm>,
) -> Result<HttpResponse, HttpError> {
    let id = FactorId::parse(&id).ok_or(HttpError::NotFound)?;
    let renamed = settings::accounts(&req).rename_factor(member.who(), id, &typed.name, client(&req)).await;
    back_to_list(&member, &req, renamed, Flash::FactorRenamed).await
}

/// The list, with what was done or with what is wrong.
async fn back_to_list(
    member: &Member,
    req: &HttpRequest,
    outcome: Result<(), AccountError>,
    flash: Flash,
) -> Result<HttpResponse, HttpError> {
    match outcome {
        Ok(()) => Ok(flash.at(ADDRESS)),
        Err(AccountError::Rules(faults)) => list_page(member, req, faults).await,
        Err(fault) => Err(fault.into()),
    }
}

/// Asks for the factor again in a browser that was trusted.
pub async fn forget_trusted(
    member: Member,
    req: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, HttpError> {
    settings::accounts(&req).forget_trusted(member.who(), id.into_inner(), client(&req)).await?;
    Ok(Flash::TrustedForgotten.at(ADDRESS))
}

/// The page that shows a secret and asks for a code of it; the form posts to the first address and goes on to the
/// second.
pub(super) fn totp_page(
    req: &HttpRequest,
    menu: Menu,
    setup: &TotpSetup,
    (action, next): (&str, &str),
    name: &str,
    (faults, passkey): (Vec<FieldFault>, Option<Button>),
) -> HttpResponse {
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    // Who has to set up a factor in the middle of a sign-in may be offered a passkey as well.
    let (title, intro) = match (menu, &passkey) {
        (Menu::None, Some(_)) => ("enrol-heading", "enrol-intro"),
        (Menu::None, None) => ("enrol-heading", "totp-demanded"),
        _ => ("totp-heading", "totp-intro"),
    };
    let content = TotpPage {
        layout: if menu == Menu::None { Layout::new(req, title) } else { Layout::with_menu(req, title, menu) },
        csrf_token: forms::token(req),
        action,
        next,
        again: (menu == Menu::None).then(|| with_next("/_auth/login", next)),
        heading: title,
        intro,
        qr: drawing(&setup.address),
        key: &setup.key,
        address: &setup.address,
        fields: vec![
            Field::code("totp-code").with_hint(Text::new("totp-code-hint")),
            Field::text("name", "totp-name", name, "off")
                .at_most(MAX_NAME_CHARS)
                .with_hint(Text::new("totp-name-hint")),
        ],
        faults,
        passkey,
    };
    page(status, &content)
}

/// Recovery codes, which are shown this once.
pub(super) struct NewCodes<'a> {
    /// Whose they are.
    pub(super) email: &'a str,
    pub(super) codes: &'a [String],
    /// Whether they come with the first factor.
    pub(super) is_new: bool,
    /// Where the page leads then.
    pub(super) next: &'a str,
}

impl NewCodes<'_> {
    /// Their page, which says whose they are: people keep it on paper.
    pub(super) fn page(&self, req: &HttpRequest, menu: Menu) -> HttpResponse {
        let &Self { email, codes, is_new, next } = self;
        let title = "recovery-heading";
        let layout = if menu == Menu::None { Layout::new(req, title) } else { Layout::with_menu(req, title, menu) };
        let made_at = settings::accounts(req).clock().now();
        page(StatusCode::OK, &CodesPage { layout, is_new, email, made_at, codes, next })
    }
}

/// The page of new recovery codes of the signed-in person.
pub(super) fn codes_page(req: &HttpRequest, member: &Member, codes: &[String], is_new: bool) -> HttpResponse {
    NewCodes { email: member.who().name(), codes, is_new, next: ADDRESS }.page(req, member.menu())
}

/// A QR code in SVG, without the declaration of XML, which has no place in HTML; empty for what is too long for one.
fn drawing(text: &str) -> String {
    let Ok(code) = QrCode::new(text) else { return String::new() };
    let modules = code.to_colors();
    let drawn = Renderer::<svg::Color<'_>>::new(&modules, code.width(), QUIET_ZONE).min_dimensions(220, 220).build();
    drawn.split_once("?>").map_or_else(String::new, |(_, drawing)| drawing.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_a_single_element_without_style_or_script() {
        let drawn = drawing("otpauth://totp/a:b?secret=GEZDGNBVGY3TQOJQ&issuer=a");
        assert!(drawn.starts_with("<svg ") && drawn.ends_with("</svg>"), "{drawn}");
        assert!(!drawn.contains("style") && !drawn.contains("script") && !drawn.contains("GEZD"), "{drawn}");
        assert_eq!(drawing(&"x".repeat(5000)), "");
    }
}
