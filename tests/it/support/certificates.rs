//! Certificates for the gate and for upstreams, made with the `openssl` program.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Good now and for a long time.
pub const NOW: (&str, &str) = ("20200101000000Z", "20491231000000Z");
/// Not good any more.
pub const PAST: (&str, &str) = ("20200101000000Z", "20200201000000Z");
/// Not good yet.
pub const FUTURE: (&str, &str) = ("20480101000000Z", "20491231000000Z");

const CONFIGURATION: &str = "[ca]\ndefault_ca = own\n[own]\ndatabase = index\nserial = serial\nnew_certs_dir = .\n\
    default_md = sha256\npolicy = names\ncopy_extensions = copy\nunique_subject = no\n[names]\ncommonName = supplied\n";

/// A folder of certificates and keys; what has the name `x` is in `x.crt` and `x.key`.
pub struct Certificates(TempDir);

impl Certificates {
    /// With the authorities `ca` and `other`, which have one name.
    pub fn new() -> Self {
        let made = Self(TempDir::new().unwrap());
        std::fs::write(made.0.path().join("ca.cnf"), CONFIGURATION).unwrap();
        std::fs::write(made.0.path().join("index"), "").unwrap();
        std::fs::write(made.0.path().join("serial"), "01").unwrap();
        made.self_signed("ca", "authority.example", true, NOW);
        made.self_signed("other", "authority.example", true, NOW);
        made
    }

    /// A certificate for `host`, issued by `ca`.
    pub fn issued(&self, name: &str, host: &str, period: (&str, &str)) {
        self.make(name, host, false, period, &["-keyfile", "ca.key", "-cert", "ca.crt"]);
    }

    /// A certificate for `host`, signed with the key of another one, which need not be an authority.
    pub fn issued_by(&self, name: &str, host: &str, issuer: &str) {
        let (key, file) = (format!("{issuer}.key"), format!("{issuer}.crt"));
        self.make(name, host, false, NOW, &["-keyfile", &key, "-cert", &file]);
    }

    /// A certificate for `host` that is signed with its own key.
    pub fn self_signed(&self, name: &str, host: &str, is_authority: bool, period: (&str, &str)) {
        self.make(name, host, is_authority, period, &["-selfsign", "-keyfile", &format!("{name}.key")]);
    }

    fn make(&self, name: &str, host: &str, is_authority: bool, period: (&str, &str), by: &[&str]) {
        let authority = if is_authority { "TRUE" } else { "FALSE" };
        let (key, request, file) = (format!("{name}.key"), format!("{name}.csr"), format!("{name}.crt"));
        let asked = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj"];
        let kind = if host.parse::<std::net::IpAddr>().is_ok() { "IP" } else { "DNS" };
        let (subject, names) = (format!("/CN={host}"), format!("subjectAltName={kind}:{host}"));
        let marked = format!("basicConstraints=critical,CA:{authority}");
        let rest = [&subject, "-addext", &names, "-addext", &marked, "-keyout", &key, "-out", &request];
        self.openssl(&[&asked[..], &rest[..]].concat());
        let signed = ["ca", "-config", "ca.cnf", "-batch", "-notext", "-in", &request, "-out", &file];
        let valid = ["-startdate", period.0, "-enddate", period.1];
        self.openssl(&[&signed[..], &valid[..], by].concat());
    }

    /// Runs `openssl` in the folder.
    pub fn openssl(&self, arguments: &[&str]) {
        let output = Command::new("openssl").args(arguments).current_dir(self.0.path()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// The file of a certificate.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(format!("{name}.crt"))
    }

    /// The file of its key.
    pub fn key(&self, name: &str) -> PathBuf {
        self.path().join(format!("{name}.key"))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}
