//! Second factors of a person: setting up, proving, renaming, removing, resetting, and recovery codes (S123 to S128).

use super::outgoing::Detail;
use super::{AccountError, Accounts, Actor, Client, FieldFault, links, revocation};
use crate::crypto::opaque_token::TokenHash;
use crate::crypto::random;
use crate::crypto::totp::TotpSecret;
use crate::domain::access::Visitor;
use crate::domain::audit::Event;
use crate::domain::factors::{Factor, FactorKind, MAX_FACTORS, RECOVERY_CODES, SecondFactor, TypedCode, recovery_code};
use crate::domain::ids::{FactorId, SessionId, UserId};
use crate::domain::link::{FACTOR_SETUP_SECS, Purpose};
use crate::domain::mail::{MailKind, QueuedMail};
use crate::domain::notice::Notice;
use crate::domain::session::Method;
use crate::domain::text::Text;
use crate::domain::user::{DisplayName, User};
use crate::storage::factors::FactorRecord;
use crate::storage::tokens::TokenGrant;
use crate::storage::{Connection, StorageError, audit, devices, factors, tokens, users};

/// What a secret that is being set up is sealed as.
const SETUP: &str = "factor setup";

/// What a person has besides the password.
#[derive(Clone, Debug)]
pub struct OwnFactors {
    /// The factors, oldest first.
    pub factors: Vec<Factor>,
    /// How many recovery codes are left.
    pub recovery_codes: usize,
}

/// A factor that is being set up.
#[derive(Clone, Debug)]
pub struct Setup {
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
pub(super) struct Enrolled {
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

/// What is wrong with a code.
pub(super) fn wrong_code() -> FieldFault {
    FieldFault::new("code", Text::new("factor-wrong-code"))
}

impl Accounts {
    /// Who has to have a second factor.
    pub fn second_factor(&self) -> SecondFactor {
        self.0.config.second_factor
    }

    /// Whether that person has a second factor.
    pub async fn has_factor(&self, user: &UserId) -> Result<bool, AccountError> {
        let user = user.clone();
        Ok(self.0.database.read(move |c| factors::has_any(c, &user)).await?)
    }

    /// What that person has besides the password.
    pub async fn factors_of(&self, user: &UserId) -> Result<OwnFactors, AccountError> {
        let user = user.clone();
        let own = self.0.database.read(move |c| {
            let records = factors::list_of_user(c, &user)?;
            let factors = records.into_iter().map(|record| record.factor).collect();
            Ok(OwnFactors { factors, recovery_codes: factors::count_recovery_codes(c, &user)? })
        });
        Ok(own.await?)
    }

    /// The factor that the signed-in person is setting up; the same until it is used or half an hour is over.
    pub async fn begin_factor(&self, who: &Visitor) -> Result<Setup, AccountError> {
        let (user, session) = own(who)?;
        let user = self.user(&user).await?;
        self.setup_of(&user, session.as_str()).await
    }

    /// The factor that `user` is setting up in the session, or the waiting sign-in, that `place` names.
    pub(super) async fn setup_of(&self, user: &User, place: &str) -> Result<Setup, AccountError> {
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
        let kept = kept.await?;
        let secret = self.0.sealer.open(SETUP, &kept.payload).and_then(|bytes| TotpSecret::of_bytes(&bytes));
        let secret = secret.filter(|_| kept.user == user.id).ok_or(AccountError::Link)?;
        let issuer = &self.0.config.site.name;
        let address = secret.address(issuer, user.email.as_str());
        let address = address.ok_or_else(|| AccountError::Internal("a factor has no address".to_owned()))?;
        Ok(Setup { key: secret.to_text(), address, hash, secret })
    }

    /// What stores the factor that was set up, if `code` is one of it.
    pub(super) fn enrolment(
        &self,
        user: &User,
        setup: Setup,
        (code, name): (&str, &str),
        within: Within,
        client: &Client,
    ) -> Result<Enrolled, AccountError> {
        let now = self.0.clock.now();
        let name = DisplayName::parse(name)
            .map_err(|fault| AccountError::Rules(vec![FieldFault::new("name", fault.text())]))?;
        let step = match TypedCode::read(code) {
            TypedCode::Totp(code) => setup.secret.step_of(&code, now),
            TypedCode::Recovery(_) => None,
        };
        let id = FactorId::parse(&random::id()).ok_or_else(|| AccountError::Internal("random id".to_owned()))?;
        let secret = self.0.sealer.seal(&sealed_as(&id), setup.secret.expose());
        let factor = Factor { id, kind: FactorKind::Totp, name, created_at: now, last_used_at: None };
        let record = FactorRecord { factor, secret };
        let (codes, hashes) = self.new_recovery_codes(&user.id);
        let mut line = self.own_line(Event::FactorAdded, user, client);
        record.factor.kind.as_str().clone_into(&mut line.detail);
        let mail = self.drafts().to_user(MailKind::FactorAdded, user, &Detail::of(client, now));
        let user = user.clone();
        let add: AddFactor = Box::new(move |c| {
            // A wrong code is judged here, so that it is counted where the answer to a sign-in is.
            let Some(step) = step else { return Ok(Err(wrong_code())) };
            users::hold(c, &user.id)?;
            let there = factors::list_of_user(c, &user.id)?.len();
            if there > 0 && matches!(within, Within::SignIn(_)) {
                return Ok(Err(FieldFault::new("code", Text::new("factor-setup-over"))));
            }
            if there >= MAX_FACTORS {
                let text = Text::new("factor-too-many").with("max", MAX_FACTORS);
                return Ok(Err(FieldFault::new("", text)));
            }
            if tokens::take(c, &setup.hash, Purpose::FactorSetup, now)?.is_none() {
                return Ok(Err(FieldFault::new("code", Text::new("factor-setup-over"))));
            }
            factors::insert(c, &user.id, &record, step)?;
            devices::end_trust(c, &user.id)?;
            if there == 0 {
                factors::replace_recovery_codes(c, &user.id, &hashes)?;
                // Who knows the password may have begun to set up one, too.
                let own = if let Within::SignIn(token) = &within { Some(token) } else { None };
                tokens::void_others(c, &user.id, Purpose::SignIn, own)?;
                tokens::void_others(c, &user.id, Purpose::FactorSetup, None)?;
            }
            audit::append(c, &line)?;
            Ok(Ok(there == 0))
        });
        Ok(Enrolled { add, mail, codes })
    }

    /// Adds the factor that the signed-in person has set up, which proves it in this session. With the first one come
    /// recovery codes.
    pub async fn add_factor(
        &self,
        who: &Visitor,
        code: &str,
        name: &str,
        client: Client,
    ) -> Result<Option<Vec<String>>, AccountError> {
        let (id, session) = own(who)?;
        let user = self.user(&id).await?;
        let setup = self.setup_of(&user, session.as_str()).await?;
        let Enrolled { add, mail, codes } = self.enrolment(&user, setup, (code, name), Within::Session, &client)?;
        let copy = self.find_session(&session).await?.ok_or(AccountError::Link)?;
        let before = copy.view().map(|view| view.session.methods.clone()).unwrap_or_default();
        let (this, methods, mails) = (self.clone(), before.with(&Method::Totp.into()), self.drafts());
        self.run_uninterrupted(async move {
            let (store, now, marked) = (this.0.store.clone(), this.0.clock.now(), session.clone());
            let added = this.0.database.write(move |c| {
                let is_first = match add(c)? {
                    Ok(is_first) => is_first,
                    Err(fault) => return Ok(Err(fault)),
                };
                store.mark_proved(c, &marked, &methods, now)?;
                mails.queue(c, &mail)?;
                revocation::publish_unawaited(c, Notice::SessionChanged(marked), now)?;
                Ok(Ok(is_first))
            });
            let is_first = added.await?.map_err(|fault| AccountError::Rules(vec![fault]))?;
            this.0.cache.forget(&session);
            this.wake_mailer();
            Ok(Some(codes).filter(|_| is_first))
        })
        .await
    }

    /// What says whether `code` proves a factor of `user`, and uses it up if so.
    pub(super) fn code_check(
        &self,
        user: &User,
        code: TypedCode,
        client: &Client,
    ) -> impl FnOnce(&mut Connection) -> Result<bool, StorageError> + Send + 'static {
        let (this, user, now) = (self.clone(), user.clone(), self.0.clock.now());
        let line = self.own_line(Event::RecoveryUsed, &user, client);
        move |c| match code {
            TypedCode::Totp(code) => {
                for FactorRecord { factor, secret } in factors::list_of_user(c, &user.id)? {
                    if !matches!(factor.kind, FactorKind::Totp) {
                        continue;
                    }
                    let secret = this.0.sealer.open(&sealed_as(&factor.id), &secret);
                    let secret = secret.and_then(|bytes| TotpSecret::of_bytes(&bytes)).ok_or_else(|| {
                        StorageError::Corrupt("a second factor cannot be opened: TOKEN_HASH_SECRET differs".to_owned())
                    })?;
                    if let Some(step) = secret.step_of(&code, now)
                        && factors::use_step(c, &factor.id, step, now)?
                    {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            TypedCode::Recovery(code) => {
                let hash = this.recovery_hash(&user.id, &code);
                let is_right = factors::take_recovery_code(c, &user.id, &hash)?;
                if is_right {
                    audit::append(c, &line)?;
                }
                Ok(is_right)
            }
        }
    }

    /// Ten new recovery codes in place of all earlier ones; shown this once (S128).
    pub async fn renew_recovery_codes(&self, who: &Visitor, client: Client) -> Result<Vec<String>, AccountError> {
        let (id, _session) = own(who)?;
        let user = self.user(&id).await?;
        let (codes, hashes) = self.new_recovery_codes(&id);
        let line = self.own_line(Event::RecoveryCreated, &user, &client);
        let (mails, detail) = (self.drafts(), Detail::of(&client, self.0.clock.now()));
        let made = self.0.database.write(move |c| {
            // Of two that renew them at once, the second replaces all of the first.
            users::hold(c, &id)?;
            if !factors::has_any(c, &id)? {
                return Ok(false);
            }
            factors::replace_recovery_codes(c, &id, &hashes)?;
            audit::append(c, &line)?;
            mails.queue(c, &mails.to_user(MailKind::RecoveryCreated, &user, &detail))?;
            Ok(true)
        });
        if !made.await? {
            return Err(AccountError::NotAllowed);
        }
        self.wake_mailer();
        Ok(codes)
    }

    /// Removes a factor of one's own, and the recovery codes with the last one, which stays where it is demanded.
    pub async fn remove_factor(&self, who: &Visitor, id: FactorId, client: Client) -> Result<(), AccountError> {
        let (user, _session) = own(who)?;
        let user = self.user(&user).await?;
        let is_demanded = self.0.config.second_factor.is_demanded_of(user.role);
        let line = self.own_line(Event::FactorRemoved, &user, &client);
        let (mails, detail) = (self.drafts(), Detail::of(&client, self.0.clock.now()));
        let removed = self.0.database.write(move |c| {
            // Of the last two, removed at once, one stays.
            users::hold(c, &user.id)?;
            let own = factors::list_of_user(c, &user.id)?;
            if !own.iter().any(|record| record.factor.id == id) {
                return Ok(Err(AccountError::NotFound));
            }
            if own.len() > 1 {
                factors::remove(c, &user.id, &id)?;
            } else if is_demanded {
                return Ok(Err(AccountError::Rules(vec![FieldFault::new("", Text::new("factor-is-demanded"))])));
            } else {
                factors::remove_all(c, &user.id)?;
            }
            devices::end_trust(c, &user.id)?;
            audit::append(c, &line)?;
            mails.queue(c, &mails.to_user(MailKind::FactorRemoved, &user, &detail))?;
            Ok(Ok(()))
        });
        removed.await??;
        self.wake_mailer();
        Ok(())
    }

    /// Gives a factor of one's own another name.
    pub async fn rename_factor(
        &self,
        who: &Visitor,
        id: FactorId,
        name: &str,
        client: Client,
    ) -> Result<(), AccountError> {
        let (user, _session) = own(who)?;
        let name = DisplayName::parse(name)
            .map_err(|fault| AccountError::Rules(vec![FieldFault::new("name", fault.text())]))?;
        let line = self.own_line(Event::FactorRenamed, &self.user(&user).await?, &client);
        let renamed = self.0.database.write(move |c| {
            let is_there = factors::rename(c, &user, &id, &name)?;
            if is_there {
                audit::append(c, &line)?;
            }
            Ok(is_there)
        });
        if renamed.await? { Ok(()) } else { Err(AccountError::NotFound) }
    }

    /// Removes everything that somebody has besides the password, ends all their sessions, and tells them.
    pub async fn reset_factors(&self, id: &UserId, actor: &Actor) -> Result<usize, AccountError> {
        let user = self.user(id).await?;
        let line = self.audit_line(Event::FactorReset, &actor.name, user.email.as_str(), &actor.source);
        let (mails, this, now) = (self.drafts(), self.clone(), self.0.clock.now());
        self.run_uninterrupted(async move {
            let store = this.0.store.clone();
            let reset = this.0.database.write(move |c| {
                users::hold(c, &user.id)?;
                let how_many = factors::remove_all(c, &user.id)?;
                links::void_begun(c, &user.id)?;
                devices::end_trust(c, &user.id)?;
                let ended = store.end_all_of_user(c, &user.id, None)?;
                audit::append(c, &line)?;
                mails.queue(c, &mails.to_user(MailKind::FactorsReset, &user, &Detail::default()))?;
                Ok((how_many, revocation::user_ended(c, &user.id, ended, now)?))
            });
            let (how_many, ended) = reset.await?;
            this.wake_mailer();
            this.ended(ended).await;
            Ok(how_many)
        })
        .await
    }

    /// Asks for the factor again in a browser of one's own that was trusted.
    pub async fn forget_trusted(&self, who: &Visitor, device: String, client: Client) -> Result<(), AccountError> {
        let (user, _session) = own(who)?;
        let line = self.own_line(Event::TrustedForgotten, &self.user(&user).await?, &client);
        let forgotten = self.0.database.write(move |c| {
            let is_theirs = devices::set_trust(c, &user, &device, None)?;
            if is_theirs {
                audit::append(c, &line)?;
            }
            Ok(is_theirs)
        });
        if forgotten.await? { Ok(()) } else { Err(AccountError::NotFound) }
    }

    fn own_line(&self, event: Event, user: &User, client: &Client) -> crate::domain::audit::AuditLine {
        self.audit_line(event, user.email.as_str(), user.email.as_str(), &client.source.to_string())
    }

    fn new_recovery_codes(&self, user: &UserId) -> (Vec<String>, Vec<TokenHash>) {
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code(random::bytes())).collect();
        let hashes = codes.iter().map(|code| self.recovery_hash(user, &code.replace('-', ""))).collect();
        (codes, hashes)
    }

    fn recovery_hash(&self, user: &UserId, code: &str) -> TokenHash {
        self.0.token_hasher.hash("recovery-code", &format!("{user} {code}"))
    }
}

/// What the secret of that factor is sealed as.
fn sealed_as(id: &FactorId) -> String {
    format!("factor {id}")
}

/// The account and the session of whoever is signed in with an account.
fn own(who: &Visitor) -> Result<(UserId, SessionId), AccountError> {
    who.user_id().cloned().zip(who.session().cloned()).ok_or(AccountError::NotAllowed)
}
