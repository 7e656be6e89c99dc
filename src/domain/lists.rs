//! Lists as typed in a form or on a command line, and as stored.

/// The entries of a typed list: separated by commas, spaces or line breaks.
pub fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty())
}

/// Values in lines, which [`entries`] reads as well.
pub fn lines<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_commas_or_lines() {
        assert_eq!(entries(" a, b\r\nc,,\n d ").collect::<Vec<_>>(), ["a", "b", "c", "d"]);
        assert_eq!(entries(" ,\n").count(), 0);
        assert_eq!(entries(&lines([1, 2])).collect::<Vec<_>>(), ["1", "2"]);
    }
}
