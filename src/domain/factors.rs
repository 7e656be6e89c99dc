//! Second factors: what a person has besides the password, and who has to have one (S122 to S128).

use super::ids::FactorId;
use super::session::Method;
use super::text::Text;
use super::time::Timestamp;
use super::user::{DisplayName, Role};
use super::words::words;

/// Maximum factors of one account.
pub const MAX_FACTORS: usize = 20;
/// Recovery codes made at once.
pub const RECOVERY_CODES: usize = 10;
/// Of so few recovery codes or fewer the page warns.
pub const FEW_CODES: usize = 3;
/// Wrong answers that end a sign-in that waits for its factor, and of which a mail goes out in a session (S124).
pub const MAX_WRONG: i64 = 5;
/// Refused attempts to set up a factor that end a sign-in. None guesses at anything, but each is work.
pub const MAX_REFUSED_SETUPS: i64 = 30;

/// Who has to have a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// Nobody is asked for one, whoever has one.
    Off,
    /// Whoever has one is asked for it.
    Optional,
    /// Admins have to have one.
    Admins,
    /// Everybody has to have one.
    Everyone,
}

impl SecondFactor {
    /// Whether people of that role have to have one.
    pub fn is_demanded_of(self, role: Role) -> bool {
        match self {
            Self::Off | Self::Optional => false,
            Self::Admins => role == Role::Admin,
            Self::Everyone => true,
        }
    }
}

words! {
    /// What a factor is.
    pub enum FactorKind all {
        /// An app that shows a code of six digits every 30 seconds (RFC 6238).
        Totp = "totp",
        /// A key of an authenticator for this site (WebAuthn).
        Passkey = "passkey",
    }
}

impl FactorKind {
    /// The display name.
    pub const fn text(self) -> Text {
        Text::new(match self {
            Self::Totp => "factor-totp",
            Self::Passkey => "factor-passkey",
        })
    }
}

/// A second factor of a person, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// Its identifier.
    pub id: FactorId,
    /// What it is.
    pub kind: FactorKind,
    /// What its owner calls it.
    pub name: DisplayName,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used, if ever.
    pub last_used_at: Option<Timestamp>,
}

/// What somebody typed as proof of a second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypedCode {
    /// Six digits of an app.
    Totp(String),
    /// Anything else: a recovery code, in the form in which it is hashed.
    Recovery(String),
}

impl TypedCode {
    /// Reads what was typed: groups, case, and the letters that people take for digits do not matter.
    pub fn read(typed: &str) -> Self {
        let signs: String = typed.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').take(64).collect();
        if signs.len() == 6 && signs.bytes().all(|sign| sign.is_ascii_digit()) {
            return Self::Totp(signs);
        }
        let digit = |sign: char| match sign.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        Self::Recovery(signs.chars().map(digit).collect())
    }

    /// What it proves.
    pub const fn method(&self) -> Method {
        match self {
            Self::Totp(_) => Method::Totp,
            Self::Recovery(_) => Method::Recovery,
        }
    }

    /// What somebody reads whose code is wrong.
    pub const fn wrong_text(&self) -> Text {
        Text::new(match self {
            Self::Totp(_) => "factor-wrong-code",
            Self::Recovery(_) => "factor-wrong-recovery",
        })
    }
}

/// A recovery code of 60 bits as it is shown, from random bytes: three groups of four digits of Crockford's base 32.
pub fn recovery_code(random: [u8; 12]) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digit = |byte: u8| DIGITS.get(usize::from(byte % 32)).copied().map_or('0', char::from);
    let groups: Vec<String> = random.chunks(4).map(|group| group.iter().copied().map(digit).collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s128_a_recovery_code_is_read_however_it_is_typed() {
        let shown = recovery_code([0, 1, 31, 32, 255, 18, 19, 20, 21, 22, 23, 24]);
        assert_eq!(shown, "01Z0-ZJKM-NPQR");
        for typed in ["01Z0-ZJKM-NPQR", "o1z0zjkmnpqr", " 01Z0 ZJKM\tNPQR ", "OIZO-zjkm-npqr", "0lz0-zjkm-npqr"] {
            assert_eq!(TypedCode::read(typed), TypedCode::Recovery("01Z0ZJKMNPQR".to_owned()), "{typed}");
        }
        for typed in ["123456", "123 456", "12-34-56 "] {
            assert_eq!(TypedCode::read(typed), TypedCode::Totp("123456".to_owned()), "{typed}");
        }
        assert!(matches!(TypedCode::read("12345"), TypedCode::Recovery(_)));
        assert!(matches!(TypedCode::read("\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}"), TypedCode::Recovery(_)));
        assert!(matches!(TypedCode::read(&"A".repeat(10_000)), TypedCode::Recovery(code) if code.len() == 64));
    }

    #[test]
    fn s122_who_has_to_have_a_factor() {
        let demanded = |policy: SecondFactor| [Role::Admin, Role::User].map(|role| policy.is_demanded_of(role));
        let policies = [SecondFactor::Off, SecondFactor::Optional, SecondFactor::Admins, SecondFactor::Everyone];
        assert_eq!(policies.map(demanded), [[false, false], [false, false], [true, false], [true, true]]);
    }
}
