//! One-time codes by time (RFC 6238): 20 bytes, SHA-1, six digits, 30 seconds, one step either way.

use std::fmt;

use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use super::random;
use crate::domain::time::Timestamp;

/// Bytes of a secret (RFC 4226, section 4, R6).
const LENGTH: usize = 20;

/// A secret that a person's app shares with us; prints as `[hidden]`.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<[u8; LENGTH]>);

impl TotpSecret {
    /// A new one.
    pub fn random() -> Self {
        Self(Zeroizing::new(random::bytes()))
    }

    /// The one of these bytes, if they have the right length.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The bytes, only for sealing.
    pub fn expose(&self) -> &[u8] {
        &*self.0
    }

    /// The step whose code `code` is, if it is that of now, of the one before or of the one after. Whoever calls has to
    /// refuse a step that was used (S123).
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let step = self.totp("", "")?.check(code, u64::try_from(now.secs()).ok()?)?;
        i64::try_from(step).ok()
    }

    /// The key as people type it: base 32 in groups of four.
    pub fn to_text(&self) -> String {
        let text = totp_rs::Secret::from(self.0.to_vec()).to_base32();
        let signs: Vec<char> = text.chars().collect();
        signs.chunks(4).map(|group| group.iter().collect()).collect::<Vec<String>>().join(" ")
    }

    /// The address that apps read from a QR code.
    pub fn address(&self, issuer: &str, account: &str) -> Option<String> {
        // A colon separates the two.
        self.totp(&issuer.replace(':', " "), account)?.to_url().ok()
    }

    fn totp(&self, issuer: &str, account: &str) -> Option<Totp> {
        let issuer = Some(issuer).filter(|issuer| !issuer.is_empty());
        let builder = Builder::new().with_secret(self.0.to_vec()).with_skew(1);
        builder.with_account_name(account).with_issuer(issuer).build().ok()
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        TotpSecret::of_bytes(b"12345678901234567890").unwrap()
    }

    #[test]
    fn s123_the_codes_are_those_of_rfc_6238() {
        // Appendix B, the last six of its eight digits.
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret().step_of(code, Timestamp::from_secs(at)), Some(at / 30), "{at}");
        }
    }

    #[test]
    fn s123_a_code_is_good_one_step_either_way_and_says_which_step_it_is() {
        let at = |secs| secret().step_of("287082", Timestamp::from_secs(secs));
        assert_eq!([at(29), at(30), at(59), at(89)], [Some(1); 4]);
        assert_eq!([at(-1), at(90), at(119)], [None; 3]);
        for wrong in ["", "28708", "2870822", "28708a", " 287082", "287083"] {
            assert_eq!(secret().step_of(wrong, Timestamp::from_secs(59)), None, "{wrong:?}");
        }
    }

    #[test]
    fn the_key_is_readable_and_the_address_names_site_and_person() {
        assert_eq!(secret().to_text(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            secret().address("Box: one", "ada@example.org").unwrap(),
            "otpauth://totp/Box%20%20one:ada%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Box%20%20one"
        );
        assert_eq!(format!("{:?}", secret()), "[hidden]");
        assert!(TotpSecret::of_bytes(b"short").is_none());
        assert_ne!(TotpSecret::random().to_text(), TotpSecret::random().to_text());
    }
}
