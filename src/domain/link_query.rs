//! The parameter of a query that carries the signature of a link (S120). It is ours in every request, and reaches no
//! app.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::machine_token::LINK_PARAMETER;
use super::token_text;

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

/// An address on a host without the parameters that have a token or a signature in them; `/` if its path has one. What
/// was sent comes back in redirects and answers, and is stored in histories and logs (S119, S120).
pub fn without_tokens(path_and_query: &str) -> Cow<'_, str> {
    let has_token = |text: &str| {
        let decoded: Vec<u8> = percent_decode_str(text).collect();
        token_text::is_in(text.as_bytes()) || token_text::is_in(&decoded)
    };
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    if has_token(path) {
        return Cow::Borrowed("/");
    }
    let is_cut = |pair: &&str| is_ours(pair) || has_token(pair);
    if !query.split('&').any(|pair| is_cut(&pair)) {
        return Cow::Borrowed(path_and_query);
    }
    let rest: Vec<&str> = query.split('&').filter(|pair| !is_cut(pair)).collect();
    Cow::Owned(if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s119_no_token_comes_back_in_an_address() {
        let token = token_text::write(&[1; 32]);
        let encoded = token.replace('_', "%5F");
        for (sent, back) in [
            ("/a?token=abc&b=%2F", "/a?token=abc&b=%2F".to_owned()),
            ("/a", "/a".to_owned()),
            (&*format!("/a?token={token}"), "/a".to_owned()),
            (&*format!("/a?x=1&token={encoded}&y"), "/a?x=1&y".to_owned()),
            (&*format!("/a?x=Bearer%20{token}&{token}=1&y"), "/a?y".to_owned()),
            ("/a?pc_link=x.y&b", "/a?b".to_owned()),
            ("/a?pc%5flink=x.y", "/a".to_owned()),
            (&*format!("/hooks/{token}?x"), "/".to_owned()),
            (&*format!("/hooks/{encoded}"), "/".to_owned()),
        ] {
            assert_eq!(without_tokens(sent), back, "{sent}");
        }
    }

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
