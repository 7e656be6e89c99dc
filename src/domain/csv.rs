//! Rows of comma-separated values (RFC 4180) that no spreadsheet interprets as formulas (S99).

/// One row with its line break.
pub fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    cells.into_iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n"
}

fn cell(text: &str) -> String {
    let formula = text
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '|', '%', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    let shield = if formula { "'" } else { "" };
    format!("\"{shield}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s99_cells_are_text_for_every_reader() {
        assert_eq!(row(["\u{ff1d}cmd"]), "\"'\u{ff1d}cmd\"\r\n", "some spreadsheets read full-width signs");
        assert_eq!(
            row(["a", "b\"c", "=1+1", "@x", "line\nbreak"]),
            "\"a\",\"b\"\"c\",\"'=1+1\",\"'@x\",\"line\nbreak\"\r\n"
        );
    }
}
