//! Embedded static files, whose names contain a hash of their content; a site can have its own accent and logo.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::config::site::Site;

const CSS: &str = include_str!("../../static/app.css");
const SCRIPT: &str = include_str!("../../static/app.js");
const ICON: &str = include_str!("../../static/favicon.svg");

/// One file.
pub struct StaticFile {
    /// Its address, which changes with its content.
    pub path: String,
    pub(super) kind: &'static str,
    pub(super) content: Bytes,
}

/// The files of this server.
pub struct StaticFiles {
    /// The stylesheet.
    pub css: StaticFile,
    /// The script that reveals passwords; every page works without it.
    pub script: StaticFile,
    /// The site's own logo.
    pub logo: Option<StaticFile>,
    /// The address of the icon: ours is small enough to be embedded in the page.
    pub icon: String,
}

impl StaticFiles {
    /// The files for a site's settings.
    pub fn new(site: &Site) -> Self {
        let logo = site.logo.as_ref().map(|logo| {
            let ending = if logo.kind == "image/png" { "png" } else { "svg" };
            StaticFile::new("logo", ending, logo.kind, Bytes::from(logo.bytes.clone()))
        });
        let own_icon = || format!("data:image/svg+xml;base64,{}", STANDARD.encode(ICON.trim()));
        Self {
            css: StaticFile::new("app", "css", "text/css; charset=utf-8", Bytes::from(stylesheet(site))),
            script: StaticFile::new(
                "app",
                "js",
                "text/javascript; charset=utf-8",
                Bytes::from_static(SCRIPT.as_bytes()),
            ),
            icon: logo.as_ref().map_or_else(own_icon, |logo| logo.path.clone()),
            logo,
        }
    }

    pub(super) fn find(&self, path: &str) -> Option<&StaticFile> {
        [Some(&self.css), Some(&self.script), self.logo.as_ref()].into_iter().flatten().find(|file| file.path == path)
    }
}

impl StaticFile {
    fn new(name: &str, ending: &str, kind: &'static str, content: Bytes) -> Self {
        Self { path: format!("/_auth/static/{name}-{:016x}.{ending}", fingerprint(&content)), kind, content }
    }
}

/// The stylesheet with the accent of the site, made readable on light and dark backgrounds.
fn stylesheet(site: &Site) -> String {
    let Some(accent) = site.accent else { return CSS.to_owned() };
    let tokens = |accent: crate::domain::colour::Colour| {
        format!(":root{{--accent:{accent};--on-accent:{}}}", accent.text_colour())
    };
    let (light, dark) = (tokens(accent.on_light()), tokens(accent.on_dark()));
    // People who prefer more contrast than an accent has get the stylesheet's own colour.
    format!("{CSS}\n@media not (prefers-contrast: more){{{light}\n@media (prefers-color-scheme: dark){{{dark}}}}}\n")
}

/// FNV-1a: only distinguishes versions.
fn fingerprint(content: &[u8]) -> u64 {
    content.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
