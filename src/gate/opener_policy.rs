//! `Cross-Origin-Opener-Policy` of the app, which shares an origin with our pages (S67).

use hyper::http::HeaderMap;

/// The header that isolates a document, together with the opener policy.
pub(super) const EMBEDDER: &str = "cross-origin-embedder-policy";

/// The app's policy for windows it opens. Two documents of one origin with plain `same-origin` may access each other,
/// so a script of the app could open and control our pages; `same-origin-allow-popups` differs from ours and still
/// isolates the app. A cross-origin isolated app differs from ours already.
pub(super) fn for_browsers(isolated: Option<&str>, value: &[u8]) -> Vec<u8> {
    const PLAIN: &[u8] = b"same-origin";
    let trimmed = value.trim_ascii();
    let rest =
        trimmed.strip_prefix(PLAIN).filter(|rest| rest.trim_ascii_start().first().is_none_or(|next| *next == b';'));
    match rest {
        Some(rest) if isolated.is_none() => [b"same-origin-allow-popups", rest].concat(),
        _ => value.to_vec(),
    }
}

/// The embedder policy that isolates the app. Only the token itself is sent on: a browser that finds its parameters
/// malformed would ignore the whole header.
pub(super) fn isolation(incoming: &HeaderMap) -> Option<&'static str> {
    let mut policies = incoming.get_all(EMBEDDER).iter();
    let policy = policies.next().filter(|_| policies.next().is_none())?;
    let token = policy.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    ["require-corp", "credentialless"].into_iter().find(|known| known.as_bytes() == token)
}
