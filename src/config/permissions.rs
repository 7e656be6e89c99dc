//! Who else may read or change a file that settings are read from.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;

/// Where container engines mount secrets, readable by everybody in a place that only this container sees.
const MOUNTED_SECRETS: &str = "/run/secrets/";

/// Who owns a file or runs a process.
#[derive(Clone, Copy)]
struct Owner {
    user: u32,
    group: u32,
}

/// A warning about the permissions of the file `place`; `secret` if nobody else may read it.
pub(super) fn warning(place: &str, about: &Metadata, secret: bool) -> Option<String> {
    let own = fs::metadata("/proc/self").ok()?;
    let own = Owner { user: own.uid(), group: own.gid() };
    let secret = secret && !place.starts_with(MOUNTED_SECRETS);
    judge(place, Owner { user: about.uid(), group: about.gid() }, about.mode() & 0o777, own, secret)
}

fn judge(place: &str, owner: Owner, mode: u32, own: Owner, secret: bool) -> Option<String> {
    let foreign_group = owner.group != own.group;
    if owner.user != own.user && owner.user != 0 {
        return Some(format!(
            "{place} belongs to user {}, who can change these settings; give it to the user that runs this",
            owner.user
        ));
    }
    if mode & 0o002 != 0 || (mode & 0o020 != 0 && foreign_group) {
        return Some(format!("{place} can be changed by others (mode {mode:o}); chmod 600 it"));
    }
    if secret && (mode & 0o004 != 0 || (mode & 0o040 != 0 && foreign_group)) {
        return Some(format!("{place} contains a secret and can be read by others (mode {mode:o}); chmod 600 it"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_others_and_files_that_others_can_change_or_read_are_distinguished() {
        let (root, gate, ada) =
            (Owner { user: 0, group: 0 }, Owner { user: 7, group: 7 }, Owner { user: 1000, group: 1000 });
        let shared = Owner { user: 7, group: 50 };
        for (owner, mode, own, secret, expected) in [
            (root, 0o644, root, false, None),
            (root, 0o600, root, true, None),
            (root, 0o640, gate, false, None),
            (gate, 0o664, gate, false, None),
            (gate, 0o660, gate, true, None),
            (shared, 0o640, gate, false, None),
            (ada, 0o600, root, false, Some("belongs to user 1000")),
            (ada, 0o666, root, false, Some("belongs to user 1000")),
            (ada, 0o644, gate, false, Some("belongs to user 1000")),
            (root, 0o666, root, false, Some("changed by others (mode 666)")),
            (gate, 0o602, gate, false, Some("changed by others (mode 602)")),
            (shared, 0o660, gate, false, Some("changed by others (mode 660)")),
            (root, 0o644, root, true, Some("read by others (mode 644)")),
            (shared, 0o640, gate, true, Some("read by others (mode 640)")),
        ] {
            let said = judge("x", owner, mode, own, secret);
            assert_eq!(said.is_some(), expected.is_some(), "{} {mode:o}: {said:?}", owner.user);
            assert!(said.unwrap_or_default().contains(expected.unwrap_or_default()), "{} {mode:o}", owner.user);
        }
    }
}
