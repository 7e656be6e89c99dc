//! Rules of apps: a path, methods, and who is let in (S113).

use std::net::IpAddr;

use ipnet::IpNet;

use super::access::{Denial, Visitor};
use super::groups::GroupName;
use super::ids::{RuleId, UserId};
use super::networks::is_in;
pub use super::rule_scope::{RuleMethods, RulePath, UNKNOWN_METHOD};
use super::session::Proof;
use super::time::Timestamp;
use super::words::words;

words! {
    /// The kinds of people that a grant can name.
    pub enum WhoKind {
        /// Anybody, signed in or not.
        Public = "public",
        /// Everybody who is signed in.
        SignedIn = "signed-in",
        /// Members of groups, and named people.
        Members = "members",
        /// Nobody.
        Nobody = "nobody",
    }
}

/// Whom a grant lets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anybody, signed in or not.
    Public,
    /// Everybody who is signed in.
    SignedIn,
    /// Members of one of the groups, and these people; nobody if both are empty.
    Members {
        /// The groups.
        groups: Vec<GroupName>,
        /// The accounts.
        people: Vec<UserId>,
    },
    /// Nobody.
    Nobody,
}

impl Who {
    /// Its kind.
    pub const fn kind(&self) -> WhoKind {
        match self {
            Self::Public => WhoKind::Public,
            Self::SignedIn => WhoKind::SignedIn,
            Self::Members { .. } => WhoKind::Members,
            Self::Nobody => WhoKind::Nobody,
        }
    }

    fn is_nobody(&self) -> bool {
        match self {
            Self::Public | Self::SignedIn => false,
            Self::Members { groups, people } => groups.is_empty() && people.is_empty(),
            Self::Nobody => true,
        }
    }
}

/// Who is let in, and on which conditions; all of them have to be met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its identifier, empty for what applies where there is no rule.
    pub id: String,
    /// Whom it lets in.
    pub who: Who,
    /// The networks that the client must be in; empty for any.
    pub networks: Vec<IpNet>,
    /// Whether the session must have been proved with a second factor; within that time, if there is one.
    pub factor: bool,
    /// Maximum age of the last proof of identity, in minutes.
    pub within: Option<i64>,
    /// The moment until which it lets anybody in.
    pub until: Option<Timestamp>,
}

/// What conditions are compared with.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// The client's address.
    pub client: IpAddr,
    /// The time.
    pub now: Timestamp,
}

impl Grant {
    /// A grant without conditions.
    pub const fn plain(who: Who) -> Self {
        Self { id: String::new(), who, networks: Vec::new(), factor: false, within: None, until: None }
    }

    /// `None` if it lets `visitor` in, else what is missing.
    fn denial(&self, visitor: Option<&Visitor>, at: Circumstances) -> Option<Denial> {
        if self.who.is_nobody() {
            return Some(Denial::Forbidden);
        }
        let in_time = self.until.is_none_or(|until| at.now < until);
        let in_network = self.networks.is_empty() || is_in(at.client, &self.networks);
        if matches!(self.who, Who::Public) && in_time && in_network {
            return None;
        }
        let Some(visitor) = visitor else { return Some(Denial::SignIn) };
        let is_meant = match &self.who {
            Who::Public | Who::SignedIn => true,
            Who::Members { groups, people } => visitor.person().is_some_and(|person| {
                people.contains(&person.id) || groups.iter().any(|group| person.groups.contains(group))
            }),
            Who::Nobody => false,
        };
        let is_fresh = |proof: Proof| self.within.is_none_or(|minutes| proof.is_within(minutes, at.now));
        if !(is_meant && in_time && in_network) {
            Some(Denial::Forbidden)
        } else if self.factor && !visitor.proof().of_factor().is_some_and(is_fresh) {
            Some(Denial::Factor)
        } else if !is_fresh(visitor.proof()) {
            Some(Denial::Prove)
        } else {
            None
        }
    }
}

/// One rule of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its identifier; `None` for what applies where an app has no rule.
    pub id: Option<RuleId>,
    /// The prefix of the paths it applies to.
    pub path: RulePath,
    /// The methods it applies to.
    pub methods: RuleMethods,
    /// Whom it lets in: whom any of them lets in. Without any, nobody.
    pub grants: Vec<Grant>,
}

impl Rule {
    /// `None` if it lets `visitor` in, else the least that is missing.
    pub fn denial(&self, visitor: Option<&Visitor>, at: Circumstances) -> Option<Denial> {
        self.grants.iter().map(|grant| grant.denial(visitor, at)).min().unwrap_or(Some(Denial::Forbidden))
    }

    /// Whether one of the grants names that group.
    pub fn names_group(&self, group: &GroupName) -> bool {
        self.grants.iter().any(|grant| matches!(&grant.who, Who::Members { groups, .. } if groups.contains(group)))
    }
}
