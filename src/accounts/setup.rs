//! Claiming the instance: exactly one owner, once and for good (S01 to S06).

use std::fs;
use std::io::ErrorKind;

use super::opening::{Opening, SignIn};
use super::operator_secret::OperatorSecret;
use super::{AccountError, Accounts, CLAIMED_SETTING, Client, FieldFault, Phase, revocation};
use crate::config::data_dir;
use crate::crypto::hash_workers::HashPermit;
use crate::crypto::password_hash::PasswordHash;
use crate::domain::audit::Event;
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::link::SIGN_IN_SECS;
use crate::domain::notice::Notice;
use crate::domain::password::{self, Password, PasswordContext};
use crate::domain::session::Method;
use crate::domain::sign_in::{Besides, check_complete};
use crate::domain::text::Text;
use crate::domain::user::{DisplayName, Role, User, UserState};
use crate::storage::users::UserRecord;
use crate::storage::{audit, devices, settings, users};

/// The fields of the set-up form.
pub struct ClaimForm {
    /// The owner's address, as typed.
    pub email: String,
    /// The password, as typed.
    pub password: String,
    /// The password, repeated.
    pub confirm: String,
    /// The display name, may be empty.
    pub name: String,
    /// What only the operator has.
    pub secret: OperatorSecret,
}

/// Validated values of a new account.
pub(super) struct NewAccount {
    pub(super) email: Email,
    pub(super) name: DisplayName,
    pub(super) password: Password,
}

impl Accounts {
    /// The link to the set-up page, with the token if the page asks for it; `None` after the claim. Until then the
    /// token is also kept in a file.
    ///
    /// It is derived from a random number in the database and `TOKEN_HASH_SECRET`, so that any node accepts the link of
    /// any other, and neither the database nor the secret alone reveals it.
    pub async fn setup_link(&self) -> Result<Option<String>, AccountError> {
        if self.phase() == Phase::Claimed {
            return Ok(None);
        }
        let this = self.clone();
        let token = self.0.database.write(move |c| this.setup_token(c)).await?;
        let path = self.0.config.data_dir.join(data_dir::SETUP_TOKEN);
        let kept = fs::read_to_string(&path).is_ok_and(|kept| kept.trim() == token);
        if !kept {
            data_dir::replace(&path, &token)
                .map_err(|fault| AccountError::Internal(format!("{}: {fault}", path.display())))?;
        }
        let page = if self.asks_for_token().await? {
            format!("/_auth/setup?token={token}")
        } else {
            "/_auth/setup".to_owned()
        };
        Ok(Some(self.0.config.server.app_url.join(&page)))
    }

    /// Creates the first admin and signs them in, or lets them set up a second factor first where one is demanded.
    pub async fn claim(&self, form: ClaimForm, client: Client) -> Result<SignIn, AccountError> {
        if self.phase() == Phase::Claimed {
            return Err(AccountError::Closed);
        }
        self.check_operator_secret(form.secret, (Event::SetupRefused, Event::SetupRefused), &client).await?;
        self.count_use("right:claim".to_owned()).await?;
        let permit = self.hash_permit(&client, None).await?;
        let account = self.check_account(&permit, form.email, form.name, form.password, form.confirm).await?;
        let hash = self.0.hasher.hash(&permit, account.password.clone()).await?;
        drop(permit);
        let this = self.clone();
        self.run_uninterrupted(async move { this.take_ownership(account, hash, client).await }).await
    }

    /// Whether a claim needs the token: if there is no deprecated pair, or after too many guesses at it.
    pub async fn asks_for_token(&self) -> Result<bool, AccountError> {
        Ok(self.phase() == Phase::Unclaimed || self.is_pair_closed().await?)
    }

    async fn take_ownership(
        &self,
        account: NewAccount,
        hash: PasswordHash,
        client: Client,
    ) -> Result<SignIn, AccountError> {
        let now = self.0.clock.now();
        let id = UserId::parse(&self.ordered_id()).ok_or_else(|| AccountError::Internal("random id".to_owned()))?;
        let user = User {
            id,
            email: account.email,
            username: None,
            name: account.name,
            role: Role::Admin,
            state: UserState::Active,
            created_at: now,
            last_sign_in_at: None,
            language: None,
        };
        let record = UserRecord { user: user.clone(), password_hash: Some(hash.clone()) };
        let opens = match check_complete(&user, Method::Password.into(), Besides::Nothing, self.0.config.second_factor)
        {
            Ok(proofs) => Ok(self.prepare_session(proofs, true, None, &client)?),
            Err(_enrolment) => Err(self.first_sign_in(&record)?),
        };
        let line =
            self.audit_line(Event::SetupClaimed, user.email.as_str(), user.email.as_str(), &client.source.to_string());
        let (store, until) = (self.0.store.clone(), now.plus(SIGN_IN_SECS));
        let claimed = self.0.database.write(move |c| {
            if !settings::put_if_absent(c, CLAIMED_SETTING, &now.secs().to_string())? {
                return Ok(None);
            }
            let signed_in = User { last_sign_in_at: opens.is_ok().then_some(now), ..user };
            users::insert(c, &signed_in, Some(&hash))?;
            let ended = store.end_legacy(c)?;
            audit::append(c, &line)?;
            match &opens {
                Ok(Opening { session, device, .. }) => {
                    devices::insert(c, &signed_in.id, device)?;
                    store.insert(c, session)?;
                }
                Err((_, row)) => row.insert(c, until)?,
            }
            Ok(Some((revocation::publish(c, ended, vec![Notice::Claimed], now)?, opens)))
        });
        let Some((ended, opens)) = claimed.await? else {
            self.apply(&Notice::Claimed);
            return Err(AccountError::Closed);
        };
        self.ended(ended).await;
        match opens {
            Ok(opening) => self.carriers_of(&opening).map(SignIn::Open),
            Err((waiting, _)) => Ok(SignIn::Waiting(waiting)),
        }
    }

    /// Writes the marker beside the database and deletes the token: losing the database must not reopen set-up (S04).
    #[expect(clippy::cognitive_complexity, reason = "the macros of tracing count as branches; there are few")]
    pub fn keep_claim_marker(&self) {
        let marker = self.0.config.data_dir.join(data_dir::CLAIMED);
        if !marker.exists()
            && let Err(fault) = data_dir::replace(
                &marker,
                "This instance has an owner. Without this file a lost database could be claimed by somebody else.\n",
            )
        {
            tracing::error!(%fault, file = %marker.display(), "the claim marker could not be written");
        }
        if let Err(fault) = fs::remove_file(self.0.config.data_dir.join(data_dir::SETUP_TOKEN))
            && fault.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%fault, "the used set-up token could not be removed");
        }
    }

    /// Validates address, name and password of a new account; reports all errors at once. Runs on the hash workers, as
    /// the password rules take a while.
    pub(super) async fn check_account(
        &self,
        permit: &HashPermit,
        email: String,
        name: String,
        typed: String,
        confirm: String,
    ) -> Result<NewAccount, AccountError> {
        let this = self.clone();
        let judge = move || this.judge_account(&email, &name, typed, &confirm);
        permit.run(judge).await?.map_err(AccountError::Rules)
    }

    fn judge_account(
        &self,
        email: &str,
        name: &str,
        typed: String,
        confirm: &str,
    ) -> Result<NewAccount, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let email = Email::parse(email).map_err(|fault| faults.push(FieldFault::new("email", fault.text()))).ok();
        let name = DisplayName::parse(name).map_err(|fault| faults.push(FieldFault::new("name", fault.text()))).ok();
        let same = typed == confirm;
        let context = PasswordContext {
            min_length: self.0.config.passwords.min_length,
            email: email.as_ref().map_or("", Email::as_str),
            name: name.as_ref().map_or("", DisplayName::as_str),
            host: self.0.config.server.app_url.host(),
        };
        let password = Password::take(typed).and_then(|typed| password::check(&typed, &context).map(|()| typed));
        let password = password.map_err(|fault| faults.push(FieldFault::new("password", fault.text()))).ok();
        if !same {
            faults.push(FieldFault::new("confirm", Text::new("password-differs")));
        }
        match (email, name, password) {
            (Some(email), Some(name), Some(password)) if faults.is_empty() => Ok(NewAccount { email, name, password }),
            _ => Err(faults),
        }
    }
}
