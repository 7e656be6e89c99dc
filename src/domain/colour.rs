//! Readable colours: adapts a site's accent to light and dark backgrounds (WCAG 2.2, section 1.4.3).

use std::fmt;

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// Backgrounds slightly darker and slightly lighter than any in `static/app.css`: what is readable on these is readable
/// there.
const LIGHT_BACKGROUND: Colour = Colour::new(0xe8, 0xec, 0xf1);
const DARK_BACKGROUND: Colour = Colour::new(0x2a, 0x33, 0x3d);
/// The minimum contrast of text.
const READABLE: f64 = 4.5;

impl Colour {
    /// White.
    pub const WHITE: Self = Self::new(255, 255, 255);
    /// Black.
    pub const BLACK: Self = Self::new(0, 0, 0);

    /// The colour with these components.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Parses `#rrggbb`; `None` for any other form.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let part = |at: usize| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        Some(Self::new(part(0)?, part(2)?, part(4)?))
    }

    /// The contrast ratio to `other`, 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// This colour as an accent on a light background: unchanged, or darkened until it is readable.
    #[must_use]
    pub fn on_light(self) -> Self {
        self.towards(Self::BLACK, LIGHT_BACKGROUND)
    }

    /// This colour as an accent on a dark background: unchanged, or lightened until it is readable.
    #[must_use]
    pub fn on_dark(self) -> Self {
        self.towards(Self::WHITE, DARK_BACKGROUND)
    }

    /// White or black, whichever is easier to read on this colour.
    #[must_use]
    pub fn text_colour(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) { Self::WHITE } else { Self::BLACK }
    }

    fn towards(self, end: Self, ground: Self) -> Self {
        (0..=100)
            .map(|percent| self.mixed(end, percent))
            .find(|mixed| mixed.contrast(ground) >= READABLE)
            .unwrap_or(end)
    }

    fn mixed(self, other: Self, percent: u16) -> Self {
        let mix = |own: u8, other: u8| {
            let sum = u16::from(own) * (100 - percent) + u16::from(other) * percent;
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        Self::new(mix(self.red, other.red), mix(self.green, other.green), mix(self.blue, other.blue))
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

impl fmt::Display for Colour {
    /// `#rrggbb`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_six_hexadecimal_digits_are_a_colour() {
        assert_eq!(Colour::parse("#1F4e79").map(|colour| colour.to_string()).as_deref(), Some("#1f4e79"));
        for bad in ["", "#", "#fff", "1f4e79", "#1f4e7g", "#1f4e790", "red", "#+1+2+3", "#1f4e79;}"] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_accent_can_be_read_in_light_and_dark() {
        assert!((Colour::WHITE.contrast(Colour::BLACK) - 21.0).abs() < 0.01);
        for text in ["#000000", "#ffffff", "#ffff00", "#1f4e79", "#ff0000", "#808080", "#00ff88"] {
            let colour = Colour::parse(text).unwrap();
            for (accent, ground) in [(colour.on_light(), LIGHT_BACKGROUND), (colour.on_dark(), DARK_BACKGROUND)] {
                assert!(accent.contrast(ground) >= READABLE, "{text}: {accent} on {ground}");
                assert!(accent.contrast(accent.text_colour()) >= READABLE, "{text}: text on {accent}");
            }
        }
        let own = Colour::parse("#1f4e79").unwrap();
        assert_eq!(own.on_light(), own, "what can be read stays as it is");
    }
}
