//! The texts of pages and mails: one file per language in `languages/`, in Fluent's syntax.
//!
//! A new text is a key in `en.ftl` and in each other file; `tests/it/languages.rs` reports keys that are missing,
//! unused or have different placeholders. A new language is a file, a row of [`source`] and a variant of [`Language`].
//! Logs and the command line are in English.

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::domain::language::Language;
use crate::domain::text::{Argument, Text};

type Bundle = FluentBundle<FluentResource>;

/// The file of a language.
pub const fn source(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../../languages/en.ftl"),
        Language::German => include_str!("../../languages/de.ftl"),
        Language::French => include_str!("../../languages/fr.ftl"),
        Language::Spanish => include_str!("../../languages/es.ftl"),
        Language::Arabic => include_str!("../../languages/ar.ftl"),
    }
}

/// The text in that language; in English if it is missing there.
pub fn say(language: Language, text: &Text) -> String {
    try_say(language, text).or_else(|| try_say(Language::English, text)).unwrap_or_else(|| {
        tracing::error!(text.key = text.key(), "a text is missing");
        text.key().to_owned()
    })
}

fn try_say(language: Language, text: &Text) -> Option<String> {
    let bundle = bundle(language);
    let pattern = bundle.get_message(text.key())?.value()?;
    let mut arguments = FluentArgs::new();
    for (name, gap) in text.arguments() {
        arguments.set(*name, value(language, gap));
    }
    let mut faults = Vec::new();
    let words = bundle.format_pattern(pattern, Some(&arguments), &mut faults).into_owned();
    faults.is_empty().then_some(words)
}

fn value(language: Language, gap: &Argument) -> FluentValue<'static> {
    match gap {
        Argument::Number(number) => FluentValue::from(*number),
        Argument::Word(word) => FluentValue::from(isolated(language, word)),
        Argument::Text(text) => FluentValue::from(say(language, text)),
    }
}

/// Isolates values whose direction may differ from that of the sentence, so that they cannot reorder it (Unicode, UAX
/// #9).
///
/// Characters that would end the isolate or extend beyond it are removed.
fn isolated(language: Language, word: &str) -> String {
    let reaches_out = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let word: String = word.chars().filter(|c| !reaches_out(*c)).collect();
    let right_to_left = |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}');
    let same_direction = language.direction() == "ltr" && !word.chars().any(right_to_left);
    if same_direction || word.is_empty() { word } else { format!("\u{2068}{word}\u{2069}") }
}

fn bundle(language: Language) -> &'static Bundle {
    static BUNDLES: [OnceLock<Bundle>; Language::ALL.len()] = [const { OnceLock::new() }; Language::ALL.len()];
    let at = Language::ALL.iter().position(|one| *one == language).unwrap_or_default();
    let [first, ..] = &BUNDLES;
    BUNDLES.get(at).unwrap_or(first).get_or_init(|| read(language))
}

/// A test reports errors in a file; everything that can be parsed is used.
fn read(language: Language) -> Bundle {
    let locale: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![locale]);
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(source(language).to_owned()).unwrap_or_else(|(resource, _faults)| resource);
    bundle.add_resource_overriding(resource);
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_choose_their_words() {
        let minutes = |count: i64| say(Language::English, &Text::new("time-minutes-ago").with("count", count));
        assert_eq!((minutes(1), minutes(5)), ("1 minute ago".to_owned(), "5 minutes ago".to_owned()));
    }

    #[test]
    fn words_of_another_direction_cannot_reorder_a_sentence() {
        let hello = |language, name: &str| say(language, &Text::new("mail-invitation-by").with("inviter", name));
        assert_eq!(hello(Language::English, "Ada"), "Ada invited you.");
        assert_eq!(hello(Language::English, "\u{202e}Eve"), "Eve invited you.");
        assert_eq!(hello(Language::English, "\u{2069}\u{202e}\u{5d0}"), "\u{2068}\u{5d0}\u{2069} invited you.");
        assert_eq!(
            hello(Language::English, "/srv/b\u{fc}ro"),
            "/srv/b\u{fc}ro invited you.",
            "what is copied from a terminal is what it is"
        );
        assert!(hello(Language::Arabic, "Ada").contains("\u{2068}Ada\u{2069}"));
    }
}
