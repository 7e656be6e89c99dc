//! The language of a response: the account's, else the browser's, else `DEFAULT_LANGUAGE`.

use actix_web::http::header::{AcceptLanguage, Header, Quality};
use actix_web::{HttpMessage, HttpRequest};

use super::settings;
use crate::domain::language::Language;

/// The account's language, for the lifetime of the request.
struct Chosen(Language);

/// Sets the visitor's language for this request, if they have chosen one.
pub fn note(req: &HttpRequest, chosen: Option<Language>) {
    if let Some(language) = chosen {
        req.extensions_mut().insert(Chosen(language));
    }
}

/// The language of the response.
pub fn of(req: &HttpRequest) -> Language {
    let chosen = req.extensions().get::<Chosen>().map(|chosen| chosen.0);
    chosen.unwrap_or_else(|| accepted(req, settings::of(req).config.site.language))
}

/// The browser's first choice among our languages (RFC 9110, section 12.5.4), or `default`.
pub(super) fn accepted(message: &impl HttpMessage, default: Language) -> Language {
    let Ok(mut accepted) = AcceptLanguage::parse(message) else { return default };
    accepted.retain(|range| range.quality > Quality::ZERO);
    accepted.ranked().iter().find_map(|range| Language::parse(range.item()?.primary_language())).unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::ACCEPT_LANGUAGE;
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_language_asked_for_most_wins() {
        for (header, expected) in [
            ("de", Language::German),
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("en;q=0.5, fr-CH;q=0.7", Language::French),
            ("ja, es;q=0.3", Language::Spanish),
            ("AR-eg", Language::Arabic),
            ("de;q=0, fr;q=0.001", Language::French),
            ("ja,zh;q=0.9", Language::English),
            ("", Language::English),
            ("*", Language::English),
            ("*, de;q=0.1", Language::German),
            ("de;q=2, fr;q=1.5, es;q=x", Language::English),
            ("deutsch", Language::English),
        ] {
            let request = TestRequest::default().insert_header((ACCEPT_LANGUAGE, header)).to_http_request();
            assert_eq!(accepted(&request, Language::English), expected, "{header}");
        }
        let long = TestRequest::default()
            .insert_header((ACCEPT_LANGUAGE, format!("{}de", "x,".repeat(10_000))))
            .to_http_request();
        assert_eq!(accepted(&long, Language::English), Language::German);
    }
}
