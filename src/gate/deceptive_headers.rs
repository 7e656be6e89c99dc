//! Names of headers by which a client could deceive an app: as if a proxy had sent them, or about the method.

/// Prefixes of header names that only a proxy may send, as letters and digits only: who the visitor is, how and with
/// which certificate the request reached the proxy, where the app is mounted (gunicorn reads `SCRIPT_NAME`), and from
/// where it may send files. `Proxy` becomes `HTTP_PROXY` in CGI apps.
const SPOOF_PREFIXES: [&str; 22] = [
    "forwarded",
    "xforward",
    "xoriginal",
    "xrewrite",
    "xhost",
    "remote",
    "xremote",
    "xauthrequest",
    "xauthentik",
    "xwebauth",
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
/// Suffixes of such names: somebody's address, in names without a separator before `ip`.
const SPOOF_ENDINGS: [&str; 3] = ["clientip", "realip", "connectingip"];
/// Names of headers that override the method, letters only.
const METHOD_OVERRIDES: [&str; 3] = ["xhttpmethodoverride", "xhttpmethod", "xmethodoverride"];

/// Whether an app may interpret this field as one that only a proxy may send. CGI replaces every byte that is not a
/// letter or digit by `_`, so a name with other characters than `-` and `_` is always refused, and the rest is compared
/// without these two (S78, S101).
pub(super) fn is_spoof(name: &str) -> bool {
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return true;
    }
    let letters = || name.bytes().filter(u8::is_ascii_alphanumeric);
    // `X-Client-IP`, `CF-Connecting-IP` and the like: a client only sends an address to impersonate somebody.
    let (end, ends) =
        (name.trim_end_matches(['-', '_']), |ending: &str| letters().rev().take(ending.len()).eq(ending.bytes().rev()));
    if end.ends_with("-ip") || end.ends_with("_ip") || SPOOF_ENDINGS.into_iter().any(ends) {
        return true;
    }
    SPOOF_PREFIXES.iter().any(|prefix| letters().take(prefix.len()).eq(prefix.bytes()))
}

/// Whether some apps read another method from this header: rules are about the method that was sent.
pub(super) fn is_method_override(name: &str) -> bool {
    let letters = || name.bytes().filter(u8::is_ascii_alphanumeric);
    METHOD_OVERRIDES.iter().any(|known| letters().eq(known.bytes()))
}
