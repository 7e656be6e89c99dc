//! "Is it you?": before a sensitive change, people who signed in a while ago confirm their identity (S130, ASVS 7.5.3).
//!
//! The submitted form is stored under a token of its own, bound to the session, and is returned once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ceremonies::{self, Place};
use super::outgoing::Detail;
use super::session_cache::CachedSession;
use super::throttle::{self, Asking};
use super::{AccountError, Accounts, Client, FieldFault, revocation};
use crate::crypto::opaque_token::{PlainToken, TokenHash};
use crate::crypto::sealed::Sealer;
use crate::domain::access::Visitor;
use crate::domain::audit::{AuditLine, Event};
use crate::domain::factors::{MAX_WRONG, SecondFactor, TypedCode};
use crate::domain::ids::{SessionId, UserId};
use crate::domain::link::{CONFIRMATION_SECS, Purpose};
use crate::domain::mail::{MailKind, QueuedMail};
use crate::domain::notice::Notice;
use crate::domain::session::{Method, Methods, Proof};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::User;
use crate::storage::session_store::SessionStore;
use crate::storage::tokens::TokenGrant;
use crate::storage::{Connection, StorageError, attempts, audit, tokens, users};

/// Maximum pending forms of one account; the oldest are dropped.
const MAX_WAITING: i64 = 10;

/// What a pending form is sealed as: it may have secrets of apps.
const PURPOSE: &str = "pending form";

/// A submitted form that waits for confirmation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Path and query to which it was submitted.
    pub address: String,
    /// The change that the page asks about, as a word.
    pub what: String,
    /// Whom it concerns.
    pub subject: String,
    /// Its fields.
    pub fields: BTreeMap<String, String>,
    /// Whether only a second factor is an answer: the session lacks the one that the change needs.
    pub needs_factor: bool,
}

/// What somebody answered.
#[derive(Default)]
pub struct Evidence {
    /// The current password; may be empty with a code.
    pub password: String,
    /// A code of an app or a recovery code; may be empty.
    pub code: String,
    /// The answer of a passkey; may be empty.
    pub passkey: ceremonies::PasskeyAnswer,
    /// Whether only a second factor is an answer, where no pending form says so.
    pub needs_factor: bool,
}

/// What is stored: the form, and the session that submitted it.
#[derive(Serialize, Deserialize)]
struct Stored {
    session: String,
    pending: Pending,
}

impl Stored {
    fn of(who: &Visitor, grant: &TokenGrant, sealer: &Sealer) -> Option<Pending> {
        let payload = sealer.open(PURPOSE, &grant.payload)?;
        let stored: Self = serde_json::from_slice(&payload).ok()?;
        let is_theirs = who.session().is_some_and(|session| stored.session == session.as_str())
            && Some(&grant.user) == who.user_id();
        is_theirs.then_some(stored.pending)
    }
}

/// The user and the session; the deprecated mode has no account that could confirm.
pub(super) fn named(who: &Visitor) -> Result<(UserId, SessionId), AccountError> {
    who.user_id().cloned().zip(who.session().cloned()).ok_or(AccountError::NotAllowed)
}

impl Accounts {
    /// Whether the person behind the session proved their identity within the last 15 minutes.
    pub async fn was_proved_recently(&self, who: &Visitor) -> Result<bool, AccountError> {
        let now = self.0.clock.now();
        self.has_proved(who, |proof| proof.is_recent(now)).await
    }

    /// Whether the person is asked for codes of a second factor: they have one, and `SECOND_FACTOR` is not `off`.
    pub async fn is_asked_for_factor(&self, who: &Visitor) -> Result<bool, AccountError> {
        let (user, _session) = named(who)?;
        Ok(self.second_factor() != SecondFactor::Off && self.has_factor(&user).await?)
    }

    /// Whether the person is asked for codes of a second factor and has proved none in this session.
    pub async fn lacks_factor(&self, who: &Visitor) -> Result<bool, AccountError> {
        Ok(self.is_asked_for_factor(who).await? && !self.has_proved(who, Proof::has_factor).await?)
    }

    /// Whether what the person behind the session proved is enough. A cached session may be older than the proof, so
    /// the store is asked before this returns false.
    async fn has_proved(&self, who: &Visitor, is_enough: impl Fn(Proof) -> bool) -> Result<bool, AccountError> {
        let (_, session) = named(who)?;
        let fits = |copy: &CachedSession| copy.view().is_some_and(|view| is_enough(view.session.proof()));
        if self.find_session(&session).await?.is_some_and(|copy| fits(&copy)) {
            return Ok(true);
        }
        self.0.cache.forget(&session);
        Ok(self.find_session(&session).await?.is_some_and(|copy| fits(&copy)))
    }

    /// Stores a form for ten minutes and returns the token that refers to it.
    pub async fn keep_pending(&self, who: &Visitor, pending: Pending) -> Result<String, AccountError> {
        let (user, session) = named(who)?;
        let stored = Stored { session: session.as_str().to_owned(), pending };
        let payload = serde_json::to_vec(&stored).map_err(|fault| AccountError::Internal(fault.to_string()))?;
        let payload = self.0.sealer.seal(PURPOSE, &payload);
        let token = PlainToken::random();
        let hash = self.hash_of(Purpose::Confirmation, token.expose());
        let until = self.0.clock.now().plus(CONFIRMATION_SECS);
        let grant = TokenGrant { user, payload };
        let waiting = self.0.database.write(move |c| {
            tokens::insert(c, &hash, Purpose::Confirmation, &grant, until)?;
            tokens::keep_newest(c, &grant.user, Purpose::Confirmation, &hash, MAX_WAITING - 1)
        });
        waiting.await?;
        Ok(token.expose().to_owned())
    }

    /// The form that `token` refers to; [`AccountError::Link`] if it has expired, was used or belongs to another
    /// session.
    pub async fn find_pending(&self, who: &Visitor, token: &str) -> Result<Pending, AccountError> {
        let (hash, now) = (self.hash_of(Purpose::Confirmation, token), self.0.clock.now());
        let grant = self.0.database.read(move |c| tokens::find(c, &hash, Purpose::Confirmation, now)).await?;
        grant.and_then(|grant| Stored::of(who, &grant, &self.0.sealer)).ok_or(AccountError::Link)
    }

    /// Checks the current password, or a code or passkey as second factor, or both, records the proof on the session,
    /// and returns the form, once, if `token` refers to one. A right factor is proved in this session.
    pub async fn confirm(
        &self,
        who: &Visitor,
        token: Option<&str>,
        mut answer: Evidence,
        client: Client,
    ) -> Result<Option<Pending>, AccountError> {
        let pending = match token {
            Some(token) => Some(self.find_pending(who, token).await?),
            None => None,
        };
        let needs_factor = answer.needs_factor || pending.as_ref().is_some_and(|pending| pending.needs_factor);
        let (user, session) = named(who)?;
        let user = self.user(&user).await?;
        let factor = self.factor_of(who, &mut answer, needs_factor).await?;
        let mut methods = Methods::default();
        if factor.is_none() || !answer.password.is_empty() {
            let proved = self.prove_current(who, answer.password, Event::ConfirmFailed, &client).await?;
            drop(proved);
            methods = Method::Password.into();
        }
        let factor = match factor {
            Some(factor) => Some(self.factor_attempt(&user, &session, factor, &client).await?),
            None => None,
        };
        let step = Step {
            factor,
            line: self.own_line(Event::ConfirmOk, &user, &client),
            token: token.map(|token| self.hash_of(Purpose::Confirmation, token)),
            store: self.0.store.clone(),
            session,
            user: user.id,
            methods,
            now: self.0.clock.now(),
        };
        let this = self.clone();
        self.run_uninterrupted(async move {
            let session = step.session.clone();
            let recorded = this.0.database.write(move |c| step.record(c)).await?;
            this.wake_mailer();
            recorded?;
            this.0.cache.forget(&session);
            Ok(pending)
        })
        .await
    }

    /// The factor that is to be checked; `None` if the password is the answer.
    async fn factor_of(
        &self,
        who: &Visitor,
        answer: &mut Evidence,
        needs_factor: bool,
    ) -> Result<Option<GivenFactor>, AccountError> {
        if !self.is_asked_for_factor(who).await? {
            return Ok(None);
        }
        if !answer.passkey.credential.is_empty() {
            return Ok(Some(GivenFactor::Passkey(std::mem::take(&mut answer.passkey))));
        }
        let missing = |field, key| Err(AccountError::Rules(vec![FieldFault::new(field, Text::new(key))]));
        match (answer.code.trim(), &*answer.password) {
            ("", _) if needs_factor => missing("code", "prove-code-missing"),
            ("", "") => missing("current_password", "prove-missing"),
            ("", _) => Ok(None),
            (code, _) => Ok(Some(GivenFactor::Code(TypedCode::read(code)))),
        }
    }

    /// What checks a factor of the signed-in `user`.
    async fn factor_attempt(
        &self,
        user: &User,
        session: &SessionId,
        factor: GivenFactor,
        client: &Client,
    ) -> Result<CheckFactor, AccountError> {
        let code = match factor {
            GivenFactor::Code(code) => code,
            GivenFactor::Passkey(answer) => {
                let check = self.passkey_step(user, (Place::Session(session), &answer), client).await?;
                return Ok(self.count_attempt(user, (Method::Passkey, None), check, client));
            }
        };
        let (method, wrong, mails) = (code.method(), code.wrong_text(), self.drafts());
        let detail = Detail::of(client, self.0.clock.now());
        let notice = (method == Method::Recovery).then(|| mails.to_user(MailKind::RecoveryUsed, user, &detail));
        let check = self.code_step(user, code, client);
        let check = move |c: &mut Connection| Ok(if check(c)? { Ok(()) } else { Err(FieldFault::new("code", wrong)) });
        Ok(self.count_attempt(user, (method, notice), check, client))
    }

    /// The same as `check`, whose attempt is counted before, and also towards the limit of the account if it fails.
    fn count_attempt(
        &self,
        user: &User,
        (method, notice): (Method, Option<QueuedMail>),
        check: impl FnOnce(&mut Connection) -> Result<Result<(), FieldFault>, StorageError> + Send + 'static,
        client: &Client,
    ) -> CheckFactor {
        let asking = Asking::of_codes(&self.0.token_hasher, &user.id);
        let (mut throttled, mut failed) =
            (self.own_line(Event::LoginThrottled, user, client), self.own_line(Event::ConfirmFailed, user, client));
        throttled.actor.clear();
        if method == Method::Passkey { "passkey" } else { "code" }.clone_into(&mut failed.detail);
        let (account, mails, now) = (self.account_bucket(&user.email), self.drafts(), self.0.clock.now());
        let warning = mails.to_user(MailKind::ConfirmFailed, user, &Detail::of(client, now));
        let row = Asking::codes_row_of(&self.0.token_hasher, &user.id);
        Box::new(move |c| {
            let reservation = match throttle::reserve_or_audit(c, &asking, &throttled, now)? {
                Ok(reservation) => reservation,
                Err(retry_after) => return Ok(Err(AccountError::TooMany { retry_after })),
            };
            if let Err(fault) = check(c)? {
                throttle::count_failure(c, &account, now)?;
                audit::append(c, &failed)?;
                let in_a_row = attempts::find(c, &row)?.map_or(0, |bucket| bucket.failures);
                if in_a_row % MAX_WRONG == 0 {
                    mails.queue(c, &warning)?;
                }
                return Ok(Err(AccountError::Rules(vec![fault])));
            }
            throttle::succeed(c, &reservation, asking.account.as_deref())?;
            if let Some(mail) = &notice {
                mails.queue(c, mail)?;
            }
            Ok(Ok(method))
        })
    }
}

/// A second factor that somebody gave as an answer.
enum GivenFactor {
    Code(TypedCode),
    Passkey(ceremonies::PasskeyAnswer),
}

/// Checks a factor and uses the answer up; returns what it proves.
type CheckFactor = Box<dyn FnOnce(&mut Connection) -> Result<Result<Method, AccountError>, StorageError> + Send>;

/// The last step of a confirmation, after the password: one transaction.
struct Step {
    factor: Option<CheckFactor>,
    line: AuditLine,
    token: Option<TokenHash>,
    store: SessionStore,
    session: SessionId,
    user: UserId,
    /// What was proved already.
    methods: Methods,
    now: Timestamp,
}

impl Step {
    fn record(self, c: &mut Connection) -> Result<Result<(), AccountError>, StorageError> {
        // Answers of one person are judged one after the other.
        users::hold(c, &self.user)?;
        let Some(session) = self.store.find_live(c, &self.session, self.now)? else {
            return Ok(Err(AccountError::Link));
        };
        if let Some(hash) = &self.token
            && tokens::find(c, hash, Purpose::Confirmation, self.now)?.is_none()
        {
            return Ok(Err(AccountError::Link));
        }
        let mut methods = self.methods;
        if let Some(check) = self.factor {
            match check(c)? {
                Ok(method) => methods = methods.with(&method.into()),
                Err(fault) => return Ok(Err(fault)),
            }
        }
        if let Some(hash) = &self.token {
            // After the factor: with a wrong one the form goes on waiting.
            tokens::take(c, hash, Purpose::Confirmation, self.now)?;
        }
        audit::append(c, &self.line)?;
        self.store.mark_proved(c, &self.session, &session.methods.with(methods, self.now), self.now)?;
        // The answer need not wait for other nodes: a node that has not applied it yet asks again.
        revocation::publish_unawaited(c, Notice::SessionChanged(self.session), self.now)?;
        Ok(Ok(()))
    }
}
