//! An account at an authority, and the order of one certificate with it.

use std::path::Path;
use std::time::Duration;

use instant_acme::{
    Account, AccountCredentials, AuthorizationHandle, AuthorizationStatus, ChallengeType, Error, Identifier,
    NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};

use serde_json::Value;

use super::connection::Connection;
use super::fault::{AcmeFault, words};
use crate::domain::certificates::ChallengeKind;

/// How long the authority may take to check a challenge, and to issue; asked again and again, less and less often.
const POLLING: RetryPolicy =
    RetryPolicy::new().initial_delay(Duration::from_millis(250)).backoff(1.6).timeout(Duration::from_secs(90));
/// The longest token that is answered.
const MAX_TOKEN: usize = 200;

/// An account at an authority.
pub struct Authority {
    account: Account,
    connection: Connection,
}

/// A challenge that this instance has to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How the authority asks.
    pub kind: ChallengeKind,
    /// Chosen by the authority.
    pub token: String,
    /// The answer.
    pub key_authorization: String,
}

/// What an authority issued, unchecked.
pub struct Issued {
    /// The certificate with those of its authorities, as PEM.
    pub chain: String,
    /// The private key, made here, as PEM.
    pub key: String,
}

impl Authority {
    /// Registers an account with a new key. Also returns what [`Self::resume`] takes: secret.
    pub async fn register(
        directory_url: &str,
        email: &str,
        ca_file: Option<&Path>,
    ) -> Result<(Self, String), AcmeFault> {
        let connection = connection(ca_file)?;
        let contact = format!("mailto:{email}");
        let account = NewAccount { contact: &[&contact], terms_of_service_agreed: true, only_return_existing: false };
        let builder = Account::builder_with_http(Box::new(connection.clone()));
        let created = builder.create(&account, directory_url.to_owned(), None).await;
        let (account, credentials) = created.map_err(|fault| AcmeFault::of(&fault, connection.wait_secs()))?;
        let credentials =
            serde_json::to_string(&credentials).map_err(|fault| AcmeFault::refused(&fault.to_string()))?;
        Ok((Self { account, connection }, credentials))
    }

    /// An account that was registered earlier.
    pub async fn resume(credentials: &[u8], ca_file: Option<&Path>) -> Result<Self, AcmeFault> {
        let connection = connection(ca_file)?;
        let credentials: AccountCredentials =
            serde_json::from_slice(credentials).map_err(|fault| AcmeFault::refused(&fault.to_string()))?;
        let builder = Account::builder_with_http(Box::new(connection.clone()));
        let account = builder.from_credentials(credentials).await;
        let account = account.map_err(|fault| AcmeFault::of(&fault, connection.wait_secs()))?;
        Ok(Self { account, connection })
    }

    /// Tells the authority where it may write to from now on.
    pub async fn change_contact(&self, email: &str) -> Result<(), AcmeFault> {
        let contact = format!("mailto:{email}");
        self.account.update_contacts(&[&contact]).await.map_err(|fault| self.fault(&fault))
    }

    /// Orders a certificate for `name`. The first way of `ways` that the authority offers is taken; `publish` has to
    /// make every node answer.
    pub async fn order<E: From<AcmeFault>>(
        &self,
        name: &str,
        ways: &[ChallengeKind],
        publish: impl AsyncFnOnce(Answer) -> Result<(), E>,
    ) -> Result<Issued, E> {
        let identifiers = [Identifier::Dns(name.to_owned())];
        let order = self.account.new_order(&NewOrder::new(&identifiers)).await;
        let mut order = order.map_err(|fault| self.fault(&fault))?;
        self.prove(&mut order, name, ways, publish).await?;
        let status = match order.state().status {
            OrderStatus::Ready => OrderStatus::Ready,
            _ => match order.poll_ready(&POLLING).await {
                Ok(status) => status,
                // The order says that it failed, its challenge why.
                Err(fault) => {
                    let fault = self.fault(&fault);
                    return Err(self.reason(&mut order).await.unwrap_or(fault).into());
                }
            },
        };
        if status != OrderStatus::Ready {
            let unknown = || AcmeFault::refused("the authority refused the order and gave no reason");
            return Err(self.reason(&mut order).await.unwrap_or_else(unknown).into());
        }
        let key = order.finalize().await.map_err(|fault| self.fault(&fault))?;
        let chain = order.poll_certificate(&POLLING).await.map_err(|fault| self.fault(&fault))?;
        Ok(Issued { chain, key })
    }

    /// Answers the challenge of an order, unless the authority remembers an earlier answer.
    async fn prove<E: From<AcmeFault>>(
        &self,
        order: &mut Order,
        name: &str,
        ways: &[ChallengeKind],
        publish: impl AsyncFnOnce(Answer) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut authorizations = order.authorizations();
        let Some(authorization) = authorizations.next().await else {
            return Err(AcmeFault::refused("the authority asks for no proof of the name").into());
        };
        let mut authorization = authorization.map_err(|fault| self.fault(&fault))?;
        if authorization.identifier().to_string() != name {
            return Err(AcmeFault::refused("the authority asks about another name than the one in the order").into());
        }
        match authorization.status {
            AuthorizationStatus::Valid => return Ok(()),
            AuthorizationStatus::Pending => {}
            status => return Err(AcmeFault::refused(&format!("the authorization is {status:?}")).into()),
        }
        let kind = offered(&authorization, ways)
            .ok_or_else(|| AcmeFault::refused("the authority offers neither TLS-ALPN-01 nor HTTP-01"))?;
        let challenge = authorization.challenge(type_of(kind));
        let mut challenge = challenge.ok_or_else(|| AcmeFault::refused("the authority took its challenge back"))?;
        if !is_token(&challenge.token) {
            return Err(AcmeFault::refused("the token of the challenge is malformed").into());
        }
        let key_authorization = challenge.key_authorization().as_str().to_owned();
        publish(Answer { kind, token: challenge.token.clone(), key_authorization }).await?;
        challenge.set_ready().await.map_err(|fault| self.fault(&fault))?;
        Ok(())
    }

    /// Why the authority did not accept an answer, as far as it says.
    async fn reason(&self, order: &mut Order) -> Option<AcmeFault> {
        let mut authorizations = order.authorizations();
        let mut authorization = authorizations.next().await?.ok()?;
        let state = authorization.refresh().await.ok()?;
        let failed = state.challenges.iter().find_map(|challenge| {
            Some(format!("{}: {}", name_of(&challenge.r#type)?, words(challenge.error.as_ref()?)))
        })?;
        Some(AcmeFault::refused(&failed))
    }

    fn fault(&self, fault: &Error) -> AcmeFault {
        AcmeFault::of(fault, self.connection.wait_secs())
    }
}

fn connection(ca_file: Option<&Path>) -> Result<Connection, AcmeFault> {
    Connection::new(ca_file).map_err(|fault| AcmeFault::unavailable(&fault.to_string()))
}

fn offered(authorization: &AuthorizationHandle<'_>, ways: &[ChallengeKind]) -> Option<ChallengeKind> {
    let is_offered =
        |kind: &ChallengeKind| authorization.challenges.iter().any(|challenge| challenge.r#type == type_of(*kind));
    ways.iter().copied().find(is_offered)
}

const fn type_of(kind: ChallengeKind) -> ChallengeType {
    match kind {
        ChallengeKind::TlsAlpn01 => ChallengeType::TlsAlpn01,
        ChallengeKind::Http01 => ChallengeType::Http01,
    }
}

const fn name_of(kind: &ChallengeType) -> Option<&'static str> {
    match kind {
        ChallengeType::TlsAlpn01 => Some(ChallengeKind::TlsAlpn01.as_str()),
        ChallengeType::Http01 => Some(ChallengeKind::Http01.as_str()),
        _ => None,
    }
}

/// Asks an authority for its directory (RFC 8555, section 7.1.1); an error says why it cannot be used.
pub async fn check_directory(directory_url: &str, ca_file: Option<&Path>) -> Result<(), AcmeFault> {
    let connection = connection(ca_file)?;
    let directory = connection.get(directory_url).await.map_err(|fault| AcmeFault::of(&fault, None))?;
    let has = |name: &str| directory.as_ref().and_then(|fields| fields.get(name)).is_some_and(Value::is_string);
    if ["newNonce", "newAccount", "newOrder"].into_iter().all(has) {
        return Ok(());
    }
    Err(AcmeFault::unavailable(&format!("there is no ACME directory at {directory_url}")))
}

/// Base64url, as the token of a challenge has to be (RFC 8555, section 8.1): it becomes part of an address.
pub fn is_token(token: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=MAX_TOKEN).contains(&token.len()) && token.bytes().all(sign)
}
