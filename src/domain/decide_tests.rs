//! `decide` against a second, slow implementation, and against what attackers write (S113).

use std::collections::HashSet;
use std::net::IpAddr;

use proptest::collection::vec;
use proptest::prelude::*;

use super::access::{Credential, Denial, Person, Visitor};
use super::app_table::CompiledApp;
use super::apps::{App, DefaultAccess};
use super::decide::{AppRequest, Decision, decide};
use super::groups::GroupName;
use super::ids::{RuleId, UserId};
use super::path::{self, Meaning};
use super::rules::{Circumstances, Grant, Rule, RuleMethods, RulePath, Who};
use super::session::Proof;
use super::time::Timestamp;
use super::user::Role;

const NOW: Timestamp = Timestamp::from_secs(1_000_000);

fn group(name: &str) -> GroupName {
    GroupName::parse(name).unwrap()
}

fn user(letter: char) -> UserId {
    UserId::parse(&letter.to_string().repeat(22)).unwrap()
}

fn app(default_access: DefaultAccess) -> App {
    App { default_access, ..App::sample("wiki.example.org", true) }
}

fn rule(number: usize, path: &str, methods: &str, grants: Vec<Grant>) -> Rule {
    Rule {
        id: RuleId::parse(&format!("{number:022}")),
        path: RulePath::parse(path).unwrap(),
        methods: RuleMethods::parse(methods).unwrap(),
        grants,
    }
}

fn visitor(id: char, groups: &[&str], proof: Proof) -> Visitor {
    let person = Person {
        id: user(id),
        email: "ada@example.org".to_owned(),
        username: None,
        name: String::new(),
        role: Role::User,
        language: None,
        groups: groups.iter().map(|name| group(name)).collect(),
    };
    Visitor::with_account(Credential::Pair, proof, person)
}

fn at(client: &str) -> Circumstances {
    Circumstances { client: client.parse().unwrap(), now: NOW }
}

fn verdict(app: &CompiledApp, who: Option<&Visitor>, method: &str, path: &str, at: Circumstances) -> Option<Denial> {
    let request = AppRequest { open: true, app, method, path, is_preflight: false, circumstances: at };
    match decide(who, &request) {
        Decision::Allow => None,
        Decision::Deny(denial) => Some(denial),
    }
}

/// The slow one: every rule is compared with every meaning of the path, segment by segment.
mod slow {
    use super::*;

    fn segments(path: &str) -> Vec<&str> {
        path.split('/').filter(|segment| !segment.is_empty()).collect()
    }

    fn applies(rule: &Rule, method: &str, path: &[String]) -> bool {
        let prefix = segments(rule.path.as_str());
        let text = rule.methods.to_string();
        let methods: Vec<&str> = text.split(", ").filter(|name| !name.is_empty()).collect();
        let covers = methods.is_empty() || methods.contains(&method) || (method == "HEAD" && methods.contains(&"GET"));
        covers && path.len() >= prefix.len() && prefix.iter().zip(path).all(|(one, other)| one == other)
    }

    fn grant(grant: &Grant, who: Option<&Visitor>, at: Circumstances) -> Option<Denial> {
        let outside = !grant.networks.is_empty() && !grant.networks.iter().any(|net| net.contains(&at.client));
        let over = grant.until.is_some_and(|until| until.secs() <= at.now.secs());
        let empty = match &grant.who {
            Who::Nobody => true,
            Who::Members { groups, people } => groups.len() + people.len() == 0,
            _ => false,
        };
        match (&grant.who, who) {
            _ if empty => Some(Denial::Forbidden),
            (Who::Public, _) if !outside && !over => None,
            (_, None) => Some(Denial::SignIn),
            _ if outside || over => Some(Denial::Forbidden),
            (Who::Members { groups, people }, Some(who)) => {
                let person = who.person().unwrap();
                let own: HashSet<&GroupName> = person.groups.iter().collect();
                let meant = people.contains(&person.id) || groups.iter().any(|name| own.contains(name));
                if meant { proof(grant, who, at) } else { Some(Denial::Forbidden) }
            }
            (_, Some(who)) => proof(grant, who, at),
        }
    }

    fn proof(grant: &Grant, who: &Visitor, at: Circumstances) -> Option<Denial> {
        let is_old =
            |proved: Timestamp| grant.within.is_some_and(|minutes| at.now.secs() - proved.secs() > minutes * 60);
        match who.proof().factor {
            None if grant.factor => Some(Denial::Factor),
            Some(proved) if grant.factor && is_old(proved) => Some(Denial::Factor),
            _ => is_old(who.proof().at).then_some(Denial::Prove),
        }
    }

    fn of_path(
        app: &CompiledApp,
        who: Option<&Visitor>,
        method: &str,
        path: &[String],
        at: Circumstances,
    ) -> Option<Denial> {
        let mut best: Option<&Rule> = None;
        for rule in app.rules().iter().filter(|rule| applies(rule, method, path)) {
            let rank = |rule: &Rule| (segments(rule.path.as_str()).len(), rule.methods.names_some());
            if best.is_none_or(|best| rank(rule) > rank(best)) {
                best = Some(rule);
            }
        }
        match (best, app.app().default_access, who) {
            (Some(rule), ..) => {
                rule.grants.iter().map(|one| grant(one, who, at)).min().unwrap_or(Some(Denial::Forbidden))
            }
            (None, DefaultAccess::Nobody, _) => Some(Denial::Forbidden),
            (None, DefaultAccess::SignedIn, None) => Some(Denial::SignIn),
            (None, DefaultAccess::SignedIn, Some(_)) => None,
        }
    }

    /// For paths without escapes.
    pub(super) fn verdict(
        app: &CompiledApp,
        who: Option<&Visitor>,
        method: &str,
        raw: &str,
        at: Circumstances,
    ) -> Option<Denial> {
        let literal: Vec<String> = raw.strip_suffix('/').unwrap_or(raw).split('/').skip(1).map(str::to_owned).collect();
        let mut merged = Vec::new();
        let mut meanings = vec![literal.clone()];
        for (dots, empty) in [(false, true), (true, false), (true, true)] {
            merged.clear();
            for segment in &literal {
                match segment.as_str() {
                    "" if empty => {}
                    "." if dots => {}
                    ".." if dots => drop(merged.pop()),
                    segment => merged.push(segment.to_owned()),
                }
            }
            meanings.push(merged.clone());
            meanings.push(merged.iter().filter(|segment| !segment.is_empty()).cloned().collect());
        }
        let behind_host = |path: &Vec<String>| {
            let rest = path.iter().skip_while(|segment| segment.is_empty()).skip(1);
            let rest: Vec<String> = rest.filter(|segment| !segment.is_empty()).cloned().collect();
            path.first().is_some_and(String::is_empty).then_some(rest)
        };
        let behind: Vec<Vec<String>> = meanings.iter().filter_map(behind_host).collect();
        let all = meanings.iter().chain(&behind);
        all.map(|path| of_path(app, who, method, path, at)).max().flatten()
    }
}

fn who() -> impl Strategy<Value = Who> {
    let names = prop::sample::subsequence(vec!["dev", "ops"], 0..=2);
    prop_oneof![
        Just(Who::Public),
        Just(Who::SignedIn),
        Just(Who::Nobody),
        (names, any::<bool>()).prop_map(|(names, ada)| Who::Members {
            groups: names.into_iter().map(group).collect(),
            people: ada.then(|| user('a')).into_iter().collect(),
        }),
    ]
}

fn grant() -> impl Strategy<Value = Grant> {
    let network = prop::option::of(prop::sample::select(vec!["10.0.0.0/8", "2001:db8::/32"]));
    (who(), network, any::<bool>(), prop::option::of(1..100_i64), prop::option::of(-5..5_i64)).prop_map(
        |(who, network, factor, within, until)| Grant {
            id: String::new(),
            who,
            networks: network.into_iter().map(|text| text.parse().unwrap()).collect(),
            factor,
            within,
            until: until.map(|seconds| NOW.plus(seconds)),
        },
    )
}

fn segments() -> impl Strategy<Value = String> {
    vec(prop::sample::select(vec!["a", "b", "ab"]), 0..4).prop_map(|segments| format!("/{}", segments.join("/")))
}

fn compiled() -> impl Strategy<Value = CompiledApp> {
    let methods = prop::sample::select(vec!["", "GET", "POST", "PUT, POST", "HEAD"]);
    let rules = vec((segments(), methods, vec(grant(), 0..3)), 0..8);
    (rules, any::<bool>()).prop_map(|(given, open)| {
        let mut rules: Vec<Rule> = Vec::new();
        for (number, (path, methods, grants)) in given.into_iter().enumerate() {
            let next = rule(number, &path, methods, grants);
            if !rules.iter().any(|there| there.path == next.path && there.methods.tie(&next.methods)) {
                rules.push(next);
            }
        }
        CompiledApp::new(app(if open { DefaultAccess::SignedIn } else { DefaultAccess::Nobody }), rules)
    })
}

fn someone() -> impl Strategy<Value = Option<Visitor>> {
    let groups = prop::sample::subsequence(vec!["dev", "ops", "hr"], 0..=3);
    let proof = (0..200_i64, prop::option::of(0..200_i64)).prop_map(|(minutes, before)| {
        let at = NOW.plus(-minutes * 60);
        Proof { factor: before.map(|before| at.plus(-before * 60)), at }
    });
    let signed_in = (prop::sample::select(vec!['a', 'b']), groups, proof)
        .prop_map(|(id, groups, proof)| visitor(id, &groups, proof));
    prop::option::of(signed_in)
}

fn plain_path() -> impl Strategy<Value = String> {
    vec(prop::sample::select(vec!["a", "b", "ab", "c", "", ".", ".."]), 1..6)
        .prop_map(|segments| format!("/{}", segments.join("/")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn s114_decide_agrees_with_a_slow_implementation(
        app in compiled(),
        who in someone(),
        method in prop::sample::select(vec!["GET", "HEAD", "POST", "PUT", "get", "DELETE"]),
        path in plain_path(),
        client in prop::sample::select(vec!["10.1.2.3", "192.0.2.1", "2001:db8::1"]),
    ) {
        let expected = slow::verdict(&app, who.as_ref(), method, &path, at(client));
        prop_assert_eq!(verdict(&app, who.as_ref(), method, &path, at(client)), expected, "{} {}", method, path);
    }

    #[test]
    fn s113_no_spelling_of_a_path_is_let_in_where_the_path_is_not(
        app in compiled(),
        who in someone(),
        path in segments(),
        way in 0..10_usize,
    ) {
        let codes: Vec<String> = path.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let escaped = codes.concat().replace("%2f", "/");
        let spelled = match way {
            0 => escaped,
            1 => escaped.replace('%', "%25"),
            2 => format!("/c/..{path}"),
            3 => format!("/c/%2e%2e{path}"),
            4 => format!("/c/..%2f{}", path.trim_start_matches('/')),
            5 => format!("/c/%252e%252e{path}"),
            6 => format!("/c/..;x=y{path}"),
            7 => path.replace('/', "//"),
            8 => format!("/c\\..{}", path.replace('/', "\\")),
            _ => format!("/c/..%5c{}", path.trim_start_matches('/').replace('/', "%5c")),
        };
        let honest = verdict(&app, who.as_ref(), "GET", &path, at("10.1.2.3"));
        prop_assert!(verdict(&app, who.as_ref(), "GET", &spelled, at("10.1.2.3")) >= honest, "{} as {}", path, spelled);
    }
}

#[test]
fn s113_what_changes_in_a_third_decoding_or_holds_nul_gets_the_strictest_verdict() {
    let rules = vec![
        rule(1, "/public", "", vec![Grant::plain(Who::Public)]),
        rule(2, "/public/secret", "", vec![Grant::plain(Who::Nobody)]),
    ];
    let app = CompiledApp::new(app(DefaultAccess::SignedIn), rules);
    let denial = |path: &str| verdict(&app, None, "GET", path, at("192.0.2.1"));
    assert_eq!(denial("/public/x"), None);
    assert_eq!(denial("/public/a%20b/100%25"), None);
    assert_eq!(denial("/"), Some(Denial::SignIn));
    for unclear in ["/public/%252561", "/public/%00", "/public/a%2500b", "/public/%25252e"] {
        assert_eq!(path::meaning(unclear), Meaning::Unclear, "{unclear}");
        assert_eq!(denial(unclear), Some(Denial::Forbidden), "{unclear}");
    }
    let endless = format!("/public/{}", "a;/..%2f".repeat(400));
    assert_eq!(denial(&endless), Some(Denial::Forbidden));
    for climbing in ["/public/..", "/public/x/..;/../y", "/public/%c0%ae%c0%ae/y", "/public\\..\\y", "/public/%2e./y"] {
        assert_eq!(denial(climbing), Some(Denial::SignIn), "{climbing}");
    }
    for hidden in
        ["/public/secret", "/public//secret", "/public/x/../secret", "/public/%73ecret/", "/public/secret;a/b"]
    {
        assert_eq!(denial(hidden), Some(Denial::Forbidden), "{hidden}");
    }
    assert_eq!(denial("/public/SECRET"), None, "letters keep their case");
    assert_eq!(denial("/public/secrets"), None, "a prefix ends with its segment");
}

#[test]
fn s113_what_decodes_only_dots_or_takes_a_segment_for_a_host_is_judged_as_well() {
    let rules = vec![rule(1, "/public", "", vec![Grant::plain(Who::Public)])];
    let wiki = CompiledApp::new(app(DefaultAccess::SignedIn), rules);
    let denial = |path: &str| verdict(&wiki, None, "GET", path, at("192.0.2.1"));
    for partly in ["/public/x%2fy/%2e%2e/%2e%2e/y", "/public/a%2fb/.%2e/../y", "/public/x%5cy/%2e%2e/%2e%2e/y"] {
        assert_eq!(denial(partly), Some(Denial::SignIn), "{partly}");
    }
    let open = CompiledApp::new(
        app(DefaultAccess::SignedIn),
        vec![
            rule(1, "/", "", vec![Grant::plain(Who::Public)]),
            rule(2, "/secret", "", vec![Grant::plain(Who::Nobody)]),
        ],
    );
    for behind in ["//x/secret", "///x/secret", "/\\x/secret", "//x%2fy/secret", "/%2fx/secret", "//x//secret"] {
        let denial = verdict(&open, None, "GET", behind, at("192.0.2.1"));
        assert_eq!(denial, Some(Denial::Forbidden), "{behind}");
    }
}

#[test]
fn a_rule_with_letters_that_programs_encode_applies_to_both_spellings() {
    let rules = vec![rule(1, "/caf\u{e9}/100%", "", vec![Grant::plain(Who::Public)])];
    let app = CompiledApp::new(app(DefaultAccess::SignedIn), rules);
    for path in ["/caf%C3%A9/100%25", "/caf%c3%a9/100%25/x"] {
        assert_eq!(verdict(&app, None, "GET", path, at("192.0.2.1")), None, "{path}");
    }
    assert_eq!(verdict(&app, None, "GET", "/caf%C3%A8/100%25", at("192.0.2.1")), Some(Denial::SignIn));
}

#[test]
fn a_preflight_is_let_in_only_where_the_app_says_so() {
    for preflight in [false, true] {
        let app = CompiledApp::new(App { preflight, ..app(DefaultAccess::Nobody) }, Vec::new());
        let circumstances = at("192.0.2.1");
        let request =
            AppRequest { open: true, app: &app, method: "OPTIONS", path: "/", is_preflight: true, circumstances };
        assert_eq!(decide(None, &request) == Decision::Allow, preflight);
        let unclaimed = AppRequest { open: false, ..request };
        assert_eq!(decide(None, &unclaimed), Decision::Deny(Denial::SetUp));
    }
}

#[test]
fn a_public_part_for_one_network_leads_others_to_sign_in() {
    let grant = Grant { networks: vec!["10.0.0.0/8".parse().unwrap()], ..Grant::plain(Who::Public) };
    let app = CompiledApp::new(app(DefaultAccess::Nobody), vec![rule(1, "/", "", vec![grant])]);
    let denial = |client: IpAddr| verdict(&app, None, "GET", "/", Circumstances { client, now: NOW });
    assert_eq!(denial("10.0.0.1".parse().unwrap()), None);
    assert_eq!(denial("192.0.2.1".parse().unwrap()), Some(Denial::SignIn));
}
