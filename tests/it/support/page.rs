//! Just enough HTML to find a field, a `data-` attribute or a message in our own pages.

/// One start tag.
#[derive(Clone, Debug)]
pub struct Tag {
    /// Lower-case name, for example `input`.
    pub name: String,
    /// Attributes in the order written, values decoded.
    pub attributes: Vec<(String, String)>,
    /// Byte offset just behind the tag.
    pub end: usize,
}

impl Tag {
    /// The value of `name`; an attribute without a value has the empty one.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether `class` contains the word.
    pub fn has_class(&self, class: &str) -> bool {
        self.attribute("class").is_some_and(|all| all.split_whitespace().any(|one| one == class))
    }
}

/// Every start tag of the page, in order.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<').map(|offset| at + offset) {
        let end = tag_end(html, open);
        let inside = html[open + 1..end].trim_end_matches('>').trim_end_matches('/');
        if inside.starts_with(|first: char| first.is_ascii_alphabetic()) {
            found.push(parse_tag(inside, end));
        }
        at = end;
    }
    found
}

/// The offset behind the `>` that ends the tag at `open`; a `>` inside quotes does not.
fn tag_end(html: &str, open: usize) -> usize {
    let mut quote = None;
    for (offset, letter) in html[open..].char_indices() {
        match (quote, letter) {
            (Some(mark), _) if mark == letter => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '>') => return open + offset + 1,
            _ => {}
        }
    }
    html.len()
}

fn parse_tag(inside: &str, end: usize) -> Tag {
    let (name, mut rest) = inside.split_once(|c: char| c.is_whitespace()).unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        let Some(stop) = rest.find(|c: char| c == '=' || c.is_whitespace()) else { break };
        let (key, after) = rest.split_at(stop);
        let Some(value) = after.strip_prefix('=') else {
            attributes.push((key.to_ascii_lowercase(), String::new()));
            rest = after;
            continue;
        };
        let (value, after) = match value.chars().next() {
            Some(mark @ ('"' | '\'')) => value[1..].split_once(mark).unwrap_or((&value[1..], "")),
            _ => value.split_once(|c: char| c.is_whitespace()).unwrap_or((value, "")),
        };
        attributes.push((key.to_ascii_lowercase(), decode(value)));
        rest = after;
    }
    if !rest.is_empty() {
        attributes.push((rest.to_ascii_lowercase(), String::new()));
    }
    Tag { name: name.to_ascii_lowercase(), attributes, end }
}

/// Character references, as far as askama writes them.
pub fn decode(text: &str) -> String {
    let named = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
    ];
    let text = named.iter().fold(text.to_owned(), |text, (reference, letter)| text.replace(reference, letter));
    text.replace("&#38;", "&").replace("&amp;", "&")
}

/// The value of the field `name`.
pub fn field(html: &str, name: &str) -> Option<String> {
    let tag = tags(html).into_iter().find(|tag| tag.name == "input" && tag.attribute("name") == Some(name))?;
    Some(tag.attribute("value").unwrap_or_default().to_owned())
}

/// The hidden token of the page's first form.
pub fn csrf_token(html: &str) -> Option<String> {
    field(html, "csrf_token")
}

/// The first value of `data-<name>`.
pub fn data(html: &str, name: &str) -> Option<String> {
    all_data(html, name).into_iter().next()
}

/// Every value of `data-<name>`, in order.
pub fn all_data(html: &str, name: &str) -> Vec<String> {
    let attribute = format!("data-{name}");
    tags(html).iter().filter_map(|tag| tag.attribute(&attribute).map(str::to_owned)).collect()
}

/// Where the form that posts to `action` stands: its hidden and filled fields.
pub fn form_fields(html: &str, action: &str) -> Option<Vec<(String, String)>> {
    let all = tags(html);
    let start = all.iter().position(|tag| tag.name == "form" && tag.attribute("action") == Some(action))?;
    let inside = all.iter().skip(start + 1).take_while(|tag| tag.name != "form");
    let inputs = inside
        .filter(|tag| tag.name == "input")
        .filter_map(|tag| Some((tag.attribute("name")?, tag.attribute("value").unwrap_or_default())));
    Some(inputs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// The text inside the first element that `wanted` accepts, tags cut out, white space collapsed.
pub fn text_inside(html: &str, wanted: impl Fn(&Tag) -> bool) -> Option<String> {
    let tag = tags(html).into_iter().find(wanted)?;
    let rest = &html[tag.end..];
    let (opened, closed) = (format!("<{}", tag.name), format!("</{}", tag.name));
    let mut depth = 1;
    let mut at = 0;
    while depth > 0 {
        let close = rest[at..].find(&closed)? + at;
        depth += rest[at..close].matches(&opened).count();
        depth -= 1;
        at = close + closed.len();
    }
    Some(visible_text(&rest[..at - closed.len()]))
}

/// All text of a piece of HTML, as a reader sees it.
pub fn visible_text(html: &str) -> String {
    let mut text = String::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<').map(|offset| at + offset) {
        text.push_str(&html[at..open]);
        text.push(' ');
        at = tag_end(html, open);
    }
    text.push_str(&html[at..]);
    decode(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The message about the last change at the top of a page.
pub fn flash(html: &str) -> Option<String> {
    text_inside(html, |tag| tag.has_class("flash"))
}

/// What the page says is wrong with a form.
pub fn error_summary(html: &str) -> Option<String> {
    text_inside(html, |tag| tag.attribute("role") == Some("alert"))
}

#[test]
fn the_reader_finds_fields_attributes_and_messages() {
    let html = "<!doctype html><p data-user-email=\"a&amp;b@x.org\" data-note='1 > 0'>\
        <form action=\"/_auth/logout\" method=post><input type=hidden name=\"csrf_token\" value=\"t&#38;1\"><input \
        name=a value='2' disabled/></form>\
        <div role=\"alert\"><div>Two&nbsp;<b>words</b></div> &lt;here&gt;</div>";
    assert_eq!(csrf_token(html).as_deref(), Some("t&1"));
    assert_eq!(data(html, "user-email").as_deref(), Some("a&b@x.org"));
    assert_eq!(data(html, "note").as_deref(), Some("1 > 0"));
    assert_eq!(form_fields(html, "/_auth/logout").unwrap().len(), 2);
    assert_eq!(form_fields(html, "/elsewhere"), None);
    assert_eq!(error_summary(html).as_deref(), Some("Two&nbsp; words <here>"));
    assert_eq!(flash(html), None);
}
