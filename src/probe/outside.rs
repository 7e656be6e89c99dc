//! What somebody gets who is not signed in.

use futures_util::{StreamExt as _, stream};

use super::client::{Answer, Ask};
use super::codes::Code;
use super::echo::KEY;
use super::round::Round;
use super::target::Expected;

/// How many questions are asked at once.
pub(super) const AT_ONCE: usize = 8;
/// Where proxies often have rules of their own. `{}` is the mark, which no app has.
const PLACES: [&str; 20] = [
    "/{}",
    "/api/{}",
    "/static/{}",
    "/assets/{}",
    "/images/{}",
    "/files/{}",
    "/webhook/{}",
    "/.well-known/{}",
    "/{}.css",
    "/{}.js",
    "/{}.png",
    "/{}.woff2",
    "/{}.html",
    "/ws?{}",
    "/websocket?{}",
    "/socket.io/?{}",
    "/favicon.ico?{}",
    "/robots.txt?{}",
    "/metrics?{}",
    "/health?{}",
];
/// Where WebSockets often are.
const SOCKETS: [&str; 4] = ["/{}/ws", "/ws?{}", "/websocket?{}", "/socket.io/?{}"];

/// Whether the gate is there at all, and says what it should to people and to scripts. False if nothing more can be
/// learned from what it says.
pub(super) async fn the_gate_answers(round: &Round<'_>) -> bool {
    let health = round.ask("/_auth/health/live", Ask::get("/_auth/health/live")).await;
    if !health.is_some_and(|answer| answer.status == 200 && answer.body == "ok") {
        round.find(Code::GateNotReached, "/_auth/health/live");
    }
    let path = round.target.path();
    if round.target.expected(&path) != Expected::SignIn {
        return true;
    }
    let (page, script) =
        tokio::join!(round.ask(&path, Ask::get(&path).of_navigation()), round.ask(&path, Ask::get(&path).of_script()));
    let (Some(page), Some(script)) = (page, script) else { return true };
    if let Some(code) = no_question(round, &page, &script) {
        round.find(code, page.status.to_string());
        return false;
    }
    judge_page(round, &page);
    if script.redirects() {
        round.find(Code::ScriptRedirected, script.status.to_string());
    }
    true
}

/// Why nobody gets anywhere: the proxy does not ask as the gate wants to be asked.
fn no_question(round: &Round<'_>, page: &Answer, script: &Answer) -> Option<Code> {
    if round.target.app().upstream.is_some() || page.status != script.status {
        return None;
    }
    match page.status {
        400 | 403 => Some(Code::QuestionRefused),
        404 if page.body.contains("\"error\"") => Some(Code::WrongDialect),
        500 | 502 | 503 => Some(Code::WrongDialect),
        _ => None,
    }
}

fn judge_page(round: &Round<'_>, page: &Answer) {
    let location = page.header("location");
    if matches!(page.status, 401 | 403) {
        round.find(Code::NavigationRefused, page.status.to_string());
    } else if page.redirects() && !round.target.is_sign_in(location) {
        round.find(Code::SignInElsewhere, location);
    }
}

/// Nobody who is not signed in gets an answer of the app, wherever it has pages. Returns the folders that are open.
pub(super) async fn strangers_are_stopped(round: &Round<'_>) {
    let mut places: Vec<String> = PLACES.iter().map(|place| (*place).to_owned()).collect();
    places.extend(round.target.places());
    places.sort();
    places.dedup();
    // Each has a mark of its own, so that what arrives is known again.
    let checks = places.iter().enumerate().map(async |(number, place)| {
        one_place(round, place, &format!("{}-p{number}-", round.target.mark)).await;
    });
    stream::iter(checks).buffer_unordered(AT_ONCE).collect::<()>().await;
}

async fn one_place(round: &Round<'_>, place: &str, mark: &str) {
    let path = place.replace("{}", mark);
    if round.target.expected(without_query(&path)) == Expected::Open {
        return;
    }
    let shown = shown(place);
    let Some(answer) = round.ask(&shown, Ask::get(path).of_script()).await else { return };
    if is_let_in(round, &answer, mark) {
        round.find(Code::AnonymousLetIn, shown);
    } else if !round.is_denial(&answer) && !answer.redirects() && round.echo.is_none() {
        round.find(Code::AnsweredUnasked, format!("{shown} ({})", answer.status));
    }
}

/// Whether a request with that mark reached the app, as far as that is visible.
pub(super) fn is_let_in(round: &Round<'_>, answer: &Answer, mark: &str) -> bool {
    match round.echo {
        Some(echo) => !echo.arrived(mark).is_empty(),
        None => answer.status < 300,
    }
}

fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or_default()
}

/// A place as it is shown: without the mark, which means nothing to anybody.
fn shown(place: &str) -> String {
    place.replace("?{}", "").replace("{}", "…")
}

/// The handshake of a WebSocket that a page of the app opens.
pub(super) fn handshake(round: &Round<'_>, path: &str) -> Ask {
    let ask = Ask::get(path).with("connection", "Upgrade").with("upgrade", "websocket");
    let ask = ask.with("sec-websocket-key", KEY).with("sec-websocket-version", "13");
    ask.with("origin", &round.target.origin().to_string())
}

/// A WebSocket opens for nobody who is not signed in, and no other upgrade does.
pub(super) async fn upgrades_are_guarded(round: &Round<'_>) {
    let sockets = SOCKETS.iter().enumerate().map(async |(number, place)| {
        let mark = format!("{}-w{number}-", round.target.mark);
        let path = place.replace("{}", &mark);
        if round.target.expected(without_query(&path)) == Expected::Open {
            return;
        }
        let shown = shown(place);
        let Some(answer) = round.ask(&shown, handshake(round, &path)).await else { return };
        let arrived = round.arrived(&mark).iter().any(|one| one.all("upgrade").next().is_some());
        if answer.status == 101 || arrived {
            round.find(Code::WebSocketOpen, shown);
        }
    });
    stream::iter(sockets).buffer_unordered(AT_ONCE).collect::<()>().await;
    let path = format!("{}/h2c", round.target.path());
    let answer = round.ask("h2c", to_http2(Ask::get(&path))).await;
    if answer.is_some_and(|answer| answer.status == 101) {
        round.find(Code::H2cPassed, "Upgrade: h2c");
    }
}

/// The same as an upgrade to HTTP/2 without TLS.
pub(super) fn to_http2(ask: Ask) -> Ask {
    let ask = ask.with("connection", "Upgrade, HTTP2-Settings").with("upgrade", "h2c");
    ask.with("http2-settings", "AAMAAABkAAQAAP__")
}
