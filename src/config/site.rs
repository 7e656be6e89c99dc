//! What makes the pages a site's own: its name, logo, accent colour and language.

use super::parse::Reader;
use crate::domain::colour::Colour;
use crate::domain::language::Language;

/// Longest name, in characters.
const MAX_NAME: usize = 60;
/// Largest logo, in bytes.
const MAX_LOGO: u64 = 128 * 1024;

/// How the pages look and speak.
#[derive(Clone, Debug)]
pub struct Site {
    /// `SITE_NAME`: in the header and title of every page, and the sender's name of mails.
    pub name: String,
    /// `SITE_LOGO`: the picture of that file.
    pub logo: Option<Logo>,
    /// `ACCENT_COLOR`.
    pub accent: Option<Colour>,
    /// `DEFAULT_LANGUAGE`: of mails to people who have chosen none, and of pages whose reader's languages we do not have.
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
    let name = reader.text("SITE_NAME").unwrap_or_else(|| "Portcullis".to_owned());
    if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        reader.faults.add("SITE_NAME", format!("must be one line of at most {MAX_NAME} characters"));
    }
    let accent = reader.text("ACCENT_COLOR").and_then(|text| {
        let colour = Colour::parse(&text);
        if colour.is_none() {
            reader.faults.add("ACCENT_COLOR", "must be a colour like #1f4e79");
        }
        colour
    });
    let languages = Language::ALL.map(|language| (language.tag(), language));
    let language = reader.choice("DEFAULT_LANGUAGE", &languages, Language::default());
    Site { name, logo: logo(reader), accent, language }
}

fn logo(reader: &mut Reader<'_>) -> Option<Logo> {
    let path = reader.text("SITE_LOGO")?;
    let found = std::fs::metadata(&path).map_err(|fault| format!("cannot be read: {fault}")).and_then(|about| match about.len() {
        ..=MAX_LOGO if about.is_file() => std::fs::read(&path).map_err(|fault| format!("cannot be read: {fault}")),
        _ => Err(format!("must be a file of at most {} KiB", MAX_LOGO / 1024)),
    });
    match found.and_then(|bytes| kind(&bytes).map(|kind| Logo { kind, bytes }).ok_or_else(|| "must be an SVG or a PNG picture".to_owned()))
    {
        Ok(logo) => Some(logo),
        Err(fault) => {
            reader.faults.add("SITE_LOGO", format!("{path} {fault}"));
            None
        }
    }
}

/// The kind of picture that the bytes begin as.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some("image/png");
    }
    let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim_start();
    (text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg"))).then_some("image/svg+xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_told_by_what_is_in_it() {
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n..."), Some("image/png"));
        assert_eq!(kind(b"\xef\xbb\xbf\n<svg xmlns='x'></svg>"), Some("image/svg+xml"));
        assert_eq!(kind(b"<?xml version='1.0'?><svg/>"), Some("image/svg+xml"));
        for bad in [&b"<html><svg>"[..], b"", b"GIF89a", b"\xff\xfe"] {
            assert_eq!(kind(bad), None);
        }
    }
}
