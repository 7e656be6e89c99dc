//! Second factors of a person: setting up, proving, renaming, removing, resetting, and recovery codes (S123 to S128).

use std::collections::BTreeMap;

use super::confirm::named;
use super::outgoing::Detail;
use super::revocation::Ended;
use super::{AccountError, Accounts, Actor, Client, FieldFault, links, revocation};
use crate::crypto::opaque_token::TokenHash;
use crate::crypto::random;
use crate::crypto::totp::TotpSecret;
use crate::domain::access::Visitor;
use crate::domain::audit::Event;
use crate::domain::factors::{Factor, RECOVERY_CODES, SecondFactor, TypedCode, recovery_code};
use crate::domain::ids::{FactorId, SessionId, UserId};
use crate::domain::mail::MailKind;
use crate::domain::notice::Notice;
use crate::domain::passkey::About;
use crate::domain::session::Session;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::{DisplayName, User};
use crate::storage::session_store::SessionStore;
use crate::storage::{Connection, StorageError, audit, devices, factors, passkeys, totp_secrets, users};

/// Seconds for which a form for new recovery codes can be sent.
const RENEWAL_SECS: i64 = 12 * 3600;

/// What a person has besides the password.
#[derive(Clone, Debug)]
pub struct OwnFactors {
    /// The factors, oldest first.
    pub factors: Vec<Factor>,
    /// More of the passkeys among them.
    pub passkeys: BTreeMap<FactorId, About>,
    /// How many recovery codes are left.
    pub recovery_codes: usize,
}

/// The session in which somebody changes their own factors; who changes the account or its sessions is waited for. One
/// that has ended changes nothing, nor does one without the factor that the account has: the password alone would
/// otherwise replace it (S126).
pub(super) fn changing_session(
    c: &mut Connection,
    store: &SessionStore,
    (user, session): (&UserId, &SessionId),
    now: Timestamp,
) -> Result<Result<Session, AccountError>, StorageError> {
    users::hold(c, user)?;
    let Some(live) = store.find_live(c, session, now)? else { return Ok(Err(AccountError::Link)) };
    if factors::has_any(c, user)? && !live.proof().has_factor() {
        let unproved = FieldFault::new("", Text::new("factor-prove-first"));
        return Ok(Err(AccountError::Rules(vec![unproved])));
    }
    Ok(Ok(live))
}

/// Forgets in all sessions of `user` that a factor was proved, at the end of the transaction that removed the last one:
/// it proves nothing any more.
fn forget_proofs(
    c: &mut Connection,
    store: &SessionStore,
    user: &UserId,
    now: Timestamp,
) -> Result<Ended, StorageError> {
    for session in store.list_of_user(c, user, now)? {
        if session.proof().has_factor() {
            store.mark_proved(c, &session.id, &session.methods.without_factors(), session.authenticated_at)?;
        }
    }
    // No session ends, but every stream does: it may have been opened by what is no proof any more.
    revocation::publish(c, Vec::new(), vec![Notice::UserEnded(user.clone())], now)
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
        let (user, host) = (user.clone(), self.app_url().host().to_owned());
        let own = self.0.database.read(move |c| {
            let (factors, recovery_codes) =
                (factors::list_of_user(c, &user)?, factors::count_recovery_codes(c, &user)?);
            let passkeys = passkeys::about_of_user(c, &user, &host)?;
            Ok(OwnFactors { factors, passkeys, recovery_codes })
        });
        Ok(own.await?)
    }

    /// What says whether `code` proves a factor of `user`, and uses it up if so.
    pub(super) fn code_step(
        &self,
        user: &User,
        code: TypedCode,
        client: &Client,
    ) -> impl FnOnce(&mut Connection) -> Result<bool, StorageError> + Send + 'static {
        let (this, user, now) = (self.clone(), user.clone(), self.0.clock.now());
        let line = self.own_line(Event::RecoveryUsed, &user, client);
        move |c| match code {
            TypedCode::Totp(code) => {
                for (id, secret) in totp_secrets::list_of_user(c, &user.id)? {
                    let secret = this.0.sealer.open(&sealed_as(&id), &secret);
                    let secret = secret.and_then(|bytes| TotpSecret::of_bytes(&bytes)).ok_or_else(|| {
                        StorageError::Corrupt("a second factor cannot be opened: TOKEN_HASH_SECRET differs".to_owned())
                    })?;
                    if let Some(step) = secret.step_of(&code, now)
                        && totp_secrets::use_step(c, &id, step, now)?
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

    /// What a form for new recovery codes carries, so that it makes them once, however often it is sent.
    pub fn begin_renewal(&self, who: &Visitor) -> Result<String, AccountError> {
        let (_user, session) = named(who)?;
        let until = self.0.clock.now().plus(RENEWAL_SECS).secs();
        Ok(self.0.sealer.seal(&renewal_in(&session), until.to_string().as_bytes()))
    }

    /// The mark that `form` was sent, and until when it is kept; [`AccountError::Link`] if it began too long ago, or
    /// elsewhere.
    fn renewal_of(&self, session: &SessionId, form: &str) -> Result<(TokenHash, Timestamp), AccountError> {
        let until = self.0.sealer.open(&renewal_in(session), form);
        let until = until.and_then(|secs| std::str::from_utf8(&secs).ok()?.parse().ok()).map(Timestamp::from_secs);
        let until = until.filter(|until| *until > self.0.clock.now()).ok_or(AccountError::Link)?;
        Ok((self.0.token_hasher.hash("recovery-renewal", form), until))
    }

    /// Ten new recovery codes in place of all earlier ones; shown this once (S128). `None` if what `form` carries made
    /// some before; a script may send nothing there, and gets new ones each time.
    pub async fn renew_recovery_codes(
        &self,
        who: &Visitor,
        form: &str,
        client: Client,
    ) -> Result<Option<Vec<String>>, AccountError> {
        let (id, session) = named(who)?;
        let sent = if form.is_empty() { None } else { Some(self.renewal_of(&session, form)?) };
        let user = self.user(&id).await?;
        let (store, now) = (self.0.store.clone(), self.0.clock.now());
        let (codes, hashes) = self.new_recovery_codes(&id);
        let line = self.own_line(Event::RecoveryCreated, &user, &client);
        let (mails, detail) = (self.drafts(), Detail::of(&client, self.0.clock.now()));
        let made = self.0.database.write(move |c| {
            // Of two that renew them at once, the second replaces all of the first.
            if let Err(fault) = changing_session(c, &store, (&id, &session), now)? {
                return Ok(Err(fault));
            }
            if !factors::has_any(c, &id)? {
                return Ok(Err(AccountError::NotAllowed));
            }
            if let Some((hash, until)) = &sent
                && !passkeys::use_challenge(c, hash, *until)?
            {
                return Ok(Ok(false));
            }
            factors::replace_recovery_codes(c, &id, &hashes)?;
            audit::append(c, &line)?;
            mails.queue(c, &mails.to_user(MailKind::RecoveryCreated, &user, &detail))?;
            Ok(Ok(true))
        });
        let are_new = made.await??;
        self.wake_mailer();
        Ok(are_new.then_some(codes))
    }

    /// Removes a factor of one's own, and with the last one the recovery codes and the proofs of it in all sessions.
    /// The last one stays where it is demanded.
    pub async fn remove_factor(&self, who: &Visitor, id: FactorId, client: Client) -> Result<(), AccountError> {
        let (user, session) = named(who)?;
        let user = self.user(&user).await?;
        let is_demanded = self.0.config.second_factor.is_demanded_of(user.role);
        let now = self.0.clock.now();
        let mut line = self.own_line(Event::FactorRemoved, &user, &client);
        id.as_str().clone_into(&mut line.detail);
        let mail = self.drafts().to_user(MailKind::FactorRemoved, &user, &Detail::of(&client, now));
        let this = self.clone();
        self.run_uninterrupted(async move {
            let (store, mails) = (this.0.store.clone(), this.drafts());
            let removed = this.0.database.write(move |c| {
                // Of the last two, removed at once, one stays.
                if let Err(fault) = changing_session(c, &store, (&user.id, &session), now)? {
                    return Ok(Err(fault));
                }
                let own = factors::list_of_user(c, &user.id)?;
                if !own.iter().any(|factor| factor.id == id) {
                    return Ok(Err(AccountError::NotFound));
                }
                let is_last = own.len() == 1;
                if is_last && is_demanded {
                    return Ok(Err(AccountError::Rules(vec![FieldFault::new("", Text::new("factor-is-demanded"))])));
                }
                if is_last {
                    factors::remove_all(c, &user.id)?;
                } else {
                    factors::remove(c, &user.id, &id)?;
                }
                devices::end_trust(c, &user.id)?;
                audit::append(c, &line)?;
                mails.queue(c, &mail)?;
                Ok(Ok(if is_last { forget_proofs(c, &store, &user.id, now)? } else { Ended::default() }))
            });
            let ended = removed.await??;
            this.ended(ended).await;
            this.wake_mailer();
            Ok(())
        })
        .await
    }

    /// Gives a factor of one's own another name.
    pub async fn rename_factor(
        &self,
        who: &Visitor,
        id: FactorId,
        name: &str,
        client: Client,
    ) -> Result<(), AccountError> {
        let (user, _session) = named(who)?;
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

    /// Removes everything that somebody else has besides the password, ends all their sessions, and tells them.
    pub async fn reset_factors(&self, id: &UserId, actor: &Actor) -> Result<usize, AccountError> {
        let user = self.user(id).await?;
        if actor.name == user.email.as_str() {
            return Err(AccountError::NotAllowed);
        }
        let line = self.audit_line(Event::FactorReset, &actor.name, user.email.as_str(), &actor.source);
        let (mails, this, now) = (self.drafts(), self.clone(), self.0.clock.now());
        self.run_uninterrupted(async move {
            let store = this.0.store.clone();
            let reset = this.0.database.write(move |c| {
                users::hold(c, &user.id)?;
                let how_many = factors::remove_all(c, &user.id)?;
                if how_many == 0 {
                    return Ok((0, revocation::already_done(c)?));
                }
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
        let (user, _session) = named(who)?;
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

    pub(super) fn own_line(&self, event: Event, user: &User, client: &Client) -> crate::domain::audit::AuditLine {
        self.audit_line(event, user.email.as_str(), user.email.as_str(), &client.source.to_string())
    }

    pub(super) fn new_recovery_codes(&self, user: &UserId) -> (Vec<String>, Vec<TokenHash>) {
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code(random::bytes())).collect();
        let hashes = codes.iter().map(|code| self.recovery_hash(user, &code.replace('-', ""))).collect();
        (codes, hashes)
    }

    fn recovery_hash(&self, user: &UserId, code: &str) -> TokenHash {
        self.0.token_hasher.hash("recovery-code", &format!("{user} {code}"))
    }
}

/// What a form for new recovery codes is sealed as in that session.
fn renewal_in(session: &SessionId) -> String {
    format!("recovery renewal {}", session.as_str())
}

/// What the secret of that factor is sealed as.
pub(super) fn sealed_as(id: &FactorId) -> String {
    format!("factor {id}")
}
