//! Names of headers by which a client could deceive an app: as if a proxy had sent them, or about the method.

use super::header_profile::folded;

/// Prefixes of header names that only a proxy may send, as letters and digits only: how and with which certificate the
/// request reached the proxy, where the app is mounted (gunicorn reads `SCRIPT_NAME`), from where it may send files.
/// `Proxy` becomes `HTTP_PROXY` in CGI apps.
const SPOOF_PREFIXES: [&str; 16] = [
    "forwarded",
    "xoriginal",
    "xrewrite",
    "xhost",
    "proxy",
    "xproxy",
    "clientcert",
    "xclientcert",
    "xssl",
    "sslclient",
    "scriptname",
    "pathinfo",
    "xscriptname",
    "xaccel",
    "xsendfile",
    "xportcullisjwt",
];
/// Prefixes of those that say who the visitor is: an app may get it under such a name.
const IDENTITY_PREFIXES: [&str; 5] = ["remote", "xremote", "xauthrequest", "xauthentik", "xwebauth"];
/// Who it is, or how the request reached the proxy.
const FORWARDED: &str = "xforward";
/// What follows `X-Forwarded-` in names that say who the visitor is.
const FORWARDED_IDENTITY: [&str; 15] = [
    "accesstoken",
    "displayname",
    "email",
    "fullname",
    "group",
    "groups",
    "id",
    "login",
    "name",
    "preferredusername",
    "role",
    "roles",
    "uid",
    "user",
    "username",
];
/// Suffixes of such names: somebody's address, in names without a separator before `ip`.
const SPOOF_ENDINGS: [&str; 3] = ["clientip", "realip", "connectingip"];
/// Names of headers that override the method, letters only.
const METHOD_OVERRIDES: [&str; 3] = ["xhttpmethodoverride", "xhttpmethod", "xmethodoverride"];

/// Whether an app may interpret this field as one that only a proxy may send. CGI replaces every byte that is not a
/// letter or digit by `_`, so a name with other characters than `-` and `_` is always refused, and the rest is compared
/// without these two (S78, S101).
pub fn is_spoof(name: &str) -> bool {
    says_how_it_came(name) || begins(name, FORWARDED) || says_who(name)
}

/// Whether such a field says something else than who the visitor is: then no app can get that under this name either.
pub fn is_no_identity(name: &str) -> bool {
    let is_identity = |rest: &str| FORWARDED_IDENTITY.contains(&rest);
    says_how_it_came(name)
        || begins(name, FORWARDED) && !folded(name).strip_prefix("xforwarded").is_some_and(is_identity)
}

fn says_how_it_came(name: &str) -> bool {
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return true;
    }
    // `X-Client-IP`, `CF-Connecting-IP` and the like: a client only sends an address to impersonate somebody.
    let (end, ends) = (name.trim_end_matches(['-', '_']), |ending: &str| {
        letters(name).rev().take(ending.len()).eq(ending.bytes().rev())
    });
    end.ends_with("-ip")
        || end.ends_with("_ip")
        || SPOOF_ENDINGS.into_iter().any(ends)
        || SPOOF_PREFIXES.iter().any(|prefix| begins(name, prefix))
}

fn says_who(name: &str) -> bool {
    IDENTITY_PREFIXES.iter().any(|prefix| begins(name, prefix))
}

fn begins(name: &str, prefix: &str) -> bool {
    letters(name).take(prefix.len()).eq(prefix.bytes())
}

fn letters(name: &str) -> impl DoubleEndedIterator<Item = u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}

/// Whether some apps read another method from this header: rules are about the method that was sent.
pub fn is_method_override(name: &str) -> bool {
    METHOD_OVERRIDES.iter().any(|known| letters(name).eq(known.bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::header_profile::{Preset, other_spellings};

    #[test]
    fn s78_every_name_of_every_preset_is_cut_in_every_spelling_and_may_tell_an_app() {
        let names: Vec<&str> = Preset::ALL.iter().flat_map(|preset| preset.headers()).map(|(_, name)| *name).collect();
        assert!(names.len() > 15, "{names:?}");
        for name in names {
            let mut spellings = other_spellings(name);
            spellings.extend([name.to_owned(), name.replace('-', ""), name.to_uppercase(), format!("_{name}-")]);
            for spelling in spellings {
                assert!(is_spoof(&spelling) && !is_no_identity(&spelling), "{spelling}");
            }
        }
        for name in ["x-webauth-user", "remote-user-id", "xforwarded-name", "x-mail", "authorization", "x-api-key"] {
            assert!(!is_no_identity(name), "{name}");
        }
        for name in ["x-forwarded-for", "xforwardedhost", "x-forwarded", "x-forwarded-client-cert", "X-Real-IP", "a.b"]
        {
            assert!(is_spoof(name) && is_no_identity(name), "{name}");
        }
    }
}
