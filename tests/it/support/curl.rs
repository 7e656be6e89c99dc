//! curl as a browser that trusts one authority, keeps its cookies, and finds every name at one server.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::page;
use super::people::{OWNER, PASSWORD};

/// The browser.
pub struct Curl {
    app_url: String,
    arguments: Vec<String>,
    jar: TempDir,
}

impl Curl {
    /// A new one, which trusts what `ca` has issued. What the address has as its port is the first of `ports`, and the
    /// second is where that is.
    pub fn new(ca: &Path, app_url: &str, ports: &[(u16, SocketAddr)]) -> Self {
        let mut arguments: Vec<String> =
            ["--silent", "--show-error", "--include", "--max-time", "60", "--noproxy", "*", "--cacert"]
                .map(str::to_owned)
                .to_vec();
        arguments.push(ca.to_str().unwrap().to_owned());
        for (port, address) in ports {
            arguments.extend(["--connect-to".to_owned(), format!(":{port}:{address}")]);
        }
        Self { app_url: app_url.to_owned(), arguments, jar: TempDir::new().unwrap() }
    }

    /// curl without the jar; prints heads as well. Of two ways to an address, that of `more` counts.
    pub fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new("curl");
        command.args(more).args(&self.arguments).current_dir(self.jar.path());
        command
    }

    /// The answer, and its head, to that one request.
    pub fn ask(&self, more: &[&str], url: &str) -> String {
        text(self.command(more).arg(url))
    }

    /// The answer to the browser: a page, or with `form` what is sent to it.
    pub fn browse(&self, more: &[&str], path: &str, form: &[(&str, &str)]) -> String {
        let mut command = self.command(more);
        command.args(["--cookie", "jar", "--cookie-jar", "jar"]);
        for (name, value) in form {
            command.args(["--data-urlencode", &format!("{name}={value}")]);
        }
        text(command.args(["--header", &format!("Origin: {}", self.app_url)]).arg(format!("{}{path}", self.app_url)))
    }

    /// Makes it the owner's with the token of the set-up page.
    pub fn claim(&self, more: &[&str], token: &str) {
        let form = self.browse(more, &format!("/_auth/setup?token={token}"), &[]);
        let csrf = page::csrf_token(&form).unwrap_or_else(|| panic!("{form}"));
        let fields = [("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD), ("name", "")];
        let fields = [&fields[..], &[("setup_token", token), ("csrf_token", &csrf)]].concat();
        let claimed = self.browse(more, "/_auth/setup", &fields);
        assert!(claimed.starts_with("HTTP/1.1 303"), "{claimed}");
    }

    /// The outcome of the checks with that title on the owner's checklist, and the whole page.
    pub fn outcomes(&self, check: &str) -> (Vec<String>, String) {
        let checklist = self.browse(&[], "/_auth/admin/checklist", &[]);
        let all = page::all_data(&checklist, "check").into_iter().zip(page::all_data(&checklist, "outcome"));
        (all.filter(|(title, _)| title == check).map(|(_, outcome)| outcome).collect(), checklist)
    }
}

/// What a curl prints, which has to be answered.
pub fn text(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
