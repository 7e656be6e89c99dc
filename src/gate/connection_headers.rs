//! Headers of a single connection, which are not forwarded.

/// Headers of a single connection (RFC 9110, section 7.6.1) besides `Proxy-*`.
const HOP_BY_HOP: [&str; 7] =
    ["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings"];

/// The names listed in `Connection`, which are not forwarded either.
pub(super) struct Listed(Vec<Vec<u8>>);

impl Listed {
    pub(super) fn read<'a>(connection: impl Iterator<Item = &'a [u8]>) -> Self {
        let names = connection
            .flat_map(|value| value.split(|byte| *byte == b','))
            .map(|name| name.trim_ascii().to_ascii_lowercase());
        // The usual values name no header, and are usually the only ones.
        Self(names.filter(|name| !matches!(name.as_slice(), b"keep-alive" | b"close" | b"upgrade" | b"")).collect())
    }

    pub(super) fn ends_here(&self, name: &str) -> bool {
        HOP_BY_HOP.contains(&name)
            || name.starts_with("proxy-")
            || self.0.iter().any(|listed| listed == name.as_bytes())
    }
}
