//! The keys that sign identities for apps: ES256 alone (S121; RFC 7518, section 3.4).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Length of a coordinate, in bytes.
const COORDINATE: usize = 32;

/// The public half, as apps get it (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicKey {
    kty: &'static str,
    crv: &'static str,
    #[serde(rename = "use")]
    purpose: &'static str,
    alg: &'static str,
    kid: String,
    x: String,
    y: String,
}

impl PublicKey {
    /// The key of an uncompressed point; `None` if it is none. Its identifier is its thumbprint (RFC 7638).
    fn of_point(point: &[u8]) -> Option<Self> {
        let (x, y) = point.strip_prefix(&[4])?.split_at_checked(COORDINATE)?;
        let [x, y] = [x, y].map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate));
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
        Some(Self {
            kty: "EC",
            crv: "P-256",
            purpose: "sig",
            alg: "ES256",
            kid: URL_SAFE_NO_PAD.encode(thumbprint),
            x,
            y,
        })
    }

    /// `kid`.
    pub fn id(&self) -> &str {
        &self.kid
    }
}

/// Both halves.
pub struct SigningKey {
    public: PublicKey,
    header: Header,
    encoding: EncodingKey,
}

impl SigningKey {
    /// A new key in PKCS #8; `None` if the operating system gives no random numbers.
    pub fn generate() -> Option<Zeroizing<Vec<u8>>> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).ok()?;
        Some(Zeroizing::new(document.as_ref().to_vec()))
    }

    /// Parses PKCS #8.
    pub fn parse(pkcs8: &[u8]) -> Option<Self> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok()?;
        let public = PublicKey::of_point(pair.public_key().as_ref())?;
        let header = Header { kid: Some(public.kid.clone()), ..Header::new(Algorithm::ES256) };
        Some(Self { public, header, encoding: EncodingKey::from_ec_der(pkcs8) })
    }

    /// The public half.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// A JWT with these claims, in the compact form; `None` if they cannot be written as JSON.
    pub fn sign(&self, claims: &impl Serialize) -> Option<String> {
        jsonwebtoken::encode(&self.header, claims, &self.encoding).ok()
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation, decode};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn s121_what_one_key_signs_is_verified_by_its_public_half_alone() {
        let [key, other] = [(); 2].map(|()| SigningKey::parse(&SigningKey::generate().unwrap()).unwrap());
        let token = key.sign(&json!({"sub": "somebody"})).unwrap();
        let verify = |public: &PublicKey| {
            let mut rules = Validation::new(Algorithm::ES256);
            rules.required_spec_claims.clear();
            rules.validate_exp = false;
            decode::<Value>(&token, &DecodingKey::from_ec_components(&public.x, &public.y).unwrap(), &rules)
        };
        let found = verify(key.public()).unwrap();
        assert_eq!((found.header.kid.as_deref(), &found.claims["sub"]), (Some(key.public().id()), &json!("somebody")));
        assert!(verify(other.public()).is_err());
    }

    #[test]
    fn the_identifier_is_the_thumbprint() {
        // Computed by another program from the example key of RFC 7515, appendix A.3.
        let decode = |text| URL_SAFE_NO_PAD.decode(text).unwrap();
        let x = decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
        let y = decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
        let public = PublicKey::of_point(&[&[4], &x[..], &y].concat()).unwrap();
        assert_eq!(public.id(), "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
        assert!(PublicKey::of_point(&[&[2], &x[..]].concat()).is_none());
    }
}
