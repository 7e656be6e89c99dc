//! The cookies a browser would hold.

/// One `Set-Cookie` header, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetCookie {
    /// Name with its prefix.
    pub name: String,
    /// Value as sent.
    pub value: String,
    /// Attributes in the order sent, names lower-cased; without a value the empty one.
    pub attributes: Vec<(String, String)>,
}

impl SetCookie {
    /// Takes a header value apart.
    pub fn parse(header: &str) -> Self {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).unwrap_or((header, ""));
        let attributes = parts
            .map(|part| part.split_once('=').unwrap_or((part, "")))
            .map(|(key, value)| (key.to_ascii_lowercase(), value.to_owned()));
        Self { name: name.to_owned(), value: value.to_owned(), attributes: attributes.collect() }
    }

    /// The value of the attribute `name` (lower case).
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Seconds the cookie may live, if it says so.
    pub fn max_age(&self) -> Option<i64> {
        self.attribute("max-age").and_then(|value| value.parse().ok())
    }

    /// Whether it tells the browser to forget the cookie.
    pub fn is_removal(&self) -> bool {
        self.max_age().is_some_and(|age| age <= 0)
            || self.attribute("expires").is_some_and(|date| date.contains("1970"))
    }
}

/// One kept cookie.
#[derive(Clone, Debug)]
struct Kept {
    name: String,
    value: String,
    path: String,
    left: Option<i64>,
}

/// All cookies of one browser profile for one host; cloned, it is a second tab's view frozen at that moment.
#[derive(Clone, Debug, Default)]
pub struct Jar(Vec<Kept>);

impl Jar {
    /// Does what a `Set-Cookie` header says.
    pub fn take(&mut self, cookie: &SetCookie) {
        let path = cookie.attribute("path").unwrap_or("/").to_owned();
        self.0.retain(|kept| kept.name != cookie.name || kept.path != path);
        if !cookie.is_removal() {
            self.0.push(Kept { name: cookie.name.clone(), value: cookie.value.clone(), path, left: cookie.max_age() });
        }
    }

    /// The `Cookie` header for `path`, if there is anything to send.
    pub fn header(&self, path: &str) -> Option<String> {
        let path = path.split('?').next().unwrap_or(path);
        let below = |kept: &&Kept| {
            path.strip_prefix(kept.path.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || kept.path.ends_with('/'))
        };
        let pairs: Vec<String> =
            self.0.iter().filter(below).map(|kept| format!("{}={}", kept.name, kept.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The value of a cookie; its name may be given without `__Host-` or `__Secure-`, and without the port.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|kept| same_name(&kept.name, name)).map(|kept| kept.value.as_str())
    }

    /// Names of everything kept.
    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(|kept| kept.name.as_str()).collect()
    }

    /// Puts a cookie there, or replaces its value.
    pub fn put(&mut self, name: &str, value: &str) {
        match self.0.iter_mut().find(|kept| same_name(&kept.name, name)) {
            Some(kept) => value.clone_into(&mut kept.value),
            None => {
                self.0.push(Kept { name: name.to_owned(), value: value.to_owned(), path: "/".to_owned(), left: None });
            }
        }
    }

    /// Forgets one cookie.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|kept| !same_name(&kept.name, name));
    }

    /// Forgets what is over after `seconds`, as a browser does.
    pub fn advance(&mut self, seconds: i64) {
        self.0.iter_mut().for_each(|kept| kept.left = kept.left.map(|left| left - seconds));
        self.0.retain(|kept| kept.left.is_none_or(|left| left > 0));
    }
}

/// A name without the prefix and the port that ours have.
pub fn bare(name: &str) -> &str {
    let name = name.strip_prefix("__Host-").or_else(|| name.strip_prefix("__Secure-")).unwrap_or(name);
    let port = |end: &str| !end.is_empty() && end.bytes().all(|byte| byte.is_ascii_digit());
    name.rsplit_once('_').filter(|(_, end)| port(end)).map_or(name, |(name, _)| name)
}

fn same_name(kept: &str, asked: &str) -> bool {
    kept == asked || bare(kept) == asked
}

#[test]
fn a_jar_keeps_sends_and_forgets_like_a_browser() {
    let mut jar = Jar::default();
    jar.take(&SetCookie::parse("__Host-a=1; Path=/; Max-Age=60; HttpOnly"));
    jar.take(&SetCookie::parse("b=2; Path=/deep"));
    assert_eq!(jar.header("/x?y=1").as_deref(), Some("__Host-a=1"));
    assert_eq!(jar.header("/deep/er").as_deref(), Some("__Host-a=1; b=2"));
    assert_eq!(jar.header("/deeper").as_deref(), Some("__Host-a=1"));
    assert_eq!(jar.get("a"), Some("1"));
    jar.advance(59);
    assert_eq!(jar.get("a"), Some("1"));
    jar.advance(1);
    assert_eq!(jar.get("a"), None);
    jar.take(&SetCookie::parse("b=; Path=/deep; Max-Age=0"));
    assert_eq!(
        (bare("__Host-portcullis_access_3000"), bare("portcullis_access"), bare("app_two")),
        ("portcullis_access", "portcullis_access", "app_two")
    );
    assert!(jar.names().is_empty());
}
