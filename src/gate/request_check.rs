//! Checks requests before authentication: refuses those that two programs could interpret differently (S73, S76, S80).

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, ORIGIN, TRANSFER_ENCODING};

use super::upgrade::{self, Upgrade};
use crate::domain::path;
use crate::http::error::HttpError;

static SERVICE_WORKER: HeaderName = HeaderName::from_static("service-worker");

/// How the body of a request is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// No body, and no header about one.
    None,
    /// `Content-Length`.
    Length(u64),
    /// Chunked.
    Chunked,
}

/// A request that may be forwarded if the visitor is admitted.
#[derive(Debug)]
pub(super) struct CheckedRequest {
    pub(super) framing: Framing,
    pub(super) websocket: bool,
}

/// Checks the head of `req`. Refusals are logged with the reason.
pub(super) fn check(req: &HttpRequest) -> Result<CheckedRequest, HttpError> {
    let path = req.uri().path();
    if !matches!(*req.method(), Method::CONNECT | Method::TRACE) {
        check_path(path)?;
    }
    check_head(req)
        .inspect_err(|why| tracing::info!(path = begin(path), %why, "refused an ambiguous or unsupported request"))
}

fn check_head(req: &HttpRequest) -> Result<CheckedRequest, HttpError> {
    if matches!(*req.method(), Method::CONNECT | Method::TRACE) {
        return Err(HttpError::MethodNotAllowed);
    }
    let headers = req.headers();
    let framing = framing(headers)?;
    let websocket = match upgrade::requested(req.method(), headers) {
        Upgrade::Ordinary => false,
        Upgrade::WebSocket if framing == Framing::None => true,
        Upgrade::WebSocket | Upgrade::Broken => return Err(HttpError::BadRequest("fault-no-websocket")),
    };
    check_service_worker(headers, req.uri().path())?;
    Ok(CheckedRequest { framing, websocket })
}

/// Refuses a WebSocket that a page of another origin than the app's own opens, unless the app names it.
pub(super) fn check_websocket_origin(headers: &HeaderMap, own: &str, others: &[String]) -> Result<(), HttpError> {
    let is_known = |origin: &[u8]| origin == own.as_bytes() || others.iter().any(|other| origin == other.as_bytes());
    if headers.get_all(ORIGIN).all(|origin| is_known(origin.as_bytes())) {
        return Ok(());
    }
    tracing::info!(app = own, "refused a WebSocket of another site");
    Err(HttpError::Forbidden("fault-foreign-websocket"))
}

/// Whether the raw `path` can belong to the app: no program may interpret it as one of the gate's own (S82). Both gates
/// call this.
pub(super) fn check_path(path: &str) -> Result<(), HttpError> {
    let (fault, why) = if !path::is_well_formed(path) {
        (HttpError::BadRequest("fault-address"), "it is none")
    } else if !path::may_be_reserved(path) {
        return Ok(());
    } else if path::is_reserved(path) {
        (HttpError::NotFound, "everything below /_auth belongs to the gate")
    } else {
        (HttpError::BadRequest("fault-ambiguous-address"), "some programs interpret it as a path below /_auth")
    };
    tracing::info!(path = begin(path), why, "refused a path");
    Err(fault)
}

/// The part of a path that is logged; a path can be as long as a head.
fn begin(path: &str) -> &str {
    path.get(..path.floor_char_boundary(200)).unwrap_or_default()
}

/// actix refuses most of this itself; the app must never depend on that.
fn framing(headers: &HeaderMap) -> Result<Framing, HttpError> {
    const AMBIGUOUS: HttpError = HttpError::BadRequest("fault-ambiguous-length");
    let mut lengths = headers.get_all(CONTENT_LENGTH);
    let mut codings = headers.get_all(TRANSFER_ENCODING);
    match (lengths.next(), codings.next()) {
        (None, None) => Ok(Framing::None),
        (Some(length), None) if lengths.next().is_none() => {
            let digits = length.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            digits.and_then(|digits| digits.parse().ok()).map(Framing::Length).ok_or(AMBIGUOUS)
        }
        (None, Some(coding)) if codings.next().is_none() && coding.as_bytes().eq_ignore_ascii_case(b"chunked") => {
            Ok(Framing::Chunked)
        }
        _ => Err(AMBIGUOUS),
    }
}

/// The widest scope of a service worker is the folder of its script; the root scope would cover our pages.
fn check_service_worker(headers: &HeaderMap, path: &str) -> Result<(), HttpError> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    if folder.is_empty() && headers.contains_key(&SERVICE_WORKER) {
        return Err(HttpError::Forbidden("fault-service-worker"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use actix_web::test::TestRequest;

    use super::*;

    const HANDSHAKE: [(&str, &str); 4] = [
        ("upgrade", "websocket"),
        ("connection", "Upgrade"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-version", "13"),
    ];

    fn check_request(method: Method, path: &str, headers: &[(&str, &str)]) -> Result<CheckedRequest, u16> {
        let mut request = TestRequest::with_uri(path).method(method);
        for (name, value) in headers {
            request = request.append_header((*name, *value));
        }
        check(&request.to_http_request()).map_err(|fault| fault.status_code().as_u16())
    }

    fn status(method: Method, path: &str, headers: &[(&str, &str)]) -> u16 {
        check_request(method, path, headers).map_or_else(|status| status, |_sound| 200)
    }

    #[test]
    fn s68_connect_and_trace_are_refused() {
        assert_eq!(status(Method::TRACE, "/", &[]), 405);
        assert_eq!(status(Method::CONNECT, "/", &[]), 405);
        assert_eq!(status(Method::OPTIONS, "/", &[]), 200);
    }

    #[test]
    fn s82_what_some_program_reads_as_ours_never_reaches_the_app() {
        for path in ["/_auth/x", "/_AUTH"] {
            assert_eq!(status(Method::GET, path, &[]), 404, "{path}");
        }
        for path in ["//_auth/x", "/%5fauth/x", "/a/../_auth", "/_auth%2fx", "/x/%2e%2e/_auth/y"] {
            assert_eq!(status(Method::GET, path, &[]), 400, "{path}");
        }
        for path in ["/a/../b", "/a%2fb", "/%2e%2e/a", "/a%00", "/caf%E9", "/_authors"] {
            assert_eq!(status(Method::GET, path, &[]), 200, "{path}");
        }
        assert_eq!(status(Method::OPTIONS, "*", &[]), 400);
    }

    #[test]
    fn s76_ambiguous_framing_is_refused() {
        for headers in [
            vec![("content-length", "3"), ("content-length", "4")],
            vec![("content-length", "3"), ("content-length", "3")],
            vec![("content-length", "3"), ("transfer-encoding", "chunked")],
            vec![("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")],
            vec![("transfer-encoding", "gzip, chunked")],
            vec![("transfer-encoding", "identity")],
            vec![("content-length", "+3")],
            vec![("content-length", "3, 3")],
        ] {
            assert_eq!(status(Method::POST, "/", &headers), 400, "{headers:?}");
        }
        assert_eq!(check_request(Method::POST, "/", &[("content-length", "0")]).unwrap().framing, Framing::Length(0));
        assert_eq!(
            check_request(Method::POST, "/", &[("transfer-encoding", "Chunked")]).unwrap().framing,
            Framing::Chunked
        );
    }

    #[test]
    fn s80_a_websocket_of_another_origin_is_refused() {
        let own = "https://app.example.org";
        let others = ["https://embed.example.org".to_owned()];
        let with_origin = |origin: &str| {
            let request = TestRequest::default().append_header(("origin", origin)).to_http_request();
            check_websocket_origin(request.headers(), own, &others).is_ok()
        };
        assert!(with_origin(own) && with_origin(&others[0]));
        assert!(check_websocket_origin(&HeaderMap::new(), own, &[]).is_ok());
        for other in
            ["https://evil.example", "null", "http://app.example.org", "https://app.example.org.evil.example", ""]
        {
            assert!(!with_origin(other), "{other}");
        }
        assert!(check_request(Method::GET, "/ws", &HANDSHAKE).unwrap().websocket);
        assert_eq!(status(Method::GET, "/ws", &[&HANDSHAKE[..], &[("content-length", "3")]].concat()), 400);
        assert_eq!(status(Method::POST, "/ws", &HANDSHAKE), 400);
    }

    #[test]
    fn a_service_worker_at_the_root_is_refused() {
        let script = [("service-worker", "script")];
        assert_eq!(status(Method::GET, "/sw.js", &script), 403);
        assert_eq!(status(Method::GET, "/%73w.js", &script), 403);
        assert_eq!(status(Method::GET, "/app/sw.js", &script), 200);
        assert_eq!(status(Method::GET, "/sw.js", &[]), 200);
    }
}
