//! Sessions: the row is authoritative, the tokens only refer to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::ids::{SessionId, UserId};
use super::origin::Origin;
use super::time::Timestamp;
use super::words::words;

/// Seconds for which the predecessor of a refresh token still returns the successor, counted from the moment the
/// successor was first presented (S44).
pub const ROTATION_GRACE_SECS: i64 = 30;
/// Seconds after which a session ends if the browser was not asked to keep it.
pub const BROWSER_SESSION_SECS: i64 = 12 * 3600;
/// Minutes after a proof of identity during which sensitive changes need no confirmation (S130).
const RECENT_MINUTES: i64 = 15;
/// Seconds by which the clock of the node that checked a proof may be ahead.
const MAX_CLOCK_DIFFERENCE_SECS: i64 = 60;
/// Maximum live sessions of one account; the next sign-in ends the oldest (S107).
pub const MAX_SESSIONS: usize = 100;
/// Maximum child sessions of one session; the next hand-over ends the oldest (S104).
pub const MAX_CHILDREN: usize = 100;

/// Maximum age of a cached session, in seconds.
pub const MAX_CACHED_SECS: u64 = 60;
/// Maximum age of the recorded last use of a session, in seconds, if nothing depends on it.
pub const LAST_SEEN_PRECISION_SECS: i64 = 300;

/// How long a session may be idle, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdleLimit(i64);

impl IdleLimit {
    /// A limit in minutes.
    pub const fn from_minutes(minutes: i64) -> Self {
        Self(minutes * 60)
    }

    /// Maximum age of the recorded last use, in seconds.
    pub fn note_secs(self) -> i64 {
        (self.0 / 10).min(LAST_SEEN_PRECISION_SECS)
    }

    /// Whether `session` has certainly been idle for that long at `now`: its recorded last use may be old, and the
    /// cache is used meanwhile.
    pub fn is_over(self, session: &Session, now: Timestamp) -> bool {
        let copies = i64::try_from(MAX_CACHED_SECS).unwrap_or(0);
        now.since(session.last_seen_at) > self.0 + self.note_secs() + copies
    }
}

words! {
    /// A way of proving one's identity.
    pub enum Method {
        /// The password of an account.
        Password = "password",
        /// The user name and password of the deprecated mode.
        Pair = "pair",
        /// A code of an app for one-time codes.
        Totp = "totp",
        /// A recovery code.
        Recovery = "recovery",
        /// A passkey, alone with user verification, or as a second factor.
        Passkey = "passkey",
    }
}

impl Method {
    /// Whether it is a second factor.
    pub const fn is_factor(self) -> bool {
        match self {
            Self::Totp | Self::Recovery | Self::Passkey => true,
            Self::Password | Self::Pair => false,
        }
    }
}

/// Methods by which somebody proved their identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Methods(BTreeSet<Method>);

impl Methods {
    /// Whether a second factor is among them.
    pub fn has_factor(&self) -> bool {
        self.0.iter().any(|method| method.is_factor())
    }

    /// The words for them.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|method| method.as_str())
    }

    /// The union with `other`.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.0.extend(&other.0);
        self
    }
}

impl From<Method> for Methods {
    fn from(method: Method) -> Self {
        Self(BTreeSet::from([method]))
    }
}

/// When the person behind a session last proved their identity, by each method; empty if unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MethodTimes(BTreeMap<Method, Timestamp>);

impl MethodTimes {
    /// Parses what [`MethodTimes`] prints; an unknown word makes it `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let read = |part: &str| {
            let (method, at) = part.split_once(':')?;
            Some((Method::parse(method)?, Timestamp::from_secs(at.parse().ok()?)))
        };
        text.split_ascii_whitespace().map(read).collect::<Option<_>>().map(Self)
    }

    /// When a second factor was last proved.
    pub fn factor_at(&self) -> Option<Timestamp> {
        self.0.iter().filter(|(method, _)| method.is_factor()).map(|(_, at)| *at).max()
    }

    /// The same after these were proved at `now`.
    #[must_use]
    pub fn with(mut self, methods: Methods, now: Timestamp) -> Self {
        self.0.extend(methods.0.into_iter().map(|method| (method, now)));
        self
    }

    /// The same without second factors.
    #[must_use]
    pub fn without_factors(mut self) -> Self {
        self.0.retain(|method, _| !method.is_factor());
        self
    }

    /// The same after a factor was added at a time when the last proof was of `proved_at`: to add one proves no
    /// identity (S130), so it makes no proof of a factor newer.
    #[must_use]
    pub fn with_added(self, factor: Method, proved_at: Timestamp) -> Self {
        let at = self.factor_at().unwrap_or(proved_at);
        self.with(factor.into(), at)
    }
}

impl fmt::Display for MethodTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> =
            self.0.iter().map(|(method, at)| format!("{}:{}", method.as_str(), at.secs())).collect();
        f.write_str(&parts.join(" "))
    }
}

/// What makes a session a child: it was opened on the host of an app by hand-over (docs/adr/0012).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildOf {
    /// The session at the portal, with which it ends.
    pub parent: SessionId,
    /// The origin of the app, the only place where it is good (S117).
    pub origin: Origin,
}

/// What is known of the last proof of somebody's identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// When a second factor was last proved in this session, if ever.
    pub factor: Option<Timestamp>,
    /// When the last proof was.
    pub at: Timestamp,
}

impl Proof {
    /// Whether it is recent enough for a sensitive change (S130).
    pub const fn is_recent(self, now: Timestamp) -> bool {
        self.is_within(RECENT_MINUTES, now)
    }

    /// Whether a second factor was proved in this session.
    pub const fn has_factor(self) -> bool {
        self.factor.is_some()
    }

    /// Whether it is at most `minutes` old. A proof in the future does not count, apart from small clock differences.
    pub const fn is_within(self, minutes: i64, now: Timestamp) -> bool {
        let age = now.since(self.at);
        -MAX_CLOCK_DIFFERENCE_SECS <= age && age <= minutes.saturating_mul(60)
    }

    /// The proof of a second factor alone, if there was one.
    pub fn of_factor(self) -> Option<Self> {
        self.factor.map(|at| Self { at, ..self })
    }
}

/// One live session as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// `sid` in both JWTs and the content of the session cookie.
    pub id: SessionId,
    /// Whose session it is; `None` in the deprecated mode.
    pub user: Option<UserId>,
    /// Where it is good, if not at the portal, and with which session it ends.
    pub child_of: Option<ChildOf>,
    /// When the sign-in happened.
    pub created_at: Timestamp,
    /// The absolute expiry: rotation never extends it (S45).
    pub expires_at: Timestamp,
    /// Whether the browser keeps it after it is closed.
    pub persistent: bool,
    /// How the person proved their identity, and when.
    pub methods: MethodTimes,
    /// The last time they did so.
    pub authenticated_at: Timestamp,
    /// Generation of the newest refresh token, starting at 0.
    pub generation: i64,
    /// When that generation was created.
    pub rotated_at: Timestamp,
    /// When the newest refresh token was first presented by the client.
    pub successor_seen_at: Option<Timestamp>,
    /// Client address at sign-in.
    pub source: String,
    /// `User-Agent` at sign-in, shortened.
    pub device: String,
    /// When a request was last checked against the store, accurate to a few minutes.
    pub last_seen_at: Timestamp,
}

/// What a refresh token's generation means for its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GenerationVerdict {
    /// The newest token: may be rotated.
    Current,
    /// The immediate predecessor within its grace period: returns the same successor.
    PredecessorInGrace,
    /// Older, or the predecessor after its grace period: a replay (S43).
    Reused,
    /// A generation that was never issued for this row, for instance after a restore.
    Unknown,
}

impl Session {
    /// A session that begins at `now`, in a browser of which nothing is known.
    pub fn new(id: SessionId, user: Option<UserId>, methods: Methods, now: Timestamp, expires_at: Timestamp) -> Self {
        Self {
            id,
            user,
            child_of: None,
            created_at: now,
            expires_at,
            persistent: true,
            methods: MethodTimes::default().with(methods, now),
            authenticated_at: now,
            generation: 0,
            rotated_at: now,
            successor_seen_at: None,
            source: String::new(),
            device: String::new(),
            last_seen_at: now,
        }
    }

    /// The origin of the app that it is good for; `None` is the portal.
    pub fn origin(&self) -> Option<&Origin> {
        self.child_of.as_ref().map(|child| &child.origin)
    }

    /// The session that a sign-in opened: this one, or its parent.
    pub fn signed_in(&self) -> &SessionId {
        self.child_of.as_ref().map_or(&self.id, |child| &child.parent)
    }

    /// A child of this session for the app at `origin`, which begins now.
    #[must_use]
    pub fn child(&self, id: SessionId, origin: Origin, now: Timestamp) -> Self {
        Self {
            id,
            child_of: Some(ChildOf { parent: self.id.clone(), origin }),
            created_at: now,
            generation: 0,
            rotated_at: now,
            successor_seen_at: None,
            ..self.clone()
        }
    }

    /// The child session as it is while `parent` is live: what was proved was proved there, its use is use of the
    /// parent, and it never ends later. `None` if they are not parent and child of one person.
    pub fn within(self, parent: &Self) -> Option<Self> {
        let is_child = self.child_of.as_ref().is_some_and(|child| child.parent == parent.id);
        let fits = is_child && parent.child_of.is_none() && self.user.is_some() && self.user == parent.user;
        fits.then(|| Self {
            expires_at: self.expires_at.min(parent.expires_at),
            methods: parent.methods.clone(),
            authenticated_at: parent.authenticated_at,
            last_seen_at: parent.last_seen_at,
            ..self
        })
    }

    /// The last proof of the person's identity.
    pub fn proof(&self) -> Proof {
        Proof { factor: self.methods.factor_at(), at: self.authenticated_at }
    }

    /// Judges `generation`, taken from a verified refresh token, at `now`.
    pub fn judge_generation(&self, generation: i64, now: Timestamp) -> GenerationVerdict {
        if generation == self.generation {
            return GenerationVerdict::Current;
        }
        if generation > self.generation || generation < 0 {
            return GenerationVerdict::Unknown;
        }
        let immediate = generation == self.generation - 1;
        let in_grace = self.successor_seen_at.is_none_or(|at| now.since(at) < ROTATION_GRACE_SECS);
        if immediate && in_grace { GenerationVerdict::PredecessorInGrace } else { GenerationVerdict::Reused }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(id: &str, user: &str) -> Session {
        let (id, user) = (SessionId::parse(&id.repeat(22)).unwrap(), UserId::parse(&user.repeat(22)).unwrap());
        Session::new(id, Some(user), Method::Password.into(), Timestamp::from_secs(0), Timestamp::from_secs(1000))
    }

    #[test]
    fn s117_a_child_lives_within_its_own_parent_alone_and_never_longer() {
        let origin = Origin::parse(true, "wiki.example.net").unwrap();
        let mut parent = session("p", "u");
        let id = SessionId::parse(&"c".repeat(22)).unwrap();
        let child = parent.child(id, origin.clone(), Timestamp::from_secs(10));
        assert_eq!((child.origin(), child.signed_in()), (Some(&origin), &parent.id));
        parent.expires_at = Timestamp::from_secs(500);
        parent.authenticated_at = Timestamp::from_secs(20);
        parent.last_seen_at = Timestamp::from_secs(30);
        let live = child.clone().within(&parent).unwrap();
        assert_eq!(
            (live.expires_at, live.authenticated_at, live.last_seen_at),
            (Timestamp::from_secs(500), Timestamp::from_secs(20), Timestamp::from_secs(30))
        );
        let stranger = Session { user: session("p", "v").user, ..parent.clone() };
        for other in [session("q", "u"), stranger, live.clone(), Session { user: None, ..parent.clone() }] {
            assert_eq!(child.clone().within(&other), None, "{other:?}");
        }
        assert_eq!(parent.clone().within(&parent), None, "the portal's session is nobody's child");
        assert_eq!(Session { user: None, ..child }.within(&Session { user: None, ..parent }), None);
    }

    #[test]
    fn times_of_methods_are_read_back_and_unknown_words_are_refused() {
        let at = Timestamp::from_secs;
        let password = MethodTimes::default().with(Method::Password.into(), at(5));
        let both = password.clone().with(Method::Totp.into(), at(-7));
        assert_eq!(both.to_string(), "password:5 totp:-7");
        for times in [MethodTimes::default(), password, both] {
            assert_eq!(MethodTimes::parse(&times.to_string()), Some(times));
        }
        for text in
            ["telepathy:5", "password:5 telepathy:5", "Password:5", "password:5,pair:5", "password", "password:x"]
        {
            assert_eq!(MethodTimes::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn s126_a_password_and_an_added_factor_make_no_proof_of_a_factor_newer() {
        let at = Timestamp::from_secs;
        let password = MethodTimes::default().with(Method::Password.into(), at(5));
        assert_eq!(password.factor_at(), None);
        assert_eq!(password.clone().with_added(Method::Totp, at(5)).factor_at(), Some(at(5)));
        let both = password.with(Method::Recovery.into(), at(6)).with(Method::Password.into(), at(90));
        assert_eq!(both.factor_at(), Some(at(6)));
        assert_eq!(both.clone().with_added(Method::Totp, at(90)).factor_at(), Some(at(6)));
        assert_eq!(both.with(Method::Totp.into(), at(91)).factor_at(), Some(at(91)));
    }
}
