//! Password hashes that other programs made, which can be imported: they verify, and are replaced by our own at the
//! next sign-in.
//!
//! What they cost is limited: a file with hashes must not keep the workers busy for minutes, or take all memory.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq;

/// Maximum cost of bcrypt, as of our own hashes.
const BCRYPT_COSTS: std::ops::RangeInclusive<u32> = 4..=15;
/// Maximum memory of Argon2, in KiB: each worker may need as much.
const ARGON2_MEMORY: u32 = 256 * 1024;
/// Maximum of memory times passes, in KiB: about a second.
const ARGON2_WORK: u64 = 1024 * 1024;
/// Maximum lanes of Argon2.
const ARGON2_LANES: u32 = 16;
/// Maximum rounds of SHA-512-crypt: some tenths of a second.
const SHA512_ROUNDS: u32 = 200_000;
/// Its rounds if the hash does not say how many.
const SHA512_DEFAULT_ROUNDS: u32 = 5_000;
/// The alphabet of crypt(3).
const CRYPT: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Why a hash cannot be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignHashFault {
    /// It was made in a way that we cannot verify.
    #[error("is no bcrypt ($2b$, $2y$, $2a$), Argon2id ($argon2id$v=19$) or SHA-512-crypt ($6$) hash")]
    Unknown,
    /// It is damaged.
    #[error("is damaged")]
    Damaged,
    /// Verifying it would take too long, or too much memory.
    #[error(
        "costs too much to verify: at most bcrypt's cost 15, Argon2 with 256 MiB and 1 GiB in all passes, 200000 \
        rounds of SHA-512-crypt"
    )]
    TooCostly,
}

/// A hash that another program made, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignHash<'a>(Kind<'a>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind<'a> {
    Bcrypt(&'a str),
    Argon2id { params: Params, salt: Vec<u8>, hash: Vec<u8> },
    Sha512 { rounds: u32, salt: &'a str, hash: &'a str },
}

impl<'a> ForeignHash<'a> {
    /// Takes a hash apart, unless it costs too much.
    pub fn parse(text: &'a str) -> Result<Self, ForeignHashFault> {
        let mut fields = text.split('$');
        let kind = match (fields.next(), fields.next()) {
            (Some(""), Some("2a" | "2b" | "2y")) => bcrypt_of(text, &fields.collect::<Vec<_>>()),
            (Some(""), Some("argon2id")) => argon2_of(&fields.collect::<Vec<_>>()),
            (Some(""), Some("6")) => sha512_of(&fields.collect::<Vec<_>>()),
            _ => Err(ForeignHashFault::Unknown),
        };
        kind.map(Self)
    }

    /// Whether it is one of bcrypt.
    pub const fn is_bcrypt(&self) -> bool {
        matches!(self.0, Kind::Bcrypt(_))
    }

    /// Whether the password is right.
    pub fn verify(&self, password: &str) -> bool {
        match &self.0 {
            Kind::Bcrypt(text) => bcrypt::verify(password, text).unwrap_or(false),
            Kind::Argon2id { params, salt, hash } => {
                let mut made = vec![0; hash.len()];
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
                let is_made = argon2.hash_password_into(password.as_bytes(), salt, &mut made).is_ok();
                is_made && bool::from(made.ct_eq(hash))
            }
            Kind::Sha512 { rounds, salt, hash } => {
                let Ok(params) = sha_crypt::Params::new(*rounds) else { return false };
                let made = crypt_text(&sha_crypt::sha512_crypt(password.as_bytes(), salt.as_bytes(), params));
                bool::from(made.as_bytes().ct_eq(hash.as_bytes()))
            }
        }
    }
}

/// `$2b$10$` and 53 characters.
fn bcrypt_of<'a>(text: &'a str, fields: &[&str]) -> Result<Kind<'a>, ForeignHashFault> {
    let [cost, rest] = fields else { return Err(ForeignHashFault::Damaged) };
    let cost: u32 = cost.parse().map_err(|_fault| ForeignHashFault::Damaged)?;
    if rest.len() != 53 || !rest.bytes().all(|byte| CRYPT.contains(&byte)) {
        return Err(ForeignHashFault::Damaged);
    }
    if BCRYPT_COSTS.contains(&cost) { Ok(Kind::Bcrypt(text)) } else { Err(ForeignHashFault::TooCostly) }
}

/// `v=19`, `m=65536,t=3,p=4`, the salt, the hash.
fn argon2_of<'a>(fields: &[&str]) -> Result<Kind<'a>, ForeignHashFault> {
    let [version, costs, salt, hash] = fields else { return Err(ForeignHashFault::Damaged) };
    if *version != "v=19" {
        return Err(ForeignHashFault::Unknown);
    }
    let cost = |name: &str| {
        let mut values = costs.split(',').filter_map(|cost| cost.strip_prefix(name)?.strip_prefix('='));
        let value = values.next().filter(|_| values.next().is_none())?;
        value.parse::<u32>().ok()
    };
    let (Some(memory), Some(passes), Some(lanes), 3) = (cost("m"), cost("t"), cost("p"), costs.split(',').count())
    else {
        return Err(ForeignHashFault::Damaged);
    };
    let work = u64::from(memory) * u64::from(passes);
    if memory > ARGON2_MEMORY || work > ARGON2_WORK || lanes > ARGON2_LANES {
        return Err(ForeignHashFault::TooCostly);
    }
    let bytes = |text: &str| STANDARD_NO_PAD.decode(text).map_err(|_fault| ForeignHashFault::Damaged);
    let (salt, hash) = (bytes(salt)?, bytes(hash)?);
    let params = Params::new(memory, passes, lanes, Some(hash.len()));
    let has_length = (8..=64).contains(&salt.len()) && (16..=64).contains(&hash.len());
    match params {
        Ok(params) if has_length => Ok(Kind::Argon2id { params, salt, hash }),
        _ => Err(ForeignHashFault::Damaged),
    }
}

/// `rounds=5000` or nothing, the salt, the hash.
fn sha512_of<'a>(fields: &[&'a str]) -> Result<Kind<'a>, ForeignHashFault> {
    let (rounds, salt, hash) = match fields {
        [salt, hash] => (SHA512_DEFAULT_ROUNDS, *salt, *hash),
        [rounds, salt, hash] => {
            let rounds = rounds.strip_prefix("rounds=").and_then(|rounds| rounds.parse().ok());
            (rounds.ok_or(ForeignHashFault::Damaged)?, *salt, *hash)
        }
        _ => return Err(ForeignHashFault::Damaged),
    };
    if rounds > SHA512_ROUNDS {
        return Err(ForeignHashFault::TooCostly);
    }
    let is_crypt = |text: &str| text.bytes().all(|byte| CRYPT.contains(&byte));
    let is_sound = rounds >= sha_crypt::Params::ROUNDS_MIN && (1..=16).contains(&salt.len()) && hash.len() == 86;
    if !is_sound || !is_crypt(hash) || !salt.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ForeignHashFault::Damaged);
    }
    Ok(Kind::Sha512 { rounds, salt, hash })
}

/// How crypt(3) writes the 64 bytes: three at a time from three thirds, each time in another order.
fn crypt_text(bytes: &[u8; 64]) -> String {
    let byte = |index: usize| u32::from(bytes.get(index).copied().unwrap_or(0));
    let mut text = String::with_capacity(86);
    let mut push = |mut bits: u32, characters: usize| {
        for _ in 0..characters {
            let index = usize::try_from(bits & 0x3f).unwrap_or(0);
            text.push(char::from(CRYPT.get(index).copied().unwrap_or(b'.')));
            bits >>= 6;
        }
    };
    let (mut first, mut second, mut third) = (0, 21, 42);
    for _ in 0..21 {
        push((byte(first) << 16) | (byte(second) << 8) | byte(third), 4);
        (first, second, third) = (second + 1, third + 1, first + 1);
    }
    push(byte(63), 2);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `openssl passwd -6`, crypt(3) of Debian, and argon2-cffi.
    const VECTORS: [(&str, &str); 5] = [
        (
            "$6$saltsalt$cPbDmdp7sUA1v8Yjfppi8VeFqwELnkKCqsv5H2wx/S4LZwLhIhlK7tCX/4JqgCT3onV3./FXCDD2Y6iXkj4Lp/",
            "swordfish",
        ),
        (
            "$6$abc$PTl/vNOUDzRYoWIT3fsizBcuHNOhEtMNP0bhtVZOI7hDhWfJucRDjuBXF33kRlkZOa2bwnXvdpeYv/IWbwfe7.",
            "Caf\u{e9} am See",
        ),
        (
            "$6$rounds=12345$0123456789abcdef$7Gauo6w5VDTTQ5tBLZqoJ/2ebZbKz5S82hvDKInTDxZ9R0h70hdVRMjsCEdssw8CxmlCKScW\
                RNmehos536Fff0",
            "swordfish",
        ),
        ("$2y$05$abcdefghijklmnopqrstuupWDwJQeCHYIBQy8WvkVB6ImhZ476YYy", "swordfish"),
        (
            "$argon2id$v=19$m=8192,t=3,p=2$MDEyMzQ1Njc4OWFiY2RlZg$89qoZEFrhspQvWyfxrNXUuozbk5O7/ZrB1Fe1t7B4WE",
            "swordfish",
        ),
    ];

    fn verifies(hash: &str, password: &str) -> bool {
        ForeignHash::parse(hash).unwrap().verify(password)
    }

    #[test]
    fn s07_hashes_that_other_programs_made_verify() {
        for (hash, password) in VECTORS {
            assert!(verifies(hash, password), "{hash}");
            assert!(!verifies(hash, "swordfisk"), "{hash}");
        }
    }

    #[test]
    fn s97_a_hash_that_costs_too_much_is_refused() {
        let argon2 = |costs: &str| {
            format!("$argon2id$v=19${costs}$BpLnfgDsc2WD8F2q$o/vzA4myCqZZ36bUGsDY//8mKUYNZZaR0t4MFFSs+iM")
        };
        let sha512 = |rounds: &str| format!("$6$rounds={rounds}$saltsalt${}", "a".repeat(86));
        let bcrypt = |cost: &str| format!("$2b${cost}${}", "a".repeat(53));
        for costly in [
            argon2("m=2097152,t=1,p=4"),
            argon2("m=65536,t=17,p=4"),
            argon2("m=8,t=4294967295,p=1"),
            argon2("m=65536,t=3,p=17"),
            sha512("200001"),
            sha512("999999999"),
            bcrypt("16"),
            bcrypt("31"),
        ] {
            assert_eq!(ForeignHash::parse(&costly), Err(ForeignHashFault::TooCostly), "{costly}");
        }
        for sound in [argon2("m=262144,t=4,p=4"), argon2("m=65536,t=16,p=16"), sha512("200000"), bcrypt("15")] {
            assert!(ForeignHash::parse(&sound).is_ok(), "{sound}");
        }
        for damaged in [
            argon2("m=65536,t=3"),
            argon2("m=65536,t=3,p=4,x=1"),
            argon2("m=65536,m=8,t=3,p=4"),
            argon2("m=7,t=3,p=4"),
            argon2("m=65536,t=0,p=4"),
            sha512("999"),
            sha512("x"),
            "$6$saltsalt$short".to_owned(),
            format!("$6$a:b${}", "!".repeat(86)),
            "$2b$10$short".to_owned(),
            "$argon2id$v=19$m=65536,t=3,p=4$YQ$YQ".to_owned(),
        ] {
            assert_eq!(ForeignHash::parse(&damaged), Err(ForeignHashFault::Damaged), "{damaged}");
        }
        for unknown in
            ["", "swordfish", "$1$salt$x", "$apr1$salt$x", "{SHA}x", "$5$salt$x", "$argon2i$v=19$m=8", "x$2b$"]
        {
            assert_eq!(ForeignHash::parse(unknown), Err(ForeignHashFault::Unknown), "{unknown}");
        }
    }
}
