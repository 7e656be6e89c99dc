//! Identifiers: 128 random bits in unpadded base64url, or UUIDs that sort by time. They are not secrets.

use std::fmt;

/// Characters in an identifier: 16 bytes in base64url without padding, or a UUID.
const LENGTHS: [usize; 2] = [22, 36];

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Parses `text` if it has the right length and alphabet.
            pub fn parse(text: &str) -> Option<Self> {
                let well_formed = LENGTHS.contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
                well_formed.then(|| Self(text.to_owned()))
            }

            /// The identifier as stored and as used in URLs.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// Identifies one user for as long as the account exists.
    UserId
);
identifier!(
    /// Identifies one session; the same in both JWTs (`sid`) and in the session cookie.
    SessionId
);
identifier!(
    /// Identifies one app; the one of the configuration has no such identifier.
    AppId
);
identifier!(
    /// Identifies one rule of an app.
    RuleId
);
identifier!(
    /// Identifies one second factor of a person.
    FactorId
);
identifier!(
    /// Identifies one machine token or signed link; it is derived from the secret, which it does not reveal.
    TokenId
);
