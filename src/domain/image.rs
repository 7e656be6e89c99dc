//! Images: the type of one, and the icons of apps.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::text::Text;

/// Maximum size of an icon, in bytes.
pub const MAX_ICON: usize = 64 * 1024;

/// Why something is no icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconFault {
    /// It is larger than [`MAX_ICON`].
    TooLarge,
    /// It is neither SVG nor PNG.
    OtherType,
}

impl IconFault {
    /// What is wrong, for people.
    pub fn text(self) -> Text {
        match self {
            Self::TooLarge => Text::new("app-icon-large").with("size", MAX_ICON / 1024),
            Self::OtherType => Text::new("app-icon-type"),
        }
    }
}

/// The icon of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icon {
    kind: &'static str,
    base64: String,
}

impl Icon {
    /// Takes a file in Base64.
    pub fn parse(base64: &str) -> Result<Self, IconFault> {
        let bytes = STANDARD.decode(base64).map_err(|_fault| IconFault::OtherType)?;
        if bytes.len() > MAX_ICON {
            return Err(IconFault::TooLarge);
        }
        let kind = kind(&bytes).ok_or(IconFault::OtherType)?;
        Ok(Self { kind, base64: base64.to_owned() })
    }

    /// Takes a file as it is.
    pub fn of(bytes: &[u8]) -> Result<Self, IconFault> {
        Self::parse(&STANDARD.encode(bytes))
    }

    /// Its media type.
    pub const fn kind(&self) -> &'static str {
        self.kind
    }

    /// The file in Base64.
    pub fn as_base64(&self) -> &str {
        &self.base64
    }

    /// The value for the `src` of an `img`. Browsers run no scripts of an image there, load nothing for it, and do not
    /// open such an address by itself: an SVG of an admin is never a document of our origin.
    pub fn data_url(&self) -> String {
        format!("data:{};base64,{}", self.kind, self.base64)
    }
}

/// The media type of an image, by its content.
pub fn kind(bytes: &[u8]) -> Option<&'static str> {
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
    fn the_type_of_an_image_is_determined_by_its_content() {
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n..."), Some("image/png"));
        assert_eq!(kind(b"\xef\xbb\xbf\n<svg xmlns='x'></svg>"), Some("image/svg+xml"));
        assert_eq!(kind(b"<?xml version='1.0'?><svg/>"), Some("image/svg+xml"));
        for bad in [&b"<html><svg>"[..], b"", b"GIF89a", b"\xff\xfe"] {
            assert_eq!(kind(bad), None);
        }
    }

    #[test]
    fn an_icon_is_a_small_svg_or_png() {
        let of = |bytes: &[u8]| Icon::parse(&STANDARD.encode(bytes));
        assert_eq!(of(b"<svg/>").unwrap().data_url(), "data:image/svg+xml;base64,PHN2Zy8+");
        assert_eq!(of(b"<html>"), Err(IconFault::OtherType));
        assert_eq!(Icon::parse("no base64"), Err(IconFault::OtherType));
        let padded = |size: usize| [b"<svg/>".to_vec(), vec![b' '; size - 6]].concat();
        assert!(of(&padded(MAX_ICON)).is_ok());
        assert_eq!(of(&padded(MAX_ICON + 1)), Err(IconFault::TooLarge));
    }
}
