//! `.env`: a value is taken exactly as written, or not at all.
//!
//! dotenvy expands `$`, drops what follows ` #`, removes quotes and joins lines. Each of our entries is therefore given
//! to it separately, and the result must equal what is written; otherwise the entry is a fault that shows the line that
//! works. Entries of other programs are skipped.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use super::permissions;
use super::values::{Faults, Values};
use super::variables::{self, Row};

/// Maximum size of a `.env` file.
const MAX_BYTES: u64 = 1 << 20;
/// Characters around names and values that do not belong to them.
const BLANK: [char; 2] = [' ', '\t'];

/// The values in the file, empty for names of other programs; a missing file has none.
pub(super) fn read(path: &Path, warnings: &mut Vec<String>, faults: &mut Faults) -> Values {
    let place = path.display().to_string();
    let text = match read_bytes(path) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Values::new(),
        Err(fault) => {
            faults.add(&place, format!("cannot be read: {fault}"));
            return Values::new();
        }
        // Invalid UTF-8 becomes the replacement character, which `gather` refuses in our variables.
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
    };
    let values = parse(&text, &place, warnings, faults);
    let secrets = values.iter().any(|(name, value)| !value.is_empty() && variables::is_secret(name));
    warnings.extend(fs::metadata(path).ok().and_then(|about| permissions::warning(&place, &about, secrets)));
    values
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // A directory of that name, which container engines create for a missing file, or a device would be read for ever.
    fs::File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BYTES) {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(bytes)
}

/// The entries of `text`, the content of the file `place`.
fn parse(text: &str, place: &str, warnings: &mut Vec<String>, faults: &mut Faults) -> Values {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    if text.chars().any(|c| c.is_ascii_control() && !matches!(c, '\n' | '\t')) {
        faults.add(place, "is not plain text; save it as UTF-8 with line feeds");
        return Values::new();
    }
    let (mut values, mut lines, mut number) = (Values::new(), text.lines(), 0_usize);
    while let Some(line) = lines.next() {
        number += 1;
        let line = line.trim_matches(BLANK);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, raw)) = split(line) else {
            faults.add(place, format!("line {number} is not of the form NAME=value; a comment begins with #"));
            continue;
        };
        if !variables::is_known(name) {
            values.insert(name.to_owned(), String::new());
            let more = lines_to_closing_quote(raw, lines.clone());
            lines.by_ref().take(more).for_each(drop);
            number += more;
            continue;
        }
        match value(name, raw) {
            Some(value) => {
                if values.insert(name.to_owned(), value).is_some() {
                    warnings.push(format!("{place} sets {name} more than once; line {number} counts"));
                }
            }
            None => faults.add(name, remedy(name, raw, number, place)),
        }
    }
    values
}

/// `NAME=value`, or `export NAME=value`.
fn split(line: &str) -> Option<(&str, &str)> {
    let line = line
        .strip_prefix("export")
        .filter(|rest| rest.starts_with(BLANK))
        .map_or(line, |rest| rest.trim_start_matches(BLANK));
    let (name, raw) = line.split_once('=')?;
    let name = name.trim_end_matches(BLANK);
    let well_formed = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    well_formed.then(|| (name, raw.trim_start_matches(BLANK)))
}

/// How many more lines the quoted value of another program spans; it never extends over a line that sets one of our
/// variables.
fn lines_to_closing_quote<'a>(raw: &str, lines: impl Iterator<Item = &'a str>) -> usize {
    let Some(quote) = raw.chars().next().filter(|c| matches!(c, '\'' | '"')) else { return 0 };
    let closes = |text: &str| {
        let mut escaped = false;
        text.chars().any(|c| {
            let closing = c == quote && !escaped;
            escaped = quote == '"' && c == '\\' && !escaped;
            closing
        })
    };
    if raw.strip_prefix(quote).is_some_and(closes) {
        return 0;
    }
    let foreign = |line: &&str| !split(line.trim_matches(BLANK)).is_some_and(|(name, _)| variables::is_known(name));
    lines.take_while(foreign).position(closes).map_or(0, |lines| lines + 1)
}

/// The value, if dotenvy reads what is written.
fn value(name: &str, raw: &str) -> Option<String> {
    let written = written(raw)?;
    let entry = format!("{name}={raw}\n");
    let mut read = dotenvy::from_read_iter(entry.as_bytes());
    let (_, value) = read.next()?.ok()?;
    (value == written && read.next().is_none()).then_some(value)
}

/// What a reader takes the value to be; `None` if quotes are not closed, text follows them, or `$` would be replaced.
fn written(raw: &str) -> Option<String> {
    if let Some(quoted) = raw.strip_prefix('\'') {
        let (inner, rest) = quoted.split_once('\'')?;
        return is_end(rest).then(|| inner.to_owned());
    }
    let Some(quoted) = raw.strip_prefix('"') else { return Some(raw.to_owned()) };
    let (mut inner, mut chars) = (String::new(), quoted.chars());
    loop {
        match chars.next()? {
            '"' => return is_end(chars.as_str()).then_some(inner),
            '$' => return None,
            '\\' => match chars.next()? {
                'n' => inner.push('\n'),
                c @ ('\\' | '"' | '\'' | '$' | ' ') => inner.push(c),
                _ => return None,
            },
            c => inner.push(c),
        }
    }
}

/// Whether nothing follows the closing quote, except a comment.
fn is_end(rest: &str) -> bool {
    rest.trim_matches(BLANK).is_empty() || (rest.starts_with(BLANK) && rest.trim_start_matches(BLANK).starts_with('#'))
}

/// A value in its shortest form.
fn plain(name: &str, text: &str) -> String {
    let text = text.trim_matches(BLANK);
    if value(name, text).is_some() { text.to_owned() } else { quoted(text) }
}

/// What is wrong with the entry, and the line that works; a secret is not repeated.
fn remedy(name: &str, raw: &str, number: usize, place: &str) -> String {
    let begins_quoted = raw.starts_with(['\'', '"']);
    let secret = variables::find(name).is_none_or(Row::is_secret);
    let inner = raw.trim_matches(['\'', '"']);
    let line = match (begins_quoted || secret, inner.contains('\'') || inner.ends_with('\\')) {
        (false, _) => match raw.split_once(" #") {
            Some((value, _)) => {
                format!("{name}={}, or if it is no comment, {name}={}", plain(name, value), quoted(raw))
            }
            None => format!("{name}={}", quoted(raw)),
        },
        (true, false) => format!("{name}='\u{2026}'"),
        (true, true) => format!("{name}=\"\u{2026}\", with a backslash before each \" \\ and $ in it"),
    };
    let what = if begins_quoted {
        "a value that begins with a quote ends with the same one on the same line, and inside \" the characters $ \
            and \\ need a \\ before them"
    } else {
        "a value with spaces, quotes, $, # or \\ in it stands in quotes"
    };
    let comment = if raw.contains('#') { "; a comment stands on a line of its own" } else { "" };
    format!("line {number} of {place} would not be taken as it is written: {what}{comment}. Write {line}")
}

/// The text in quotes, such that reading it returns the same text.
fn quoted(text: &str) -> String {
    if !text.contains('\'') && !text.ends_with('\\') {
        return format!("'{text}'");
    }
    let escaped: String =
        text.chars().flat_map(|c| matches!(c, '"' | '\\' | '$').then_some('\\').into_iter().chain([c])).collect();
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Values, Vec<String>, String) {
        let (mut warnings, mut faults) = (Vec::new(), Faults::default());
        let values = parse(text, ".env", &mut warnings, &mut faults);
        (values, warnings, faults.to_string())
    }

    /// A line, and its value.
    const TAKEN: &[(&str, &str)] = &[
        ("SITE_NAME=Box", "Box"),
        ("SITE_NAME = Box ", "Box"),
        ("\tSITE_NAME=Box", "Box"),
        ("export SITE_NAME=Box", "Box"),
        ("export\tSITE_NAME='My Box'", "My Box"),
        ("SITE_NAME=Box\r", "Box"),
        ("SITE_NAME=", ""),
        ("SITE_NAME=''", ""),
        ("SITE_NAME=\"\"", ""),
        ("SITE_NAME=a#b", "a#b"),
        ("SITE_NAME=a=b==", "a=b=="),
        ("SITE_NAME=caf\u{e9}", "caf\u{e9}"),
        ("SITE_NAME='My Box'", "My Box"),
        ("SITE_NAME='My Box' # ours", "My Box"),
        ("SITE_NAME=\"My Box\"\t# Ada's", "My Box"),
        ("SITE_NAME='pa$undefined#1'", "pa$undefined#1"),
        ("SITE_NAME='a #b'", "a #b"),
        ("SITE_NAME=' a '", " a "),
        ("SITE_NAME='C:\\new'", "C:\\new"),
        ("SITE_NAME='say \"hi\"'", "say \"hi\""),
        ("SITE_NAME=\"Ada's Box\"", "Ada's Box"),
        ("SITE_NAME=\"a \\\"b\\\" \\$c \\\\d\"", "a \"b\" $c \\d"),
        ("SITE_NAME=\"a\\nb\"", "a\nb"),
        ("SITE_LOGO_FILE='/srv/my logo'", "/srv/my logo"),
    ];

    /// A value that is not accepted literally, and the suggested line.
    const REFUSED: &[(&str, &str)] = &[
        ("pa$undefined#1", "'pa$undefined#1'"),
        ("pa$HOME", "'pa$HOME'"),
        ("${HOME}/x", "'${HOME}/x'"),
        ("costs 5$", "'costs 5$'"),
        ("My Box", "'My Box'"),
        ("Ada's", "\"Ada's\""),
        ("Ada's Box", "\"Ada's Box\""),
        ("a #b", "'a #b'"),
        ("a\t# b", "'a\t# b'"),
        ("#b", "'#b'"),
        ("5\"", "'5\"'"),
        ("a\"b\"c", "'a\"b\"c'"),
        ("it's \"$5\"", "\"it's \\\"\\$5\\\"\""),
        ("C:\\dir", "'C:\\dir'"),
        ("a\\nb", "'a\\nb'"),
        ("a\\ b", "'a\\ b'"),
        ("end\\", "\"end\\\\\""),
        ("a\u{a0}", "'a\u{a0}'"),
    ];

    /// Quoted values that are not closed, continue after the quote, or would be changed.
    const BAD_QUOTES: &[&str] = &[
        "'My Box",
        "\"My Box",
        "'a'b",
        "'a' b",
        "'it'\\''s'",
        "'a'#b",
        "\"a$b\"",
        "\"a\\tb\"",
        "'end\\'",
        "\"end\\\"",
        "'",
        "\"",
    ];

    #[test]
    fn s88_what_is_written_is_what_is_read() {
        for (line, value) in TAKEN {
            let (values, _, faults) = parsed(&format!("# first\n{line}\nPORT=1\n"));
            assert_eq!(faults, "", "{line}");
            assert_eq!(values.values().map(String::as_str).collect::<Vec<_>>(), ["1", value], "{line}");
        }
    }

    #[test]
    fn s88_what_would_become_another_value_is_a_fault_that_shows_the_line_that_works() {
        for (raw, shown) in REFUSED {
            let (values, _, faults) = parsed(&format!("PORT=1\nSITE_NAME={raw}\nHOST=2\n"));
            assert!(faults.starts_with("SITE_NAME: line 2 of .env"), "{raw}: {faults}");
            assert!(
                faults.contains("Write SITE_NAME=") && faults.ends_with(&format!("SITE_NAME={shown}")),
                "{raw}: {faults}"
            );
            assert_eq!((values.get("SITE_NAME"), values.len()), (None, 2), "{raw}");
            let (values, _, faults) = parsed(&format!("SITE_NAME={shown}"));
            assert_eq!(
                (values.get("SITE_NAME").map(String::as_str), faults.as_str()),
                (Some(*raw), ""),
                "the line that was shown"
            );
        }
        for raw in BAD_QUOTES {
            let (values, _, faults) = parsed(&format!("SITE_NAME={raw}\nPORT=1\n"));
            assert!(
                faults.starts_with("SITE_NAME: line 1 of .env") && faults.contains("ends with the same one"),
                "{raw}: {faults}"
            );
            assert_eq!(
                (values.get("SITE_NAME"), values.get("PORT").map(String::as_str)),
                (None, Some("1")),
                "{raw} took the next line"
            );
        }
    }

    #[test]
    fn s88_a_secret_that_is_refused_is_named_and_not_shown() {
        for raw in
            ["hunter2 #b", "hunter2 x", "hunter2$x", "hunter2's", "'hunter2", "\"hunter2$\"", "#hunter2", "hunter2\\"]
        {
            for name in ["SMTP_PASSWORD", "DATABASE_URL", "SMTP_PASSWORD_FILE"] {
                let (_, _, faults) = parsed(&format!("{name}={raw}"));
                let shown = [format!("{name}='\u{2026}'"), format!("{name}=\"\u{2026}\"")];
                assert!(faults.starts_with(name) && shown.iter().any(|line| faults.contains(line)), "{raw}: {faults}");
                assert!(!faults.contains("hunter2"), "{raw}: {faults}");
            }
        }
        let (_, _, faults) = parsed("SMTP_PASSWORD hunter2\n: hunter2\nexport hunter2\n1=hunter2");
        assert!(
            faults.lines().count() == 4 && faults.contains(".env: line 4") && !faults.contains("hunter2"),
            "{faults}"
        );
    }

    #[test]
    fn s88_marks_and_line_ends_of_other_systems_are_no_part_of_a_value() {
        for text in [
            "\u{feff}PORT=1\r\nSITE_NAME='a'\r\n",
            "PORT=1\nSITE_NAME=a",
            "\u{feff}# x\r\n\r\nPORT=1\r\nSITE_NAME=\"a\"\t\r\n",
        ] {
            let (values, _, faults) = parsed(text);
            let values: Vec<_> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(
                (values.as_slice(), faults.as_str()),
                ([("PORT", "1"), ("SITE_NAME", "a")].as_slice(), ""),
                "{text:?}"
            );
        }
        for text in ["PORT=1\rSITE_NAME=a\r", "P\0O\0R\0T\0", "PORT=\u{1b}1"] {
            assert!(parsed(text).2.contains("not plain text"), "{text:?}");
        }
    }

    #[test]
    fn entries_of_other_programs_are_left_alone() {
        let key = "KEY=\"-----BEGIN\nabc \\\" = $x\n-----END\"\nPORT=1\nOTHER=My $x 'thing\nMOTTO='tis\nHOST='h'\n";
        let (values, warnings, faults) = parsed(key);
        assert_eq!((faults.as_str(), warnings.len()), ("", 0));
        assert_eq!((values["PORT"].as_str(), values["HOST"].as_str(), values.len()), ("1", "h", 5));
    }

    #[test]
    fn a_variable_that_is_set_twice_is_said() {
        let (values, warnings, _) = parsed("PORT=1\nPORT=2\n");
        assert_eq!(
            (values["PORT"].as_str(), warnings.join("").as_str()),
            ("2", ".env sets PORT more than once; line 2 counts")
        );
    }
}
