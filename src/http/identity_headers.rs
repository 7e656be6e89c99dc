//! The headers that tell an app who is there (S70).

use std::borrow::Cow;

use actix_web::http::header::HeaderValue;

use crate::domain::access::{Person, Visitor, header_text};
use crate::domain::header_profile::Part;
use crate::domain::user::Username;

/// The identity headers for the app, ready to send; empty if there is nothing to send (S70).
#[derive(Clone, Debug)]
pub struct IdentityHeaders {
    /// `Remote-User`.
    pub user: HeaderValue,
    /// `Remote-Email`.
    pub email: HeaderValue,
    /// `Remote-Name`.
    pub name: HeaderValue,
    /// `Remote-Groups`.
    pub groups: HeaderValue,
    /// `Remote-Id`: the account, even if its address changes.
    pub id: HeaderValue,
}

impl IdentityHeaders {
    /// Those of a visitor.
    pub fn of(who: &Visitor) -> Self {
        let of_account = |text: fn(&Person) -> &str| value(who.person().map_or("", text));
        Self {
            user: value(who.name()),
            email: of_account(|person| &person.email),
            name: of_account(|person| &person.name),
            groups: value(&who.person().map_or_else(String::new, |person| role_and_groups(person, ","))),
            id: of_account(|person| person.id.as_str()),
        }
    }

    /// The header that says that; `who` is the visitor of these headers. What few apps get is made when it is asked
    /// for.
    pub fn part(&self, part: Part, who: Option<&Visitor>) -> Cow<'_, HeaderValue> {
        let person = who.and_then(Visitor::person);
        match part {
            Part::User => Cow::Borrowed(&self.user),
            Part::Email => Cow::Borrowed(&self.email),
            Part::Name => Cow::Borrowed(&self.name),
            Part::Groups => Cow::Borrowed(&self.groups),
            Part::Id => Cow::Borrowed(&self.id),
            Part::Username => {
                Cow::Owned(value(person.and_then(|person| person.username.as_ref()).map_or("", Username::as_str)))
            }
            Part::Role => Cow::Owned(value(person.map_or("", |person| person.role.as_str()))),
            Part::PipedGroups => {
                Cow::Owned(value(&person.map_or_else(String::new, |person| role_and_groups(person, "|"))))
            }
        }
    }

    /// Empty ones, of a visitor who is not signed in.
    pub fn nobody() -> Self {
        let empty = || HeaderValue::from_static("");
        Self { user: empty(), email: empty(), name: empty(), groups: empty(), id: empty() }
    }
}

fn role_and_groups(person: &Person, separator: &str) -> String {
    person.role_and_groups().collect::<Vec<_>>().join(separator)
}

/// ASCII unchanged, everything else (and `%`) as percent-encoded UTF-8: no value can break a header (S71).
fn value(text: &str) -> HeaderValue {
    let encoded = header_text(text);
    HeaderValue::from_str(&encoded).unwrap_or_else(|_fault| HeaderValue::from_static(""))
}
