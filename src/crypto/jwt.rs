//! Access and refresh tokens: JWT, HS256 and nothing else (S32 to S36; RFC 8725).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::keys::Keys;
use super::mac::{Key, mac};
use crate::domain::ids::{SessionId, UserId};
use crate::domain::origin::Origin;
use crate::domain::time::Timestamp;

/// Maximum length of a token that is examined, in bytes (S33).
const MAX_BYTES: usize = 4096;
/// Seconds by which another node's clock may be ahead; expiry has no leeway.
const LEEWAY_SECS: i64 = 30;
/// The only header accepted, in both orders of its two members: no other member, algorithm or spelling (S32, S36).
const HEADERS: [&str; 2] = ["eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."];

/// The type of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Short-lived.
    Access,
    /// Long-lived, carries a generation.
    Refresh,
}

/// The claims of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// `sub`.
    pub user: UserId,
    /// `sid`.
    pub session: SessionId,
    /// `org`: the origin of the app that it is good for (S117); absent at the portal.
    pub origin: Option<Origin>,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
    /// `gen`: a refresh token's own generation, or the one an access token was issued with.
    pub generation: i64,
}

/// Why a token was rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// Not a token of this kind issued by this instance.
    Invalid,
    /// Valid but expired.
    Expired(Box<Claims>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    #[serde(rename = "org", default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    typ: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
    #[serde(rename = "gen", default, skip_serializing_if = "Option::is_none")]
    generation: Option<i64>,
}

/// Signs and verifies both kinds of token.
#[derive(Clone)]
pub struct Tokens {
    access: Key,
    refresh: Key,
    issuer: String,
    audience: String,
    validation: Arc<Validation>,
}

impl Tokens {
    /// Tokens of one issuer for one audience.
    pub fn new(keys: &Keys, issuer: &str, audience: &str) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        // The crate would read the system clock; the time is passed in instead.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let (issuer, audience) = (issuer.to_owned(), audience.to_owned());
        Self { access: keys.access, refresh: keys.refresh, issuer, audience, validation: Arc::new(validation) }
    }

    /// Signs `claims`; equal claims give equal bytes.
    pub fn issue(&self, kind: Kind, claims: &Claims) -> Option<String> {
        let key = self.key(kind);
        let parts = [
            claims.session.as_str().as_bytes(),
            &claims.generation.to_be_bytes(),
            &claims.issued_at.secs().to_be_bytes(),
        ];
        let jti = mac(key, &parts);
        let body = Body {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: claims.user.as_str().to_owned(),
            sid: claims.session.as_str().to_owned(),
            origin: claims.origin.as_ref().map(ToString::to_string),
            typ: kind.word().to_owned(),
            iat: claims.issued_at.secs(),
            nbf: claims.issued_at.secs(),
            exp: claims.expires_at.secs(),
            jti: URL_SAFE_NO_PAD.encode(jti.first_chunk::<16>()?),
            generation: (kind == Kind::Refresh).then_some(claims.generation),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &body, &EncodingKey::from_secret(key)).ok()
    }

    /// Verifies `token` as one of `kind` at `now`.
    pub fn verify(&self, kind: Kind, token: &str, now: Timestamp) -> Result<Claims, TokenFault> {
        let claims = self.read(kind, token, now).ok_or(TokenFault::Invalid)?;
        if claims.expires_at > now { Ok(claims) } else { Err(TokenFault::Expired(Box::new(claims))) }
    }

    fn read(&self, kind: Kind, token: &str, now: Timestamp) -> Option<Claims> {
        if token.len() > MAX_BYTES || !HEADERS.iter().any(|header| token.starts_with(header)) {
            return None;
        }
        let key = DecodingKey::from_secret(self.key(kind));
        let body = jsonwebtoken::decode::<Body>(token, &key, &self.validation).ok()?.claims;
        let named = body.typ == kind.word() && !body.jti.is_empty();
        let latest = now.plus(LEEWAY_SECS).secs();
        let begun = body.nbf <= latest && body.iat <= latest;
        let generation = match kind {
            Kind::Access if body.generation.is_none() => 0,
            Kind::Access => return None,
            Kind::Refresh => body.generation?,
        };
        let origin = match body.origin {
            Some(text) => Some(Origin::parse_canonical(&text)?),
            None => None,
        };
        let claims = Claims {
            user: UserId::parse(&body.sub)?,
            session: SessionId::parse(&body.sid)?,
            origin,
            issued_at: Timestamp::from_secs(body.iat),
            expires_at: Timestamp::from_secs(body.exp),
            generation,
        };
        (named && begun).then_some(claims)
    }

    const fn key(&self, kind: Kind) -> &Key {
        match kind {
            Kind::Access => &self.access,
            Kind::Refresh => &self.refresh,
        }
    }
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::keys::SecretMaterial;
    use super::*;

    const HEADER_JSON: &str = r#"{"typ":"JWT","alg":"HS256"}"#;
    const OTHER_ORDER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn tokens() -> Tokens {
        let keys = Keys::derive(&SecretMaterial {
            jwt_auth: "same",
            jwt_refresh: "same",
            express_session: "s",
            password_key: "p",
            token_hash: "t",
        });
        Tokens::new(&keys, "ISSUER", "AUDIENCE")
    }

    fn claims() -> Claims {
        let (user, session) = (UserId::parse("uuuuuuuuuuuuuuuuuuuuuu"), SessionId::parse("ssssssssssssssssssssss"));
        Claims {
            user: user.unwrap(),
            session: session.unwrap(),
            origin: None,
            issued_at: NOW,
            expires_at: NOW.plus(60),
            generation: 3,
        }
    }

    /// Signs any header and body with the access key.
    fn forge(header: &str, body: &Value) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(body.to_string()));
        let signature = jsonwebtoken::crypto::sign(
            message.as_bytes(),
            &EncodingKey::from_secret(&tokens().access),
            Algorithm::HS256,
        )
        .unwrap();
        format!("{message}.{signature}")
    }

    fn body() -> Value {
        json!({"iss":"ISSUER","aud":"AUDIENCE","sub":"uuuuuuuuuuuuuuuuuuuuuu","sid":"ssssssssssssssssssssss","typ":"access",
               "iat":NOW.secs(),"nbf":NOW.secs(),"exp":NOW.secs()+60,"jti":"x"})
    }

    fn with(change: impl FnOnce(&mut Value)) -> String {
        let mut body = body();
        change(&mut body);
        forge(HEADER_JSON, &body)
    }

    fn accepted(token: &str) -> bool {
        tokens().verify(Kind::Access, token, NOW).is_ok()
    }

    #[test]
    fn s40_a_token_is_good_to_its_last_second_and_expired_at_its_end() {
        let token = tokens().issue(Kind::Access, &claims()).unwrap();
        assert!(tokens().verify(Kind::Access, &token, NOW.plus(59)).is_ok());
        assert!(matches!(tokens().verify(Kind::Access, &token, NOW.plus(60)), Err(TokenFault::Expired(_))));
    }

    #[test]
    fn equal_claims_give_equal_bytes_and_the_documented_header() {
        let token = tokens().issue(Kind::Refresh, &claims()).unwrap();
        assert_eq!(Some(&token), tokens().issue(Kind::Refresh, &claims()).as_ref());
        assert!(token.starts_with(HEADERS[0]));
        assert_eq!(HEADERS, [HEADER_JSON, OTHER_ORDER].map(|header| format!("{}.", URL_SAFE_NO_PAD.encode(header))));
        assert_eq!(tokens().verify(Kind::Refresh, &token, NOW), Ok(claims()));
    }

    #[test]
    fn s32_s36_only_the_one_header_is_accepted() {
        assert!(
            accepted(&forge(HEADER_JSON, &body())) && accepted(&forge(OTHER_ORDER, &body())),
            "the positive control failed"
        );
        for header in [
            r#"{"alg":"none","typ":"JWT"}"#,
            r#"{"alg":"HS384","typ":"JWT"}"#,
            r#"{"alg":"hs256","typ":"JWT"}"#,
            r#"{"alg":"RS256","typ":"JWT"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"HS256","typ":"JWT","kid":"1"}"#,
            r#"{"alg":"HS256","typ":"JWT","jwk":{}}"#,
            r#"{"alg":"HS256","typ":"JWT","crit":["x"]}"#,
            r#"{"alg":"HS256","typ":"JWT","jku":"http://x"}"#,
            r#"{"alg":"HS256","alg":"HS256","typ":"JWT"}"#,
            "[]",
            "",
        ] {
            assert!(!accepted(&forge(header, &body())), "{header} was accepted");
        }
    }

    #[test]
    fn s33_the_text_of_a_token_is_strict() {
        let good = forge(HEADER_JSON, &body());
        let (message, signature) = good.rsplit_once('.').unwrap();
        let last = signature.chars().last().unwrap();
        let stray: String =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars().filter(|c| *c != last).collect();
        for other in stray.chars() {
            let changed: String = signature.chars().take(signature.len() - 1).chain([other]).collect();
            assert!(!accepted(&format!("{message}.{changed}")), "the last character {other} was accepted");
        }
        for bad in [
            message.to_owned(),
            format!("{message}."),
            format!("{good}."),
            format!("{good}.x"),
            format!("{good}="),
            format!(" {good}"),
            format!("{good}\n"),
            String::new(),
            "..".to_owned(),
            "a".repeat(5000),
        ] {
            assert!(!accepted(&bad), "{bad:?} was accepted");
        }
    }

    #[test]
    fn s34_every_claim_must_be_there_with_its_type_and_value() {
        for claim in ["iss", "aud", "sub", "sid", "typ", "iat", "nbf", "exp", "jti"] {
            assert!(
                !accepted(&with(|body| {
                    body.as_object_mut().unwrap().remove(claim);
                })),
                "without {claim}"
            );
            assert!(!accepted(&with(|body| body[claim] = json!(null))), "null {claim}");
            assert!(!accepted(&with(|body| body[claim] = json!(["AUDIENCE"]))), "list {claim}");
        }
        for claim in ["iat", "nbf", "exp"] {
            assert!(!accepted(&with(|body| body[claim] = json!((NOW.secs() + 20).to_string()))), "text {claim}");
            assert!(!accepted(&with(|body| body[claim] = json!(1_000_020.5))), "fraction {claim}");
        }
        for (claim, value) in [
            ("iss", json!("OTHER")),
            ("aud", json!("OTHER")),
            ("sub", json!("short")),
            ("sid", json!("../../x")),
            ("nbf", json!(NOW.secs() + 31)),
            ("iat", json!(NOW.secs() + 31)),
            ("gen", json!(1)),
            ("org", json!("https://App.example.org")),
            ("org", json!("")),
            ("org", json!(["https://app.example.org"])),
            ("admin", json!(true)),
        ] {
            assert!(!accepted(&with(|body| body[claim] = value.clone())), "{claim} = {value}");
        }
        assert!(accepted(&with(|body| body["nbf"] = json!(NOW.secs() + 30))));
    }

    #[test]
    fn s117_a_token_names_the_one_app_that_it_is_good_for() {
        let origin = Origin::parse(true, "wiki.example.net:8443");
        let of_app = Claims { origin: origin.clone(), ..claims() };
        for kind in [Kind::Access, Kind::Refresh] {
            let token = tokens().issue(kind, &of_app).unwrap();
            assert_eq!(tokens().verify(kind, &token, NOW).map(|claims| claims.origin), Ok(origin.clone()));
        }
        let at_the_portal = tokens().issue(Kind::Access, &claims()).unwrap();
        assert_eq!(tokens().verify(Kind::Access, &at_the_portal, NOW).map(|claims| claims.origin), Ok(None));
    }

    #[test]
    fn s35_the_two_kinds_are_not_interchangeable_with_one_secret() {
        let (access, refresh) =
            (tokens().issue(Kind::Access, &claims()).unwrap(), tokens().issue(Kind::Refresh, &claims()).unwrap());
        assert_eq!(tokens().verify(Kind::Refresh, &access, NOW), Err(TokenFault::Invalid));
        assert_eq!(tokens().verify(Kind::Access, &refresh, NOW), Err(TokenFault::Invalid));
        assert!(!accepted(&with(|body| body["typ"] = json!("refresh"))));
    }
}
