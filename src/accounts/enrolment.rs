//! Setting up a second factor: in a session, or in a sign-in that waits for one.

use super::ceremonies::Challenge;
use super::confirm::named;
use super::outgoing::Detail;
use super::second_factors::{changing_session, sealed_as};
use super::{AccountError, Accounts, Client, FieldFault, revocation};
use crate::crypto::opaque_token::TokenHash;
use crate::crypto::random;
use crate::crypto::totp::TotpSecret;
use crate::domain::access::Visitor;
use crate::domain::audit::Event;
use crate::domain::factors::{Factor, FactorKind, MAX_FACTORS, TypedCode};
use crate::domain::ids::{FactorId, SessionId, UserId};
use crate::domain::link::{FACTOR_SETUP_SECS, Purpose};
use crate::domain::mail::{MailKind, QueuedMail};
use crate::domain::notice::Notice;
use crate::domain::passkey::Passkey;
use crate::domain::session::Method;
use crate::domain::text::Text;
use crate::domain::user::{DisplayName, User};
use crate::storage::session_store::Kept;
use crate::storage::tokens::TokenGrant;
use crate::storage::{Connection, StorageError, audit, devices, factors, passkeys, tokens, totp_secrets, users};

/// What a secret that is being set up is sealed as.
const SETUP: &str = "factor setup";

/// A factor that is being set up.
#[derive(Clone, Debug)]
pub struct TotpSetup {
    /// The key as people type it.
    pub key: String,
    /// The address that apps read from a QR code.
    pub address: String,
    hash: TokenHash,
    secret: TotpSecret,
}

/// Stores a factor, and says whether the recovery codes were stored with it: with the first one.
type AddFactor = Box<dyn FnOnce(&mut Connection) -> Result<Result<bool, FieldFault>, StorageError> + Send>;

/// A factor that was proved, and is not stored yet.
pub(super) struct FactorToAdd {
    /// Stores it.
    pub(super) add: AddFactor,
    /// Tells its owner.
    pub(super) mail: QueuedMail,
    /// The recovery codes that come with it.
    pub(super) codes: Vec<String>,
}

/// Where a factor is set up.
#[derive(Clone)]
pub(super) enum Within {
    /// In a session.
    Session,
    /// In the waiting sign-in with that token, which is for who has no factor.
    SignIn(TokenHash),
}

impl Accounts {
    /// The factor that the signed-in person is setting up; the same until it is used or half an hour is over.
    pub async fn begin_totp(&self, who: &Visitor) -> Result<TotpSetup, AccountError> {
        let (user, session) = named(who)?;
        let user = self.user(&user).await?;
        self.totp_setup_of(&user, session.as_str()).await
    }

    /// The factor that `user` is setting up in the session, or the waiting sign-in, that `place` names.
    pub(super) async fn totp_setup_of(&self, user: &User, place: &str) -> Result<TotpSetup, AccountError> {
        let (hash, now) = (self.hash_of(Purpose::FactorSetup, place), self.0.clock.now());
        let secret = TotpSecret::random();
        let payload = self.0.sealer.seal(SETUP, secret.expose());
        let (wanted, grant) = (hash.clone(), TokenGrant { user: user.id.clone(), payload });
        let kept = self.0.database.write(move |c| {
            users::hold(c, &grant.user)?;
            if let Some(kept) = tokens::find(c, &wanted, Purpose::FactorSetup, now)? {
                return Ok(kept);
            }
            tokens::remove(c, &wanted)?;
            tokens::insert(c, &wanted, Purpose::FactorSetup, &grant, now.plus(FACTOR_SETUP_SECS))?;
            Ok(grant)
        });
        self.opened(user, &kept.await?, hash)
    }

    /// The factor that is being set up there, if anybody was shown one that is still good; [`AccountError::Link`] if
    /// not.
    pub(super) async fn shown_totp_setup(&self, user: &User, place: &str) -> Result<TotpSetup, AccountError> {
        let (hash, now) = (self.hash_of(Purpose::FactorSetup, place), self.0.clock.now());
        let wanted = hash.clone();
        let kept = self.0.database.read(move |c| tokens::find(c, &wanted, Purpose::FactorSetup, now)).await?;
        self.opened(user, &kept.ok_or(AccountError::Link)?, hash)
    }

    fn opened(&self, user: &User, kept: &TokenGrant, hash: TokenHash) -> Result<TotpSetup, AccountError> {
        let secret = self.0.sealer.open(SETUP, &kept.payload).and_then(|bytes| TotpSecret::of_bytes(&bytes));
        let secret = secret.filter(|_| kept.user == user.id).ok_or(AccountError::Link)?;
        let issuer = &self.0.config.site.name;
        let address = secret.address(issuer, user.email.as_str());
        let address = address.ok_or_else(|| AccountError::Internal("a factor has no address".to_owned()))?;
        Ok(TotpSetup { key: secret.to_text(), address, hash, secret })
    }

    /// What stores the app for codes that was set up, if `code` is one of it.
    pub(super) fn new_totp(
        &self,
        user: &User,
        setup: TotpSetup,
        (code, name): (&str, &str),
        within: Within,
        client: &Client,
    ) -> Result<FactorToAdd, AccountError> {
        let factor = self.new_factor(FactorKind::Totp, name)?;
        let step = match TypedCode::read(code) {
            TypedCode::Totp(code) => setup.secret.step_of(&code, factor.created_at),
            TypedCode::Recovery(_) => None,
        };
        // No guess: who sets a factor up was shown its key.
        let wrong = || AccountError::Rules(vec![FieldFault::new("code", Text::new("totp-wrong-code"))]);
        let step = step.ok_or_else(wrong)?;
        let sealed = self.0.sealer.seal(&sealed_as(&factor.id), setup.secret.expose());
        Ok(self.factor_to_add(user, factor, NewSecret::Totp { setup: setup.hash, sealed, step }, within, client))
    }

    /// A factor of that kind that is added now.
    pub(super) fn new_factor(&self, kind: FactorKind, name: &str) -> Result<Factor, AccountError> {
        let name = DisplayName::parse(name)
            .map_err(|fault| AccountError::Rules(vec![FieldFault::new("name", fault.text())]))?;
        let id = FactorId::parse(&random::id()).ok_or_else(|| AccountError::Internal("random id".to_owned()))?;
        Ok(Factor { id, kind, name, created_at: self.0.clock.now(), last_used_at: None })
    }

    /// What stores a factor that was proved.
    pub(super) fn factor_to_add(
        &self,
        user: &User,
        factor: Factor,
        secret: NewSecret,
        within: Within,
        client: &Client,
    ) -> FactorToAdd {
        let (codes, hashes) = self.new_recovery_codes(&user.id);
        let mut line = self.own_line(Event::FactorAdded, user, client);
        factor.kind.as_str().clone_into(&mut line.detail);
        let mail = self.drafts().to_user(MailKind::FactorAdded, user, &Detail::of(client, factor.created_at));
        let user = user.id.clone();
        let add: AddFactor = Box::new(move |c| {
            users::hold(c, &user)?;
            let there = factors::count_of_user(c, &user)?;
            if matches!(within, Within::SignIn(_)) && there > 0 {
                return Ok(Err(setup_over()));
            }
            if there >= MAX_FACTORS {
                let text = Text::new("factor-too-many").with("max", MAX_FACTORS);
                return Ok(Err(FieldFault::new("", text)));
            }
            if let Err(fault) = secret.store(c, &user, &factor)? {
                return Ok(Err(fault));
            }
            devices::end_trust(c, &user)?;
            if there == 0 {
                factors::replace_recovery_codes(c, &user, &hashes)?;
                // Who knows the password may have begun to set up one, too.
                let own = if let Within::SignIn(token) = &within { Some(token) } else { None };
                tokens::void_others(c, &user, Purpose::SignIn, own)?;
                tokens::void_others(c, &user, Purpose::FactorSetup, None)?;
            }
            audit::append(c, &line)?;
            Ok(Ok(there == 0))
        });
        FactorToAdd { add, mail, codes }
    }

    /// Adds the app for codes that the signed-in person has set up, which proves it in this session. With the first
    /// factor come recovery codes.
    pub async fn add_totp(
        &self,
        who: &Visitor,
        code: &str,
        name: &str,
        client: Client,
    ) -> Result<Option<Vec<String>>, AccountError> {
        let (id, session) = named(who)?;
        let user = self.user(&id).await?;
        let setup = self.shown_totp_setup(&user, session.as_str()).await?;
        let enrolled = self.new_totp(&user, setup, (code, name), Within::Session, &client)?;
        self.store_in_session(id, session, enrolled, Method::Totp).await
    }

    /// Stores a factor that was proved by `method` in that session of `id`.
    pub(super) async fn store_in_session(
        &self,
        id: UserId,
        session: SessionId,
        enrolled: FactorToAdd,
        method: Method,
    ) -> Result<Option<Vec<String>>, AccountError> {
        let FactorToAdd { add, mail, codes } = enrolled;
        let (this, mails) = (self.clone(), self.drafts());
        self.run_uninterrupted(async move {
            let (store, now, marked) = (this.0.store.clone(), this.0.clock.now(), session.clone());
            let added = this.0.database.write(move |c| {
                let live = match changing_session(c, &store, (&id, &marked), now)? {
                    Ok(live) => live,
                    Err(fault) => return Ok(Err(fault)),
                };
                let is_first = match add(c)? {
                    Ok(is_first) => is_first,
                    Err(fault) => return Ok(Err(AccountError::Rules(vec![fault]))),
                };
                // Not the time: a factor is no answer to "is it you?" (S130).
                let methods = live.methods.with_added(method, live.authenticated_at);
                store.mark_proved(c, &marked, &methods, live.authenticated_at)?;
                // The other sessions did not prove it.
                let kept = is_first.then(|| Kept { session: &marked, step: random::step() });
                let others = kept.map(|kept| store.end_all_of_user(c, &id, Some(&kept))).transpose()?;
                mails.queue(c, &mail)?;
                let mut notices = vec![Notice::SessionChanged(marked)];
                notices.extend(others.iter().flatten().cloned().map(Notice::SessionEnded));
                Ok(Ok((is_first, revocation::publish(c, others.unwrap_or_default(), notices, now)?)))
            });
            let (is_first, ended) = added.await??;
            this.ended(ended).await;
            this.0.cache.forget(&session);
            this.wake_mailer();
            Ok(Some(codes).filter(|_| is_first))
        })
        .await
    }
}

/// What is only of one kind of a new factor.
pub(super) enum NewSecret {
    /// Of an app for codes: what it was set up as, the sealed secret, and the step by which it was proved.
    Totp {
        /// The row of the set-up.
        setup: TokenHash,
        /// The sealed secret.
        sealed: String,
        /// The step of the code.
        step: i64,
    },
    /// A passkey, and the challenge that it answered.
    Passkey(Passkey, Challenge),
}

impl NewSecret {
    /// Stores it with its factor, once.
    fn store(self, c: &mut Connection, user: &UserId, factor: &Factor) -> Result<Result<(), FieldFault>, StorageError> {
        match self {
            Self::Totp { setup, sealed, step } => {
                if tokens::take(c, &setup, Purpose::FactorSetup, factor.created_at)?.is_none() {
                    return Ok(Err(setup_over()));
                }
                factors::insert(c, user, factor)?;
                totp_secrets::insert(c, &factor.id, &sealed, step)?;
            }
            Self::Passkey(passkey, challenge) => {
                if !challenge.take(c)? {
                    return Ok(Err(FieldFault::new("", Text::new("passkey-sent-twice"))));
                }
                if passkeys::exists(c, &passkey.id)? {
                    return Ok(Err(FieldFault::new("", Text::new("passkey-known"))));
                }
                factors::insert(c, user, factor)?;
                passkeys::insert(c, &factor.id, &passkey)?;
            }
        }
        Ok(Ok(()))
    }
}

fn setup_over() -> FieldFault {
    FieldFault::new("code", Text::new("factor-setup-over"))
}
