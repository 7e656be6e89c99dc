//! The app's response to the browser: its framing, its caching, and the headers that concern the whole host.

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, STRICT_TRANSPORT_SECURITY,
};
use hyper::Response;
use hyper::body::{Body, Incoming};
use hyper::http::header;

use super::bodies::{Download, Watch};
use super::proxy_headers;
use crate::domain::app_url::AppUrl;
use crate::http::security_headers::ONLY_HTTPS;

/// A response of known length up to this many bytes is not registered as a stream: its session is checked piece by
/// piece.
const SMALL: u64 = 64 * 1024;

/// Whether the response need not be registered as a stream.
pub(super) fn is_small(response: &Response<Incoming>) -> bool {
    !is_event_stream(response) && response.body().size_hint().exact().is_some_and(|size| size <= SMALL)
}

/// Whether it is an event stream, which never ends by itself.
pub(super) fn is_event_stream(response: &Response<Incoming>) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| is_type(kind.as_bytes(), b"text/event-stream"))
}

/// Converts the app's response.
pub(super) fn pass(response: Response<Incoming>, to_head: bool, watch: Watch) -> HttpResponse {
    let (head, body) = response.into_parts();
    let status = StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let announced =
        head.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let size = match announced {
        _ if bodiless => BodySize::None,
        Some(length) if to_head => BodySize::Sized(length),
        None if to_head => BodySize::None,
        _ => body.size_hint().exact().map_or(BodySize::Stream, BodySize::Sized),
    };
    let mut answer = HttpResponse::with_body(status, BoxBody::new(Download::new(body, size, watch)));
    proxy_headers::from_app(&head.headers, answer.headers_mut());
    if status == StatusCode::NOT_MODIFIED {
        if let Some(length) = announced {
            answer.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
    } else {
        keep_private(answer.headers_mut());
    }
    answer
}

/// Caching defaults for apps that set none: only this browser may store the response, and it must ask us before it
/// shows a page again, or the page of an ended session would come from the disk. A 304 is left alone, since its headers
/// replace those of the stored response.
fn keep_private(headers: &mut HeaderMap) {
    if headers.contains_key(CACHE_CONTROL) {
        return;
    }
    // Without a type browsers sniff the body, and may find HTML.
    let is_page = headers.get(CONTENT_TYPE).is_none_or(|kind| {
        let kind = kind.as_bytes();
        is_type(kind, b"text/html") || is_type(kind, b"application/xhtml+xml")
    });
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(if is_page { "private, no-cache" } else { "private" }));
}

/// Over https, only we decide whether the host is restricted to https: the app's header could revoke ours, or affect
/// other hosts. Over plain http browsers ignore it.
pub(super) fn keep_https(headers: &mut HeaderMap, app_url: &AppUrl) {
    if app_url.is_https() && headers.contains_key(STRICT_TRANSPORT_SECURITY) {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ONLY_HTTPS));
    }
}

fn is_type(kind: &[u8], wanted: &[u8]) -> bool {
    let essence = kind.split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_app_does_not_say_about_caches_is_said() {
        let kept = |kind: Option<&'static str>, said: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            kind.map(|kind| headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind)));
            said.map(|said| headers.insert(CACHE_CONTROL, HeaderValue::from_static(said)));
            keep_private(&mut headers);
            headers.get(CACHE_CONTROL).unwrap().to_str().unwrap().to_owned()
        };
        for page in [Some("text/html"), Some("Text/HTML; charset=utf-8"), Some(" application/xhtml+xml ;x=y"), None] {
            assert_eq!(kept(page, None), "private, no-cache", "{page:?}");
        }
        for other in ["text/css", "image/png", "application/json", "text/html-sandboxed", "text/event-stream"] {
            assert_eq!(kept(Some(other), None), "private", "{other}");
        }
        for said in ["public, max-age=3600", "", "no-store"] {
            assert_eq!(kept(Some("text/html"), Some(said)), said);
        }
    }

    #[test]
    fn s65_on_https_the_app_cannot_say_otherwise_of_our_host() {
        let passed = |url: &str, said: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for said in said {
                headers.append(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(said));
            }
            keep_https(&mut headers, &AppUrl::parse(url).unwrap());
            headers
                .get_all(STRICT_TRANSPORT_SECURITY)
                .map(|value| value.to_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        for said in [&["max-age=0"][..], &["max-age=63072000; includeSubDomains; preload"], &["", "max-age=0"]] {
            assert_eq!(passed("https://a.example.org", said), [ONLY_HTTPS], "{said:?}");
            assert_eq!(passed("http://a.example.org", said), said, "{said:?}");
        }
        assert!(passed("https://a.example.org", &[]).is_empty());
    }
}
