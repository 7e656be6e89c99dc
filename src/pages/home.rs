//! `/_auth/`: where to go from here.

use actix_web::{HttpRequest, HttpResponse};

use super::see_other;
use crate::accounts::Phase;
use crate::http::error::HttpError;
use crate::http::settings;
use crate::http::signed_in::{Standing, guard};

/// Signed in: the app or the account; else sign-in or set-up.
pub async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    if settings::accounts(&req).phase() == Phase::Unclaimed {
        return Ok(see_other("/_auth/setup"));
    }
    let (standing, renewal) = guard(&req).check_and_refresh(&req).await?;
    let mut answer = match standing {
        Standing::Anonymous => see_other("/_auth/login"),
        Standing::SignedIn(_) if settings::of(&req).upstream.is_some() => see_other("/"),
        Standing::SignedIn(_) => see_other("/_auth/account"),
    };
    guard(&req).append_renewal(&req, renewal, answer.headers_mut()).await;
    Ok(answer)
}

/// `/.well-known/change-password`: where password managers lead.
pub async fn change_password() -> HttpResponse {
    see_other("/_auth/account/password")
}

/// `/_auth/admin`: the first of the admin pages.
pub async fn admin() -> HttpResponse {
    see_other("/_auth/admin/users")
}

/// Everything else below `/_auth`.
pub async fn not_found() -> Result<HttpResponse, HttpError> {
    Err(HttpError::NotFound)
}

/// A method that a listed address does not have.
pub async fn wrong_method() -> Result<HttpResponse, HttpError> {
    Err(HttpError::MethodNotAllowed)
}
