//! The lease under which certificates are ordered: one node at a time (S136).

use super::{AccountError, Accounts};
use crate::acme::AcmeFault;
use crate::storage::{Connection, StorageError, leases};

/// The name of the lease.
const WORK: &str = "certificates";

/// Why an order came to nothing.
pub(super) enum OrderFault {
    /// The authority.
    Acme(AcmeFault),
    /// Another node has taken over.
    Lost,
    /// The store: what came of it cannot be noted.
    Store(AccountError),
}

impl From<AcmeFault> for OrderFault {
    fn from(fault: AcmeFault) -> Self {
        Self::Acme(fault)
    }
}

impl From<AccountError> for OrderFault {
    fn from(fault: AccountError) -> Self {
        Self::Store(fault)
    }
}

impl From<StorageError> for OrderFault {
    fn from(fault: StorageError) -> Self {
        Self::Store(fault.into())
    }
}

impl Accounts {
    /// Whether this node may order.
    pub(super) async fn take_lease(&self) -> Result<bool, StorageError> {
        let node = self.0.node.clone();
        self.0.database.write(move |c| leases::take(c, WORK, &node)).await
    }

    /// Writes what comes of an order; nothing if another node has taken over.
    pub(super) async fn write_as_holder<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, OrderFault> {
        let node = self.0.node.clone();
        let written = self.0.database.write(move |c| {
            let holds = leases::hold(c, WORK, &node)?;
            holds.then(|| work(c)).transpose()
        });
        written.await?.ok_or(OrderFault::Lost)
    }
}
