//! Signing in by passkey, alone or as a second factor, and making one (S125).

use super::ceremonies::{Challenge, Offer, PasskeyAnswer, Place};
use super::confirm::named;
use super::enrolment::{FactorToAdd, NewSecret, Within};
use super::opening::NewSession;
use super::sign_in::{Earlier, ProvedAccount};
use super::throttle::Asking;
use super::waiting_sign_in::Found;
use super::{AccountError, Accounts, Client, FieldFault};
use crate::crypto::passkeys::{Assertion, Fault, NewPasskey, Verification, VerifiedAssertion};
use crate::domain::access::Visitor;
use crate::domain::audit::{AuditLine, Event};
use crate::domain::authenticators;
use crate::domain::factors::FactorKind;
use crate::domain::ids::{FactorId, UserId};
use crate::domain::session::Method;
use crate::domain::sign_in::{Besides, MissingProof, check_complete};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::{User, UserState};
use crate::storage::passkeys::Used;
use crate::storage::users::UserRecord;
use crate::storage::{Connection, StorageError, audit, passkeys, users};

/// A passkey that gave a right answer, which is not settled yet.
pub(super) struct ProvedPasskey {
    user: UserId,
    factor: FactorId,
    proof: VerifiedAssertion,
    challenge: Challenge,
}

impl ProvedPasskey {
    /// Settles the answer within the transaction that it opens something in: false if the challenge was answered before
    /// or the passkey was removed meanwhile. A counter that did not rise is audited by `line`.
    fn settle(&self, c: &mut Connection, line: &AuditLine, now: Timestamp) -> Result<bool, StorageError> {
        if !self.challenge.take(c)? {
            return Ok(false);
        }
        let used = passkeys::note_use(c, &self.factor, self.proof.counter, now)?;
        if used == Used::Twice {
            tracing::warn!(factor = self.factor.as_str(), "the counter of a passkey did not rise: it may be a copy");
            audit::append(c, &AuditLine { detail: self.factor.to_string(), ..line.clone() })?;
        }
        Ok(used != Used::Removed)
    }
}

/// Why the answer of a passkey was refused, and whose passkey has the ID that it names, if anybody's.
pub(super) struct Refusal {
    fault: Fault,
    owner: Option<UserId>,
}

impl Refusal {
    /// Logs why: the visitor reads one sentence for almost all reasons.
    fn new(fault: Fault, owner: Option<UserId>) -> Self {
        tracing::info!(%fault, "refused a passkey: its answer");
        Self { fault, owner }
    }
}

/// Checks the answer of a passkey and uses it up.
type CheckPasskey = Box<dyn FnOnce(&mut Connection) -> Result<Result<(), FieldFault>, StorageError> + Send>;

impl Accounts {
    /// What the sign-in page offers; `None` where there are no passkeys. `browser` is what its forms are bound to.
    pub fn offer_sign_in(&self, browser: &str) -> Result<Option<Offer>, AccountError> {
        let Ok(party) = self.relying_party() else { return Ok(None) };
        self.offer(Place::SignIn(browser), party.begin_sign_in()).map(Some)
    }

    /// What the second step offers to whom the waiting sign-in is; `None` without a passkey.
    pub async fn offer_factor(&self, token: &str) -> Result<Option<Offer>, AccountError> {
        let found = self.find_waiting_for(MissingProof::Factor, token).await?;
        self.offer_proof(Place::Waiting(&found.hash), &found.record.user.id, Verification::Preferred).await
    }

    /// What "is it you?" offers to the signed-in person; `None` without a passkey, or where none is asked for.
    /// A touch is enough in a session that lacks the factor; otherwise the passkey stands for the password.
    pub async fn offer_confirmation(&self, who: &Visitor) -> Result<Option<Offer>, AccountError> {
        if !self.is_asked_for_factor(who).await? {
            return Ok(None);
        }
        let (user, session) = named(who)?;
        let is_missing = self.lacks_factor(who).await?;
        let verification = if is_missing { Verification::Preferred } else { Verification::Required };
        self.offer_proof(Place::Session(&session), &user, verification).await
    }

    /// What is offered to prove a passkey of that person; `None` without one.
    async fn offer_proof(
        &self,
        place: Place<'_>,
        user: &UserId,
        verification: Verification,
    ) -> Result<Option<Offer>, AccountError> {
        let (id, Ok(party)) = (user.clone(), self.relying_party()) else { return Ok(None) };
        let mut own = self.0.database.read(move |c| passkeys::list_of_user(c, &id)).await?;
        own.retain(|passkey| passkey.host == self.app_url().host());
        party.begin_second_step(&own, verification).map(|begun| self.offer(place, begun)).transpose()
    }

    /// What is offered to make a new passkey of `user`.
    async fn offer_registration(&self, place: Place<'_>, user: &User) -> Result<Option<Offer>, AccountError> {
        let Ok(party) = self.relying_party() else { return Ok(None) };
        let id = user.id.clone();
        let own = self.0.database.read(move |c| passkeys::list_of_user(c, &id)).await?;
        self.offer(place, party.begin_registration(user.email.as_str(), &own)).map(Some)
    }

    /// What the page for a new passkey offers to the signed-in person; `None` where there are no passkeys.
    pub async fn offer_passkey(&self, who: &Visitor) -> Result<Option<Offer>, AccountError> {
        let (user, session) = named(who)?;
        self.offer_registration(Place::Session(&session), &self.user(&user).await?).await
    }

    /// What is offered to set up a passkey within the waiting sign-in of that token; `None` where there are none.
    pub async fn offer_enrolment(&self, token: &str) -> Result<Option<Offer>, AccountError> {
        let found = self.find_waiting_for(MissingProof::Enrolment, token).await?;
        self.offer_registration(Place::Waiting(&found.hash), &found.record.user).await
    }

    /// The passkey whose answer it is, if the answer is right there.
    pub(super) async fn verify_passkey(
        &self,
        place: Place<'_>,
        answer: &PasskeyAnswer,
    ) -> Result<Result<ProvedPasskey, Refusal>, AccountError> {
        let begun = self.state_of(place, answer).and_then(|begun| Ok((begun, Assertion::parse(&answer.credential)?)));
        let ((state, expires_at), assertion) = match begun {
            Ok(begun) => begun,
            Err(fault) => return Ok(Err(Refusal::new(fault, None))),
        };
        let Ok(party) = self.relying_party() else { return Ok(Err(Refusal::new(Fault::RelyingParty, None))) };
        let id = assertion.passkey_id().to_owned();
        let Some(found) = self.0.database.read(move |c| passkeys::find(c, &id)).await? else {
            return Ok(Err(Refusal::new(Fault::OtherPasskey, None)));
        };
        Ok(match party.finish(&state, &assertion, &found.passkey) {
            Ok(proof) => {
                let challenge = self.challenge(assertion.challenge(), expires_at);
                Ok(ProvedPasskey { user: found.user, factor: found.factor, proof, challenge })
            }
            Err(fault) => Err(Refusal::new(fault, Some(found.user))),
        })
    }

    /// What stores the new passkey that answered there.
    fn new_passkey(
        &self,
        user: &User,
        (place, answer): (Place<'_>, &PasskeyAnswer),
        name: &str,
        within: Within,
        client: &Client,
    ) -> Result<FactorToAdd, AccountError> {
        let made = self.state_of(place, answer).and_then(|(state, expires_at)| {
            let sent = NewPasskey::parse(&answer.credential)?;
            let party = self.relying_party().map_err(|_unavailable| Fault::RelyingParty)?;
            let passkey = party.finish_registration(&state, &sent)?;
            Ok((passkey, self.challenge(sent.challenge(), expires_at)))
        });
        let (passkey, challenge) = made.map_err(|fault| {
            let without_script = answer.credential.is_empty();
            let otherwise = if without_script { "passkey-needs-script" } else { "passkey-not-made" };
            AccountError::Rules(vec![FieldFault::new(
                "",
                Text::new(words_for(Refusal::new(fault, None).fault, otherwise)),
            )])
        })?;
        let default =
            if name.trim().is_empty() { authenticators::name(&passkey.aaguid).unwrap_or_default() } else { name };
        let factor = self.new_factor(FactorKind::Passkey, default)?;
        Ok(self.factor_to_add(user, factor, NewSecret::Passkey(passkey, challenge), within, client))
    }

    /// Adds the passkey that the signed-in person has just made, which proves it in this session. With the first factor
    /// come recovery codes.
    pub async fn add_passkey(
        &self,
        who: &Visitor,
        answer: &PasskeyAnswer,
        name: &str,
        client: Client,
    ) -> Result<Option<Vec<String>>, AccountError> {
        let (id, session) = named(who)?;
        let user = self.user(&id).await?;
        let place = (Place::Session(&session), answer);
        let enrolled = self.new_passkey(&user, place, name, Within::Session, &client)?;
        self.store_in_session(id, session, enrolled, Method::Passkey).await
    }

    /// Completes a sign-in by setting up a passkey, and returns the recovery codes as well.
    pub async fn enrol_passkey(
        &self,
        token: &str,
        answer: &PasskeyAnswer,
        name: &str,
        client: Client,
    ) -> Result<(NewSession, Vec<String>), AccountError> {
        let found = self.find_waiting_for(MissingProof::Enrolment, token).await?;
        let (hash, user) = (found.hash.clone(), found.record.user.clone());
        match self.new_passkey(&user, (Place::Waiting(&hash), answer), name, Within::SignIn(hash.clone()), &client) {
            Ok(enrolled) => self.complete_by_enrolment(found, enrolled, Method::Passkey, client).await,
            Err(fault) => Err(self.setup_refused(hash, fault).await),
        }
    }

    /// Completes a sign-in by a passkey. A wrong answer counts like a wrong code (S124).
    ///
    /// With `trusts` the browser is not asked for a factor of this account for 30 days (S129).
    pub async fn prove_passkey(
        &self,
        token: &str,
        answer: &PasskeyAnswer,
        trusts: bool,
        client: Client,
    ) -> Result<NewSession, AccountError> {
        let found = self.find_waiting_for(MissingProof::Factor, token).await?;
        let outcome = self.prove_passkey_of(found, answer, trusts, client).await;
        self.0.metrics.sign_in(&outcome);
        outcome
    }

    async fn prove_passkey_of(
        &self,
        found: Found,
        answer: &PasskeyAnswer,
        trusts: bool,
        client: Client,
    ) -> Result<NewSession, AccountError> {
        let prove = self.passkey_step(&found.record.user, (Place::Waiting(&found.hash), answer), &client).await?;
        self.complete(found, Method::Passkey, Earlier { trusts, notice: None }, client, prove).await
    }

    /// What says whether `answer` proves a passkey of `user` there, and uses it up if so.
    pub(super) async fn passkey_step(
        &self,
        user: &User,
        (place, answer): (Place<'_>, &PasskeyAnswer),
        client: &Client,
    ) -> Result<CheckPasskey, AccountError> {
        let checked = self.verify_passkey(place, answer).await?;
        let (now, owner, line) =
            (self.0.clock.now(), user.id.clone(), self.own_line(Event::PasskeyCopied, user, client));
        Ok(Box::new(move |c| {
            let fault = match checked {
                Ok(proved) if proved.user == owner && proved.settle(c, &line, now)? => return Ok(Ok(())),
                Ok(_of_another_or_used) => Fault::Challenge,
                Err(refusal) => refusal.fault,
            };
            Ok(Err(FieldFault::new("", Text::new(words_for(fault, "passkey-wrong")))))
        }))
    }

    /// Signs in by a passkey alone, whose authenticator asked for a PIN or biometrics. `browser` is what the forms of
    /// the sign-in page are bound to.
    pub async fn sign_in_by_passkey(
        &self,
        browser: &str,
        answer: &PasskeyAnswer,
        persistent: bool,
        client: Client,
    ) -> Result<NewSession, AccountError> {
        let outcome = self.sign_in_by_passkey_at(Place::SignIn(browser), answer, persistent, client).await;
        self.0.metrics.sign_in(&outcome);
        outcome
    }

    async fn sign_in_by_passkey_at(
        &self,
        place: Place<'_>,
        answer: &PasskeyAnswer,
        persistent: bool,
        client: Client,
    ) -> Result<NewSession, AccountError> {
        let checked = self.verify_passkey(place, answer).await?;
        if matches!(checked, Err(Refusal { fault: Fault::Expired, .. })) {
            // Of a page that was left open: it says nothing of a passkey, and is no failure.
            return Err(AccountError::Link);
        }
        // The attempt is counted only now: the check takes no time, and says whose device it may be.
        let owner = match &checked {
            Ok(proved) => Some(proved.user.clone()),
            Err(refusal) => refusal.owner.clone(),
        };
        let (record, device) = self.find_owner(owner, &client).await?;
        let device = device.filter(|_| checked.is_ok());
        let subject = record.as_ref().map_or_else(String::new, |record| record.user.email.to_string());
        let mut asking = Asking::of_source(&self.0.token_hasher, &client);
        asking.device = device.as_ref().map(|device| format!("device:{device}"));
        let reservation = self.reserve(asking, Event::LoginThrottled, &subject, &client).await?;
        let record = record.filter(|record| record.user.state == UserState::Active);
        let (Ok(proved), Some(record)) = (checked, record) else { return Err(self.refuse(&subject, &client).await) };
        let methods = Method::Passkey.into();
        let Ok(proofs) = check_complete(&record.user, methods, Besides::Factor, self.0.config.second_factor) else {
            return Err(AccountError::Internal("a passkey is no second factor".to_owned()));
        };
        let (line, now) = (self.own_line(Event::PasskeyCopied, &record.user, &client), self.0.clock.now());
        // No wrong password is forgiven: none was proved.
        let earlier = Earlier::default();
        let proof = ProvedAccount { record, password: None, reservation, account: None, device, earlier };
        let (failed, this) =
            (self.audit_line(Event::LoginFailed, "", &subject, &client.source.to_string()), self.clone());
        let step = move |c: &mut Connection| {
            if proved.settle(c, &line, now)? {
                return Ok(Ok(()));
            }
            audit::append(c, &failed)?;
            Ok(Err(AccountError::InvalidCredentials))
        };
        self.run_uninterrupted(async move { this.open_session(proof, proofs, persistent, client, step).await }).await
    }

    /// The account of that person, and the known device that the browser is.
    async fn find_owner(
        &self,
        owner: Option<UserId>,
        client: &Client,
    ) -> Result<(Option<UserRecord>, Option<String>), AccountError> {
        let Some(id) = owner else { return Ok((None, None)) };
        self.find_with_device(client, move |c| users::find_by_id(c, &id)).await
    }
}

/// The sentence for a visitor whose passkey was refused: `otherwise`, if waiting was not the reason.
const fn words_for(fault: Fault, otherwise: &'static str) -> &'static str {
    if matches!(fault, Fault::Expired) { "passkey-expired" } else { otherwise }
}
