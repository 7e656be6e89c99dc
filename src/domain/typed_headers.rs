//! Headers of an app as typed, and the names that they cannot have.

use super::deceptive_headers::{is_method_override, is_no_identity, is_spoof};
use super::header_profile::{Part, folded};
use super::lists::entries;
use super::text::Text;

/// Maximum names of an app's own.
const MAX_OWN: usize = 12;
/// Maximum fixed headers.
const MAX_FIXED: usize = 8;
/// Maximum length of a name.
const MAX_NAME: usize = 64;
/// Maximum hyphens in a name: a program may read each as an underscore, and every spelling is cut.
const MAX_HYPHENS: usize = 5;
/// Maximum length of a fixed value, in bytes.
const MAX_VALUE: usize = 4096;

/// Parses names of an app's own: `part = name`, one a line or separated by commas; the error is every fault.
pub fn parse_own(text: &str) -> Result<Vec<(Part, String)>, Vec<Text>> {
    let (mut own, mut faults) = (Vec::new(), Vec::new());
    let lines = text.split(['\n', '\r', ',']).map(str::trim).filter(|line| !line.is_empty());
    for line in lines {
        match parse_line(line) {
            Ok(header) => own.push(header),
            Err(fault) => faults.push(fault),
        }
    }
    if own.len() > MAX_OWN {
        faults.push(Text::new("header-count").with("max", i64::try_from(MAX_OWN).unwrap_or(0)));
    }
    if faults.is_empty() { Ok(own) } else { Err(faults) }
}

fn parse_line(line: &str) -> Result<(Part, String), Text> {
    let (part, name) = line.split_once('=').ok_or_else(|| Text::new("header-line").with("line", line))?;
    let part = part.trim();
    let part = Part::parse(part).ok_or_else(|| Text::new("header-part").with("part", part))?;
    let name = parse_name(name.trim())?;
    // It would be sent back as if it were the visitor's own.
    if is_authorization(&name) { Err(reserved(&name)) } else { Ok((part, name)) }
}

/// Parses the names of headers in which an app's clients can send a machine token; the error is every fault.
pub fn parse_token_headers(text: &str) -> Result<Vec<String>, Vec<Text>> {
    let (mut names, mut faults) = (Vec::new(), Vec::new());
    for entry in entries(text) {
        match parse_name(entry) {
            // It is read in any case, and the others say who is there.
            Ok(name) if is_authorization(&name) || is_spoof(&name) => faults.push(reserved(&name)),
            Ok(name) if names.contains(&name) => {}
            Ok(name) => names.push(name),
            Err(fault) => faults.push(fault),
        }
    }
    if names.len() > MAX_FIXED {
        faults.push(Text::new("header-count").with("max", i64::try_from(MAX_FIXED).unwrap_or(0)));
    }
    if faults.is_empty() { Ok(names) } else { Err(faults) }
}

/// A fixed header as typed: its name, and its value unless that stays as it is.
pub type TypedFixed<'a> = (String, Option<&'a str>);

/// Parses fixed headers: `name: value`, or the name alone where the value stays, one a line; no fault names a value.
pub fn parse_fixed(text: &str) -> Result<Vec<TypedFixed<'_>>, Vec<Text>> {
    let (mut fixed, mut faults) = (Vec::new(), Vec::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').map_or((line, None), |(name, value)| (name, Some(value.trim())));
        match parse_name(name.trim()) {
            Ok(name) if value.is_some_and(|value| !is_value(value)) => {
                faults.push(
                    Text::new("header-value").with("header", name).with("max", i64::try_from(MAX_VALUE).unwrap_or(0)),
                );
            }
            Ok(name) => fixed.push((name, value.filter(|value| !value.is_empty()))),
            Err(fault) => faults.push(fault),
        }
    }
    if fixed.len() > MAX_FIXED {
        faults.push(Text::new("header-count").with("max", i64::try_from(MAX_FIXED).unwrap_or(0)));
    }
    if faults.is_empty() { Ok(fixed) } else { Err(faults) }
}

/// Whether a header can have that value: visible ASCII and spaces.
fn is_value(value: &str) -> bool {
    value.len() <= MAX_VALUE && value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

/// A name that an app's headers may have, in small letters.
fn parse_name(text: &str) -> Result<String, Text> {
    let name = text.to_ascii_lowercase();
    let is_name = name.starts_with(|sign: char| sign.is_ascii_lowercase())
        && name.len() <= MAX_NAME
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && name.matches('-').count() <= MAX_HYPHENS;
    if !is_name {
        // What is no name may be a value that was typed alone.
        return Err(Text::new("header-name"));
    }
    if is_reserved(&name) { Err(reserved(&name)) } else { Ok(name) }
}

fn is_authorization(name: &str) -> bool {
    folded(name) == "authorization"
}

fn reserved(name: &str) -> Text {
    Text::new("header-reserved").with("header", name)
}

/// Names that mean something to HTTP or to this gate; those that mean something to proxies: `deceptive_headers`.
const RESERVED: &str = " accept accept-charset accept-encoding accept-language age alt-svc cache-control \
    clear-site-data connection cookie cookie2 date etag expect expires forwarded host http2-settings keep-alive \
    last-modified link location nel origin pragma priority range referer refresh report-to server \
    service-worker-allowed set-cookie strict-transport-security te trailer transfer-encoding upgrade user-agent vary \
    via www-authenticate ";
/// Beginnings of such names.
const RESERVED_PREFIXES: [&str; 4] = ["if-", "sec-", "x-envoy-", "x-portcullis-"];
/// The same, where programs see no hyphen.
const RESERVED_LETTERS: [&str; 14] = [
    "accesscontrol",
    "content",
    "crossorigin",
    "ifmatch",
    "ifmodified",
    "ifnonematch",
    "ifrange",
    "ifunmodified",
    "secch",
    "secfetch",
    "secwebsocket",
    "xenvoy",
    "xhttpmethod",
    "xportcullis",
];

/// Compared by letters and digits, as programs may; what no client can send must not mean something else to an app.
fn is_reserved(name: &str) -> bool {
    let letters = folded(name);
    RESERVED.split_ascii_whitespace().any(|known| folded(known) == letters)
        || RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || RESERVED_LETTERS.iter().any(|prefix| letters.starts_with(prefix))
        || is_no_identity(name)
        || is_method_override(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::header_profile::{FixedHeader, HeaderProfile, Preset, stored_own};

    #[test]
    fn names_of_an_apps_own_are_lines_or_separated_by_commas() {
        let own = parse_own(" email = X-Mail\r\n\nid=X-User-Id, groups = Groups").unwrap();
        let own = HeaderProfile { own, ..HeaderProfile::default() };
        assert_eq!(own.typed(), "email = x-mail\nid = x-user-id\ngroups = groups");
        assert_eq!(stored_own(&own.typed()).as_ref(), Some(&own.own));
        assert_eq!(parse_own(&own.typed()), Ok(own.own));
        assert_eq!((stored_own(""), stored_own("email"), stored_own("mail = x")), (Some(Vec::new()), None, None));
        for (typed, key) in [
            ("X-Mail", "header-line"),
            ("mail = X-Mail", "header-part"),
            ("email = ", "header-name"),
            ("email = X_Mail", "header-name"),
            ("email = X Mail", "header-name"),
            ("email = 1x", "header-name"),
            ("email = x-a-b-c-d-e-f", "header-name"),
        ] {
            assert_eq!(parse_own(typed).unwrap_err()[0].key(), key, "{typed}");
        }
        assert_eq!(parse_own(&"id = X-A\n".repeat(MAX_OWN + 1)).unwrap_err()[0].key(), "header-count");
    }

    #[test]
    fn s119_tokens_come_in_headers_that_mean_nothing_else() {
        assert_eq!(
            parse_token_headers("X-Api-Key, x-api-key\nCF-Access-Token").unwrap(),
            ["x-api-key", "cf-access-token"]
        );
        for name in ["Cookie", "Host", "TE", "Authorization", "X-Portcullis-Token", "Remote-User", "X-Forwarded-For"] {
            assert_eq!(parse_token_headers(name).unwrap_err()[0].key(), "header-reserved", "{name}");
        }
    }

    #[test]
    fn names_that_mean_something_else_are_refused() {
        for name in [
            "Connection",
            "TE",
            "Proxy",
            "Proxy-Authorization",
            "Cookie",
            "Host",
            "Content-Length",
            "Set-Cookie",
            "X-Portcullis-JWT",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "Sec-Fetch-Mode",
            "Transfer-Encoding",
            "Origin",
            "X-HTTP-Method-Override",
            "Upgrade",
            "Forwarded",
            "X-Original-URL",
            "X-Real-IP",
            "Location",
        ] {
            let own = parse_own(&format!("email = {name}"));
            assert_eq!(own.unwrap_err()[0].key(), "header-reserved", "{name}");
            let faults = parse_fixed(&format!("{name}: x")).unwrap_err();
            assert_eq!(faults[0].key(), "header-reserved", "{name}");
        }
        assert_eq!(parse_own("user = Authorization").unwrap_err()[0].key(), "header-reserved");
        assert_eq!(
            parse_fixed("Authorization: Basic YTpi\nX-Key"),
            Ok(vec![("authorization".to_owned(), Some("Basic YTpi")), ("x-key".to_owned(), None)])
        );
    }

    #[test]
    fn s78_a_reserved_name_is_refused_in_every_spelling_and_that_of_a_preset_is_not() {
        let proxys = [
            "script-name",
            "path-info",
            "cf-connecting-ip",
            "x-real-ip",
            "x-client-ip",
            "x-forwarded-for",
            "x-forwarded",
            "x-forwarded-client-cert",
            "x-forwarded-proto",
            "proxy-x",
            "ssl-client-verify",
            "x-accel-redirect",
            "x-sendfile",
            "x-original-url",
            "x-rewrite-url",
            "x-envoy-x",
            "x-portcullis-jwt",
            "x-portcullis-x",
            "x-http-method",
            "x-method-override",
            "sec-fetch-mode",
            "if-match",
            "content-type",
        ];
        for name in RESERVED.split_ascii_whitespace().chain(proxys) {
            let moved = name.replacen('-', "", 1);
            for spelling in [name.to_owned(), name.to_uppercase(), name.replace('-', ""), moved, format!("{name}-")] {
                let own = parse_own(&format!("email = {spelling}")).unwrap_err();
                let of_tokens = parse_token_headers(&spelling).unwrap_err();
                assert_eq!((own[0].key(), of_tokens[0].key()), ("header-reserved", "header-reserved"), "{spelling}");
            }
        }
        for name in ["Authorization-", "authorization"] {
            assert!(parse_own(&format!("user = {name}")).is_err() && parse_token_headers(name).is_err(), "{name}");
        }
        for (_, name) in Preset::ALL.iter().flat_map(|preset| preset.headers()) {
            assert!(parse_own(&format!("email = {name}")).is_ok() && parse_token_headers(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_fault_of_a_fixed_header_names_no_value() {
        for typed in ["X-Key: s\u{e9}cret", "X-Key: se\u{1}cret", "se cret", &format!("X-Key: {}", "s".repeat(4097))] {
            let faults = parse_fixed(typed).unwrap_err();
            assert!(!format!("{faults:?}").contains("cret") && !format!("{faults:?}").contains("sss"), "{faults:?}");
        }
    }

    #[test]
    fn one_name_in_two_spellings_is_a_duplicate() {
        let duplicate = |preset, own: &str, fixed: &str| {
            let fixed = parse_fixed(fixed).unwrap().into_iter();
            let fixed = fixed.map(|(name, _)| FixedHeader { name, sealed: String::new() }).collect();
            HeaderProfile { preset, own: parse_own(own).unwrap(), fixed }.duplicate()
        };
        assert_eq!(duplicate(Preset::Remote, "role = X-Role", "X-Key"), None);
        assert_eq!(duplicate(Preset::Remote, "role = RemoteUser", "").as_deref(), Some("remoteuser"));
        assert_eq!(duplicate(Preset::None, "role = X-Role, id = X-Role", "").as_deref(), Some("x-role"));
        assert_eq!(duplicate(Preset::None, "role = X-Role", "x-role").as_deref(), Some("x-role"));
    }
}
