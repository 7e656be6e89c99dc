//! A sign-in between the password and the second factor (S122 to S124). There is no session and no JWT yet: only a row
//! of ten minutes, bound to the browser that began, which opens the pages of the factor and nothing else. Whatever ends
//! links ends it, too: another password, another role, a disabled account, signing out everywhere.

use serde::{Deserialize, Serialize};

use super::enrolment::{FactorToAdd, TotpSetup, Within};
use super::opening::{NewSession, WaitingSignIn};
use super::outgoing::Detail;
use super::sign_in::{Earlier, ProvedAccount, RightPassword};
use super::throttle::{self, Asking, Reservation};
use super::{AccountError, Accounts, Client, FieldFault};
use crate::crypto::opaque_token::{PlainToken, TokenHash};
use crate::domain::audit::Event;
use crate::domain::factors::{MAX_REFUSED_SETUPS, MAX_WRONG, TypedCode};
use crate::domain::link::{Purpose, SIGN_IN_SECS};
use crate::domain::mail::MailKind;
use crate::domain::session::{Method, Methods};
use crate::domain::sign_in::{Besides, MissingProof, check_complete};
use crate::domain::throttle::{MAX_WAIT_SECS, WINDOW_SECS};
use crate::domain::time::Timestamp;
use crate::domain::user::{User, UserState};
use crate::storage::tokens::TokenGrant;
use crate::storage::users::UserRecord;
use crate::storage::{Connection, StorageError, attempts, audit, tokens, users};

/// Maximum sign-ins of one account that wait; the oldest are dropped.
const MAX_WAITING: i64 = 10;

/// What is known of a sign-in that waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    persistent: bool,
    missing: MissingProof,
    /// The known device that the browser is.
    device: Option<String>,
    /// The attempt of the password, which stays counted until the sign-in is complete.
    attempt: Reservation,
}

/// A waiting sign-in that was found.
pub(super) struct Found {
    pub(super) hash: TokenHash,
    kept: Kept,
    pub(super) record: UserRecord,
}

impl Accounts {
    /// Keeps a sign-in whose password was right. For the account the attempt stays counted until the factor is proved,
    /// or somebody who knows the password could begin without end.
    pub(super) async fn keep_sign_in(
        &self,
        proof: ProvedAccount,
        missing: MissingProof,
        persistent: bool,
        client: &Client,
    ) -> Result<WaitingSignIn, AccountError> {
        let ProvedAccount { record, password, reservation, device, .. } = proof;
        let no_password = || AccountError::Internal("only a password waits for a second factor".to_owned());
        let RightPassword { hash, upgraded } = password.ok_or_else(no_password)?;
        let attempt = reservation.clone();
        let kept = Kept { persistent, missing, device, attempt: reservation };
        let waiting = self.new_waiting(&record, &kept)?;
        let (token, row, id) = (waiting.0, waiting.1, record.user.id.clone());
        let line = self.audit_line(Event::FactorAsked, "", record.user.email.as_str(), &client.source.to_string());
        let now = self.0.clock.now();
        let begun = self.0.database.write(move |c| {
            // Also locks the account: a password that is changed at this moment ends what is begun here.
            if !users::upgrade_password_hash(c, &id, &hash, upgraded.as_ref().unwrap_or(&hash))? {
                return Ok(false);
            }
            row.insert(c, now.plus(SIGN_IN_SECS))?;
            throttle::forgive_source(c, &attempt)?;
            audit::append(c, &line)?;
            Ok(true)
        });
        if begun.await? {
            return Ok(WaitingSignIn { token, missing });
        }
        Err(self.refuse(record.user.email.as_str(), client).await)
    }

    /// The sign-in of somebody whose account was made by this very transaction.
    pub(super) fn first_sign_in(&self, record: &UserRecord) -> Result<(WaitingSignIn, NewWaiting), AccountError> {
        let missing = MissingProof::Enrolment;
        let kept = Kept { persistent: true, missing, device: None, attempt: Reservation::default() };
        let (token, row) = self.new_waiting(record, &kept)?;
        Ok((WaitingSignIn { token, missing }, row))
    }

    fn new_waiting(&self, record: &UserRecord, kept: &Kept) -> Result<(PlainToken, NewWaiting), AccountError> {
        let payload = serde_json::to_string(kept).map_err(|fault| AccountError::Internal(fault.to_string()))?;
        let token = PlainToken::random();
        let hash = self.hash_of(Purpose::SignIn, token.expose());
        let grant = TokenGrant { user: record.user.id.clone(), payload };
        Ok((token, NewWaiting { hash, grant }))
    }

    /// What the sign-in with that token waits for; [`AccountError::Link`] if it is over.
    pub async fn missing_proof(&self, token: &str) -> Result<MissingProof, AccountError> {
        Ok(self.find_waiting(token).await?.kept.missing)
    }

    async fn find_waiting(&self, token: &str) -> Result<Found, AccountError> {
        let (hash, now) = (self.hash_of(Purpose::SignIn, token), self.0.clock.now());
        let wanted = hash.clone();
        let found = self.0.database.read(move |c| {
            let Some(grant) = tokens::find(c, &wanted, Purpose::SignIn, now)? else { return Ok(None) };
            Ok(users::find_by_id(c, &grant.user)?.map(|record| (grant.payload, record)))
        });
        let (payload, record) = found.await?.ok_or(AccountError::Link)?;
        let kept = serde_json::from_str(&payload).map_err(|fault| AccountError::Internal(fault.to_string()))?;
        if record.user.state == UserState::Active { Ok(Found { hash, kept, record }) } else { Err(AccountError::Link) }
    }

    pub(super) async fn find_waiting_for(&self, missing: MissingProof, token: &str) -> Result<Found, AccountError> {
        let found = self.find_waiting(token).await?;
        if found.kept.missing == missing { Ok(found) } else { Err(AccountError::Link) }
    }

    /// Completes a sign-in by a code of an app or by a recovery code. Wrong ones count like wrong passwords, and the
    /// fifth ends the sign-in (S124).
    ///
    /// With `trusts` the browser is not asked for a factor of this account for 30 days (S129).
    pub async fn prove_code(
        &self,
        token: &str,
        typed: &str,
        trusts: bool,
        client: Client,
    ) -> Result<NewSession, AccountError> {
        let outcome = self.prove_code_by_steps(token, typed, trusts, client).await;
        self.0.metrics.sign_in(&outcome);
        outcome
    }

    async fn prove_code_by_steps(
        &self,
        token: &str,
        typed: &str,
        trusts: bool,
        client: Client,
    ) -> Result<NewSession, AccountError> {
        let found = self.find_waiting_for(MissingProof::Factor, token).await?;
        let code = TypedCode::read(typed);
        let (method, wrong) = (code.method(), code.wrong_text());
        let mail = (method == Method::Recovery).then(|| {
            let detail = Detail::of(&client, self.0.clock.now());
            self.drafts().to_user(MailKind::RecoveryUsed, &found.record.user, &detail)
        });
        let check = self.code_step(&found.record.user, code, &client);
        let earlier = Earlier { trusts, notice: mail };
        self.complete(found, method, earlier, client, move |c| {
            Ok(if check(c)? { Ok(()) } else { Err(FieldFault::new("code", wrong)) })
        })
        .await
    }

    /// The secret of the factor that is set up within the waiting sign-in of that token.
    pub async fn begin_totp_enrolment(&self, token: &str) -> Result<TotpSetup, AccountError> {
        let found = self.find_waiting_for(MissingProof::Enrolment, token).await?;
        self.totp_setup_of(&found.record.user, token).await
    }

    /// Completes a sign-in by setting up a factor, and returns the recovery codes as well.
    pub async fn enrol_totp(
        &self,
        token: &str,
        code: &str,
        name: &str,
        client: Client,
    ) -> Result<(NewSession, Vec<String>), AccountError> {
        let found = self.find_waiting_for(MissingProof::Enrolment, token).await?;
        let setup = self.shown_totp_setup(&found.record.user, token).await?;
        let within = Within::SignIn(found.hash.clone());
        match self.new_totp(&found.record.user, setup, (code, name), within, &client) {
            Ok(enrolled) => self.complete_by_enrolment(found, enrolled, Method::Totp, client).await,
            Err(fault) => Err(self.setup_refused(found.hash, fault).await),
        }
    }

    /// Completes a sign-in by storing a factor that was proved by `method`, and returns the recovery codes as well.
    pub(super) async fn complete_by_enrolment(
        &self,
        found: Found,
        enrolled: FactorToAdd,
        method: Method,
        client: Client,
    ) -> Result<(NewSession, Vec<String>), AccountError> {
        let FactorToAdd { add, mail, codes } = enrolled;
        let prove = move |c: &mut Connection| Ok(add(c)?.map(drop));
        let earlier = Earlier { trusts: false, notice: Some(mail) };
        let outcome = self.complete(found, method, earlier, client, prove).await;
        if !matches!(outcome, Err(AccountError::Rules(_))) {
            self.0.metrics.sign_in(&outcome);
        }
        Ok((outcome?, codes))
    }

    /// The answer to a factor that `fault` refused before it could be stored. It guesses at no secret, so it counts for
    /// this sign-in alone.
    pub(super) async fn setup_refused(&self, waiting: TokenHash, fault: AccountError) -> AccountError {
        let AccountError::Rules(faults) = fault else { return fault };
        let now = self.0.clock.now();
        let counted = self.0.database.write(move |c| count_refused_setup(c, &waiting, faults, now)).await;
        counted.unwrap_or_else(AccountError::from)
    }

    /// Opens the session if `prove` says that the factor is proved; wrong answers are counted.
    pub(super) async fn complete(
        &self,
        found: Found,
        method: Method,
        earlier: Earlier,
        client: Client,
        prove: impl FnOnce(&mut Connection) -> Result<Result<(), FieldFault>, StorageError> + Send + 'static,
    ) -> Result<NewSession, AccountError> {
        let (Found { hash, kept, record }, proved) = (found, Methods::from(Method::Password).with(&method.into()));
        let Ok(proofs) = check_complete(&record.user, proved, Besides::Factor, self.0.config.second_factor) else {
            return Err(AccountError::Internal("a second factor is none".to_owned()));
        };
        let password = record.password_hash.clone().ok_or(AccountError::Link)?;
        let failed = self.audit_line(Event::FactorFailed, "", record.user.email.as_str(), &client.source.to_string());
        let codes_row = Asking::codes_row_of(&self.0.token_hasher, &record.user.id);
        let (is_enrolment, warning) = (kept.missing == MissingProof::Enrolment, self.warning(&record.user, &client));
        let (attempt, persistent, now) = (kept.attempt.clone(), kept.persistent, self.0.clock.now());
        let proof = ProvedAccount {
            account: Some(self.account_bucket(&record.user.email)),
            record,
            password: Some(RightPassword { hash: password, upgraded: None }),
            reservation: kept.attempt.without_source(),
            device: kept.device,
            earlier,
        };
        let wrong = wrong_answers_to(&hash);
        let step = move |c: &mut Connection| {
            // Answers to one sign-in are judged one after the other.
            let before = attempts::hold(c, &wrong, now)?.failures;
            if tokens::find(c, &hash, Purpose::SignIn, now)?.is_none() {
                return Ok(Err(AccountError::Link));
            }
            if throttle::is_over_the_limit(c, &attempt)? {
                return Ok(Err(AccountError::TooMany { retry_after: MAX_WAIT_SECS }));
            }
            if let Err(fault) = prove(c)? {
                if is_enrolment {
                    return count_refused_setup(c, &hash, vec![fault], now).map(Err);
                }
                attempts::add(c, &wrong, now, now.plus(-WINDOW_SECS))?;
                throttle::count_wrong_answer(c, &attempt, before == 0, now)?;
                audit::append(c, &failed)?;
                if before + 1 < MAX_WRONG {
                    return Ok(Err(AccountError::Rules(vec![fault])));
                }
                tokens::remove(c, &hash)?;
                warning(c)?;
                return Ok(Err(AccountError::Link));
            }
            attempts::clear(c, &wrong)?;
            if method != Method::Passkey {
                attempts::clear(c, &codes_row)?;
            }
            let taken = tokens::take(c, &hash, Purpose::SignIn, now)?;
            Ok(taken.map(drop).ok_or(AccountError::Link))
        };
        let this = self.clone();
        self.run_uninterrupted(async move {
            let outcome = this.open_session(proof, proofs, persistent, client, step).await;
            this.wake_mailer();
            if outcome.is_ok() || !is_enrolment {
                this.0.metrics.second_step(&outcome);
            }
            outcome
        })
        .await
    }

    /// Tells the owner of an account that somebody knows the password.
    fn warning(
        &self,
        user: &User,
        client: &Client,
    ) -> impl FnOnce(&mut Connection) -> Result<(), StorageError> + Send + 'static {
        let mails = self.drafts();
        let mail = mails.to_user(MailKind::FactorFailed, user, &Detail::of(client, self.0.clock.now()));
        move |c| mails.queue(c, &mail).map(drop)
    }
}

/// Where the wrong answers to a waiting sign-in are counted.
fn wrong_answers_to(waiting: &TokenHash) -> String {
    format!("factor:{}", waiting.as_str())
}

/// Counts a factor that was refused while it was set up within that sign-in, which ends after very many: each is work.
fn count_refused_setup(
    c: &mut Connection,
    waiting: &TokenHash,
    faults: Vec<FieldFault>,
    now: Timestamp,
) -> Result<AccountError, StorageError> {
    let bucket = wrong_answers_to(waiting);
    let before = attempts::hold(c, &bucket, now)?.failures;
    attempts::add(c, &bucket, now, now.plus(-WINDOW_SECS))?;
    if before + 1 < MAX_REFUSED_SETUPS {
        return Ok(AccountError::Rules(faults));
    }
    tokens::remove(c, waiting)?;
    Ok(AccountError::Link)
}

/// A row that is not stored yet.
pub(super) struct NewWaiting {
    hash: TokenHash,
    grant: TokenGrant,
}

impl NewWaiting {
    pub(super) fn insert(&self, c: &mut Connection, until: Timestamp) -> Result<(), StorageError> {
        tokens::insert(c, &self.hash, Purpose::SignIn, &self.grant, until)?;
        tokens::keep_newest(c, &self.grant.user, Purpose::SignIn, &self.hash, MAX_WAITING - 1)
    }
}
