//! Every flow in a real Chromium by keyboard alone, on a wide and on a narrow screen, light and dark, with JavaScript
//! and without.

use fantoccini::key::Key;

use super::support::browser::SIGN_IN;
use super::support::keyboard::{Walk, fill, press, tab_to, type_in, write};
use super::support::people::{OWNER, PASSWORD};
use super::support::upstream::Upstream;

const EVE: &str = "eve@example.org";
const MOVED: &str = "olive@example.org";
const SECOND: &str = "nine-otters-paint-the-barn";
const THIRD: &str = "eleven-owls-mend-a-clock";

impl Walk {
    async fn sign_in(&self, email: &str, password: &str) {
        type_in(&self.browser, &[("email", email), ("password", password)]).await;
        self.browser.find("#app").await;
    }

    async fn sign_out(&self) {
        self.open("/_auth/account", "dl[data-user-email]").await;
        self.go_to("form[action='/_auth/logout'] button", SIGN_IN).await;
    }

    async fn claim(&self, token: &str) {
        self.open(&format!("/_auth/setup?token={token}"), "form[action='/_auth/setup']").await;
        type_in(&self.browser, &[("email", OWNER), ("password", "short"), ("confirm", "short")]).await;
        self.follow_the_summary("password").await;
        write(&self.browser, PASSWORD).await;
        type_in(&self.browser, &[("confirm", PASSWORD)]).await;
        self.browser.find("#app").await;
    }

    /// Out, and in again after a mistake.
    async fn out_and_in(&self) {
        self.sign_out().await;
        type_in(&self.browser, &[("email", OWNER), ("password", "wrong-one")]).await;
        self.at_the_summary().await;
        type_in(&self.browser, &[("password", PASSWORD)]).await;
        self.browser.find("#app").await;
    }

    async fn choose_language(&self, begin: &str, then: &str) {
        fill(&self.browser, "name", "Olive Owner").await;
        tab_to(&self.browser, "[name='language']").await;
        write(&self.browser, begin).await;
        self.go_to("form[action='/_auth/account/profile'] button", then).await;
    }

    /// Name and language, there and back.
    async fn own_profile(&self) {
        self.open("/_auth/account", "dl[data-user-email]").await;
        self.go_to("a[href='/_auth/account/profile']", "[name='language']").await;
        self.choose_language("Deu", "html[lang='de'] .flash").await;
        self.go_to("a[href='/_auth/account/profile']", "[name='language']").await;
        self.choose_language("Eng", "html[lang='en'] .flash").await;
    }

    async fn own_password(&self) {
        self.go_to("a[href='/_auth/account/password']", "[name='current_password']").await;
        type_in(&self.browser, &[("current_password", PASSWORD), ("new_password", SECOND), ("confirm", "another")])
            .await;
        self.follow_the_summary("confirm").await;
        type_in(&self.browser, &[("current_password", PASSWORD), ("new_password", SECOND), ("confirm", SECOND)]).await;
        self.see(".flash").await;
    }

    async fn own_address(&mut self) {
        self.go_to("a[href='/_auth/account/email']", "[name='email']").await;
        type_in(&self.browser, &[("current_password", SECOND), ("email", MOVED)]).await;
        self.see(".flash").await;
        let link = self.mailbox.wait_for("Confirm your new address").await.link();
        self.open(&link, "form[action='/_auth/account/email/confirm']").await;
        self.go_to("form[action='/_auth/account/email/confirm'] button", SIGN_IN).await;
        self.sign_in(MOVED, SECOND).await;
    }

    /// Without a mail server nothing is promised, and it is said whom to ask.
    async fn tells_of_no_mail(&self) {
        let shown = self.browser.text().await;
        assert!(
            shown.contains("does not send mail") && shown.contains("Ask an admin") && shown.contains("user reset-link"),
            "{shown}"
        );
        assert!(
            !shown.contains("we will send you") && !shown.contains("on its way") && !shown.contains("Check your mail"),
            "{shown}"
        );
    }

    /// Asks for a link, and returns it.
    async fn forget(&mut self) -> String {
        self.sign_out().await;
        self.go_to("a[href='/_auth/forgot']", "form[action='/_auth/forgot']").await;
        self.tells_of_no_mail().await;
        type_in(&self.browser, &[("email", MOVED)]).await;
        self.browser.at("/_auth/forgot/sent").await;
        self.see("main").await;
        self.tells_of_no_mail().await;
        self.mailbox.wait_for("Choose a new password").await.link()
    }

    /// Uses the link, which is then a dead end.
    #[expect(clippy::cognitive_complexity, reason = "the macros of assertions count as branches; there are none")]
    async fn reset(&self, link: &str) {
        self.open(link, "form[action='/_auth/reset']").await;
        type_in(&self.browser, &[("password", "short"), ("confirm", "short")]).await;
        self.follow_the_summary("password").await;
        write(&self.browser, THIRD).await;
        type_in(&self.browser, &[("confirm", THIRD)]).await;
        self.see(SIGN_IN).await;
        assert_eq!(
            self.browser.find("#email").await.prop("value").await.unwrap().as_deref(),
            Some(MOVED),
            "the address is filled in"
        );
        type_in(&self.browser, &[("password", THIRD)]).await;
        self.browser.find("#app").await;
        self.open(link, "main").await;
        assert!(
            self.browser.find("h1").await.text().await.unwrap().contains("does not work"),
            "{}",
            self.browser.text().await
        );
    }

    /// Invites Eve, and returns the link to copy.
    async fn invite(&self) -> String {
        self.open("/_auth/admin/users", "a[href='/_auth/admin/users/new']").await;
        self.go_to("a[href='/_auth/admin/users/new']", "[name='role']").await;
        type_in(&self.browser, &[("email", EVE), ("name", "Eve")]).await;
        self.see("#link").await;
        let link = self.browser.find("#link").await.attr("data-link").await.unwrap().unwrap();
        link[link.find("/_auth/").unwrap()..].to_owned()
    }

    /// Eve takes the link, chooses a password, which signs her in, and signs out everywhere.
    async fn accept(&self, link: &str) {
        self.sign_out().await;
        self.open(link, "form[action='/_auth/invite']").await;
        type_in(&self.browser, &[("password", SECOND), ("confirm", SECOND)]).await;
        self.browser.find("#app").await;
        self.open("/_auth/account", "dl[data-user-email]").await;
        self.go_to("form[action='/_auth/account/sessions/end-all'] button", SIGN_IN).await;
        self.sign_in(MOVED, THIRD).await;
    }

    /// Finds Eve, and makes a link for her.
    async fn find_eve(&self) {
        self.open("/_auth/admin/users", "[name='q']").await;
        type_in(&self.browser, &[("q", "eve")]).await;
        self.see("[data-email='eve@example.org'] a").await;
        self.go_to("td a", "dd[data-state='active']").await;
        self.go_to("form[action$='/reset-link'] button", "#link").await;
        self.go_to("main a", "dd[data-state='active']").await;
    }

    /// What an admin does to Eve, up to deleting her.
    async fn administer(&self) {
        self.go_to("form[action$='/disable'] button", "dd[data-state='disabled']").await;
        self.go_to("form[action$='/enable'] button", "dd[data-state='active']").await;
        tab_to(&self.browser, "[name='role']").await;
        write(&self.browser, "Adm").await;
        self.go_to("form[action$='/role'] button", ".flash").await;
        self.go_to("a[href$='/delete']", "button.danger").await;
        self.go_to("button.danger", ".flash").await;
        assert!(self.browser.url().await.contains("/_auth/admin/users?flash=deleted"));
    }

    async fn go_through(&mut self, token: &str) {
        self.claim(token).await;
        self.out_and_in().await;
        self.own_profile().await;
        self.own_password().await;
        self.own_address().await;
        let link = self.forget().await;
        self.reset(&link).await;
        let link = self.invite().await;
        self.accept(&link).await;
        self.find_eve().await;
        self.administer().await;
        self.lists().await;
    }

    /// The lists, and a test mail.
    async fn lists(&self) {
        for (list, then) in
            [("sessions", "form[action$='/end'] button"), ("audit", "[name='person']"), ("checklist", ".checks")]
        {
            self.go_to(&format!("nav a[href='/_auth/admin/{list}']"), then).await;
        }
        self.go_to("nav a[href='/_auth/admin/audit']", "[name='person']").await;
        fill(&self.browser, "person", EVE).await;
        press(&self.browser, Key::Enter).await;
        self.see("[data-event='user.deleted']").await;
        self.go_to("nav a[href='/_auth/admin/mail']", "form[action='/_auth/admin/mail/test'] button").await;
        self.go_to("form[action='/_auth/admin/mail/test'] button", ".flash").await;
        self.go_to("nav a[href='/_auth/account']", "dl[data-user-email]").await;
        self.go_to("form[action='/_auth/account/sessions/end-all'] button", SIGN_IN).await;
    }
}

async fn walk(width: u32, theme: &'static str, scripts: bool) {
    let upstream = Upstream::start().await;
    let Some(mut walk) = Walk::start(&upstream.url(), width, theme, scripts).await else { return };
    let token = walk.set_up_token();
    walk.go_through(&token).await;
    walk.browser.close().await;
}

#[tokio::test]
async fn every_flow_goes_by_keyboard_on_a_wide_light_screen() {
    walk(1280, "light", true).await;
}

#[tokio::test]
async fn every_flow_goes_by_keyboard_on_a_wide_dark_screen_without_javascript() {
    walk(1280, "dark", false).await;
}

#[tokio::test]
async fn every_flow_goes_by_keyboard_at_320_px_in_the_dark() {
    walk(320, "dark", true).await;
}

#[tokio::test]
async fn every_flow_goes_by_keyboard_at_320_px_without_javascript() {
    walk(320, "light", false).await;
}
