//! Mails as files, if there is no mail server: `DATA_DIR/outbox`, limited in number, readable by the operator only.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::Outgoing;

/// Maximum files kept; the oldest are deleted first.
const KEPT: usize = 1000;

/// Writes one mail; its name sorts by time. Without `keep` it does the same work but leaves nothing behind.
pub(super) fn write(folder: &Path, mail: &Outgoing, bytes: &[u8], keep: bool) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    if !fs::symlink_metadata(folder)?.is_dir() {
        return Err(io::Error::other(format!(
            "{} is a link, and mails are not written through \
            links",
            folder.display()
        )));
    }
    let name = format!("{:012}-{}.eml", mail.date.secs().max(0), mail.id);
    let unfinished = folder.join(format!(".{name}"));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    if keep {
        fs::rename(&unfinished, folder.join(name))?;
    } else {
        fs::remove_file(&unfinished)?;
    }
    trim(folder)
}

fn trim(folder: &Path) -> io::Result<()> {
    let mut names: Vec<_> = fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.file_name()).collect();
    names.retain(|name| name.to_string_lossy().ends_with(".eml"));
    names.sort();
    for name in names.iter().take(names.len().saturating_sub(KEPT)) {
        fs::remove_file(folder.join(name))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::domain::email::Email;
    use crate::domain::time::Timestamp;
    use crate::mail::MailContent;

    #[test]
    fn s85_the_outbox_is_private_and_keeps_the_newest_thousand() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("outbox");
        let to = Email::parse("ada@example.org").unwrap();
        let mail = |number: i64| Outgoing {
            id: format!("id{number}"),
            to: to.clone(),
            date: Timestamp::from_secs(number),
            content: MailContent::default(),
        };
        fs::create_dir(&folder).unwrap();
        for number in 0..KEPT {
            fs::write(folder.join(format!("{number:012}-old.eml")), "x").unwrap();
        }
        for number in 2000..2003 {
            write(&folder, &mail(number), b"a mail", true).unwrap();
        }
        write(&folder, &mail(2003), b"a mail", false).unwrap();
        let mut names: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(
            (names.len(), names[0].as_str(), names[KEPT - 1].as_str()),
            (KEPT, "000000000003-old.eml", "000000002002-id2002.eml")
        );
        assert_eq!(folder.join(&names[KEPT - 1]).metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
