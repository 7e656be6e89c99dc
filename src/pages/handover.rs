//! One sign-in for several hosts (S116, docs/adr/0012): an app's host begins, the portal hands over, the app's host
//! opens a session of its own.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::{see_other, signed_in};
use crate::accounts::AccountError;
use crate::accounts::handover::Entrance;
use crate::domain::old_gates::OldGate;
use crate::domain::origin::Origin;
use crate::domain::return_to::{ReturnTo, encode_query};
use crate::domain::rules::Circumstances;
use crate::http::authenticator::client;
use crate::http::error::HttpError;
use crate::http::jwt::Member;
use crate::http::{app_origin, begin_cookie, client_address, settings};

/// Where to go afterwards.
#[derive(Deserialize)]
pub struct Begin {
    #[serde(default)]
    next: String,
}

/// What the portal is asked for.
#[derive(Deserialize)]
pub struct Asked {
    app: String,
    origin: String,
    bind: String,
    #[serde(default)]
    next: String,
    /// The other gate at whose addresses the app's host has begun.
    #[serde(default)]
    by: String,
}

/// What the portal answered.
#[derive(Deserialize)]
pub struct Enter {
    code: String,
    #[serde(default)]
    next: String,
}

/// On the host of an app: gives the browser a nonce, and leads to the portal.
pub async fn begin(req: HttpRequest, query: web::Query<Begin>) -> Result<HttpResponse, HttpError> {
    let app = app_origin::of(&req).ok_or(HttpError::NotFound)?;
    begin_at(&req, app, &query.next, None).await
}

/// The same at `app`, to lead to `next`, and by way of the addresses of another gate.
pub(super) async fn begin_at(
    req: &HttpRequest,
    app: Origin,
    next: &str,
    by: Option<OldGate>,
) -> Result<HttpResponse, HttpError> {
    let nonce = begin_cookie::nonce(req, &app).unwrap_or_else(begin_cookie::new_nonce);
    let id = app_origin::app_at(req, &app).await?.map(|app| app.app().id.to_string()).ok_or(HttpError::NotFound)?;
    let portal = format!(
        "/_auth/handover?app={}&origin={}&bind={}{}{}",
        encode_query(&id),
        encode_query(&app.to_string()),
        begin_cookie::bind_of(&nonce),
        by.map_or_else(String::new, |gate| format!("&by={gate}")),
        next_of(next, &app)
    );
    let mut answer = see_other(&settings::of(req).app_url.join(&portal));
    begin_cookie::set_nonce(req, &app, Some(&nonce), answer.headers_mut());
    Ok(answer)
}

/// At the portal: issues a code for a session that may enter the app, and leads back there.
pub async fn hand_over(member: Member, req: HttpRequest, query: web::Query<Asked>) -> Result<HttpResponse, HttpError> {
    let accounts = settings::accounts(&req);
    let refused = |reason: &'static str| {
        tracing::info!(reason, origin = query.origin.as_str(), "refused a hand-over");
        HttpError::Forbidden("fault-handover-address")
    };
    let found = match Origin::parse_canonical(&query.origin) {
        Some(origin) => app_origin::app_at(&req, &origin).await?.map(|app| (origin, app)),
        None => None,
    };
    let Some((origin, app)) = found.filter(|(_, app)| app.app().id.as_str() == query.app) else {
        return Err(refused("it is not an address of that app"));
    };
    if !begin_cookie::is_bind(&query.bind) {
        return Err(refused("it is not bound to a browser"));
    }
    let circumstances = Circumstances { client: client_address::of(&req).client, now: accounts.clock().now() };
    if !app.may_enter(member.who(), circumstances) {
        refused("no rule of the app admits the visitor");
        return Err(HttpError::NotForYou { app: app.app().name.clone(), who: Some(member.who().name().to_owned()) });
    }
    let code = accounts.issue_code(member.who(), &origin, &query.bind).await?;
    let by = OldGate::parse(&query.by).filter(|gate| settings::of(&req).config.gate.compat.contains(gate));
    let enter = by.map_or_else(|| "/_auth/enter".to_owned(), OldGate::enter);
    let enter = format!("{origin}{enter}?code={}{}", code.expose(), next_of(&query.next, &origin));
    Ok(see_other(&enter))
}

/// On the host of an app: exchanges the code for a session, and leads to the page that was asked for.
pub async fn enter(req: HttpRequest, query: web::Query<Enter>) -> Result<HttpResponse, HttpError> {
    let app = app_origin::of(&req).ok_or(HttpError::NotFound)?;
    let nonce = begin_cookie::nonce(&req, &app);
    let longest = app_origin::app_at(&req, &app).await?.and_then(|app| app.app().session_secs);
    let entrance = Entrance { origin: app.clone(), nonce, longest };
    let entered = settings::accounts(&req).enter(&query.code, entrance, client(&req)).await;
    let new = entered.map_err(|fault| match fault {
        AccountError::Link => HttpError::HandOver,
        other => other.into(),
    })?;
    let next = ReturnTo::parse_on(&query.next, &app);
    let mut answer = signed_in::answer(&req, &new, next.as_ref().map_or("/", ReturnTo::location))?;
    begin_cookie::set_nonce(&req, &app, None, answer.headers_mut());
    Ok(answer)
}

/// The rest of a query, with the way back on the app's own origin.
fn next_of(next: &str, app: &Origin) -> String {
    ReturnTo::parse_on(next, app).map_or_else(String::new, |next| format!("&next={}", next.query_escaped()))
}
