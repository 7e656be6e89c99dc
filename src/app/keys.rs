//! The keys of this instance; the database remembers their fingerprints.

use secrecy::ExposeSecret;

use super::StartError;
use crate::accounts::secret_change::{self, fingerprint_setting};
use crate::config::{Config, Faults, Secrets, secrets};
use crate::crypto::keys::{Keys, SecretMaterial};
use crate::crypto::random;
use crate::storage::{Database, apps, settings};

/// The keys, created by the first node on an empty database, and the same on every other.
pub(super) fn of_server(config: &Config, database: &Database) -> Result<Keys, StartError> {
    let known = database.read_blocking(|c| settings::find(c, "key:PASSWORD_KEY"))?;
    let secrets = config.secrets(known.is_none(), &random::secret)?;
    let keys = derive(&secrets, secrets.token_hash.expose_secret());
    for (name, print) in keys.fingerprints() {
        database.write_blocking(|c| settings::put_if_absent(c, &fingerprint_setting(name), print))?;
    }
    check(config, database.read_blocking(|c| secret_change::differing(c, &keys))?)?;
    Ok(keys)
}

/// Checks the keys once more while nobody changes a secret, who then finds this server in the list of nodes: one that
/// was changed while this server started is noticed.
pub(super) fn check_again(config: &Config, database: &Database, keys: &Keys) -> Result<(), StartError> {
    let differing = database.write_blocking(|c| {
        apps::hold(c)?;
        secret_change::differing(c, keys)
    })?;
    Ok(check(config, differing)?)
}

/// The keys of these secrets with that `TOKEN_HASH_SECRET`.
pub(crate) fn derive(secrets: &Secrets, token_hash: &str) -> Keys {
    Keys::derive(&SecretMaterial {
        jwt_auth: secrets.jwt_auth.expose_secret(),
        jwt_refresh: secrets.jwt_refresh.expose_secret(),
        express_session: secrets.express_session.expose_secret(),
        password_key: secrets.password_key.expose_secret(),
        token_hash,
    })
}

/// A key other than the one the database was created with would make passwords and tokens useless: name it, and stop.
pub(crate) fn check(config: &Config, differing: Vec<&'static str>) -> Result<(), Faults> {
    let mut faults = Faults::default();
    for name in differing {
        let interrupted = name == secrets::CHANGEABLE && secrets::next_file(&config.data_dir).exists();
        faults.add(
            name,
            if interrupted {
                "is not the one that this database uses, and a change of it was interrupted; run `portcullis secret \
                    change --yes` again"
            } else {
                "is not the one that this database uses; restore that one"
            },
        );
    }
    faults.into_result()
}
