//! The headers that tell an app who is there: what they say, and their names.

use super::words::words;

words! {
    /// What a header says about who is there.
    pub enum Part {
        /// The address; in the deprecated mode the shared user name.
        User = "user",
        /// The address.
        Email = "email",
        /// The user name, for apps that take no address.
        Username = "username",
        /// The identifier, which never changes.
        Id = "id",
        /// The display name.
        Name = "name",
        /// The role.
        Role = "role",
        /// The role and the groups, separated by commas.
        Groups = "groups",
        /// The role and the groups, separated by `|`.
        PipedGroups = "groups-piped",
    }
}

words! {
    /// Names that many apps know.
    pub enum Preset all {
        /// `Remote-*`.
        Remote = "remote",
        /// `X-Forwarded-User` and the like.
        Forwarded = "x-forwarded",
        /// `X-Auth-Request-*`.
        AuthRequest = "x-auth-request",
        /// `X-authentik-*`.
        Authentik = "x-authentik",
        /// None of them.
        None = "none",
    }
}

/// The names of [`Preset::Remote`], in small letters as all others here.
pub const REMOTE: [(Part, &str); 5] = [
    (Part::User, "remote-user"),
    (Part::Email, "remote-email"),
    (Part::Name, "remote-name"),
    (Part::Groups, "remote-groups"),
    (Part::Id, "remote-id"),
];
const FORWARDED: [(Part, &str); 4] = [
    (Part::User, "x-forwarded-user"),
    (Part::Email, "x-forwarded-email"),
    (Part::Groups, "x-forwarded-groups"),
    (Part::Username, "x-forwarded-preferred-username"),
];
const AUTH_REQUEST: [(Part, &str); 4] = [
    (Part::User, "x-auth-request-user"),
    (Part::Email, "x-auth-request-email"),
    (Part::Groups, "x-auth-request-groups"),
    (Part::Username, "x-auth-request-preferred-username"),
];
const AUTHENTIK: [(Part, &str); 5] = [
    (Part::Username, "x-authentik-username"),
    (Part::Email, "x-authentik-email"),
    (Part::Name, "x-authentik-name"),
    (Part::PipedGroups, "x-authentik-groups"),
    (Part::Id, "x-authentik-uid"),
];

impl Preset {
    /// What is sent, and the names.
    pub const fn headers(self) -> &'static [(Part, &'static str)] {
        match self {
            Self::Remote => &REMOTE,
            Self::Forwarded => &FORWARDED,
            Self::AuthRequest => &AUTH_REQUEST,
            Self::Authentik => &AUTHENTIK,
            Self::None => &[],
        }
    }
}

/// A header with the same value in every request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedHeader {
    /// The name, in small letters.
    pub name: String,
    /// The value, as it is stored.
    pub sealed: String,
}

/// Which headers an app is sent besides those of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderProfile {
    /// Names that many apps know.
    pub preset: Preset,
    /// Names of its own, in small letters.
    pub own: Vec<(Part, String)>,
    /// Headers with the same value in every request.
    pub fixed: Vec<FixedHeader>,
}

impl Default for HeaderProfile {
    fn default() -> Self {
        Self { preset: Preset::Remote, own: Vec::new(), fixed: Vec::new() }
    }
}

impl HeaderProfile {
    /// The names that are the app's alone: no client may send them to it. Those of all presets reach no app.
    pub fn special_names(&self) -> impl Iterator<Item = &str> {
        self.own.iter().map(|(_, name)| &**name).chain(self.fixed.iter().map(|fixed| &*fixed.name))
    }

    /// The first name that is there twice, in whatever spelling.
    pub fn duplicate(&self) -> Option<String> {
        let mut known: Vec<String> = self.preset.headers().iter().map(|(_, name)| folded(name)).collect();
        for name in self.special_names() {
            let folded = folded(name);
            if known.contains(&folded) {
                return Some(name.to_owned());
            }
            known.push(folded);
        }
        None
    }

    /// The names of its own, one a line.
    pub fn typed(&self) -> String {
        let lines = self.own.iter().map(|(part, name)| format!("{} = {name}", part.as_str()));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The letters and digits of a name, which are all that every program sees alike.
pub fn folded(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|sign| sign.to_ascii_lowercase()).collect()
}

/// Other spellings of a name that a program may take for it: with underscores.
pub fn other_spellings(name: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for sign in name.chars() {
        if sign == '-' {
            all = all.iter().flat_map(|begin| [format!("{begin}-"), format!("{begin}_")]).collect();
        } else {
            for begin in &mut all {
                begin.push(sign);
            }
        }
    }
    all.retain(|spelling| spelling != name);
    all
}

/// Reads what [`HeaderProfile::typed`] wrote: a name that means something else by now stays.
pub fn stored_own(text: &str) -> Option<Vec<(Part, String)>> {
    let parsed = text.lines().map(|line| {
        let (part, name) = line.split_once(" = ")?;
        Some((Part::parse(part)?, name.to_owned()))
    });
    parsed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_other_spelling_has_an_underscore() {
        assert_eq!(other_spellings("remote-user"), ["remote_user"]);
        assert_eq!(other_spellings("x-a-b"), ["x-a_b", "x_a-b", "x_a_b"]);
        assert!(other_spellings("user").is_empty());
    }
}
