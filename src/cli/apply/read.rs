//! Reads the file of `apply`: groups, people, apps and rules as typed, with their lines.

use toml::de::DeTable;

use super::table::{Reader, Table, line_of, with_double_brackets};
use crate::accounts::app_draft::AppDraft;
use crate::accounts::apply::{FileFault, Wanted, WantedApp, WantedGroup, WantedPerson, WantedRule};
use crate::accounts::rule_draft::{GrantDraft, RuleDraft, suffix};
use crate::config::env;

/// The keys of the file.
const FILE: [&str; 3] = ["groups", "people", "apps"];
const PERSON: [&str; 4] = ["email", "name", "role", "groups"];
const APP: [&str; 20] = [
    "name",
    "addresses",
    "mode",
    "upstream",
    "ca_file",
    "host",
    "timeout",
    "max_upload",
    "websocket_origins",
    "default_access",
    "session_hours",
    "preflight",
    "signed_identity",
    "enabled",
    "shown",
    "headers",
    "header_map",
    "fixed_headers",
    "token_headers",
    "rules",
];
const FIXED_HEADER: [&str; 3] = ["name", "file", "env"];
const RULE: [&str; 3] = ["path", "methods", "grants"];
const GRANT: [&str; 7] = ["who", "groups", "people", "networks", "factor", "within", "until"];

/// What the file says, and what is wrong with it.
pub(super) struct Read {
    pub(super) wanted: Wanted,
    pub(super) faults: Vec<FileFault>,
    misspelled: Vec<usize>,
}

impl Read {
    /// Adds the faults of what was read, less those that may follow from what cannot be read.
    pub(super) fn add(&mut self, faults: Vec<FileFault>) {
        let read: Vec<usize> = self.faults.iter().map(|fault| fault.line).chain(self.misspelled.clone()).collect();
        self.faults.extend(faults.into_iter().filter(|fault| !read.contains(&fault.line)));
    }
}

/// Reads the file; the error is that it is no TOML.
pub(super) fn read(bytes: &[u8]) -> Result<Read, Vec<FileFault>> {
    let text = std::str::from_utf8(bytes).map_err(|fault| {
        vec![FileFault { line: line_of(bytes, fault.valid_up_to()), message: "the file is not UTF-8".to_owned() }]
    })?;
    let (text, faults) = with_double_brackets(text);
    let mut reader = Reader::new(&text);
    reader.faults = faults;
    let (table, faults) = DeTable::parse_recoverable(&text);
    if !faults.is_empty() {
        for fault in faults {
            let line = fault.span().map_or(1, |span| reader.line(span.start));
            // What follows in a line is mostly a consequence.
            if !reader.faults.iter().any(|known| known.line == line) {
                reader.refuse(line, fault.message().to_owned());
            }
        }
        return Err(reader.faults);
    }
    let top = reader.top(table.get_ref(), &FILE);
    let groups = reader.texts(&top, "groups");
    let wanted = Wanted {
        groups: groups.into_iter().map(|(name, line)| WantedGroup { name, line }).collect(),
        people: reader.tables(&top, "people", &PERSON).iter().map(|table| person(&mut reader, table)).collect(),
        apps: reader.tables(&top, "apps", &APP).iter().map(|table| app(&mut reader, table)).collect(),
    };
    Ok(Read { wanted, faults: reader.faults, misspelled: reader.misspelled })
}

fn person(reader: &mut Reader, table: &Table<'_>) -> WantedPerson {
    WantedPerson {
        email: reader.text(table, "email"),
        name: reader.text(table, "name"),
        role: reader.text(table, "role"),
        groups: reader.list(table, "groups"),
        lines: table.lines.clone(),
    }
}

fn app(reader: &mut Reader, table: &Table<'_>) -> WantedApp {
    let draft = AppDraft {
        name: reader.text(table, "name"),
        addresses: reader.list(table, "addresses"),
        mode: reader.text(table, "mode"),
        upstream: reader.text(table, "upstream"),
        ca_file: reader.text(table, "ca_file"),
        host: reader.text(table, "host"),
        timeout: reader.number(table, "timeout"),
        max_upload: reader.number(table, "max_upload"),
        websocket_origins: reader.list(table, "websocket_origins"),
        default_access: reader.text(table, "default_access"),
        session_hours: reader.number(table, "session_hours"),
        preflight: reader.switch(table, "preflight", false),
        signed_identity: reader.switch(table, "signed_identity", false),
        enabled: reader.switch(table, "enabled", true),
        shown: reader.switch(table, "shown", true),
        headers: reader.text(table, "headers"),
        header_map: reader.lines(table, "header_map"),
        fixed_headers: fixed_headers(reader, table),
        token_headers: reader.list(table, "token_headers"),
    };
    let known = [&RULE[..], &GRANT].concat();
    let rules = reader.tables(table, "rules", &known).iter().map(|table| rule(reader, table)).collect();
    let app = WantedApp { draft, rules, lines: table.lines.clone() };
    if app.is_default() {
        for (key, line) in app.lines.keys.iter().filter(|(key, _)| !matches!(&**key, "name" | "rules")) {
            let why = "the app default is set in the configuration; here it has its name (`default`) and rules alone; \
                for anything else make it an app with a name and addresses of its own";
            reader.refuse(*line, format!("{key}: {why}"));
        }
    }
    app
}

/// Fixed headers as typed; values are in files or in the environment, never in this file.
fn fixed_headers(reader: &mut Reader, app: &Table<'_>) -> String {
    let mut typed = Vec::new();
    for table in reader.tables(app, "fixed_headers", &FIXED_HEADER) {
        let (name, file, variable) =
            (reader.text(&table, "name"), reader.text(&table, "file"), reader.text(&table, "env"));
        let value = match (file.is_empty(), variable.is_empty()) {
            (true, true) => Ok(None),
            (false, true) => super::read_file(&file)
                .map_err(|fault| format!("file: {file}: {fault}"))
                .and_then(|bytes| String::from_utf8(bytes).map_err(|_fault| format!("file: {file} is not UTF-8")))
                .map(Some),
            (true, false) => env::process_environment()
                .remove(&variable)
                .map(Some)
                .ok_or_else(|| format!("env: the variable {variable} is not set, or is not UTF-8")),
            (false, false) => Err("give file or env, not both".to_owned()),
        };
        match value {
            Ok(None) => typed.push(name),
            // A line break inside it would begin another header.
            Ok(Some(value)) if value.trim().is_empty() || value.trim().contains(['\n', '\r']) => {
                reader.refuse(table.lines.own, format!("{name}: its value is empty or has several lines"));
            }
            Ok(Some(value)) => typed.push(format!("{name}: {}", value.trim())),
            Err(fault) => reader.refuse(table.lines.own, fault),
        }
    }
    typed.join("\n")
}

fn rule(reader: &mut Reader, table: &Table<'_>) -> WantedRule {
    let inline = GRANT.iter().find(|key| table.get(key).is_some());
    let listed = table.get("grants").map(|_| reader.tables(table, "grants", &GRANT));
    if let (Some(key), Some(_)) = (inline, &listed) {
        reader.refuse(table.lines.of(key), format!("{key}: this rule has grants, and says there who is let in"));
    }
    let mut lines = table.lines.clone();
    let grants = match listed {
        None => vec![grant(reader, table)],
        Some(tables) => {
            lines.keys.retain(|(key, _)| RULE.contains(&&**key));
            for (number, table) in (1..).zip(&tables) {
                let own = GRANT.iter().map(|key| (format!("{key}{}", suffix(number)), table.lines.of(key)));
                lines.keys.extend(own);
            }
            tables.iter().map(|table| grant(reader, table)).collect()
        }
    };
    let draft = RuleDraft { path: reader.text(table, "path"), methods: reader.list(table, "methods"), grants };
    WantedRule { draft, lines }
}

fn grant(reader: &mut Reader, table: &Table<'_>) -> GrantDraft {
    GrantDraft {
        who: reader.text(table, "who"),
        groups: reader.list(table, "groups"),
        people: reader.list(table, "people"),
        networks: reader.list(table, "networks"),
        factor: reader.switch(table, "factor", false),
        within: reader.number(table, "within"),
        until: reader.moment(table, "until"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<(usize, String)> {
        let found = read(text.as_bytes()).map_or_else(|faults| faults, |read| read.faults);
        found.into_iter().map(|fault| (fault.line, fault.message)).collect()
    }

    #[test]
    fn every_key_is_read_with_its_line() {
        let text = "\u{feff}groups = [\n  'staff', # one\n  \"family\",\n]\r\n\n[[people]]\nemail = 'a@example.org'\n\
            [[apps]]\n\nname = 'Wiki'\ntimeout = 0x1e\nenabled = false\n\
            [[apps.rules]]\npath = '/'\nuntil = 2027-01-31\n\
            [[apps.rules]]\npath = '/x'\nmethods = ['GET', 'POST']\ngrants = [{ who = 'public' },\n\
            { groups = ['staff'],\nuntil = 2027-01-31 18:00:00Z }]\n";
        let Read { wanted, faults, .. } = read(text.as_bytes()).unwrap();
        assert_eq!(faults, []);
        let groups: Vec<_> = wanted.groups.iter().map(|group| (&*group.name, group.line)).collect();
        assert_eq!(groups, [("staff", 2), ("family", 3)]);
        let [person] = &wanted.people[..] else { panic!() };
        assert_eq!((person.lines.own, person.lines.of("email"), person.lines.of("role")), (6, 7, 6));
        let [app] = &wanted.apps[..] else { panic!() };
        assert_eq!((app.lines.own, app.lines.of("name"), app.lines.of("timeout")), (8, 10, 11));
        assert_eq!((&*app.draft.timeout, app.draft.enabled, app.draft.shown), ("30", false, true));
        let [first, second] = &app.rules[..] else { panic!() };
        assert_eq!((first.lines.own, first.lines.of("until"), first.lines.of("who")), (13, 15, 13));
        assert_eq!(first.draft.grants[0].until, "2027-01-31");
        assert_eq!((&*second.draft.methods, second.draft.grants.len()), ("GET\nPOST", 2));
        assert_eq!(second.draft.grants[1].until, "2027-01-31T18:00:00Z");
        let of = |field| second.lines.of(field);
        assert_eq!((of("who"), of("groups_2"), of("until_2"), of("who_2"), of("path")), (19, 20, 21, 20, 17));
    }

    #[test]
    fn single_brackets_are_said_once_each_and_what_follows_is_read() {
        let text = "[[apps]]\nname = 'A'\n[apps.rules] # first\npath = '/'\n[ apps.rules ]\npath = '/x'\n\
            [[apps]]\nname = 'B'\n[apps]\r\nname = 'C'\nnothing = 1\n";
        let of = |name: &str| format!("[{name}] has to be [[{name}]], in double brackets, as there can be several");
        let found = faults(text);
        assert_eq!(found[..3], [(3, of("apps.rules")), (5, of("apps.rules")), (9, of("apps"))]);
        assert!(found.len() == 4 && found[3].0 == 11 && found[3].1.starts_with("there is no key nothing"), "{found:?}");
        assert_eq!(faults("[people]\n"), [(1, of("people"))], "also the only one");
        assert_eq!(faults("# [people]\n[[people]] # [people]\nemail = '[people]'\n"), []);
    }

    #[test]
    fn what_is_no_toml_or_not_utf_8_is_refused_at_its_line() {
        let found = faults("groups = ['a'\n\n[[apps]]\nname = Wiki\n");
        assert!(!found.is_empty() && found.iter().all(|(line, text)| (1..=4).contains(line) && !text.is_empty()));
        assert_eq!(faults("a = 1\na = 2\n").first().map(|(line, _)| *line), Some(2));
        let found = read(b"groups = []\n# \xff\n").err().unwrap();
        assert_eq!((found[0].line, &*found[0].message), (2, "the file is not UTF-8"));
    }
}
