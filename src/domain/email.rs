//! E-mail addresses in one canonical form, so that one person has one account (S17, S27).

use super::invisible::is_invisible;
use std::fmt;

use super::text::Text;

/// Longest address accepted, in bytes (RFC 5321, section 4.5.3.1).
const MAX_BYTES: usize = 254;
/// Longest local part, in bytes (RFC 5321, section 4.5.3.1.1).
const MAX_LOCAL_BYTES: usize = 64;

/// A canonical address: trimmed, ASCII-lower-cased, its domain IDNA-normalised.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

/// Why a text is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailFault {
    /// It is empty.
    Empty,
    /// It is longer than 254 bytes, or than 64 before the @.
    TooLong,
    /// It does not have the form name@domain.
    Malformed,
}

impl EmailFault {
    /// The message for the person.
    pub const fn text(self) -> Text {
        Text::new(match self {
            Self::Empty => "email-empty",
            Self::TooLong => "email-too-long",
            Self::Malformed => "email-malformed",
        })
    }
}

impl Email {
    /// Parses `text`; only ASCII letters change case, so that two people never share an address.
    pub fn parse(text: &str) -> Result<Self, EmailFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EmailFault::Empty);
        }
        if text.len() > 4 * MAX_BYTES {
            return Err(EmailFault::TooLong);
        }
        let (local, domain) = text.split_once('@').ok_or(EmailFault::Malformed)?;
        let local = canonical_local(local)?;
        let domain = canonical_domain(domain)?;
        let address = format!("{local}@{domain}");
        if address.len() > MAX_BYTES || local.len() > MAX_LOCAL_BYTES {
            return Err(EmailFault::TooLong);
        }
        Ok(Self(address))
    }

    /// The whole canonical address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the @.
    pub fn local(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }

    /// The part after the @.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn canonical_local(local: &str) -> Result<String, EmailFault> {
    let dots_fine = !local.is_empty() && !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    let chars_fine = local.chars().all(|c| !c.is_whitespace() && !r#""(),:;<>[\]@"#.contains(c) && !is_invisible(c));
    if dots_fine && chars_fine { Ok(local.to_ascii_lowercase()) } else { Err(EmailFault::Malformed) }
}

fn canonical_domain(domain: &str) -> Result<String, EmailFault> {
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_fault| EmailFault::Malformed)?;
    let labels_fine = ascii.split('.').all(|label| !label.is_empty() && label.len() <= 63);
    if ascii.len() <= 253 && labels_fine { Ok(ascii) } else { Err(EmailFault::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        Email::parse(text).unwrap().as_str().to_owned()
    }

    #[test]
    fn s17_addresses_are_trimmed_and_lower_cased() {
        assert_eq!(canonical("  Ada@Example.ORG "), "ada@example.org");
    }

    #[test]
    fn s17_the_domain_is_idna_normalised() {
        assert_eq!(canonical("ada@Bücher.example"), "ada@xn--bcher-kva.example");
    }

    #[test]
    fn s17_no_unicode_case_mapping_joins_two_people() {
        assert_ne!(canonical("m\u{131}ke@example.org"), canonical("mike@example.org"));
        assert_ne!(canonical("\u{212a}im@example.org"), canonical("kim@example.org"));
    }

    #[test]
    fn s18_what_is_no_address_is_refused() {
        for bad in [
            "",
            " ",
            "ada",
            "@example.org",
            "ada@",
            "a@b@c",
            "a b@c.d",
            "ada@exa mple.org",
            "ada@-x.org",
            "a\nb@c.d",
            "a\u{0}@c.d",
            "<ada@c.d>",
            "ada@c..d",
            "a\u{200b}da@c.d",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?} was accepted");
        }
        assert_eq!(Email::parse(&format!("{}@example.org", "a".repeat(65))), Err(EmailFault::TooLong));
    }

    #[test]
    fn sql_wildcards_are_ordinary_characters() {
        assert_eq!(canonical("a%b_c@example.org"), "a%b_c@example.org");
    }
}
