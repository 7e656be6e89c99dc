//! Passkeys in a real Chromium, with its virtual authenticators.

use serde_json::json;
use tempfile::tempdir;

use super::support::axe::Axe;
use super::support::browser::{Browser, SIGN_IN};
use super::support::passkey;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::{FACTORS, STEP};
use super::support::process::Process;
use super::support::upstream::Upstream;
use super::support::virtual_authenticator::VirtualAuthenticator;

/// The button that asks for a passkey.
const BUTTON: &str = "[data-passkey]";
/// What follows the page on which a factor is added.
const ADDED: &str = ".flash, [data-recovery-code]";
/// What the page offers to authenticators.
const OFFER: &str = "const button = document.querySelector('[data-passkey]'); \
    return [button.form.elements.ceremony.value, JSON.parse(button.dataset.passkey).challenge];";
/// Asks for one of some passkeys, from whatever page is shown.
const ASK: &str = "const [challenge, ids, userVerification, done] = arguments; \
    const allowCredentials = ids.map((id) => ({ type: 'public-key', id })); \
    const options = { challenge, rpId: 'localhost', userVerification, allowCredentials }; \
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options); \
    navigator.credentials.get({ publicKey }).then((answer) => done(JSON.stringify(answer)), (fault) => \
    done(fault.name));";
/// Sends an answer from the sign-in page.
const SEND: &str = "const form = document.querySelector('[data-passkey]').form; \
    [form.elements.ceremony.value, form.elements.credential.value, form.action] = arguments; form.submit();";

/// A claimed server in front of an app, and a browser at it.
struct Walk {
    browser: Browser,
    base: String,
    upstream: Upstream,
    process: Process,
}

impl Walk {
    /// With the owner signed in.
    async fn start(browser: Option<Browser>) -> Option<Self> {
        let (browser, upstream) = (browser?, Upstream::start().await);
        let variables = [("UPSTREAM_URL".to_owned(), upstream.url())];
        let process = Process::start_with(tempdir().unwrap(), "start", &variables).await;
        let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
        people::claim_with(&mut process.client(), &token).await;
        let walk = Self { browser, base: process.app_url(), upstream, process };
        walk.open("/_auth/login").await;
        walk.give_the_password().await;
        walk.is_in().await;
        Some(walk)
    }

    async fn open(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.base)).await;
    }

    async fn give_the_password(&self) {
        self.browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    }

    /// A page of ours that asks for no passkey.
    fn own_page(&self) -> String {
        format!("{}/_auth/forgot", self.base)
    }

    /// Adds the authenticator that is there and touched.
    async fn add(&self, name: &str) {
        self.open(FACTORS).await;
        self.browser.click(&format!("a[href='{}']", passkey::PASSKEYS)).await;
        self.browser.submit(passkey::PASSKEYS, &[("name", name)]).await;
        self.browser.find(ADDED).await;
        self.open(FACTORS).await;
        self.browser.find(&format!("[data-factor-id][data-name='{name}']")).await;
    }

    async fn is_in(&self) {
        self.browser.find("#app").await;
    }

    /// Signs out; what is there must not be touched, or the next page signs in at once.
    async fn sign_out(&self) {
        self.open("/_auth/account").await;
        self.browser.submit("/_auth/logout", &[]).await;
        self.browser.find(SIGN_IN).await;
    }

    /// The passkey was not accepted, for that reason in the log, and nobody is signed in.
    async fn is_refused(&self, reason: &str) {
        self.browser.at(passkey::SIGN_IN).await;
        self.browser.find("h1").await;
        let text = self.browser.text().await;
        assert!(text.contains("This passkey was not accepted"), "{text}");
        self.process.running.line_with(reason);
        self.open("/page").await;
        self.browser.find(SIGN_IN).await;
    }

    /// The ceremony and the challenge of the sign-in page.
    async fn offer(&self) -> (String, String) {
        self.open("/_auth/login").await;
        self.browser.find(BUTTON).await;
        let found = self.browser.page.execute(OFFER, Vec::new()).await.unwrap();
        serde_json::from_value(found).unwrap()
    }

    /// What an authenticator answers to the page that is shown, or the name of the fault.
    async fn ask(&self, challenge: &str, ids: &[&str], user_verification: &str) -> String {
        let arguments = vec![challenge.into(), json!(ids), user_verification.into()];
        self.browser.page.execute_async(ASK, arguments).await.unwrap().as_str().unwrap().to_owned()
    }

    /// Sends such an answer from the sign-in page.
    async fn send(&self, ceremony: &str, answer: &str) {
        self.open("/_auth/login").await;
        self.browser.find(BUTTON).await;
        let arguments = vec![ceremony.into(), answer.into(), passkey::SIGN_IN.into()];
        self.browser.page.execute(SEND, arguments).await.unwrap();
    }
}

/// The id of the only key.
async fn only_id(authenticator: &VirtualAuthenticator) -> String {
    let keys = authenticator.credentials().await;
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(keys[0]["rpId"], "localhost");
    keys[0]["credentialId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn chromium_adds_a_passkey_and_signs_in_by_the_list_of_the_field_and_by_the_button() {
    let Some(walk) = Walk::start(Browser::start().await).await else { return };
    let key = VirtualAuthenticator::built_in(&walk.browser).await;
    walk.add("Laptop").await;
    only_id(&key).await;
    key.set_touched(&walk.browser, false).await;
    walk.sign_out().await;
    assert_eq!(
        walk.browser.find("[name='email']").await.attr("autocomplete").await.unwrap().as_deref(),
        Some("username webauthn")
    );
    // The list of the field answers as soon as the page asks.
    key.set_touched(&walk.browser, true).await;
    walk.open("/_auth/login?next=%2Fpage%3Fx%3D1").await;
    walk.browser.at("/page?x=1").await;
    walk.is_in().await;
    assert_eq!(walk.upstream.last().header("remote-user").as_deref(), Some(OWNER));

    key.set_touched(&walk.browser, false).await;
    walk.sign_out().await;
    key.set_touched(&walk.browser, true).await;
    walk.browser.click(BUTTON).await;
    walk.is_in().await;
    walk.browser.close().await;
}

#[tokio::test]
async fn chromium_gives_a_passkey_after_the_password() {
    let Some(walk) = Walk::start(Browser::start().await).await else { return };
    let key = VirtualAuthenticator::built_in(&walk.browser).await;
    walk.add("Laptop").await;
    key.set_touched(&walk.browser, false).await;
    walk.sign_out().await;
    walk.give_the_password().await;
    walk.browser.at(STEP).await;
    key.set_touched(&walk.browser, true).await;
    walk.browser.click(BUTTON).await;
    walk.is_in().await;
    walk.browser.close().await;
}

#[tokio::test]
async fn s125_chromium_signs_in_with_each_of_two_passkeys_until_it_is_removed() {
    let Some(walk) = Walk::start(Browser::start().await).await else { return };
    let first = VirtualAuthenticator::built_in(&walk.browser).await;
    walk.add("Laptop").await;
    first.set_touched(&walk.browser, false).await;
    let second = VirtualAuthenticator::plugged_in(&walk.browser).await;
    walk.add("Key ring").await;
    assert_ne!(only_id(&first).await, only_id(&second).await);
    second.set_touched(&walk.browser, false).await;
    for key in [&first, &second] {
        walk.sign_out().await;
        key.set_touched(&walk.browser, true).await;
        walk.browser.click(BUTTON).await;
        walk.is_in().await;
        key.set_touched(&walk.browser, false).await;
    }

    walk.open(FACTORS).await;
    walk.browser.click("[data-name='Laptop'] a[href$='/remove']").await;
    walk.browser.click("button.danger").await;
    walk.browser.gone("[data-name='Laptop']").await;
    walk.browser.find("[data-name='Key ring']").await;
    walk.sign_out().await;
    first.set_touched(&walk.browser, true).await;
    walk.browser.click(BUTTON).await;
    walk.browser.at(passkey::SIGN_IN).await;
    first.remove().await;
    walk.is_refused("is of another passkey").await;
    second.set_touched(&walk.browser, true).await;
    walk.browser.click(BUTTON).await;
    walk.is_in().await;
    walk.browser.close().await;
}

#[tokio::test]
async fn s125_chromium_proves_nothing_from_another_origin() {
    let Some(walk) = Walk::start(Browser::start().await).await else { return };
    let key = VirtualAuthenticator::built_in(&walk.browser).await;
    walk.add("Laptop").await;
    let id = only_id(&key).await;
    key.set_touched(&walk.browser, false).await;
    walk.sign_out().await;
    // Another port of this machine is the same site for the browser, which lends it the passkey, and another origin.
    // The same answer from our own page is accepted.
    for (page, is_own) in [(walk.upstream.url().replace("127.0.0.1", "localhost"), false), (walk.own_page(), true)] {
        let (ceremony, challenge) = walk.offer().await;
        walk.browser.open(&page).await;
        key.set_touched(&walk.browser, true).await;
        let answer = walk.ask(&challenge, &[&id], "required").await;
        assert!(answer.contains(&id), "{page}: {answer}");
        key.set_touched(&walk.browser, false).await;
        walk.send(&ceremony, &answer).await;
        if is_own {
            walk.is_in().await;
        } else {
            walk.is_refused("comes from another origin").await;
        }
    }
    walk.browser.close().await;
}

#[tokio::test]
async fn chromium_is_offered_no_passkey_at_another_address_and_reads_why() {
    let Some(walk) = Walk::start(Browser::start().await).await else { return };
    let key = VirtualAuthenticator::built_in(&walk.browser).await;
    key.set_touched(&walk.browser, false).await;
    let login = format!("{}/_auth/login", walk.base);
    walk.sign_out().await;
    walk.browser.open(&login).await;
    walk.browser.find(BUTTON).await;
    walk.browser.open(&login.replace("localhost", "127.0.0.1")).await;
    let text = walk.browser.text().await;
    assert!(text.contains("this site is set up for http://localhost"), "{text}");
    let buttons = walk.browser.page.execute("return document.querySelectorAll('[data-passkey]').length", vec![]).await;
    assert_eq!(buttons.unwrap(), 0);
    walk.browser.close().await;
}

#[tokio::test]
async fn s125_a_passkey_without_user_verification_is_a_second_factor_and_no_sign_in() {
    let Some(walk) = Walk::start(Browser::start().await).await else { return };
    let key = VirtualAuthenticator::without_verification(&walk.browser).await;
    walk.add("Key ring").await;
    let id = only_id(&key).await;
    key.set_touched(&walk.browser, false).await;
    walk.sign_out().await;
    walk.give_the_password().await;
    walk.browser.at(STEP).await;
    if let Some(mut axe) = Axe::load() {
        axe.judge(&walk.browser, "login-factor-passkey").await;
    }
    key.set_touched(&walk.browser, true).await;
    walk.browser.click(BUTTON).await;
    walk.is_in().await;

    key.set_touched(&walk.browser, false).await;
    walk.sign_out().await;
    let (ceremony, challenge) = walk.offer().await;
    walk.browser.open(&walk.own_page()).await;
    key.set_touched(&walk.browser, true).await;
    assert_eq!(walk.ask(&challenge, &[&id], "required").await, "NotAllowedError");
    // A browser that asks the authenticator for less than the page did.
    let answer = walk.ask(&challenge, &[&id], "discouraged").await;
    assert!(answer.contains(&id), "{answer}");
    key.set_touched(&walk.browser, false).await;
    walk.send(&ceremony, &answer).await;
    walk.is_refused("was given without user verification").await;
    walk.browser.close().await;
}

#[tokio::test]
async fn a_page_without_javascript_says_that_passkeys_need_it() {
    let Some(walk) = Walk::start(Browser::without_scripts().await).await else { return };
    let needs = "Passkeys need JavaScript";
    walk.open(passkey::PASSKEYS).await;
    walk.browser.find(BUTTON).await;
    let text = walk.browser.text().await;
    assert!(text.contains(needs), "{text}");
    walk.browser.submit(passkey::PASSKEYS, &[("name", "Laptop")]).await;
    walk.browser.find(".summary").await;
    walk.sign_out().await;
    let text = walk.browser.text().await;
    assert!(text.contains(needs), "{text}");
    walk.browser.close().await;
}
