//! Authelia's `users_database.yml`: a map of users, each with `password`, `email`, `displayname`, `groups` and
//! `disabled`.

use saphyr_parser::{Event, Parser, ScanError, Span};

use super::Found;
use crate::accounts::import::{FoundPerson, ImportFault};

/// Maximum levels of a file: its own are four.
const MAX_DEPTH: usize = 16;

/// A value, with its line.
#[derive(Debug)]
struct Node {
    line: usize,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The values of a map under that name.
    fn get(&self, name: &str) -> Vec<&Self> {
        let Value::Map(pairs) = &self.value else { return Vec::new() };
        pairs.iter().filter(|(key, _)| key.text() == Some(name)).map(|(_, value)| value).collect()
    }
}

fn fault(line: usize, text: impl Into<String>) -> ImportFault {
    ImportFault { line, text: text.into() }
}

/// Reads the file; what it says besides is left out.
pub(super) fn read(content: &str) -> Found {
    let root = match (Reader { parser: Parser::new_from_str(content), line: 1 }).document() {
        Ok(root) => root,
        Err(fault) => return (Vec::new(), vec![fault]),
    };
    let users = root.get("users");
    let [Node { value: Value::Map(users), .. }] = users.as_slice() else {
        return (Vec::new(), vec![fault(root.line, "has no map `users`, so it is no users_database.yml of Authelia")]);
    };
    let (mut people, mut faults) = (Vec::new(), Vec::new());
    for (key, user) in users {
        match person(key, user) {
            Ok(person) => people.push(person),
            Err(fault) => faults.push(fault),
        }
    }
    (people, faults)
}

fn person(key: &Node, user: &Node) -> Result<FoundPerson, ImportFault> {
    let name = key.text().filter(|name| !name.is_empty()).ok_or_else(|| fault(key.line, "a user has no name"))?;
    if !matches!(user.value, Value::Map(_)) {
        return Err(fault(key.line, format!("{name} is no map")));
    }
    let one = |field: &str| match user.get(field).as_slice() {
        [] => Ok(String::new()),
        [node] => node.text().map(str::to_owned).ok_or_else(|| fault(node.line, format!("{field} is no text"))),
        [_, again, ..] => Err(fault(again.line, format!("{field} is there twice"))),
    };
    let disabled = one("disabled")?;
    let mut groups = Vec::new();
    for node in user.get("groups") {
        let Value::List(names) = &node.value else {
            // Nothing after the colon is no group.
            if node.text().is_some_and(|text| matches!(text, "" | "~" | "null")) {
                continue;
            }
            return Err(fault(node.line, "groups is no list"));
        };
        for name in names {
            let text = name.text().ok_or_else(|| fault(name.line, "a group is no text"))?;
            groups.push((name.line, text.to_owned()));
        }
    }
    Ok(FoundPerson {
        line: key.line,
        key: name.to_owned(),
        email: one("email")?,
        name: one("displayname")?,
        hash: one("password")?,
        disabled: match disabled.as_str() {
            "" | "false" => false,
            "true" => true,
            _ => return Err(fault(key.line, format!("disabled of {name} is neither true nor false"))),
        },
        groups,
    })
}

/// Builds the values from what the parser finds.
struct Reader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    line: usize,
}

impl<'a> Reader<'a> {
    fn document(mut self) -> Result<Node, ImportFault> {
        loop {
            match self.next()? {
                Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
                event => return self.node(event, 0),
            }
        }
    }

    fn next(&mut self) -> Result<Event<'a>, ImportFault> {
        let found: Option<Result<(Event<'a>, Span), ScanError>> = self.parser.next_event();
        let (event, span) = found
            .ok_or_else(|| fault(self.line, "ends too early"))?
            .map_err(|wrong| fault(wrong.marker().line(), format!("is no YAML: {}", wrong.info())))?;
        self.line = span.start.line();
        Ok(event)
    }

    fn node(&mut self, event: Event<'a>, depth: usize) -> Result<Node, ImportFault> {
        let line = self.line;
        if depth > MAX_DEPTH {
            return Err(fault(line, "has too many levels"));
        }
        let value = match event {
            Event::Scalar(text, ..) => Value::Text(text.into_owned()),
            Event::SequenceStart(..) => {
                let mut all = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break Value::List(all),
                        event => all.push(self.node(event, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut all = Vec::new();
                loop {
                    match self.next()? {
                        Event::MappingEnd => break Value::Map(all),
                        event => {
                            let key = self.node(event, depth + 1)?;
                            let event = self.next()?;
                            all.push((key, self.node(event, depth + 1)?));
                        }
                    }
                }
            }
            Event::Alias(_) => return Err(fault(line, "has a reference (*name); write the value there")),
            _ => return Err(fault(line, "is empty")),
        };
        Ok(Node { line, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "---
users:
  ada:
    disabled: false
    displayname: 'Ada Lovelace'
    password: '$6$x$y' # made by openssl
    email: ada@example.org
    groups:
      - 'admins'
      - dev
  eve: {password: \"$2b$x\", email: 'eve@example.org', groups: [], disabled: true, extra: {a: [1, 2]}}
  'bob smith':
    password: $argon2id$v=19$m=65536,t=3,p=4$a$b
    groups:
...
";

    #[test]
    fn a_file_of_authelia_is_read_with_its_lines() {
        let (people, _) = read(FILE);
        let ada = FoundPerson {
            line: 3,
            key: "ada".to_owned(),
            email: "ada@example.org".to_owned(),
            name: "Ada Lovelace".to_owned(),
            groups: vec![(9, "admins".to_owned()), (10, "dev".to_owned())],
            hash: "$6$x$y".to_owned(),
            disabled: false,
        };
        assert_eq!(people[0], ada);
        assert!(people[1].disabled && people[1].groups.is_empty() && people[1].hash == "$2b$x");
        assert_eq!((people[2].line, &*people[2].key, &*people[2].email), (12, "bob smith", ""));
        assert_eq!(people[2].hash, "$argon2id$v=19$m=65536,t=3,p=4$a$b");
    }

    #[test]
    fn what_is_no_such_file_is_refused_with_the_line() {
        for (content, line) in [
            ("", 1),
            ("a: 1\n", 1),
            ("users:\n- a\n", 1),
            ("users:\n  ada: x\n", 2),
            ("users:\n  ada: {password: [x]}\n", 2),
            ("users:\n  ada:\n    groups: x\n", 3),
            ("users:\n  ada:\n    disabled: maybe\n", 2),
            ("users:\n  ada: &a {password: x}\n  eve: *a\n", 3),
            ("users:\n  ada: {password: 'x\n", 3),
            ("users:\n  ada:\n    email: a\n    email: b\n", 4),
        ] {
            let (_, faults) = read(content);
            assert!(faults[0].line.abs_diff(line) <= 1, "{content:?}: {faults:?}");
        }
        let deep = format!("users: {}{}", "[".repeat(200), "]".repeat(200));
        assert!(read(&deep).1[0].text.contains("levels"));
    }
}
