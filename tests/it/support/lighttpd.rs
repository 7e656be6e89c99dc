//! A real lighttpd whose programs show the environment they receive: a CGI script and PHP. It speaks h2c too.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use tempfile::TempDir;

use super::client::{Call, Client};
use super::process::{Running, free_port, is_installed};
use super::wait;

const SCRIPT: &str = "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'\nenv | grep ^HTTP_ | sort\n";
const PHP: &str = "<?php header('Content-Type: text/plain'); foreach ($_SERVER as $k => $v) if (!strncmp($k, 'HTTP_', \
    5)) echo \"$k=$v\\n\";";

/// The addresses of both programs, below `/cgi/`.
pub const PROGRAMS: [&str; 2] = ["/cgi/env.cgi", "/cgi/env.php"];

/// A running lighttpd; stops when dropped.
pub struct Lighttpd {
    /// Where it listens.
    pub address: SocketAddr,
    _folder: TempDir,
    _running: Running,
}

impl Lighttpd {
    /// Starts, unless it or PHP is not installed.
    pub async fn start() -> Option<Self> {
        let (program, php) = (is_installed("lighttpd")?, is_installed("php-cgi")?);
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        let (root, address) = (folder.path(), SocketAddr::from(([127, 0, 0, 1], port)));
        std::fs::create_dir(root.join("cgi")).unwrap();
        std::fs::write(root.join("cgi/env.cgi"), SCRIPT).unwrap();
        std::fs::write(root.join("cgi/env.php"), PHP).unwrap();
        std::fs::set_permissions(root.join("cgi/env.cgi"), std::fs::Permissions::from_mode(0o755)).unwrap();
        let config = format!(
            "server.document-root = \"{0}\"\nserver.bind = \"127.0.0.1\"\nserver.port = {port}\nserver.modules = \
                (\"mod_cgi\")\n\
             cgi.assign = (\".cgi\" => \"\", \".php\" => \"{1}\")\nserver.max-keep-alive-requests = 0\n",
            root.display(),
            php.display()
        );
        std::fs::write(root.join("lighttpd.conf"), config).unwrap();
        let mut running = Running::start(Command::new(program).arg("-D").arg("-f").arg(root.join("lighttpd.conf")));
        wait::eventually("lighttpd to listen, or to end", async || {
            (tokio::net::TcpStream::connect(address).await.is_ok() || running.has_ended()).then_some(())
        })
        .await;
        assert!(!running.has_ended(), "lighttpd ended early:\n{}", running.output());
        Some(Self { address, _folder: folder, _running: running })
    }
}

/// What nghttp, which asks for `Upgrade: h2c` and then speaks HTTP/2, tells of its try at `http://address/path`.
pub async fn try_h2c(address: SocketAddr, host: &str, path: &str, cookie: &str) -> Option<String> {
    let mut command = Command::new(is_installed("nghttp")?);
    command.args([
        "-u",
        "-n",
        "-v",
        "-t",
        "5",
        "-H",
        &format!(":authority: {host}"),
        "-H",
        &format!("cookie: {cookie}"),
    ]);
    command.args(["-H", "remote-user: evil"]).arg(format!("http://{address}{path}"));
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    Some(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

#[tokio::test]
async fn the_programs_take_any_sign_for_an_underscore_and_h2c_is_spoken() {
    let Some(lighttpd) = Lighttpd::start().await else { return };
    let mut client = Client::new(lighttpd.address, "http://localhost");
    for program in PROGRAMS {
        for name in ["Remote.User", "Remote!User", "Remote~User"] {
            let answer = client.send(Call::fetch("GET", program).header(name, "evil")).await;
            assert!(answer.text().contains("HTTP_REMOTE_USER=evil"), "{program} {name}: {}", answer.text());
        }
    }
    let Some(message) = try_h2c(lighttpd.address, "localhost", PROGRAMS[0], "a=1").await else { return };
    assert!(message.contains("101 Switching Protocols"), "{message}");
}
