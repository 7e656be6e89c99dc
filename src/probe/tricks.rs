//! Requests that two programs may read differently.

use std::net::{IpAddr, Ipv4Addr};

use futures_util::{StreamExt as _, stream};

use super::client::{Answer, Ask};
use super::codes::Code;
use super::outside::{AT_ONCE, is_let_in};
use super::round::Round;
use super::target::Expected;
use crate::domain::dialect::Dialect;
use crate::domain::header_profile::Preset;
use crate::domain::networks::is_in;

/// A host that no app has (RFC 6761).
const ELSEWHERE: &str = "portcullis-probe.invalid";
/// Folders that proxies often leave open; `{p}` in the tricks is one of them.
const FOLDERS: [&str; 5] = ["/public", "/static", "/assets", "/.well-known", "/_auth/static"];
/// Ways from an open folder to what is not; `{m}` is the mark.
const WAYS_OUT: [&str; 9] = [
    "{p}/..%2f{m}",
    "{p}/%2e%2e/{m}",
    "{p}/%2e%2e%2f{m}",
    "{p}/..;/{m}",
    "{p}/..%5c{m}",
    "{p}/..%252f{m}",
    "{p}../{m}",
    "/{m}/..{p}/a",
    "/{m}/%2e%2e{p}/a",
];
/// Addresses of every machine from which it can ask itself.
const OTHERS: [Ipv4Addr; 3] = [Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 83, 7, 19)];
/// Spellings of any path.
const SPELLINGS: [&str; 6] = ["//{m}", "/./{m}", "/%2f{m}", "/{m};x", "/%2e/{m}", "/{m}%2f"];

/// No spelling of a path passes that would not pass plainly.
pub(super) async fn no_path_passes(round: &Round<'_>) {
    let mark = &round.target.mark;
    let folders = FOLDERS.iter().flat_map(|folder| WAYS_OUT.map(|way| way.replace("{p}", folder)));
    let all = folders.chain(SPELLINGS.map(str::to_owned));
    // Each has a mark of its own: what arrives may be spelled in another way.
    let all = all.enumerate().map(|(number, trick)| (format!("{mark}-t{number}-"), trick));
    let checks = all.map(async |(mark, trick)| {
        let path = trick.replace("{m}", &mark);
        if round.target.expected(&path) == Expected::Open {
            return;
        }
        let shown = trick.replace("{m}", "…");
        let Some(answer) = round.ask(&shown, Ask::get(&path).of_script()).await else { return };
        if is_let_in(round, &answer, &mark) && !is_ours(&answer) {
            round.find(Code::PathPassed, shown);
        }
    });
    stream::iter(checks).buffer_unordered(AT_ONCE).collect::<()>().await;
}

/// Whether it is an answer of the gate, which has pages of its own.
fn is_ours(answer: &Answer) -> bool {
    answer.has("x-request-id") && answer.header("content-security-policy").contains("frame-ancestors")
}

/// A request that names two hosts is refused, or is about the one whose app it reaches.
pub(super) async fn no_host_passes(round: &Round<'_>) {
    let (origin, path) = (round.target.origin(), round.target.path());
    if round.target.expected(&path) == Expected::Open {
        return;
    }
    let scheme = if origin.is_https() { "https" } else { "http" };
    let asks = [
        ("absolute-form, Host of another", Ask::get(format!("{origin}{path}/h1")).at_host(ELSEWHERE)),
        ("absolute-form of another", Ask::get(format!("{scheme}://{ELSEWHERE}{path}/h2"))),
        ("Host with another", Ask::get(format!("{path}/h3")).at_host(&format!("{ELSEWHERE},{}", origin.authority()))),
    ];
    let checks = asks.into_iter().zip(["/h1", "/h2", "/h3"]).map(async |((what, ask), end)| {
        let Some(answer) = round.ask(what, ask.of_script()).await else { return };
        if is_let_in(round, &answer, &format!("{path}{end}")) {
            round.find(Code::HostPassed, what);
        }
    });
    stream::iter(checks).buffer_unordered(AT_ONCE).collect::<()>().await;
}

/// What the client says was requested changes nothing: neither the answer nor where it leads.
pub(super) async fn the_client_is_not_believed(round: &Round<'_>) {
    let path = round.target.path();
    let page = || Ask::get(&path).of_navigation();
    let Some(plain) = round.ask(&path, page()).await else { return };
    let other = format!("{}/{}-other", round.target.origin(), round.target.mark);
    let lies = [
        ("X-Forwarded-Host", ELSEWHERE),
        ("X-Forwarded-Uri", "/portcullis-probe-other"),
        ("X-Forwarded-Method", "TRACE"),
        ("X-Original-URL", &other),
        ("X-Original-URI", "/portcullis-probe-other"),
        ("X-Original-Method", "TRACE"),
        ("X-Rewrite-URL", "/portcullis-probe-other"),
        ("X-Forwarded-Prefix", "/portcullis-probe-other"),
        ("Forwarded", "host=portcullis-probe.invalid"),
        ("X-HTTP-Method-Override", "TRACE"),
    ];
    let checks = lies.map(async |(name, value)| {
        let Some(answer) = round.ask(name, page().with(name, value)).await else { return };
        let same = (answer.status, answer.header("location")) == (plain.status, plain.header("location"));
        if !same {
            round.find(Code::ForwardedBelieved, name);
        }
    });
    stream::iter(checks).buffer_unordered(AT_ONCE).collect::<()>().await;
}

/// The question that a proxy asks is answered to nobody else.
pub(super) async fn nobody_else_may_ask(round: &Round<'_>) {
    let mut asks = Vec::new();
    for dialect in Dialect::ALL {
        let name = dialect.name();
        let below = if dialect == Dialect::Envoy { "/portcullis-probe-asked" } else { "" };
        asks.extend([
            format!("/_auth/verify/{name}{below}"),
            format!("/_auth/%76erify/{name}{below}"),
            format!("/_auth//verify/{name}{below}"),
            format!("/_auth/./verify/{name}{below}"),
            format!("//_auth/verify/{name}{below}"),
        ]);
    }
    let checks =
        asks.iter().map(async |path| (is_answered(round, path, None).await == Some(true)).then_some(path.as_str()));
    let open: Vec<&str> = stream::iter(checks).buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await;
    let Some(first) = open.first() else { return };
    let is_open = match Box::pin(peer_of(round)).await {
        Peer::Visitor => Some(true),
        Peer::Another(source) => is_answered(round, first, Some(source)).await,
        Peer::Proxy => None,
    };
    match is_open {
        Some(true) => open.iter().for_each(|path| round.find(Code::VerifyOpen, *path)),
        Some(false) => (),
        None => round.find(Code::VerifyUnjudged, "/_auth/verify/"),
    }
}

/// What the gate takes the probe for.
enum Peer {
    /// Anybody.
    Visitor,
    /// A proxy that may ask, if nothing is between it and the gate; not if it comes from this address.
    Another(Ipv4Addr),
    /// A proxy that may ask, if nothing is between it and the gate.
    Proxy,
}

/// The gate that serves the app itself may be what is asked, and may trust the address of the probe.
async fn peer_of(round: &Round<'_>) -> Peer {
    let trusts = |ip: IpAddr| is_in(ip, round.accounts.trusted_proxies());
    let Some((own, other)) = round.asker.ends().await else { return Peer::Proxy };
    if round.target.app().upstream.is_none() || !trusts(own) {
        return Peer::Visitor;
    }
    let is_here = own == other && own.is_ipv4() || other.is_loopback() && other.is_ipv4();
    let others = OTHERS.into_iter().find(|other| !trusts((*other).into()));
    others.filter(|_| is_here).map_or(Peer::Proxy, Peer::Another)
}

/// Whether the gate's answer to a proxy comes back, asked from that address; `None` if nothing does.
async fn is_answered(round: &Round<'_>, path: &str, source: Option<Ipv4Addr>) -> Option<bool> {
    let ask = question(round, path);
    let ask = source.into_iter().fold(ask, Ask::sent_by);
    round.ask(path, ask).await.map(|answer| answers_a_question(round, &answer))
}

/// As a proxy of any kind would ask about some page.
fn question(round: &Round<'_>, path: &str) -> Ask {
    let origin = round.target.origin();
    let scheme = if origin.is_https() { "https" } else { "http" };
    let ask = Ask::get(path).with("x-original-url", &format!("{origin}/portcullis-probe-asked"));
    let ask = ask.with("x-original-method", "GET").with("x-forwarded-method", "GET");
    let ask = ask.with("x-forwarded-uri", "/portcullis-probe-asked").with("x-forwarded-proto", scheme);
    ask.with("x-forwarded-host", origin.authority()).of_script()
}

/// Whether it says what the gate says to a proxy: who is there, or where to sign in.
fn answers_a_question(round: &Round<'_>, answer: &Answer) -> bool {
    let identity = Preset::Remote.headers().iter().any(|(_, name)| answer.has(name));
    let leads = answer.redirects() && round.target.is_sign_in(answer.header("location"));
    identity
        || leads
        || answer.has("x-portcullis-navigation")
        || answer.status == 401 && answer.body.contains("login_url")
}
