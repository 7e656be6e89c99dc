//! An app for one-time codes, as people have on their phones.

use portcullis::for_tests::Clock;

use super::app::TestApp;
use super::client::{Call, Client, Response};
use super::clock::TestClock;
use super::page;
use super::people::{self, OWNER, PASSWORD};
use super::upstream::Upstream;

/// Where one's own factors are listed.
pub const FACTORS: &str = "/_auth/account/factors";
/// Where an app for codes is added.
pub const TOTP: &str = "/_auth/account/factors/totp";
/// Where a sign-in asks for the code.
pub const STEP: &str = "/_auth/login/factor";

/// A phone that scanned a key.
#[derive(Clone)]
pub struct Phone {
    /// The key as the page shows it.
    pub key: String,
    clock: TestClock,
}

impl Phone {
    /// A phone with that key, whose clock is `clock`.
    pub fn new(key: String, clock: &TestClock) -> Self {
        Self { key, clock: clock.clone() }
    }

    /// A phone that scanned what this page shows.
    pub fn scanning(html: &str, clock: &TestClock) -> Self {
        Self::new(page::data(html, "totp-key").expect("no key"), clock)
    }

    /// What it shows now.
    pub fn code(&self) -> String {
        self.code_in(0)
    }

    /// What it shows in so many seconds.
    pub fn code_in(&self, seconds: i64) -> String {
        let secret = totp_rs::Secret::try_from_base32(self.key.replace(' ', "")).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
        totp.generate(u64::try_from(self.clock.now().secs() + seconds).unwrap()).to_string()
    }
}

/// Adds an app for codes to the account of this browser. Returns the phone and the recovery codes that come with it.
pub async fn add(client: &mut Client, clock: &TestClock) -> (Phone, Vec<String>) {
    let shown = client.get(TOTP).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    let phone = Phone::scanning(&shown.text(), clock);
    let added = client.submit(TOTP, TOTP, &[("code", &phone.code()), ("name", "Phone")]).await;
    assert!([200, 303].contains(&added.status), "{}", added.text());
    (phone, page::all_data(&added.text(), "recovery-code"))
}

/// Answers the second step of a sign-in.
pub async fn answer(client: &mut Client, code: &str) -> Response {
    client.submit(STEP, STEP, &[("code", code)]).await
}

/// A claimed gate in front of an app, its owner's browser, phone and recovery codes, a minute later.
pub async fn with_phone() -> (TestApp, Upstream, Client, Phone, Vec<String>) {
    let (app, upstream, mut owner) = people::with_app().await;
    let (phone, codes) = add(&mut owner, &app.clock).await;
    app.advance(60);
    (app, upstream, owner, phone, codes)
}

/// A browser that gave the owner's password.
pub async fn halfway(app: &TestApp) -> Client {
    let mut client = app.client();
    let answer = people::sign_in(&mut client, OWNER, PASSWORD).await;
    assert_eq!(answer.location(), STEP);
    client
}

/// A browser of the owner that is trusted: its session was opened by the password alone. A minute later.
pub async fn trusted(app: &TestApp, phone: &Phone) -> Client {
    let mut client = halfway(app).await;
    let trusting = [("code", &*phone.code()), ("trust", "on")];
    assert_eq!(client.submit(STEP, STEP, &trusting).await.status, 303);
    people::sign_out(&mut client).await;
    assert_ne!(people::sign_in(&mut client, OWNER, PASSWORD).await.location(), STEP);
    app.advance(60);
    client
}

/// How many audit lines there are of an event.
pub async fn events(owner: &mut Client, event: &str) -> usize {
    let html = owner.get(&format!("/_auth/admin/audit?event={event}")).await.text();
    page::all_data(&html, "subject").len()
}

/// A browser of that person at the second step, and its answer, not sent yet.
pub async fn waiting(app: &TestApp, email: &str, phone: &Phone) -> (Client, Call) {
    let mut client = app.client();
    assert_eq!(people::sign_in(&mut client, email, PASSWORD).await.location(), STEP);
    client.get(STEP).await;
    let form = client.filled_form(STEP, &[("code", &phone.code())]).unwrap();
    (client, form)
}

/// The same instance, started again with `SECOND_FACTOR=off`.
pub async fn restarted_with_off(app: TestApp) -> TestApp {
    let (folder, clock) = app.stop().await;
    TestApp::start(|options| {
        options.clock = clock;
        options.data_dir = Some(folder);
        options.set("SECOND_FACTOR", "off");
    })
    .await
}
