//! The app that is asked, and what the gate should do there.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::codes::Code;
use super::report::Finding;
use crate::accounts::explain::split;
use crate::accounts::{AccountError, Accounts, Phase};
use crate::crypto::random;
use crate::domain::access::{Denial, Visitor};
use crate::domain::app_table::Place;
use crate::domain::apps::App;
use crate::domain::origin::Origin;
use crate::domain::path;
use crate::domain::rules::{Circumstances, Who};
use crate::domain::time::Timestamp;

/// What somebody who is not signed in should get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// The app, or somebody may: a rule makes the path public, perhaps on conditions.
    Open,
    /// Sign-in.
    SignIn,
    /// A refusal.
    Refusal,
}

/// The app at an address.
pub struct Target {
    place: Arc<Place>,
    /// Where people sign in.
    portal: String,
    /// The path of the address that is asked, without a slash at its end.
    below: String,
    /// In every path that is asked, so that no app has it, and what arrives is known again.
    pub(super) mark: String,
    now: Timestamp,
}

impl Target {
    /// The app at `url`, whose path says which part of it is asked.
    pub async fn find(accounts: &Accounts, url: &str) -> Result<Result<Self, Finding>, AccountError> {
        let unknown = || Ok(Err(Finding::new(Code::UnknownAddress, url)));
        if accounts.phase() != Phase::Claimed {
            return Ok(Err(Finding::new(Code::Unclaimed, url)));
        }
        let app_url = accounts.app_url();
        let Some((origin, path)) = split(url, app_url).filter(|_| url.starts_with(&format!("{}:", app_url.scheme())))
        else {
            return unknown();
        };
        let loaded = accounts.apps().await?;
        let Some(place) = loaded.table.find_forwarded(&origin) else { return unknown() };
        if !path::is_well_formed(&path) || path::may_be_reserved(&path) {
            return unknown();
        }
        let mark = format!("portcullis-probe-{}", random::id());
        let below = path.trim_end_matches('/').to_owned();
        let portal = app_url.origin().to_owned();
        Ok(Ok(Self { place, portal, below, mark, now: accounts.clock().now() }))
    }

    /// The app.
    pub fn app(&self) -> &App {
        self.place.app().app()
    }

    /// Its address.
    pub fn origin(&self) -> &Origin {
        self.place.origin()
    }

    /// The path below which what is asked with a token is asked: no app has it.
    pub fn path(&self) -> String {
        format!("{}/{}", self.below, self.mark)
    }

    /// What somebody who is not signed in should get for GET of a path.
    pub(super) fn expected(&self, path: &str) -> Expected {
        let (mut is_open, mut strictest) = (true, None);
        self.place.app().each_rule("GET", path, |_, rule| {
            is_open &= rule.grants.iter().any(|grant| matches!(grant.who, Who::Public));
            strictest = strictest.max(rule.denial(None, self.circumstances()));
        });
        match strictest {
            _ if is_open => Expected::Open,
            Some(Denial::Forbidden) => Expected::Refusal,
            _ => Expected::SignIn,
        }
    }

    /// Whether a visitor with a token may enter the path that is asked.
    pub fn lets_in(&self, visitor: &Visitor) -> bool {
        let mut strictest = None;
        self.place.app().each_rule("GET", &self.path(), |_, rule| {
            strictest = strictest.max(rule.denial(Some(visitor), self.circumstances()));
        });
        strictest.is_none()
    }

    /// Where the app has pages, as far as that is known: the address that is asked, and the paths of its rules. `{}` is
    /// for a mark.
    pub(super) fn places(&self) -> Vec<String> {
        let paths = self.place.app().rules().iter().map(|rule| rule.path.as_str().trim_end_matches('/'));
        paths.chain([self.below.as_str()]).map(|path| format!("{path}/{{}}")).collect()
    }

    /// Whether `location` leads to sign-in.
    pub(super) fn is_sign_in(&self, location: &str) -> bool {
        let own = self.origin().to_string();
        let begins = |origin: &str, path: &str| {
            let after = location.strip_prefix(origin).unwrap_or(location);
            after.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('?'))
        };
        match self.place.app_origin() {
            None => begins(&self.portal, "/_auth/login") || begins(&self.portal, "/_auth/confirm"),
            Some(_) => begins(&own, "/_auth/begin"),
        }
    }

    fn circumstances(&self) -> Circumstances {
        Circumstances { client: IpAddr::V4(Ipv4Addr::LOCALHOST), now: self.now }
    }
}
