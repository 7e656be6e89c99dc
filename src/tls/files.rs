//! Certificates from files, which may change while the server runs.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::Path;

use zeroize::Zeroizing;

use super::certificates::Certificates;
use super::pair::{Pair, PairFault};
use crate::config::tls::PairFiles;

/// Maximum size of a file, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// What is in the two files of one certificate.
type Content = [Zeroizing<Vec<u8>>; 2];

/// Why files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// One cannot be read.
    #[error("{1} cannot be read: {2}")]
    Unreadable(Kind, String, io::Error),
    /// What is in them is no certificate with its key.
    #[error("{1}: {2}")]
    Unusable(Kind, String, PairFault),
}

/// What a file should have in it.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A certificate and its chain.
    Certificate,
    /// A private key.
    Key,
}

impl FileFault {
    /// The variable that names the file.
    pub const fn variable(&self) -> &'static str {
        match self {
            Self::Unreadable(Kind::Certificate, ..) | Self::Unusable(Kind::Certificate, ..) => "TLS_CERT_FILE",
            Self::Unreadable(Kind::Key, ..) | Self::Unusable(Kind::Key, ..) => "TLS_KEY_FILE",
        }
    }
}

/// The files of `TLS_CERT_FILE` and `TLS_KEY_FILE`, and what was last found in them.
pub struct WatchedFiles {
    files: Vec<PairFiles>,
    /// The content in use.
    used: Option<u64>,
    /// The content that could not be used, and whether that was logged.
    refused: Option<(u64, bool)>,
}

impl WatchedFiles {
    /// Nothing read yet.
    pub const fn new(files: Vec<PairFiles>) -> Self {
        Self { files, used: None, refused: None }
    }

    /// Reads the files and has the server show what is in them. Blocks.
    pub fn load(&mut self, certificates: &Certificates) -> Result<(), FileFault> {
        let content = self.read()?;
        self.use_content(&content, certificates)
    }

    /// Checks whether the files have changed, and if so has the server show what is in them now: then true. What cannot
    /// be used leaves the earlier certificates in place, and is logged when it is found a second time: whoever writes
    /// two files is between them for a moment. Blocks.
    #[expect(clippy::cognitive_complexity, reason = "the macros of tracing count as branches; there are few")]
    pub fn check(&mut self, certificates: &Certificates) -> bool {
        let (now, fault) = match self.read() {
            Ok(content) if self.used == Some(fingerprint(&content)) => {
                if self.refused.take().is_some_and(|(_, is_logged)| is_logged) {
                    tracing::info!("the files of TLS_CERT_FILE can be used again");
                }
                return false;
            }
            Ok(content) => match self.use_content(&content, certificates) {
                Ok(()) => {
                    self.refused = None;
                    tracing::info!("the files of TLS_CERT_FILE have changed; new connections get the new certificates");
                    return true;
                }
                Err(fault) => (fingerprint(&content), fault),
            },
            Err(fault) => (0, fault),
        };
        let again = self.refused.filter(|(before, _)| *before == now);
        if let Some((_, false)) = again {
            tracing::warn!(%fault, "the changed files of TLS_CERT_FILE cannot be used; the earlier certificates stay");
        }
        self.refused = Some((now, again.is_some()));
        false
    }

    fn use_content(&mut self, content: &[Content], certificates: &Certificates) -> Result<(), FileFault> {
        let pairs = parse(&self.files, content)?;
        self.used = Some(fingerprint(content));
        certificates.replace(pairs);
        Ok(())
    }

    fn read(&self) -> Result<Vec<Content>, FileFault> {
        let of = |pair: &PairFiles| Ok([read(Kind::Certificate, &pair.certificate)?, read(Kind::Key, &pair.key)?]);
        self.files.iter().map(of).collect()
    }
}

/// Tells one content from another; nobody has anything from making two alike.
fn fingerprint(content: &[Content]) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.iter().flatten().for_each(|file| file.as_slice().hash(&mut hasher));
    hasher.finish()
}

fn parse(files: &[PairFiles], content: &[Content]) -> Result<Vec<Pair>, FileFault> {
    let pairs = files.iter().zip(content).map(|(files, [certificate, key])| {
        Pair::parse(certificate, key).map_err(|fault| {
            let (kind, file) = match fault {
                PairFault::Key(_) | PairFault::Mismatch => (Kind::Key, &files.key),
                PairFault::Certificate(_) | PairFault::NoName => (Kind::Certificate, &files.certificate),
            };
            FileFault::Unusable(kind, file.display().to_string(), fault)
        })
    });
    pairs.collect()
}

fn read(kind: Kind, path: &Path) -> Result<Zeroizing<Vec<u8>>, FileFault> {
    let read = || {
        // A pipe would never end, and something large is no certificate.
        let about = fs::metadata(path)?;
        if !about.is_file() || about.len() > MAX_BYTES {
            return Err(io::Error::other("it is no file, or larger than 1 MiB"));
        }
        fs::read(path).map(Zeroizing::new)
    };
    read().map_err(|fault| FileFault::Unreadable(kind, path.display().to_string(), fault))
}
