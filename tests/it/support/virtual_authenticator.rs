//! Chromium's virtual authenticator, by the extension commands of `WebDriver` (WebAuthn level 3, section 11).

use fantoccini::Client;
use fantoccini::wd::WebDriverCompatibleCommand;
use hyper::Method;
use serde_json::{Value, json};

use super::browser::Browser;

/// One authenticator of a browser, with keys of its own. Its user agrees to everything.
pub struct VirtualAuthenticator {
    page: Client,
    id: String,
}

/// An extension command, by its path in the session.
#[derive(Debug)]
struct Command {
    method: Method,
    path: String,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/webauthn/authenticator{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _url: &url::Url) -> (Method, Option<String>) {
        (self.method.clone(), self.body.as_ref().map(Value::to_string))
    }
}

impl VirtualAuthenticator {
    /// The one that is built into the computer, and asks for a PIN or biometrics.
    pub async fn built_in(browser: &Browser) -> Self {
        Self::add(browser, "internal", true).await
    }

    /// One that is plugged in, and asks for a PIN or biometrics.
    pub async fn plugged_in(browser: &Browser) -> Self {
        Self::add(browser, "usb", true).await
    }

    /// One that can ask for neither PIN nor biometrics.
    pub async fn without_verification(browser: &Browser) -> Self {
        Self::add(browser, "internal", false).await
    }

    async fn add(browser: &Browser, transport: &str, verifies: bool) -> Self {
        let options = json!({
            "protocol": "ctap2", "transport": transport, "hasResidentKey": true, "hasUserVerification": verifies,
            "isUserConsenting": true, "isUserVerified": verifies,
        });
        let command = Command { method: Method::POST, path: String::new(), body: Some(options) };
        let id = browser.page.issue_cmd(command).await.unwrap();
        Self { page: browser.page.clone(), id: id.as_str().unwrap().to_owned() }
    }

    /// Its keys: `credentialId`, `rpId`, `userHandle`, `privateKey`, `signCount` and so on.
    pub async fn credentials(&self) -> Vec<Value> {
        let found = self.send(Method::GET, "/credentials", None).await;
        found.as_array().unwrap().clone()
    }

    /// Deletes the key of that id.
    pub async fn delete(&self, credential_id: &str) {
        self.send(Method::DELETE, &format!("/credentials/{credential_id}"), None).await;
    }

    /// Whether its user knows the PIN from now on.
    pub async fn set_verified(&self, verified: bool) {
        self.send(Method::POST, "/uv", Some(json!({"isUserVerified": verified}))).await;
    }

    /// Whether it is touched when it asks for that; without it, it waits.
    pub async fn set_touched(&self, browser: &Browser, touched: bool) {
        let parameters = json!({"authenticatorId": self.id, "enabled": touched});
        browser.devtools("WebAuthn.setAutomaticPresenceSimulation", parameters).await;
    }

    /// Takes it away, with its keys.
    pub async fn remove(self) {
        self.send(Method::DELETE, "", None).await;
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let command = Command { method, path: format!("/{}{path}", self.id), body };
        self.page.issue_cmd(command).await.unwrap()
    }
}
