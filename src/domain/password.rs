//! Passwords as typed, and the one policy for them: length and a blocklist, nothing else (S08, S12 to S14; NIST SP
//! 800-63B-4).

use std::fmt;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;
use zxcvbn::matching::patterns::MatchPattern;
use zxcvbn::zxcvbn;

use super::sequence::is_sequence;
use super::text::Text;

/// Maximum length of a password, in bytes; longer ones are refused before any hashing (S08).
pub const MAX_PASSWORD_BYTES: usize = 4096;
/// Maximum characters passed to zxcvbn at once: it tries every substitution of signs for letters, which takes seconds
/// for more.
const JUDGED_CHARS: usize = 40;
/// A password is common if this many guesses find it, as a decimal logarithm.
const SOON: f64 = 9.2;
/// Digits and signs that may surround a refused core without making it better.
const FEW_EXTRA_CHARS: usize = 6;

/// A password as typed; erased from memory with its last copy and never printed.
#[derive(Clone)]
pub struct Password(Arc<Zeroizing<String>>);

/// Why a password was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordFault {
    /// It is empty.
    Empty,
    /// It is longer than [`MAX_PASSWORD_BYTES`] bytes.
    TooLong,
    /// It contains NUL, which cannot be typed and ends strings elsewhere (S09).
    Nul,
    /// It has fewer code points than configured.
    TooShort {
        /// The configured minimum, in code points.
        min: usize,
    },
    /// It is in the lists of common passwords, or derived from one.
    Common,
    /// It repeats the same few characters.
    Repetition,
    /// It is a sequence such as 123456 or a row of keys.
    Sequence,
    /// It is the address, the name, the product or the host.
    Context,
}

/// What an attacker knows about the account and the site.
#[derive(Clone, Copy, Debug)]
pub struct PasswordContext<'a> {
    /// Minimum length in code points, 8 to 64.
    pub min_length: usize,
    /// The canonical address.
    pub email: &'a str,
    /// The display name, may be empty.
    pub name: &'a str,
    /// The host of `APP_URL`.
    pub host: &'a str,
}

impl PasswordFault {
    /// The message for the person who chose it.
    pub fn text(self) -> Text {
        match self {
            Self::Empty => Text::new("password-empty"),
            Self::TooLong => Text::new("password-too-long").with("max", MAX_PASSWORD_BYTES),
            Self::Nul => Text::new("password-nul"),
            Self::TooShort { min } => Text::new("password-too-short").with("min", min),
            Self::Common => Text::new("password-common"),
            Self::Repetition => Text::new("password-repetition"),
            Self::Sequence => Text::new("password-sequence"),
            Self::Context => Text::new("password-context"),
        }
    }
}

impl Password {
    /// Takes the password as typed, unchanged.
    pub fn take(text: String) -> Result<Self, PasswordFault> {
        let text = Zeroizing::new(text);
        if text.is_empty() {
            return Err(PasswordFault::Empty);
        }
        if text.len() > MAX_PASSWORD_BYTES {
            return Err(PasswordFault::TooLong);
        }
        if text.contains('\0') {
            return Err(PasswordFault::Nul);
        }
        Ok(Self(Arc::new(text)))
    }

    /// The password in clear, for hashing and checking alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

/// Checks a new password against the policy.
pub fn check(password: &Password, context: &PasswordContext<'_>) -> Result<(), PasswordFault> {
    let text: Zeroizing<String> = Zeroizing::new(password.expose().nfc().collect());
    if text.chars().count() < context.min_length {
        return Err(PasswordFault::TooShort { min: context.min_length });
    }
    let folded = Zeroizing::new(text.to_lowercase());
    if is_context(&folded, context) {
        return Err(PasswordFault::Context);
    }
    if is_repetition(&folded) {
        return Err(PasswordFault::Repetition);
    }
    if is_sequence(&folded) {
        return Err(PasswordFault::Sequence);
    }
    if is_common(&text) {
        return Err(PasswordFault::Common);
    }
    Ok(())
}

/// Whether it is in the lists of common passwords, or derived from one. A long password is common if both of its ends
/// are.
fn is_common(text: &str) -> bool {
    let first: Zeroizing<String> = Zeroizing::new(text.chars().take(JUDGED_CHARS).collect());
    let skipped = text.chars().count().saturating_sub(JUDGED_CHARS);
    let last: Zeroizing<String> = Zeroizing::new(text.chars().skip(skipped).collect());
    is_soon_guessed(&first) && (skipped == 0 || is_soon_guessed(&last))
}

/// Whether `text` is easy to guess because of known words or patterns; what is merely short is refused by the minimum
/// length.
fn is_soon_guessed(text: &str) -> bool {
    let judged = zxcvbn(text, &[]);
    let is_known = judged.sequence().iter().any(|part| !matches!(part.pattern, MatchPattern::BruteForce));
    is_known && judged.guesses_log10() < SOON
}

/// Whether the password is a word of the context, perhaps reversed or repeated, plus a few digits or signs.
fn is_context(folded: &str, context: &PasswordContext<'_>) -> bool {
    let email = context.email.to_lowercase();
    let (local, domain) = email.split_once('@').unwrap_or((&email, ""));
    let name = context.name.to_lowercase();
    let mut words = vec!["portcullis", email.as_str(), local, domain, context.host, name.as_str()];
    words.extend(name.split_whitespace());
    words.extend(domain.split('.'));
    words.extend(context.host.split('.'));
    words.into_iter().filter(|word| word.chars().count() >= 4).any(|word| {
        let reversed: String = word.chars().rev().collect();
        [word, reversed.as_str()].iter().any(|word| {
            let rest = folded.replace(word, "");
            rest.len() < folded.len()
                && rest.chars().count() <= FEW_EXTRA_CHARS
                && !rest.chars().any(char::is_alphabetic)
        })
    })
}

/// A unit of at most eight characters whose repetition is the whole password.
fn is_repetition(folded: &str) -> bool {
    let chars: Vec<char> = folded.chars().collect();
    (1..=8.min(chars.len() / 2)).any(|unit| chars.iter().zip(chars.iter().skip(unit)).all(|(a, b)| a == b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str, min_length: usize) -> Result<(), PasswordFault> {
        let context = PasswordContext {
            min_length,
            email: "ada.lovelace@example.org",
            name: "Ada Lovelace",
            host: "gate.example.org",
        };
        check(&Password::take(text.to_owned())?, &context)
    }

    #[test]
    fn s12_length_is_counted_in_code_points() {
        assert_eq!(judge("fünfzehn äöü ß!", 15), Ok(()));
        assert_eq!(judge("vierzehn-chars", 15), Err(PasswordFault::TooShort { min: 15 }));
        assert!(judge("\u{1f525}\u{1f409}\u{1f3f0}", 15).is_err());
    }

    #[test]
    fn s97_no_password_is_looked_up_for_long() {
        // Trying every interpretation of each of these would take seconds.
        for costly in
            ["4@8({[<3690|1!7+5$%2z".repeat(5), "4@8({[<3690|1!7+5$%2z".repeat(2), "4@({69 zebra lamp ".repeat(200)]
        {
            assert_eq!(judge(&costly, 15), Ok(()), "{costly}");
        }
        assert_eq!(judge(&format!("{} seven purple elephants dance", "password1234".repeat(4)), 15), Ok(()));
    }

    #[test]
    fn s13_ordinary_passphrases_pass_whatever_their_composition() {
        for good in [
            "correct horse battery staple",
            "owner-password-123-gate",
            "my portcullis opens at seven",
            "tall-giraffes-eat-9-leaves",
            "Schöne Grüße aus Köln",
            "съешь ещё этих мягких булок",
            "password is not enough here",
            "   spaces all around   ",
            "Xk3!9vQz#pL2mN8r",
        ] {
            assert_eq!(judge(good, 15), Ok(()), "{good:?} was refused");
        }
        assert_eq!(
            judge(
                &"\u{1f525}\u{1f409}\u{1f3f0}\u{1f40e}\u{1f98a}"
                    .repeat(2)
                    .chars()
                    .rev()
                    .chain("zebra lamp".chars())
                    .collect::<String>(),
                15
            ),
            Ok(())
        );
    }

    #[test]
    fn s13_short_random_passwords_are_no_common_ones() {
        for good in ["x4#Kp9!v", "mT7?qLw2", "Zr8vXw1Yt"] {
            assert_eq!(judge(good, 8), Ok(()), "{good:?} was refused");
        }
    }

    #[test]
    fn s14_common_repeated_and_sequential_passwords_are_refused() {
        for bad in [
            "passwordpassword",
            "qwertyuiopasdfgh",
            "123456789012345",
            "aaaaaaaaaaaaaaaa",
            "iloveyouiloveyou",
            "password12345678",
            "letmeinletmein123",
            "abcabcabcabcabcabc",
            "abcdefghijklmnop",
            "1q2w3e4r5t6y7u8i9o0p",
            "drowssapdrowssap",
            "P@ssw0rdP@ssw0rd",
            "111111111111111111",
            "0987654321098765",
            "1234567890!@#$%^&*()",
            "!@#$%^&*()1234567890",
            "123456789!@#$%^&*(",
            "12345!@#$%67890",
            "spring2025spring2025",
            "ZAQ!2wsxCDE#4rfv",
            "!QAZ2wsx#EDC4rfv",
            "iloveyouforever1",
            "01.01.1990password",
        ] {
            assert!(judge(bad, 15).is_err(), "{bad:?} was accepted");
        }
        for bad in [
            "password",
            "football",
            "sunshine",
            "princess",
            "iloveyou",
            "trustno1",
            "baseball1",
            "superman",
            "whatever",
            "starwars",
        ] {
            assert!(judge(bad, 8).is_err(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn s14_what_is_known_of_the_account_and_the_site_is_refused() {
        for bad in [
            "ada.lovelace@example.org",
            "gro.elpmaxe@ecalevol.ada",
            "ADA.LOVELACE@EXAMPLE.ORG",
            "PORTCULLIS12345",
            "gate.example.org1",
            "portcullisportcullis",
            "ada lovelace2026",
        ] {
            assert_eq!(judge(bad, 15), Err(PasswordFault::Context), "{bad:?}");
        }
    }

    #[test]
    fn s08_s09_size_and_nul_are_bounded_before_hashing() {
        assert_eq!(Password::take("x".repeat(4097)).err(), Some(PasswordFault::TooLong));
        assert_eq!(Password::take("a\0b".to_owned()).err(), Some(PasswordFault::Nul));
        assert_eq!(format!("{:?}", Password::take("secret".to_owned())), "Ok([hidden])");
    }
}
