//! The account of this instance at an authority: registered with the first order, and sealed (S132).

use super::Accounts;
use super::certificate_lease::OrderFault;
use crate::acme::order::Authority;
use crate::config::tls::Acme;
use crate::storage::acme::{self, StoredAccount};

impl Accounts {
    /// The account that was registered, or a new one.
    pub(super) async fn authority(&self, acme: &Acme) -> Result<Authority, OrderFault> {
        let url = acme.directory_url.clone();
        let stored = self.0.database.read(move |c| acme::account(c, &url)).await?;
        let opened = stored.and_then(|stored| {
            let opened = self.0.sealer.open(&of_account(&acme.directory_url), &stored.sealed_credentials);
            Some((stored, opened?))
        });
        let Some((mut stored, credentials)) = opened else { return self.register(acme).await };
        let authority = Authority::resume(&credentials, self.acme_ca_file()).await?;
        if stored.contact != acme.email {
            match authority.change_contact(&acme.email).await {
                Ok(()) => {
                    stored.contact.clone_from(&acme.email);
                    self.write_as_holder(move |c| acme::put_account(c, &stored)).await?;
                }
                Err(fault) => tracing::warn!(%fault, "the authority did not take the new ACME_EMAIL"),
            }
        }
        Ok(authority)
    }

    /// A new account, in place of an earlier one.
    pub(super) async fn register(&self, acme: &Acme) -> Result<Authority, OrderFault> {
        let (authority, credentials) =
            Authority::register(&acme.directory_url, &acme.email, self.acme_ca_file()).await?;
        let account = StoredAccount {
            directory_url: acme.directory_url.clone(),
            contact: acme.email.clone(),
            sealed_credentials: self.0.sealer.seal(&of_account(&acme.directory_url), credentials.as_bytes()),
        };
        self.write_as_holder(move |c| acme::put_account(c, &account)).await?;
        tracing::info!(authority = acme.directory_url, "an account at the authority was registered");
        Ok(authority)
    }
}

/// What the sealed credentials of an account are good for.
pub(super) fn of_account(directory_url: &str) -> String {
    format!("ACME account {directory_url}")
}
