//! The languages of pages and mails.

/// A language that all texts exist in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Also what people get whose language is not here.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Arabic, written from right to left.
    Arabic,
}

impl Language {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::English, Self::German, Self::French, Self::Spanish, Self::Arabic];

    /// The tag (RFC 5646), as stored and as in `<html lang>`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Arabic => "ar",
        }
    }

    /// Its name for those who read it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Arabic => "العربية",
        }
    }

    /// The direction of its script: `ltr` or `rtl`.
    pub const fn direction(self) -> &'static str {
        match self {
            Self::Arabic => "rtl",
            Self::English | Self::German | Self::French | Self::Spanish => "ltr",
        }
    }

    /// The language of a tag, whatever region or script it adds; `None` when we do not have it.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first choice among ours of an `Accept-Language` header (RFC 9110, section 12.5.4).
    pub fn accepted(header: &str) -> Option<Self> {
        /// Ranges looked at; more is no browser.
        const MOST: usize = 32;
        let mut best: Option<(u16, Self)> = None;
        for range in header.split(',').take(MOST) {
            let (tag, weight) = range.split_once(';').map_or((range, 1000), |(tag, weight)| (tag, thousandths(weight)));
            let better = best.is_none_or(|(found, _)| weight > found);
            if let (true, Some(language)) = (better && weight > 0, Self::parse(tag)) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// `q=0.8` as 800; what cannot be read counts nothing.
fn thousandths(weight: &str) -> u16 {
    let Some(value) = weight.trim().strip_prefix("q=") else { return 0 };
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    match (whole, format!("{fraction:0<3}").parse::<u16>()) {
        ("1", Ok(0)) => 1000,
        ("0", Ok(thousandths)) if digits => thousandths,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_asked_for_most_wins() {
        for (header, expected) in [
            ("de", Some(Language::German)),
            ("de-AT,de;q=0.9,en;q=0.8", Some(Language::German)),
            ("en;q=0.5, fr-CH;q=0.7", Some(Language::French)),
            ("ja, es;q=0.3", Some(Language::Spanish)),
            ("AR-eg", Some(Language::Arabic)),
            ("de;q=0, en;q=0.001", Some(Language::English)),
            ("ja,zh;q=0.9", None),
            ("", None),
            ("*", None),
            ("de;q=2, fr;q=1.5, es;q=x", None),
            ("deutsch", None),
        ] {
            assert_eq!(Language::accepted(header), expected, "{header}");
        }
        let long = format!("{}de", "x,".repeat(100_000));
        assert_eq!(Language::accepted(&long), None);
    }

    #[test]
    fn every_language_is_found_by_its_tag() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.tag()), Some(language));
        }
    }
}
