//! Forms with a file (RFC 7578), as browsers send them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;

/// The boundary in a `Content-Type`, if it is that of a form with files.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    let (name, value) = parameters.trim().split_once('=')?;
    let is_form = kind.trim().eq_ignore_ascii_case("multipart/form-data") && name.eq_ignore_ascii_case("boundary");
    let value = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&byte);
    (is_form && (1..=70).contains(&value.len()) && value.bytes().all(is_plain)).then_some(value)
}

/// The fields of a form, at most `max`; files are in Base64. Strict: anything unusual is `None`.
pub(super) fn parse(body: &[u8], boundary: &str, max: usize) -> Option<BTreeMap<String, String>> {
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(delimiter.get(2..)?.as_bytes())?;
    let mut fields = BTreeMap::new();
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let head_end = memmem::find(part, b"\r\n\r\n")?;
        let content = part.get(head_end + 4..)?;
        let end = memmem::find(content, delimiter.as_bytes())?;
        let (name, is_file) = disposition(std::str::from_utf8(part.get(..head_end)?).ok()?)?;
        let content = (content.get(..end)?, content.get(end + delimiter.len()..)?);
        let value = if is_file { STANDARD.encode(content.0) } else { String::from_utf8(content.0.to_vec()).ok()? };
        if fields.insert(name, value).is_some() || fields.len() > max {
            return None;
        }
        rest = content.1;
    }
    matches!(rest, b"--" | b"--\r\n").then_some(fields)
}

/// The name of the field with that head, and whether it is a file.
fn disposition(head: &str) -> Option<(String, bool)> {
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))?;
    let rest = value.trim().strip_prefix("form-data; name=\"")?;
    let (name, rest) = rest.split_once('"')?;
    match rest {
        "" => Some((name.to_owned(), false)),
        rest => rest.starts_with("; filename=\"").then(|| (name.to_owned(), true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--xx\r\n\
        Content-Disposition: form-data; name=\"f\"; filename=\"x.svg\"\r\n\
        Content-Type: image/svg+xml\r\n\r\n<svg/>\r\n--xx--\r\n";

    #[test]
    fn the_boundary_is_that_of_a_form_with_files() {
        assert_eq!(
            boundary("multipart/form-data; boundary=----WebKitFormBoundaryx1"),
            Some("----WebKitFormBoundaryx1")
        );
        assert_eq!(boundary("Multipart/Form-Data;boundary=\"a'b\""), Some("a'b"));
        for bad in
            ["multipart/mixed; boundary=x", "multipart/form-data", "multipart/form-data; boundary=", "x; boundary=y"]
        {
            assert_eq!(boundary(bad), None, "{bad}");
        }
    }

    #[test]
    fn fields_are_text_and_files_are_base64() {
        let fields = parse(BODY.as_bytes(), "xx", 2).unwrap();
        assert_eq!((fields["a"].as_str(), fields["f"].as_str()), ("one", "PHN2Zy8+"));
    }

    #[test]
    fn s96_what_is_unusual_cut_or_too_much_is_refused() {
        assert_eq!(parse(BODY.as_bytes(), "xx", 1), None, "too many fields");
        for length in 0..BODY.len() - 2 {
            assert_eq!(parse(&BODY.as_bytes()[..length], "xx", 2), None, "cut after {length}");
        }
        for (from, to) in [
            ("name=\"f\"", "name=\"a\""),
            ("form-data", "attachment"),
            ("--xx\r\nContent", "--yy\r\nContent"),
            ("one", "--xx--"),
        ] {
            let changed = BODY.replacen(from, to, 1);
            assert!(parse(changed.as_bytes(), "xx", 2).is_none() || to == "--xx--", "{to}");
        }
    }
}
