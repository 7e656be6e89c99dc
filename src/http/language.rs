//! Which language an answer is in: the account's, else the browser's, else `DEFAULT_LANGUAGE`.

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use actix_web::{HttpMessage, HttpRequest};

use super::settings;
use super::signed_in::Standing;
use crate::domain::language::Language;

/// What the account has chosen; lives as long as the request.
struct Chosen(Language);

/// Remembers for this request what the visitor has chosen.
pub fn note(req: &HttpRequest, standing: &Standing) {
    if let Standing::SignedIn(passport) = standing
        && let Some(language) = passport.who.language()
    {
        req.extensions_mut().insert(Chosen(language));
    }
}

/// The language of the answer.
pub fn of(req: &HttpRequest) -> Language {
    let chosen = req.extensions().get::<Chosen>().map(|chosen| chosen.0);
    chosen.unwrap_or_else(|| accepted(req.headers(), settings::of(req).site.language))
}

/// The browser's language, or `default`.
pub(super) fn accepted(headers: &HeaderMap, default: Language) -> Language {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).and_then(Language::accepted).unwrap_or(default)
}
