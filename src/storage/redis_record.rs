//! The fields of a session in Redis. What an older version stored gets defaults; what a newer one stored is refused by
//! name.

use std::collections::HashMap;

use super::StorageError;
use super::sessions::child_of;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::session::{MethodTimes, Session};
use crate::domain::time::Timestamp;

/// The form of the hash; raised when an older program would misread it. A field that is added need not raise it: an
/// older program refuses what it does not know.
const FORMAT: i64 = 1;

/// A session as Redis has it, and the epoch of its user when it began.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// The session.
    pub session: Session,
    /// `users.session_epoch` at sign-in; 0 in the deprecated mode, and not used of a child.
    pub epoch: i64,
    /// The epoch that follows when its user ends all others: it is good under both, for the database may not have got
    /// there yet.
    pub next_epoch: Option<i64>,
}

pub(super) fn to_fields(stored: &StoredSession) -> Vec<(&'static str, String)> {
    // Without `..`: a field that is not stored does not compile.
    let Session {
        id: _,
        user,
        child_of,
        created_at,
        expires_at,
        persistent,
        methods,
        authenticated_at,
        generation,
        rotated_at,
        successor_seen_at,
        source,
        device,
        last_seen_at,
    } = &stored.session;
    vec![
        ("format", FORMAT.to_string()),
        ("user", user.as_ref().map_or_else(String::new, ToString::to_string)),
        ("parent", child_of.as_ref().map_or_else(String::new, |child| child.parent.to_string())),
        ("org", child_of.as_ref().map_or_else(String::new, |child| child.origin.to_string())),
        ("created_at", created_at.secs().to_string()),
        ("expires_at", expires_at.secs().to_string()),
        ("persistent", persistent.to_string()),
        ("methods", methods.to_string()),
        ("authenticated_at", authenticated_at.secs().to_string()),
        ("generation", generation.to_string()),
        ("rotated_at", rotated_at.secs().to_string()),
        ("successor_seen_at", successor_seen_at.map_or_else(String::new, |at| at.secs().to_string())),
        ("source", source.clone()),
        ("device", device.clone()),
        ("last_seen_at", last_seen_at.secs().to_string()),
        ("epoch", stored.epoch.to_string()),
    ]
}

pub(super) fn from_fields(
    id: &SessionId,
    fields: HashMap<String, String>,
) -> Result<Option<StoredSession>, StorageError> {
    if fields.is_empty() {
        return Ok(None);
    }
    let mut fields = Fields(fields);
    let format = fields.number("format", Some(0))?;
    if format > FORMAT {
        return Err(newer(&format!("the format {format}")));
    }
    let created_at = fields.time("created_at", None)?;
    let [parent, org] = [fields.optional_text("parent")?, fields.optional_text("org")?];
    let damaged = || StorageError::Corrupt("a session in Redis has no valid parent and org".to_owned());
    let child_of = child_of(parent.as_deref(), org.as_deref(), damaged)?;
    let session =
        Session {
            id: id.clone(),
            user: fields.parsed("user", None, |user| {
                if user.is_empty() { Some(None) } else { UserId::parse(user).map(Some) }
            })?,
            child_of,
            created_at,
            expires_at: fields.time("expires_at", None)?,
            persistent: fields.parsed("persistent", Some(true), |text| text.parse().ok())?,
            methods: fields.parsed("methods", Some(MethodTimes::default()), MethodTimes::parse)?,
            authenticated_at: fields.time("authenticated_at", Some(created_at))?,
            generation: fields.number("generation", None)?,
            rotated_at: fields.time("rotated_at", None)?,
            successor_seen_at: fields.optional_time("successor_seen_at")?,
            source: fields.text("source")?,
            device: fields.text("device")?,
            last_seen_at: fields.time("last_seen_at", Some(created_at))?,
        };
    let epoch = fields.number("epoch", None)?;
    let next_epoch = fields.parsed("next_epoch", Some(None), |text| text.parse().ok().map(Some))?;
    match fields.0.keys().min() {
        Some(unknown) => Err(newer(&format!("the field {unknown:?}"))),
        None => Ok(Some(StoredSession { session, epoch, next_epoch })),
    }
}

fn newer(what: &str) -> StorageError {
    StorageError::Corrupt(format!(
        "a session in Redis has {what}, which this version of Portcullis does not know: a newer one wrote it"
    ))
}

/// What a session in Redis has; each field is taken out as it is read, so that what stays is unknown.
struct Fields(HashMap<String, String>);

impl Fields {
    /// Reads a field. One that is missing has the default, where there is one: the session is older than the field.
    fn parsed<T>(
        &mut self,
        name: &str,
        default: Option<T>,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StorageError> {
        let value = self.0.remove(name).map_or(default, |text| parse(&text));
        value.ok_or_else(|| StorageError::Corrupt(format!("a session in Redis has no valid {name}")))
    }

    fn text(&mut self, name: &str) -> Result<String, StorageError> {
        self.parsed(name, None, |text| Some(text.to_owned()))
    }

    /// A text that most sessions do not have is empty.
    fn optional_text(&mut self, name: &str) -> Result<Option<String>, StorageError> {
        self.parsed(name, Some(None), |text| Some(Some(text.to_owned()).filter(|text| !text.is_empty())))
    }

    fn number(&mut self, name: &str, default: Option<i64>) -> Result<i64, StorageError> {
        self.parsed(name, default, |text| text.parse().ok())
    }

    fn time(&mut self, name: &str, default: Option<Timestamp>) -> Result<Timestamp, StorageError> {
        self.number(name, default.map(Timestamp::secs)).map(Timestamp::from_secs)
    }

    /// A time that has not come yet is empty.
    fn optional_time(&mut self, name: &str) -> Result<Option<Timestamp>, StorageError> {
        let read = |text: &str| {
            if text.is_empty() { Some(None) } else { text.parse().ok().map(Timestamp::from_secs).map(Some) }
        };
        self.parsed(name, Some(None), read)
    }
}
