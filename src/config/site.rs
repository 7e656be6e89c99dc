//! The appearance of the pages: a site's name, logo, accent colour and language.

use super::parse::Reader;
use super::variables::{ACCENT_COLOR, DEFAULT_LANGUAGE, SITE_LOGO, SITE_NAME};
use crate::domain::colour::Colour;
use crate::domain::image;
use crate::domain::language::Language;

/// Maximum length of the name, in characters.
const MAX_NAME: usize = 60;
/// Maximum size of the logo, in bytes.
const MAX_LOGO: u64 = 128 * 1024;

/// The look and the language of the pages.
#[derive(Clone, Debug)]
pub struct Site {
    /// `SITE_NAME`: in the header and title of every page, and the sender's name of mails.
    pub name: String,
    /// `SITE_LOGO`: the picture of that file.
    pub logo: Option<Logo>,
    /// `ACCENT_COLOR`.
    pub accent: Option<Colour>,
    /// `DEFAULT_LANGUAGE`: of mails to people who have chosen none, and of pages if none of the reader's languages is
    /// supported.
    pub language: Language,
}

/// A picture.
#[derive(Clone, Debug)]
pub struct Logo {
    /// Its media type.
    pub kind: &'static str,
    /// The file's bytes.
    pub bytes: Vec<u8>,
}

pub(super) fn read(reader: &mut Reader<'_>) -> Site {
    Site {
        name: reader.value(&SITE_NAME),
        logo: reader.given(&SITE_LOGO),
        accent: reader.given(&ACCENT_COLOR),
        language: reader.value(&DEFAULT_LANGUAGE),
    }
}

pub(super) fn name(text: &str) -> Result<String, String> {
    if text.chars().count() > MAX_NAME || text.chars().any(char::is_control) {
        return Err(format!("must be one line of at most {MAX_NAME} characters"));
    }
    Ok(text.to_owned())
}

pub(super) fn colour(text: &str) -> Result<Colour, String> {
    Colour::parse(text).ok_or_else(|| "must be a colour like #1f4e79".to_owned())
}

pub(super) fn language(text: &str) -> Result<Language, String> {
    let known = Language::ALL.into_iter().find(|language| language.tag() == text);
    known.ok_or_else(|| format!("must be one of {}", Language::ALL.map(Language::tag).join(", ")))
}

pub(super) fn logo(path: &str) -> Result<Logo, String> {
    let unreadable = |fault| format!("{path} cannot be read: {fault}");
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() || about.len() > MAX_LOGO {
        return Err(format!("{path} must be a file of at most {} KiB", MAX_LOGO / 1024));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let kind = image::kind(&bytes).ok_or_else(|| format!("{path} must be an SVG or PNG image"))?;
    Ok(Logo { kind, bytes })
}
