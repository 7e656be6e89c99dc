//! Links with a token: one builder and one lookup for every kind (S52 to S57).

use super::throttle::{self, Asking, Guess, Guessed};
use super::{AccountError, Accounts, Client};
use crate::crypto::opaque_token::{PlainToken, TokenHash};
use crate::domain::audit::Event;
use crate::domain::ids::UserId;
use crate::domain::link::{
    CONFIRMATION_SECS, EMAIL_CHANGE_SECS, FACTOR_SETUP_SECS, HAND_OVER_SECS, HANDED_OVER_SECS, INVITATION_SECS,
    Purpose, SIGN_IN_SECS,
};
use crate::domain::mail::MailKind;
use crate::domain::time::Timestamp;
use crate::domain::user::{User, UserState};
use crate::storage::{Connection, StorageError, audit, devices, mails, tokens, users};

/// A link as handed out; printed as `[hidden]`.
pub struct Link {
    token: PlainToken,
    /// What is stored of it.
    pub(super) hash: TokenHash,
    purpose: Purpose,
}

/// What a valid link allows, and to whom.
pub struct OpenLink {
    /// The account.
    pub user: User,
    /// The link's payload, for instance a new address.
    pub payload: String,
}

impl Link {
    /// The URL to open, built from `APP_URL` alone (S56).
    pub fn address(&self, accounts: &Accounts) -> String {
        accounts.0.config.server.app_url.join(&format!("{}?token={}", self.purpose.path(), self.token.expose()))
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[hidden]")
    }
}

impl Accounts {
    /// Seconds for which a link of that kind is valid.
    pub fn link_secs(&self, purpose: Purpose) -> i64 {
        match purpose {
            Purpose::Reset => self.0.config.passwords.reset_secs,
            Purpose::Invitation => INVITATION_SECS,
            Purpose::EmailChange => EMAIL_CHANGE_SECS,
            Purpose::Confirmation => CONFIRMATION_SECS,
            Purpose::SignIn => SIGN_IN_SECS,
            Purpose::FactorSetup => FACTOR_SETUP_SECS,
            Purpose::HandOver => HAND_OVER_SECS,
            Purpose::HandedOver => HANDED_OVER_SECS,
        }
    }

    /// A new link, not stored yet.
    pub(super) fn new_link(&self, purpose: Purpose) -> Link {
        let token = PlainToken::random();
        let hash = self.0.token_hasher.hash(purpose.as_str(), token.expose());
        Link { token, hash, purpose }
    }

    /// When a link for `user` expires that is created now.
    pub fn link_lasts_until(&self, user: &User) -> Timestamp {
        self.link_end(if user.state == UserState::Invited { Purpose::Invitation } else { Purpose::Reset })
    }

    /// When a link of that kind created now expires.
    pub(super) fn link_end(&self, purpose: Purpose) -> Timestamp {
        self.0.clock.now().plus(self.link_secs(purpose))
    }

    /// The hash under which a presented token would be stored.
    pub(super) fn hash_of(&self, purpose: Purpose, token: &str) -> TokenHash {
        self.0.token_hasher.hash(purpose.as_str(), token)
    }

    /// Looks up a link without using it up (S57); an invalid one counts as a failure of its source (S31), but not as a
    /// failed sign-in.
    pub async fn open_link(&self, purpose: Purpose, token: &str, client: &Client) -> Result<OpenLink, AccountError> {
        let (hash, now) = (self.hash_of(purpose, token), self.0.clock.now());
        let open = self.0.database.read(move |c| {
            let Some(grant) = tokens::find(c, &hash, purpose, now)? else { return Ok(None) };
            Ok(users::find_by_id(c, &grant.user)?.map(|record| OpenLink { user: record.user, payload: grant.payload }))
        });
        match open.await?.filter(|open| fits(purpose, open.user.state)) {
            // Whatever the same source opened before: nobody guesses 256 bits, and invalid links of others must not
            // block a valid one.
            Some(open) => Ok(open),
            None => Err(self.count_bad_link(client).await?),
        }
    }

    /// Counts an invalid link of a source, and returns the error to answer with.
    pub(super) async fn count_bad_link(&self, client: &Client) -> Result<AccountError, AccountError> {
        let (now, source) = (self.0.clock.now(), Asking::links_of_source(&self.0.token_hasher, client));
        let refused = self.audit_line(Event::LoginThrottled, "", "", &client.source.to_string());
        let judged = self.0.database.write(move |c| {
            let guess = Guess { source, pair: None, fits: false };
            let judged = throttle::guess(c, &guess, now)?;
            if matches!(judged, Guessed::TooOften(_)) && throttle::is_first_refusal(c, &guess.source, now)? {
                audit::append(c, &refused)?;
            }
            Ok(judged)
        });
        Ok(match judged.await? {
            Guessed::TooOften(retry_after) => AccountError::TooMany { retry_after },
            Guessed::Right | Guessed::Wrong | Guessed::PairClosed => AccountError::Link,
        })
    }
}

/// Voids every link of a user, and the queued mails that would contain new ones: links requested by somebody who knew
/// the old password, or had the old address, must not outlive the change (S15, S58, S59). Nor does the trust in a
/// browser (S129).
pub(super) fn void_all_links(c: &mut Connection, user: &UserId) -> Result<(), StorageError> {
    tokens::void_all(c, user)?;
    devices::end_trust(c, user)?;
    [MailKind::Reset, MailKind::Invitation, MailKind::ConfirmEmail]
        .into_iter()
        .try_for_each(|kind| mails::cancel(c, user, kind))
}

/// Voids what a session or a sign-in that is being ended has begun: a change of address, a sign-in that waits for its
/// second factor, and a factor that is being set up.
pub(super) fn void_begun(c: &mut Connection, user: &UserId) -> Result<(), StorageError> {
    for purpose in [Purpose::EmailChange, Purpose::SignIn, Purpose::FactorSetup] {
        tokens::void_others(c, user, purpose, None)?;
    }
    mails::cancel(c, user, MailKind::ConfirmEmail)
}

/// Disabled people cannot use links, and an invitation is over once it was accepted.
fn fits(purpose: Purpose, state: UserState) -> bool {
    state == if purpose == Purpose::Invitation { UserState::Invited } else { UserState::Active }
}
