//! What arrives at the app from somebody who may enter it.

use super::client::Ask;
use super::codes::Code;
use super::echo::Arrived;
use super::headers::DROPPED;
use super::outside::{handshake, to_http2};
use super::round::Round;
use crate::crypto::opaque_token::PlainToken;
use crate::domain::access::Visitor;
use crate::domain::header_profile::{Part, folded};
use crate::domain::origin::Origin;
use crate::http::cookies::CookieNames;
use crate::http::identity_headers::IdentityHeaders;

/// Bytes of the upload.
const UPLOAD: usize = 5 * 1024 * 1024;
/// Made-up headers in one request: some servers take no more than a hundred.
const MADE_UP_AT_ONCE: usize = 25;
/// What only a proxy may say about the client and the request.
const OF_PROXIES: [&str; 12] = [
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-uri",
    "x-forwarded-method",
    "x-forwarded-prefix",
    "x-real-ip",
    "x-original-url",
    "x-rewrite-url",
    "forwarded",
    "x-http-method-override",
];
/// The header of the signed identity.
const SIGNED: &str = "x-portcullis-jwt";

/// Somebody who may enter, for a moment and where no app has anything.
pub struct Guest {
    /// The token, good for the path of the probe alone.
    pub token: PlainToken,
    /// Who it is.
    pub visitor: Visitor,
}

/// How the token is sent.
#[derive(Clone, Copy)]
enum Carrier {
    Own,
    Bearer,
}

impl Carrier {
    fn on(self, ask: Ask, guest: &Guest) -> Ask {
        match self {
            Self::Own => ask.with("x-portcullis-token", guest.token.expose()),
            Self::Bearer => ask.with("authorization", &format!("Bearer {}", guest.token.expose())),
        }
    }
}

/// Everything about somebody who may enter.
pub(super) async fn the_guest_arrives(round: &Round<'_>, guest: &Guest) {
    let (own, bearer) = (enters(round, guest, Carrier::Own).await, enters(round, guest, Carrier::Bearer).await);
    let carrier = match (own, bearer) {
        (true, _) => Carrier::Own,
        (false, true) => Carrier::Bearer,
        (false, false) => return round.find(Code::NotLetIn, guest.visitor.name()),
    };
    if round.echo.is_none() {
        return round.find(Code::ArrivalUnseen, "--echo");
    }
    let visit = Visit { round, guest, carrier };
    tokio::join!(
        visit.identity(),
        visit.nothing_made_up(),
        visit.own_headers(),
        visit.upgrades(),
        visit.upload(),
        visit.stream()
    );
}

/// Whether the token opens the way, and whether it stops there.
async fn enters(round: &Round<'_>, guest: &Guest, carrier: Carrier) -> bool {
    let path =
        format!("{}/enter-{}", round.target.path(), if matches!(carrier, Carrier::Own) { "own" } else { "bearer" });
    let ask = carrier.on(Ask::get(&path).of_script(), guest);
    let Some(answer) = round.ask("a machine token", ask).await else { return false };
    let arrived = round.arrived(&path);
    for one in &arrived {
        for name in one.names_with(guest.token.expose()) {
            round.find(Code::TokenPassed, name);
        }
    }
    if round.echo.is_some() { !arrived.is_empty() } else { !round.is_denial(&answer) }
}

/// Requests of the guest.
struct Visit<'a> {
    round: &'a Round<'a>,
    guest: &'a Guest,
    carrier: Carrier,
}

impl Visit<'_> {
    fn path(&self, end: &str) -> String {
        format!("{}/{end}", self.round.target.path())
    }

    /// Sends a request to that place, and takes up what arrives.
    async fn send(&self, end: &str, change: impl FnOnce(Ask) -> Ask) -> Option<Arrived> {
        let path = self.path(end);
        let ask = self.carrier.on(change(Ask::get(&path)), self.guest);
        self.round.ask(end, ask).await?;
        self.round.arrived(&path).pop()
    }

    /// What the app should learn about the guest: names and values.
    fn expected(&self) -> Vec<(String, String)> {
        let profile = &self.round.target.app().headers;
        let identity = IdentityHeaders::of(&self.guest.visitor);
        let value = |part: Part| {
            let value = identity.part(part, Some(&self.guest.visitor));
            value.to_str().unwrap_or_default().to_owned()
        };
        let preset = profile.preset.headers().iter().map(|(part, name)| ((*name).to_owned(), value(*part)));
        preset.chain(profile.own.iter().map(|(part, name)| (name.clone(), value(*part)))).collect()
    }

    /// The app learns who is there, also if the client lists the names among those that a proxy has to drop.
    async fn identity(&self) {
        let expected = self.expected();
        let listed = expected.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        let mut missing = Vec::new();
        for (end, dropped) in [("identity", false), ("dropped", true)] {
            let arrived = self
                .send(end, |ask| if dropped { ask.with("connection", &format!("{listed}, close")) } else { ask })
                .await;
            let Some(arrived) = arrived else { continue };
            let mut names: Vec<&str> = Vec::new();
            for (name, value) in expected.iter().filter(|(_, value)| !value.is_empty()) {
                if !arrived.all(name).eq([value.as_str()]) {
                    names.push(name);
                }
            }
            if self.round.target.app().signed_identity && arrived.all(SIGNED).all(str::is_empty) {
                names.push(SIGNED);
            }
            for name in names.into_iter().filter(|name| !missing.contains(name)).collect::<Vec<_>>() {
                missing.push(name);
                let why = if dropped { DROPPED } else { "" };
                self.round.find(Code::IdentityMissing, format!("{name}{why}"));
            }
        }
    }

    /// Nothing that the client makes up arrives under a name of the app's or of a proxy's, in any spelling.
    async fn nothing_made_up(&self) {
        let names: Vec<String> = self.expected().into_iter().map(|(name, _)| name).chain([SIGNED.to_owned()]).collect();
        let identity: Vec<String> = names.iter().flat_map(|name| spellings(name)).collect();
        let forwarding: Vec<String> = OF_PROXIES.iter().map(|name| (*name).to_owned()).collect();
        for (code, names) in [(Code::IdentitySpoofed, identity), (Code::ForwardedSpoofed, forwarding)] {
            for (number, some) in names.chunks(MADE_UP_AT_ONCE).enumerate() {
                for is_title_case in [false, true] {
                    self.make_up(code, number, some, is_title_case).await;
                }
            }
        }
    }

    async fn make_up(&self, code: Code, number: usize, names: &[String], is_title_case: bool) {
        let made_up = format!("made-up-{}", self.round.target.mark);
        let end = format!("{}-{number}-{is_title_case}", code.as_str());
        let arrived = self.send(&end, |ask| {
            let ask = names.iter().fold(ask, |ask, name| ask.with(name, &made_up));
            if is_title_case { ask.in_title_case() } else { ask }
        });
        let Some(arrived) = arrived.await else { return };
        for name in arrived.names_with(&made_up) {
            if names.iter().any(|known| folded(known) == folded(name)) {
                self.round.find(code, name);
            }
        }
    }

    /// The app gets its own cookies and credentials, and none of the gate's.
    async fn own_headers(&self) {
        let cookies = CookieNames::new(self.cookie_origin());
        let ours = format!("{}={}", cookies.session, self.round.target.mark);
        let credentials = format!("Bearer app-{}", self.round.target.mark);
        let is_free = matches!(self.carrier, Carrier::Own);
        let arrived = self.send("own", |ask| {
            let ask = ask.with("cookie", &format!("theme=dark; {ours}"));
            if is_free { ask.with("authorization", &credentials) } else { ask }
        });
        let Some(arrived) = arrived.await else { return };
        if arrived.all("cookie").any(|cookie| cookie.contains(&ours)) {
            self.round.find(Code::CookiePassed, cookies.session);
        }
        let is_fixed = self.round.target.app().headers.fixed.iter().any(|fixed| fixed.name == "authorization");
        if is_free && !is_fixed && !arrived.all("authorization").eq([credentials.as_str()]) {
            self.round.find(Code::AuthorizationLost, "Authorization");
        }
    }

    fn cookie_origin(&self) -> &Origin {
        self.round.target.origin()
    }

    /// A WebSocket opens, and no other upgrade arrives.
    async fn upgrades(&self) {
        let path = self.path("socket");
        let ask = self.carrier.on(handshake(self.round, &path), self.guest);
        if let Some(answer) = self.round.ask("a WebSocket", ask).await {
            let arrived = self.round.arrived(&path).pop();
            let (is_old, is_asked) = arrived
                .map_or((false, false), |arrived| (arrived.is_old_http, arrived.all("upgrade").next().is_some()));
            if is_old {
                self.round.find(Code::OldHttp, "HTTP/1.0");
            }
            if answer.status != 101 && !(is_old && is_asked) {
                self.round.find(Code::WebSocketCut, answer.status.to_string());
            }
        }
        let Some(arrived) = self.send("http2", to_http2).await else { return };
        if arrived.all("upgrade").any(|value| !value.eq_ignore_ascii_case("websocket")) {
            self.round.find(Code::H2cPassed, "Upgrade: h2c");
        }
    }

    /// An upload passes whole.
    async fn upload(&self) {
        let path = self.path("upload");
        let ask = self.carrier.on(Ask::post(&path, UPLOAD).of_script(), self.guest);
        let outcome = self.round.try_ask(ask).await;
        if self.round.arrived(&path).iter().all(|arrived| arrived.length != UPLOAD) {
            let status = outcome.map_or_else(|_fault| "-".to_owned(), |answer| answer.status.to_string());
            self.round.find(Code::UploadCut, status);
        }
    }

    /// The first event of a stream comes while the stream is still open.
    async fn stream(&self) {
        let path = self.path("stream");
        // As browsers ask: a proxy that compresses holds back what is too short to be compressed.
        let ask = Ask::get(&path).with("accept", "text/event-stream").with("accept-encoding", "gzip");
        if !self.round.asker.has_begun(self.carrier.on(ask, self.guest)).await {
            self.round.find(Code::StreamBuffered, "text/event-stream");
        }
        if let Some(echo) = self.round.echo {
            echo.saw_first_event();
        }
    }
}

/// A name as it is, with underscores for some or all of its hyphens, and with dots.
fn spellings(name: &str) -> Vec<String> {
    let mut all = vec![name.to_owned(), name.replace('-', "_"), name.replacen('-', "_", 1), name.replace('-', ".")];
    all.sort();
    all.dedup();
    all
}
