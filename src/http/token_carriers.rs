//! Where machine tokens are in a request. What is not one of ours belongs to the app (S119).

use std::borrow::Cow;

use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::accounts::machine_tokens::TokenRefusal;
use crate::domain::access::Visitor;
use crate::domain::email::Email;
use crate::domain::link_query;
use crate::domain::token_text;

/// Our own header.
static X_PORTCULLIS_TOKEN: HeaderName = HeaderName::from_static("x-portcullis-token");
/// The user name that goes with every token.
const ANY_USER: &str = "token";
/// Programs differ in whether they write the padding.
const BASIC: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A token in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedToken<'a> {
    text: Cow<'a, str>,
    /// The user name of HTTP Basic.
    user: Option<String>,
}

impl<'a> CarriedToken<'a> {
    /// The token of these headers: in our own one, in one that the app lists, or in `Authorization`, in this order; or
    /// what a signed link has in its query. The error is that there are two different ones.
    pub fn find(headers: &'a HeaderMap, listed: &[String], query: &'a str) -> Result<Option<Self>, TokenRefusal> {
        let ours = headers.get_all(&X_PORTCULLIS_TOKEN).filter_map(|value| Self::in_header(value.as_bytes()));
        let of_app = listed.iter().flat_map(|name| headers.get_all(name.as_str()));
        let of_app = of_app.filter_map(|value| Self::in_header(value.as_bytes()));
        let authorization = headers.get_all(AUTHORIZATION);
        let authorization = authorization.filter_map(|value| Self::in_authorization(value.as_bytes()));
        let link = link_query::values(query).map(|text| Self { text: Cow::Borrowed(text), user: None });
        let mut all = ours.chain(of_app).chain(authorization).chain(link);
        let Some(first) = all.next() else { return Ok(None) };
        if all.all(|other| other.text == first.text) { Ok(Some(first)) } else { Err(TokenRefusal::Several) }
    }

    /// Programs that have a field for the value of a header are often given the scheme with it.
    fn in_header(value: &'a [u8]) -> Option<Self> {
        let value = value.trim_ascii();
        let bare = after_scheme(value, b"bearer").unwrap_or(value);
        token_text::read(bare).map(|text| Self { text: Cow::Borrowed(text), user: None })
    }

    fn in_authorization(value: &'a [u8]) -> Option<Self> {
        if let Some(bearer) = after_scheme(value, b"bearer") {
            return token_text::read(bearer).map(|text| Self { text: Cow::Borrowed(text), user: None });
        }
        let decoded = BASIC.decode(after_scheme(value, b"basic")?).ok()?;
        let colon = decoded.iter().position(|byte| *byte == b':').unwrap_or(decoded.len());
        let (user, rest) = decoded.split_at_checked(colon)?;
        // Also in the place of the user name, where it is not accepted: the app must not see it.
        let text = token_text::read(rest.strip_prefix(b":").unwrap_or(rest)).or_else(|| token_text::read(user))?;
        Some(Self { text: Cow::Owned(text.to_owned()), user: Some(String::from_utf8_lossy(user).into_owned()) })
    }

    /// The token.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it came with a user name that goes with the owner's token.
    pub fn fits(&self, owner: &Visitor) -> bool {
        let is_address = |user: &str| Email::parse(user).is_ok_and(|email| email.as_str() == owner.name());
        self.user.as_ref().is_none_or(|user| user == ANY_USER || is_address(user))
    }
}

/// What follows the name of a scheme, which has no regard to case (RFC 9110, section 11.1).
fn after_scheme<'a>(value: &'a [u8], scheme: &[u8]) -> Option<&'a [u8]> {
    let (name, rest) = value.trim_ascii().split_at_checked(scheme.len())?;
    (name.eq_ignore_ascii_case(scheme) && rest.starts_with(b" ")).then(|| rest.trim_ascii())
}

/// Whether a header of that name, in small letters, carries a token of ours: then the app must not get it.
pub fn carries_token(name: &str, value: &[u8], listed: &[String]) -> bool {
    match name {
        "authorization" => CarriedToken::in_authorization(value).is_some(),
        _ if name == X_PORTCULLIS_TOKEN.as_str() || listed.iter().any(|known| known == name) => {
            CarriedToken::in_header(value).is_some()
        }
        _ => false,
    }
}

/// The names of the headers that carry a token of ours.
pub fn names_with_token<'a>(headers: &'a HeaderMap, listed: &[String]) -> Vec<&'a str> {
    let carrying = headers.iter().filter(|(name, value)| carries_token(name.as_str(), value.as_bytes(), listed));
    carrying.map(|(name, _)| name.as_str()).collect()
}

/// The `Authorization` that belongs to the app, if there is one and no other.
pub fn authorization_of_app(headers: &HeaderMap) -> Option<&HeaderValue> {
    let mut all = headers.get_all(AUTHORIZATION);
    let only = all.next().filter(|_| all.next().is_none())?;
    CarriedToken::in_authorization(only.as_bytes()).is_none().then_some(only)
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

    use super::*;

    fn headers(given: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in given {
            map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        map
    }

    #[test]
    fn s119_a_token_is_found_in_each_carrier_and_cut_there_and_nothing_else_is() {
        let token = token_text::write(&[1; 32]);
        let listed = ["x-api-key".to_owned()];
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        for (name, value) in [
            ("x-portcullis-token", token.clone()),
            ("x-portcullis-token", format!(" {token} ")),
            ("x-portcullis-token", format!("Bearer {token}")),
            ("x-api-key", token.clone()),
            ("authorization", format!("Bearer {token}")),
            ("authorization", format!("bEARER   {token}")),
            ("authorization", basic(&format!("token:{token}"))),
            ("authorization", basic(&format!("ada@example.org:{token}"))),
            ("authorization", basic(&format!("{token}:"))),
            ("authorization", format!("basic {}", STANDARD_NO_PAD.encode(format!("token:{token}")))),
        ] {
            let map = headers(&[(name, &value)]);
            assert_eq!(CarriedToken::find(&map, &listed, "").unwrap().unwrap().text(), token, "{name}: {value}");
            assert!(carries_token(name, value.as_bytes(), &listed), "{name}: {value}");
        }
        for (name, value) in [
            ("x-other", token.clone()),
            ("cookie", format!("portcullis_access={token}")),
            ("authorization", token.clone()),
            ("authorization", format!("Bearer{token}")),
            ("authorization", format!("Bearer x{token}")),
            ("authorization", format!("Digest {token}")),
            ("authorization", "Bearer eyJhbGciOiJIUzI1NiJ9".to_owned()),
            ("authorization", "Bearer pc_of_the_app".to_owned()),
            ("authorization", basic("token:secret")),
            ("authorization", basic(&format!("token:x:{token}"))),
            ("authorization", format!("Basic {token}")),
            ("x-portcullis-token", "of the app".to_owned()),
        ] {
            assert_eq!(CarriedToken::find(&headers(&[(name, &value)]), &listed, ""), Ok(None), "{name}: {value}");
            assert!(!carries_token(name, value.as_bytes(), &listed), "{name}: {value}");
        }
    }

    #[test]
    fn s119_two_different_tokens_are_none() {
        let [one, other] = [[1; 32], [2; 32]].map(|secret| token_text::write(&secret));
        let bearer = |token: &str| format!("Bearer {token}");
        let map = headers(&[("x-portcullis-token", &one), ("authorization", &bearer(&one)), ("authorization", "x")]);
        assert_eq!(CarriedToken::find(&map, &[], "").unwrap().unwrap().text(), one);
        for map in [
            headers(&[("x-portcullis-token", &one), ("authorization", &bearer(&other))]),
            headers(&[("authorization", &bearer(&one)), ("authorization", &bearer(&other))]),
        ] {
            assert_eq!(CarriedToken::find(&map, &[], ""), Err(TokenRefusal::Several));
        }
    }
}
