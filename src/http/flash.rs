//! The message at the top of the next page about what was just done: a code in the query string, from a fixed list.

use actix_web::http::Method;
use actix_web::http::header::LOCATION;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::domain::text::Text;

/// Makes the enum and the list from one table; the list names no variant, so that one that nothing sends is dead code.
macro_rules! flashes {
    ($($name:ident = $code:literal, $text:literal;)*) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Flash {
            $(#[doc = concat!("`", $text, "`.")] $name,)*
        }

        impl Flash {
            const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }

        /// The codes, and the keys of their messages.
        const TEXTS: &[(&str, &str)] = &[$(($code, $text)),*];
    };
}

flashes! {
    SignedOut = "signed-out", "flash-signed-out";
    PasswordSet = "password-set", "flash-password-set";
    Welcome = "welcome", "flash-welcome";
    PasswordChanged = "password-changed", "flash-password-changed";
    ProfileSaved = "profile-saved", "flash-profile-saved";
    EmailAsked = "email-asked", "flash-email-asked";
    EmailAskedNoMail = "email-asked-no-mail", "flash-email-asked-no-mail";
    EmailChanged = "email-changed", "flash-email-changed";
    DeviceForgotten = "device-forgotten", "flash-device-forgotten";
    Ended = "ended", "flash-ended";
    Invited = "invited", "flash-invited";
    Disabled = "disabled", "flash-disabled";
    Enabled = "enabled", "flash-enabled";
    Deleted = "deleted", "flash-deleted";
    Role = "role", "flash-role";
    Username = "username", "flash-username";
    FactorAdded = "factor-added", "flash-factor-added";
    FactorSetupOver = "factor-setup-over", "flash-factor-setup-over";
    FactorRemoved = "factor-removed", "flash-factor-removed";
    FactorRenamed = "factor-renamed", "flash-factor-renamed";
    RecoveryShown = "recovery-shown", "flash-recovery-shown";
    TrustedForgotten = "trusted-forgotten", "flash-trusted-forgotten";
    FactorsReset = "factors-reset", "flash-factors-reset";
    TokenRevoked = "token-revoked", "flash-token-revoked";
    AppSaved = "app-saved", "flash-app-saved";
    RuleSaved = "rule-saved", "flash-rule-saved";
    UserGroups = "user-groups", "flash-user-groups";
    GroupCreated = "group-created", "flash-group-created";
    Members = "members", "flash-members";
    Unchanged = "unchanged", "flash-unchanged";
    TestQueued = "test-queued", "flash-test-queued";
    TestWritten = "test-written", "flash-test-written";
}

impl Flash {
    /// 303 to one of our pages, which shows the message.
    pub fn at(self, page: &str) -> HttpResponse {
        let joint = if page.contains('?') { '&' } else { '?' };
        HttpResponse::SeeOther().insert_header((LOCATION, format!("{page}{joint}flash={}", self.code()))).finish()
    }
}

#[derive(Deserialize)]
struct Asked {
    flash: String,
}

/// What a page says that is asked for at this address; a code that is none of ours says nothing, and neither does the
/// answer to a form.
pub(super) fn of(req: &HttpRequest) -> Option<Text> {
    let asked = Query::<Asked>::from_query(req.query_string()).ok().filter(|_| *req.method() != Method::POST)?;
    TEXTS.iter().find(|(code, _)| *code == asked.flash).map(|(_, text)| Text::new(text))
}
