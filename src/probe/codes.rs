//! What can be found, one row each: its code, how bad it is, and what it means (docs/DOCTOR.md).

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something that was not asked; nothing is wrong.
    Note,
    /// Something does not work as it should; nobody gets in who should not.
    Warning,
    /// The gate can be passed, or deceived, or does not work at all.
    Fault,
    /// The address could not be asked.
    Unable,
}

impl Level {
    /// Its word, for scripts and the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Fault => "fault",
            Self::Unable => "unable",
        }
    }

    /// The exit code of the command.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Note => 0,
            Self::Warning => 1,
            Self::Fault => 2,
            Self::Unable => 3,
        }
    }
}

macro_rules! codes {
    ($($(#[$meaning:meta])* $variant:ident = $code:literal, $level:ident;)*) => {
        /// What can be found. Its code is the key of its sentence as well.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$meaning])* $variant,)*
        }

        impl Code {
            /// All of them, in the order of the document.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code, which never changes.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            /// How bad it is.
            pub const fn level(self) -> Level {
                match self {
                    $(Self::$variant => Level::$level,)*
                }
            }
        }
    };
}

codes! {
    /// Nobody answers at the address.
    Unreachable = "probe-unreachable", Unable;
    /// No app has the address.
    UnknownAddress = "probe-unknown-address", Unable;
    /// The instance has no owner yet.
    Unclaimed = "probe-unclaimed", Unable;
    /// Some questions had no answer in time.
    Late = "probe-late", Unable;
    /// `/_auth/` does not lead to the gate.
    GateNotReached = "probe-gate-not-reached", Fault;
    /// The gate refuses what the proxy asks.
    QuestionRefused = "probe-question-refused", Fault;
    /// The proxy asks at an address that the gate does not answer.
    WrongDialect = "probe-wrong-dialect", Fault;
    /// The app answers somebody who is not signed in.
    AnonymousLetIn = "probe-anonymous-let-in", Fault;
    /// Somebody else than the gate answers a path.
    AnsweredUnasked = "probe-answered-unasked", Warning;
    /// A page is refused in place of leading to sign-in.
    NavigationRefused = "probe-navigation-refused", Warning;
    /// A page leads to an address that is not that of sign-in.
    SignInElsewhere = "probe-sign-in-elsewhere", Fault;
    /// A script is redirected.
    ScriptRedirected = "probe-script-redirected", Warning;
    /// A WebSocket opens for somebody who is not signed in.
    WebSocketOpen = "probe-websocket-open", Fault;
    /// The question of forward-auth is answered from outside.
    VerifyOpen = "probe-verify-open", Fault;
    /// Whether the question of forward-auth is answered from outside cannot be judged from where the probe is.
    VerifyUnjudged = "probe-verify-unjudged", Note;
    /// A path in another spelling reaches the app.
    PathPassed = "probe-path-passed", Fault;
    /// A request that names two hosts reaches the app.
    HostPassed = "probe-host-passed", Fault;
    /// The proxy asks about what the client says was requested.
    ForwardedBelieved = "probe-forwarded-believed", Fault;
    /// An upgrade to HTTP/2 reaches the app.
    H2cPassed = "probe-h2c-passed", Fault;
    /// Somebody who has a right to enter is not let in.
    NotLetIn = "probe-not-let-in", Warning;
    /// There is no account as which the app could be entered.
    NoAccount = "probe-no-account", Note;
    /// Nothing was observed of what arrives at the app.
    ArrivalUnseen = "probe-arrival-unseen", Note;
    /// The app does not learn who is there.
    IdentityMissing = "probe-identity-missing", Fault;
    /// The app takes for its identity what the client made up.
    IdentitySpoofed = "probe-identity-spoofed", Fault;
    /// A header that only a proxy may set arrives from the client.
    ForwardedSpoofed = "probe-forwarded-spoofed", Warning;
    /// The app receives the machine token.
    TokenPassed = "probe-token-passed", Fault;
    /// The app receives a cookie of the gate.
    CookiePassed = "probe-cookie-passed", Fault;
    /// The app does not receive its own `Authorization`.
    AuthorizationLost = "probe-authorization-lost", Warning;
    /// The app is asked over a version of HTTP in which nothing can be upgraded.
    OldHttp = "probe-old-http", Warning;
    /// A WebSocket does not open for somebody who may enter.
    WebSocketCut = "probe-websocket-cut", Warning;
    /// An upload is refused or broken off.
    UploadCut = "probe-upload-cut", Warning;
    /// An event stream is buffered.
    StreamBuffered = "probe-stream-buffered", Warning;
}
