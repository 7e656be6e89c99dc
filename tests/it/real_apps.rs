//! Three apps that people run, each reached in another way and on a host of its own, with one sign-in in Chromium.

use serde_json::json;

use super::support::app_pages;
use super::support::browser::Browser;
use super::support::certificates::{Certificates, NOW};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, free_port, is_installed};
use super::support::real_apps::{PRINTED, RealApps};
use super::support::wait;

/// Remembers the WebSockets of every page of a tab.
const WATCH: &str = "window.sockets = [];
    window.WebSocket = class extends WebSocket {
        constructor(...parts) { super(...parts); window.sockets.push(this); }
    };";

/// The gate, and the hosts of the portal and of the three apps.
struct Place {
    gate: Process,
    notebook: String,
    flows: String,
    files: String,
}

impl Place {
    async fn start(apps: &RealApps, certificates: &Certificates, port: u16) -> Self {
        let at = |host: &str| format!("http://{host}:{port}");
        let app_url = [("APP_URL".to_owned(), at("portal.w.test"))];
        let gate = Process::start_on(port, tempfile::tempdir().unwrap(), "start", &app_url).await;
        let token = std::fs::read_to_string(gate.folder.path().join("data/setup-token")).unwrap();
        let mut owner = gate.client();
        people::claim_with(&mut owner, &token).await;
        let (notebook, flows, files) = (at("notebook.w.test"), at("flows.w.test"), at("files.other.example"));
        let jupyter = format!("https://localhost:{}", apps.jupyter.port);
        let authority = certificates.file("ca");
        let own = [("ca_file", authority.to_str().unwrap())];
        app_pages::create_with(&mut owner, "Notebook", &notebook, &jupyter, &own).await;
        app_pages::create(&mut owner, "Flows", &flows, &format!("http://127.0.0.1:{}", apps.flows.port)).await;
        app_pages::create(&mut owner, "Files", &files, &format!("unix:{}", apps.files.socket.display())).await;
        Self { gate, notebook, flows, files }
    }
}

/// Opens an address in a new tab whose WebSockets are watched; the tab.
async fn open_tab(browser: &Browser, url: &str) -> fantoccini::wd::WindowHandle {
    let tab = browser.page.new_window(true).await.unwrap().handle;
    browser.page.switch_to_window(tab.clone()).await.unwrap();
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
    browser.open(url).await;
    tab
}

/// Waits until the page answers the script with true.
async fn holds(browser: &Browser, what: &str, script: &str) {
    let asked = async || {
        let answer = browser.page.execute(&format!("return Boolean({script})"), Vec::new()).await.unwrap();
        (answer == json!(true)).then_some(())
    };
    wait::eventually(what, asked).await;
}

/// Waits until a WebSocket to that path is open.
async fn socket_is_open(browser: &Browser, path: &str) {
    let script = format!("window.sockets.some(s => s.readyState === 1 && new URL(s.url).pathname.match({path}))");
    holds(browser, &format!("a WebSocket to {path}"), &script).await;
}

#[tokio::test]
async fn one_sign_in_opens_jupyter_node_red_and_files_and_one_sign_out_closes_them() {
    let (Some(browser), Some(_)) = (Browser::start().await, is_installed("openssl")) else { return };
    let certificates = Certificates::new();
    certificates.issued("site", "localhost", NOW);
    let shown = (&*certificates.file("site"), &*certificates.key("site"));
    let Some(apps) = RealApps::start("notebook.w.test", Some(shown)).await else { return };
    let place = Place::start(&apps, &certificates, free_port()).await;

    let notebook = open_tab(&browser, &format!("{}/notebooks/cell.ipynb", place.notebook)).await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    browser.at(&place.notebook).await;
    holds(&browser, "a kernel", "window.Jupyter?.notebook?.kernel?.is_connected()").await;
    socket_is_open(&browser, "/^.api.kernels.[^/]*.channels$/").await;
    browser.page.execute("Jupyter.notebook.execute_all_cells()", Vec::new()).await.unwrap();
    let printed = browser.find(".output_stdout pre").await.text().await.unwrap();
    assert_eq!(printed.trim(), PRINTED, "{}", apps.jupyter.output());

    let flows = open_tab(&browser, &place.flows).await;
    browser.find(".red-ui-palette-node").await;
    socket_is_open(&browser, "/^.comms$/").await;
    open_tab(&browser, &place.files).await;
    assert_eq!(browser.find("#files").await.text().await.unwrap(), "Plain files");

    browser.open(&format!("{}/_auth/account", place.gate.app_url())).await;
    browser.submit("/_auth/logout", &[]).await;
    browser.at("flash=signed-out").await;
    for tab in [notebook, flows] {
        browser.page.switch_to_window(tab).await.unwrap();
        // Both try again, in vain.
        holds(&browser, "every WebSocket to be closed", "window.sockets.every(s => s.readyState === 3)").await;
    }
    for app in [&place.notebook, &place.flows, &place.files] {
        open_tab(&browser, app).await;
        browser.at("/_auth/login").await;
    }
    browser.close().await;
}
