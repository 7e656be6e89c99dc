//! The parameter of a query that carries the signature of a link (S120). It is ours in every request, and reaches no
//! app.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::machine_token::LINK_PARAMETER;

fn is_ours(pair: &&str) -> bool {
    let name = pair.split('=').next().unwrap_or_default();
    percent_decode_str(name).eq(LINK_PARAMETER.bytes())
}

/// The values of the parameter in a query.
pub fn values(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(is_ours).map(|pair| pair.split_once('=').map_or("", |(_, value)| value))
}

/// The query without it; `None` if nothing is left.
pub fn cut(query: &str) -> Option<Cow<'_, str>> {
    if !query.split('&').any(|pair| is_ours(&pair)) {
        return Some(Cow::Borrowed(query));
    }
    let theirs: Vec<&str> = query.split('&').filter(|pair| !is_ours(pair)).collect();
    (!theirs.is_empty()).then(|| Cow::Owned(theirs.join("&")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s120_the_parameter_is_cut_in_every_spelling_and_the_rest_stays_as_it_is() {
        for (query, rest) in [
            ("pc_link=x", None),
            ("a=1&pc_link=x&b=%2F", Some("a=1&b=%2F")),
            ("pc%5Flink=x&a", Some("a")),
            ("pc_link", None),
            ("a=pc_link&pc_links=1&&b", Some("a=pc_link&pc_links=1&&b")),
            ("", Some("")),
        ] {
            assert_eq!(cut(query).as_deref(), rest, "{query}");
        }
        assert_eq!(values("pc_link=a.b&x=1&pc%5flink=c").collect::<Vec<_>>(), ["a.b", "c"]);
    }
}
