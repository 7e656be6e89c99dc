//! Opens a session, after every required proof (docs/adr/0002).

use super::{AccountError, Accounts, Client, TokenPair};
use crate::crypto::opaque_token::PlainToken;
use crate::crypto::random;
use crate::domain::device::{self, Device};
use crate::domain::ids::{SessionId, UserId};
use crate::domain::session::{BROWSER_SESSION_SECS, Method, Methods, Session};
use crate::domain::sign_in::{CompleteProofs, MissingProof};

/// A session that was just opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its ID.
    pub session: SessionId,
    /// Whether the browser keeps it after it is closed.
    pub persistent: bool,
    /// The other carriers; absent in the deprecated mode.
    pub account: Option<AccountCarriers>,
}

/// What a right credential led to.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// A session.
    Open(NewSession),
    /// Nothing yet: a second factor is missing (S122).
    Waiting(WaitingSignIn),
}

/// A sign-in that waits for its second factor.
#[derive(Clone, Debug)]
pub struct WaitingSignIn {
    /// What the browser that began it goes on with.
    pub token: PlainToken,
    /// What is missing.
    pub missing: MissingProof,
}

/// The carriers of an account's session besides the session cookie.
#[derive(Clone, Debug)]
pub struct AccountCarriers {
    /// The user.
    pub user: UserId,
    /// Both JWTs.
    pub tokens: TokenPair,
    /// The device cookie; only the portal has one.
    pub device_cookie: Option<String>,
}

/// A session of an account that is about to be stored, and the device on which it is opened.
pub(super) struct Opening {
    pub(super) session: Session,
    pub(super) device: Device,
    user: UserId,
}

impl Accounts {
    /// A session of the person whose proofs these are, on the browser that `client` is; on a device that is `known`, or
    /// on a new one. Not stored yet.
    pub(super) fn prepare_session(
        &self,
        proofs: CompleteProofs,
        persistent: bool,
        known: Option<String>,
        client: &Client,
    ) -> Result<Opening, AccountError> {
        let now = self.0.clock.now();
        let (user, methods) = proofs.into_parts();
        let session = self.new_session(Some(user.clone()), methods, persistent, client)?;
        let device = Device {
            id: known.unwrap_or_else(random::id),
            name: device::shortened(&client.user_agent),
            source: client.source.to_string(),
            first_seen_at: now,
            last_seen_at: now,
            trusted_until: None,
        };
        Ok(Opening { session, device, user })
    }

    /// The carriers of a stored session.
    pub(super) fn carriers_of(&self, opening: &Opening) -> Result<NewSession, AccountError> {
        let Opening { session, device, user } = opening;
        let account = AccountCarriers {
            user: user.clone(),
            tokens: self.tokens_of(session, user)?,
            device_cookie: Some(self.0.devices.issue(&device.id, user)),
        };
        Ok(NewSession { session: session.id.clone(), persistent: session.persistent, account: Some(account) })
    }

    /// A session of the deprecated mode. Not stored yet.
    pub(super) fn prepare_pair_session(&self, persistent: bool, client: &Client) -> Result<Session, AccountError> {
        self.new_session(None, Method::Pair.into(), persistent, client)
    }

    /// A session row that begins now.
    fn new_session(
        &self,
        user: Option<UserId>,
        methods: Methods,
        persistent: bool,
        client: &Client,
    ) -> Result<Session, AccountError> {
        let now = self.0.clock.now();
        let lifetime = self.0.config.sessions.refresh_secs;
        let id = SessionId::parse(&random::id()).ok_or_else(|| AccountError::Internal("random id".to_owned()))?;
        let expires_at = now.plus(if persistent { lifetime } else { lifetime.min(BROWSER_SESSION_SECS) });
        Ok(Session {
            persistent,
            source: client.source.to_string(),
            device: device::shortened(&client.user_agent),
            ..Session::new(id, user, methods, now, expires_at)
        })
    }
}
