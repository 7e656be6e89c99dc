//! Apps and rules, before and after, in one line each: for the audit log, and for who applies a file.

use crate::accounts::app_draft::AppDraft;
use crate::accounts::rule_draft::{GrantDraft, RuleDraft};
use crate::domain::apps::{App, DefaultAccess, Mode};
use crate::domain::header_profile::{FixedHeader, Preset};

/// The settings of an app, by their keys in the file; a new one that is not listed here does not compile.
fn settings(draft: AppDraft) -> [(&'static str, String); 19] {
    let AppDraft {
        name,
        addresses,
        mode,
        upstream,
        ca_file,
        host,
        timeout,
        max_upload,
        websocket_origins,
        default_access,
        session_hours,
        preflight,
        signed_identity,
        enabled,
        shown,
        headers,
        header_map,
        fixed_headers,
        token_headers,
    } = draft;
    let list = |text: &str| text.replace('\n', ", ");
    [
        ("name", name),
        ("addresses", list(&addresses)),
        ("mode", mode),
        ("upstream", upstream),
        ("ca_file", ca_file),
        ("host", host),
        ("timeout", timeout),
        ("max_upload", max_upload),
        ("websocket_origins", list(&websocket_origins)),
        ("default_access", default_access),
        ("session_hours", session_hours),
        ("preflight", preflight.to_string()),
        ("signed_identity", signed_identity.to_string()),
        ("enabled", enabled.to_string()),
        ("shown", shown.to_string()),
        ("headers", headers),
        ("header_map", list(&header_map)),
        ("fixed_headers", list(&fixed_headers)),
        ("token_headers", list(&token_headers)),
    ]
}

/// What is said of a new app: everything that is not the default.
pub(super) fn of_new(app: &App) -> String {
    let plain = AppDraft {
        name: app.name.clone(),
        mode: Mode::Proxy.as_str().to_owned(),
        default_access: DefaultAccess::SignedIn.as_str().to_owned(),
        headers: Preset::Remote.as_str().to_owned(),
        enabled: true,
        shown: true,
        ..AppDraft::default()
    };
    let differing = settings(plain).into_iter().zip(settings(AppDraft::of(app))).filter(|(plain, own)| plain != own);
    differing.map(|(_, (key, value))| format!("{key} {value}")).collect::<Vec<_>>().join("; ")
}

/// What differs between two states of an app, if anything does.
pub(super) fn between(before: &App, after: &App) -> Option<String> {
    let shown = |value: String| if value.is_empty() { "(none)".to_owned() } else { value };
    let both = settings(AppDraft::of(before)).into_iter().zip(settings(AppDraft::of(after)));
    let differing = both.filter(|(before, after)| before != after);
    let texts = differing.map(|((key, old), (_, new))| format!("{key} {} -> {}", shown(old), shown(new)));
    // Of values nobody is shown more than that they differ.
    let is_changed = |fixed: &&FixedHeader| {
        before.headers.fixed.iter().any(|old| old.name == fixed.name && old.sealed != fixed.sealed)
    };
    let changed = after.headers.fixed.iter().filter(is_changed);
    let changed = changed.map(|fixed| format!("fixed header {} changed", fixed.name));
    let text = texts.chain(changed).collect::<Vec<_>>().join("; ");
    (!text.is_empty()).then_some(text)
}

/// What differs between two states of a rule; empty if nothing does.
pub(super) fn of_rules(before: &RuleDraft, after: &RuleDraft) -> String {
    let request = |rule: &RuleDraft| RuleDraft { grants: Vec::new(), ..rule.clone() };
    let grants = |rule: &RuleDraft| rule.grants.iter().map(GrantDraft::to_string).collect::<Vec<_>>().join("; ");
    if before == after {
        String::new()
    } else if request(before) == request(after) {
        format!("{}: {} -> {}", request(after), grants(before), grants(after))
    } else {
        format!("{before} -> {after}")
    }
}
