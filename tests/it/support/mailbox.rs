//! The mails that a server without SMTP left in its outbox.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mailparse::{MailHeaderMap, parse_mail};

use super::wait;

/// One mail, parsed.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its headers, names as sent.
    pub headers: Vec<(String, String)>,
    /// The plain part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

impl Mail {
    /// Parses a message as sent.
    pub fn parse(raw: &[u8]) -> Self {
        let mail = parse_mail(raw).unwrap();
        assert_eq!(mail.ctype.mimetype, "multipart/alternative");
        let part = |kind: &str| {
            mail.subparts.iter().find(|part| part.ctype.mimetype == kind).unwrap().get_body().unwrap().replace('\r', "")
        };
        let headers = mail.headers.iter().map(|header| (header.get_key(), header.get_value())).collect();
        assert_eq!(mail.headers.get_all_headers("Subject").len(), 1);
        Self { headers, text: part("text/plain"), html: part("text/html") }
    }

    /// The header of that name; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// The path and query of the one link with a token.
    pub fn link(&self) -> String {
        let line = self
            .text
            .lines()
            .find(|line| line.contains("?token="))
            .unwrap_or_else(|| panic!("no link in {}", self.text));
        line[line.find("/_auth/").unwrap()..].trim().to_owned()
    }
}

/// An outbox, and which of its mails were read.
pub struct Mailbox {
    folder: PathBuf,
    read: BTreeSet<PathBuf>,
}

impl Mailbox {
    /// The outbox in this data directory.
    pub fn of(data_dir: &Path) -> Self {
        Self { folder: data_dir.join("outbox"), read: BTreeSet::new() }
    }

    /// The mails that were not read yet.
    pub fn unread(&mut self) -> Vec<Mail> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| {
            file.extension().is_some_and(|kind| kind == "eml")
                && !file.file_name().unwrap().to_string_lossy().starts_with('.')
        });
        files.sort();
        files
            .into_iter()
            .filter(|file| self.read.insert(file.clone()))
            .map(|file| Mail::parse(&std::fs::read(file).unwrap()))
            .collect()
    }

    /// Waits for the next mail with that subject; others that came meanwhile count as read.
    pub async fn wait_for(&mut self, subject: &str) -> Mail {
        wait::eventually(&format!("a mail {subject:?}"), async || {
            self.unread().into_iter().find(|mail| mail.header("Subject") == subject)
        })
        .await
    }
}
