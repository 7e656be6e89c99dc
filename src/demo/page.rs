//! The one page of the sample app.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

#[derive(Template)]
#[template(path = "demo/who.html")]
struct WhoPage {
    user: String,
    identity: Vec<(&'static str, String)>,
    headers: Vec<(String, String)>,
}

/// The identity headers the gate always sends.
const IDENTITY: [&str; 5] = ["Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups", "Remote-Id"];

/// `GET /`: the visitor according to the gate, and every header received.
pub(super) async fn show(request: HttpRequest) -> HttpResponse {
    let value =
        |name: &str| request.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let identity = IDENTITY.map(|name| (name, value(name).unwrap_or_default())).to_vec();
    let mut headers: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    headers.sort();
    let page = WhoPage { user: value("Remote-User").unwrap_or_default(), identity, headers };
    let answer = crate::http::page::page(actix_web::http::StatusCode::OK, &page);
    std::future::ready(answer).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::MessageBody as _;
    use actix_web::test::TestRequest;

    #[tokio::test]
    async fn the_page_shows_the_visitor_and_escapes_what_arrived() {
        let request = TestRequest::default()
            .insert_header(("remote-user", "ada@example.org"))
            .insert_header(("remote-id", "an-id-that-stays"))
            .insert_header(("user-agent", "<script>alert(1)</script>"))
            .to_http_request();
        let body = show(request).await.into_body().try_into_bytes().unwrap();
        let html = String::from_utf8(body.to_vec()).unwrap();
        assert!(html.contains("ada@example.org") && html.contains("Remote-Id") && html.contains("an-id-that-stays"));
        assert!(!html.contains("<script>alert(1)"), "{html}");
    }
}
