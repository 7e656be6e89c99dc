//! Where machine tokens are in a request. What is not one of ours belongs to the app (S119).

use std::borrow::Cow;

use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::accounts::token_refusals::TokenRefusal;
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

/// As the most careless program reads it.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
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
    /// what a signed link has in its query. The error is that there are two different ones, or something else in our
    /// own header, which is nobody else's. Programs in front may have joined repeated headers by commas.
    pub fn find(headers: &'a HeaderMap, listed: &[String], query: &'a str) -> Result<Option<Self>, TokenRefusal> {
        let has_link = !query.is_empty() && link_query::values(query).next().is_some();
        if listed.is_empty() && !has_link && !headers.contains_key(&X_PORTCULLIS_TOKEN) {
            // As nearly every request has it: nothing, or one token as a Bearer credential.
            let mut values = headers.get_all(AUTHORIZATION);
            let Some(value) = values.next() else { return Ok(None) };
            let bearer = after_scheme(value.as_bytes(), b"bearer").and_then(token_text::read);
            if let Some(text) = bearer.filter(|_| values.next().is_none()) {
                return Ok(Some(Self { text: Cow::Borrowed(text), user: None }));
            }
        }
        let own = || headers.get_all(&X_PORTCULLIS_TOKEN).flat_map(|value| parts(value.as_bytes()));
        if own().any(|part| !part.is_empty() && Self::in_header(part).is_none()) {
            return Err(TokenRefusal::Malformed);
        }
        let of_app = listed.iter().flat_map(|name| headers.get_all(name.as_str()));
        let ours = own().chain(of_app.flat_map(|value| parts(value.as_bytes()))).filter_map(Self::in_header);
        let authorization = headers.get_all(AUTHORIZATION).flat_map(|value| parts(value.as_bytes()));
        let authorization = authorization.filter_map(Self::in_authorization);
        let link = link_query::values(query).map(|text| Self { text: Cow::Borrowed(text), user: None });
        let mut all = ours.chain(authorization).chain(link);
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

/// Whether a place for tokens holds something that begins like one and is none.
pub fn has_mistyped(headers: &HeaderMap, listed: &[String]) -> bool {
    let is_mistyped = |text: &[u8]| token_text::begins(text) && token_text::read(text).is_none();
    let bare = |value: &'_ [u8]| after_scheme(value, b"bearer").unwrap_or(value).to_vec();
    let of_app = listed.iter().flat_map(|name| headers.get_all(name.as_str()));
    let values = headers.get_all(AUTHORIZATION).chain(of_app).flat_map(|value| parts(value.as_bytes()));
    values.filter(|value| !value.is_empty()).any(|value| {
        let basic = after_scheme(value, b"basic").and_then(|encoded| BASIC.decode(encoded).ok());
        match basic {
            Some(decoded) => decoded.split(|byte| *byte == b':').any(is_mistyped),
            None => is_mistyped(&bare(value)),
        }
    })
}

/// What follows the name of a scheme, which has no regard to case (RFC 9110, section 11.1).
fn after_scheme<'a>(value: &'a [u8], scheme: &[u8]) -> Option<&'a [u8]> {
    let (name, rest) = value.trim_ascii().split_at_checked(scheme.len())?;
    (name.eq_ignore_ascii_case(scheme) && rest.starts_with(b" ")).then(|| rest.trim_ascii())
}

/// What stands between commas.
fn parts(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// Whether a header of that name, in small letters, has a token of ours in it: then the app must not get it. Also where
/// it would not be accepted, and where the name is spelled as CGI would fold it.
pub fn carries_token(name: &str, value: &[u8], listed: &[String]) -> bool {
    let is = |known: &str| letters(name).eq(letters(known));
    is(X_PORTCULLIS_TOKEN.as_str())
        || (is(AUTHORIZATION.as_str()) || listed.iter().any(|known| is(known))) && has_token(value)
}

fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric)
}

/// Whether a token stands in `value` in any dress that an app or its log could take off: as it is, percent-encoded, or
/// within Base64 of either alphabet, whatever is around it.
fn has_token(value: &[u8]) -> bool {
    if value.len() < token_text::LENGTH {
        return false;
    }
    // The usual dress, without a search.
    if after_scheme(value, b"bearer").is_some_and(|bare| token_text::read(bare).is_some()) {
        return true;
    }
    let plain = token_text::unescaped(value);
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let hides_one = |digits: Vec<u8>| LENIENT.decode(digits).is_ok_and(|decoded| token_text::is_in(&decoded));
    let digits_of = |text: &[u8]| {
        let mut digits: Vec<u8> = text.iter().filter(|byte| is_digit(byte)).copied().map(to_standard).collect();
        if digits.len() % 4 == 1 {
            digits.pop();
        }
        digits
    };
    let after_scheme = plain.split(u8::is_ascii_whitespace).next().and_then(|scheme| plain.get(scheme.len()..));
    token_text::is_in(&plain)
        || plain.split(|byte| !is_digit(byte)).any(|run| run.len() > token_text::LENGTH && hides_one(digits_of(run)))
        || after_scheme.is_some_and(|rest| hides_one(digits_of(rest)))
}

/// A digit of base64url as one of Base64 (RFC 4648, section 5).
const fn to_standard(digit: u8) -> u8 {
    match digit {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    }
}

/// The names of the headers that carry a token of ours.
pub fn names_with_token<'a>(headers: &'a HeaderMap, listed: &[String]) -> Vec<&'a str> {
    let carrying = headers.iter().filter(|(name, value)| carries_token(name.as_str(), value.as_bytes(), listed));
    carrying.map(|(name, _)| name.as_str()).collect()
}

/// What the client says in a header of that name, in small letters, if it says it once and no token is in it: then it
/// belongs to the app.
pub fn own_of_app<'a>(headers: &'a HeaderMap, name: &str, listed: &[String]) -> Option<&'a HeaderValue> {
    let is_theirs = |value: &&HeaderValue| !carries_token(name, value.as_bytes(), listed);
    let mut theirs = headers.get_all(name).filter(is_theirs);
    theirs.next().filter(|_| theirs.next().is_none())
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
            ("authorization", "Bearer eyJhbGciOiJIUzI1NiJ9".to_owned()),
            ("authorization", format!("Bearer {}", "%5F-_+/=a b".repeat(20))),
            ("authorization", "Bearer pc_of_the_app".to_owned()),
            ("authorization", basic("token:secret")),
            ("authorization", format!("Bearer {}", token.trim_start_matches('p'))),
            ("x-api-key", "of the app".to_owned()),
        ] {
            assert_eq!(CarriedToken::find(&headers(&[(name, &value)]), &listed, ""), Ok(None), "{name}: {value}");
            assert!(!carries_token(name, value.as_bytes(), &listed), "{name}: {value}");
        }
    }

    #[test]
    fn s119_what_has_a_token_in_it_does_not_reach_the_app_though_it_is_no_credential() {
        let token = token_text::write(&[1; 32]);
        let listed = ["x-api-key".to_owned()];
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        let url_safe = STANDARD.encode(format!("token:\u{ff}\u{3ff}:{token}")).replace('+', "-").replace('/', "_");
        for (name, value) in [
            ("authorization", token.clone()),
            ("authorization", format!("Bearer{token}")),
            ("authorization", format!("Bearer\t{token}")),
            ("authorization", format!("Bearer x{token}")),
            ("authorization", format!("Digest {token}")),
            ("authorization", format!("Basic {token}")),
            ("authorization", basic(&format!("token:x:{token}"))),
            ("authorization", basic(&format!("token:{token}\n"))),
            ("authorization", format!("Basic {url_safe}")),
            ("authorization", format!("Basic\t{}", STANDARD.encode(format!("token:{token}")))),
            ("authorization", format!("Basic {}===", STANDARD_NO_PAD.encode(format!("token:{token}")))),
            ("authorization", format!("Basic {}", STANDARD.encode(format!("token:{token}")).replacen("cG", "c G", 1))),
            ("authorization", STANDARD.encode(format!("to:{token}"))),
            ("authorization", format!("Bearer {}", token.replace('_', "%5F"))),
            ("x-api-key", basic(&format!("token:{token}"))),
            ("x_api_key", token.clone()),
            ("xapikey", format!("key {token}")),
            ("x_portcullis_token", token.clone()),
        ] {
            let map = headers(&[(name, &value)]);
            assert_eq!(CarriedToken::find(&map, &listed, ""), Ok(None), "{name}: {value}");
            assert!(carries_token(name, value.as_bytes(), &listed), "{name}: {value}");
        }
    }

    #[test]
    fn s119_our_own_header_holds_a_token_or_the_request_is_refused() {
        let token = token_text::write(&[1; 32]);
        for value in ["of the app", token.trim_start_matches('p'), &format!("{token}, x"), &format!("{token}x")] {
            let map = headers(&[("x-portcullis-token", value)]);
            assert_eq!(CarriedToken::find(&map, &[], ""), Err(TokenRefusal::Malformed), "{value}");
            assert!(carries_token("x-portcullis-token", value.as_bytes(), &[]), "{value}");
        }
        for value in ["", &format!("{token}, {token}")] {
            assert!(CarriedToken::find(&headers(&[("x-portcullis-token", value)]), &[], "").is_ok(), "{value}");
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
            headers(&[("authorization", &format!("{}, {}", bearer(&one), bearer(&other)))]),
            headers(&[("x-portcullis-token", &format!("{one}, {other}"))]),
        ] {
            assert_eq!(CarriedToken::find(&map, &[], ""), Err(TokenRefusal::Several));
        }
    }

    #[test]
    fn s119_s120_a_link_beside_a_token_is_another_one_and_the_rest_of_the_query_is_none() {
        let token = token_text::write(&[1; 32]);
        let (with_token, bare) = (headers(&[("authorization", &format!("Bearer {token}"))]), HeaderMap::new());
        for (map, query, expected) in [
            (&with_token, "a=1&b", Ok(Some(&*token))),
            (&with_token, "a=1&pc_link=id.x", Err(TokenRefusal::Several)),
            (&with_token, "pc%5flink=id.x&a=1", Err(TokenRefusal::Several)),
            (&bare, "a=1&pc_link=id.x", Ok(Some("id.x"))),
            (&bare, "a=1&b", Ok(None)),
        ] {
            let found = CarriedToken::find(map, &[], query).map(|found| found.map(|found| found.text().to_owned()));
            assert_eq!(found, expected.map(|text| text.map(str::to_owned)), "{query}");
        }
    }
}
