//! Debian's Postfix as an instance of its own: configuration, queue and mailbox in a temporary directory, on a free
//! loopback port.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::process::{Running, free_port, is_installed};
use super::smtp::Certificate;
use super::wait;

/// The user `nobody`, to whom mails are delivered.
const NOBODY: u32 = 65_534;
/// Where Debian has Postfix's own programs.
const MASTER: &str = "/usr/lib/postfix/sbin/master";
const SERVICES: &[&str] = &[
    "cleanup unix n - n - 0 cleanup",
    "qmgr unix n - n 300 1 qmgr",
    "tlsmgr unix - - n 1000? 1 tlsmgr",
    "rewrite unix - - n - - trivial-rewrite",
    "bounce unix - - n - 0 bounce",
    "defer unix - - n - 0 bounce",
    "proxymap unix - - n - - proxymap",
    "virtual unix - n n - - virtual",
    "anvil unix - - n - 1 anvil",
    "postlog unix-dgram n - n - 1 postlogd",
];

/// The running instance. It has one mailbox, `somebody@example.org`, relays nothing, and wants a full name in EHLO.
pub struct Postfix {
    /// Where it listens, on loopback.
    pub port: u16,
    folder: TempDir,
    _running: Running,
}

impl Postfix {
    /// Starts one with a certificate that it signed itself; `None`, loudly, where it is missing or this is not root,
    /// which it needs.
    pub fn start() -> Option<Self> {
        is_installed("postfix")?;
        let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        if !root {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "Postfix needs root, and in CI nothing may be skipped"
            );
            eprintln!("\n!!! SKIPPED: Postfix runs only as root\n");
            return None;
        }
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        prepare(folder.path(), port);
        let running = Running::start(Command::new(MASTER).arg("-c").arg(folder.path().join("etc")));
        let postfix = Self { port, folder, _running: running };
        wait::eventually_blocking("Postfix to listen", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
        Some(postfix)
    }

    /// The mails in the mailbox, as delivered; waits for the first.
    pub fn mails(&self) -> Vec<String> {
        let new = self.folder.path().join("mail/somebody/new");
        let read = || -> Vec<String> {
            let entries = fs::read_dir(&new).into_iter().flatten();
            entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
        };
        wait::eventually_blocking("a mail to be delivered", || Some(read()).filter(|mails| !mails.is_empty()))
    }

    /// Its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

fn prepare(folder: &Path, port: u16) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    for name in ["etc", "queue", "data", "mail"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    let owner = Command::new("id").args(["-u", "postfix"]).output().unwrap();
    chown(folder.join("data"), Some(String::from_utf8_lossy(&owner.stdout).trim().parse().unwrap()), None).unwrap();
    chown(folder.join("mail"), Some(NOBODY), None).unwrap();
    let certificate = Certificate::for_host("vm");
    fs::copy(certificate.file(), folder.join("certificate.pem")).unwrap();
    fs::copy(certificate.key(), folder.join("key.pem")).unwrap();
    let at = folder.display();
    let main = format!(
        "compatibility_level = 3.6\nqueue_directory = {at}/queue\ndata_directory = {at}/data\nmaillog_file = {at}/log\n\
         maillog_file_prefixes = {at}\ninet_interfaces = loopback-only\ninet_protocols = ipv4\nmyhostname = \
         relay.example.org\n\
         mydestination =\nlocal_recipient_maps =\nvirtual_mailbox_domains = example.org\nvirtual_mailbox_base = \
         {at}/mail\n\
         virtual_mailbox_maps = inline:{{ somebody@example.org=somebody/ }}\nvirtual_uid_maps = static:{NOBODY}\n\
         virtual_gid_maps = static:{NOBODY}\nvirtual_minimum_uid = 100\nsmtpd_tls_security_level = may\n\
         smtpd_tls_cert_file = {at}/certificate.pem\nsmtpd_tls_key_file = {at}/key.pem\nsmtpd_tls_received_header = \
         yes\n\
         smtpd_relay_restrictions = reject_unauth_destination\nsmtpd_helo_required = yes\n\
         smtpd_helo_restrictions = reject_non_fqdn_helo_hostname\nsmtpd_error_sleep_time = 0\n"
    );
    fs::write(folder.join("etc/main.cf"), main).unwrap();
    let mut services = format!("127.0.0.1:{port} inet n - n - - smtpd\n");
    for service in SERVICES {
        writeln!(services, "{service}").unwrap();
    }
    fs::write(folder.join("etc/master.cf"), services).unwrap();
    // Makes the folders of the queue.
    let checked = Command::new("/usr/sbin/postfix").arg("-c").arg(folder.join("etc")).arg("check").output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
