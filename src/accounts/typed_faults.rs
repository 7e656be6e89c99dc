//! Faults of what was typed on a command line or in a file, in English, with the words that stand there for the options
//! of a form.

use super::FieldFault;
use crate::domain::apps::{DefaultAccess, Mode};
use crate::domain::header_profile::Preset;
use crate::domain::language::Language;
use crate::domain::rules::WhoKind;
use crate::texts;

/// The field's name without the number of its grant.
pub(super) fn key_of(field: &str) -> &str {
    field.trim_end_matches(|sign: char| sign.is_ascii_digit()).trim_end_matches('_')
}

/// The words that a field can have.
fn words_of(field: &str) -> Vec<&'static str> {
    match key_of(field) {
        "mode" => [Mode::Proxy, Mode::ForwardAuth].map(Mode::as_str).to_vec(),
        "default_access" => [DefaultAccess::SignedIn, DefaultAccess::Nobody].map(DefaultAccess::as_str).to_vec(),
        "headers" => Preset::ALL.iter().map(|preset| preset.as_str()).collect(),
        "who" => [WhoKind::Public, WhoKind::SignedIn, WhoKind::Members, WhoKind::Nobody].map(WhoKind::as_str).to_vec(),
        _ => Vec::new(),
    }
}

/// What is wrong with a field.
pub fn sentence(fault: &FieldFault) -> String {
    let text = texts::say(Language::English, &fault.message);
    match fault.message.key() {
        "choice-invalid" | "grant-who" => {
            format!("{}: {}.", text.trim_end_matches('.'), words_of(&fault.field).join(", "))
        }
        "grant-who-and-names" => {
            "groups and people are for members alone, which needs at least one of them.".to_owned()
        }
        "upstream-or-forward-auth" => {
            text.replace("“Through your own proxy” if that", "the mode forward-auth if your own proxy")
        }
        "setting-of-upstreams" | "upstream-of-forward-auth" => {
            text.replace("choose the built-in proxy", "choose the mode proxy")
        }
        "grant-public-proof" => text.replace("“Everybody who is signed in”", WhoKind::SignedIn.as_str()),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Text;

    #[test]
    fn choices_are_said_with_their_words() {
        let said = |field, key| sentence(&FieldFault::new(field, Text::new(key)));
        assert_eq!(said("mode", "choice-invalid"), "Choose one of the options: proxy, forward-auth.");
        assert_eq!(said("default_access", "choice-invalid"), "Choose one of the options: signed-in, nobody.");
        assert_eq!(said("who_2", "grant-who"), "Choose who is let in: public, signed-in, members, nobody.");
        for key in ["grant-who-and-names", "grant-public-proof", "upstream-or-forward-auth"] {
            assert!(!said("who", key).contains('“'), "a label of the page is no word here");
        }
        assert!(said("timeout", "setting-of-upstreams").ends_with("or choose the mode proxy."));
        assert!(said("upstream", "upstream-of-forward-auth").ends_with("or choose the mode proxy."));
        assert!(said("factor", "grant-public-proof").contains("Choose signed-in, "));
    }
}
