# English: the language that every other one is compared with.
# A gap { $name } must be in every language; plural forms are each language's own matter.
# Voice: short calm sentences, addressed to the reader; "sign in", "sign out", "session", "admin", "account", "address".

## Around every page
menu-label = Pages
menu-users = Users
menu-sessions = Sessions
menu-audit = Audit
menu-mail = Mail
menu-checklist = Checklist
menu-account = Your account
menu-app = Go to the app
skip = Skip to the content
problem = There is a problem
home-heading = Start page
home-signed-in = You are signed in as { $email }.
home-account = Your account: name, password, sessions, sign out
home-users = Users: invite people, end sessions, change roles
home-sessions = Sessions: who is signed in, and from where
home-audit = Audit: what happened, and who did it
home-mail = Mail: what was sent, and what was not
home-checklist = Checklist: is everything set up well?
insecure-browser = Your browser came here without https, so it cannot keep you signed in.
other-address = You opened this page at { $seen }, but this site is set up for { $url } (APP_URL). Signing in may not work here.
other-address-works = You opened this page at { $seen }, but this site is set up for { $url } (APP_URL). Signing in works here, but for this address alone, and links in mails lead to { $url }.
other-address-open = Open { $url } instead
other-address-remedy = If people are meant to use { $seen }, whoever runs this site sets APP_URL={ $seen } and starts it again.
other-address-local = That address works on the server itself only. For other machines, whoever runs this site sets APP_URL={ $seen } and HOST=0.0.0.0 and starts it again.
password-show = Show
password-hide = Hide
password-live-length = { $count } of at least { $min } characters
password-live-long = Long enough
password-live-same = Both are the same
password-live-differs = Not the same yet

## Times
time-now = just now
time-minutes-ago = { $count ->
    [one] { $count } minute ago
   *[other] { $count } minutes ago
}
time-hours-ago = { $count ->
    [one] { $count } hour ago
   *[other] { $count } hours ago
}
time-days-ago = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
}
time-in-minutes = { $count ->
    [one] in { $count } minute
   *[other] in { $count } minutes
}
time-in-hours = { $count ->
    [one] in { $count } hour
   *[other] in { $count } hours
}
time-in-days = { $count ->
    [one] in { $count } day
   *[other] in { $count } days
}
date = { $day } { $month } { $year }
moment = { $date }, { $time } UTC
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
never = never

## Words for what is stored
role-admin = admin
role-user = user
state-active = active
state-invited = invited
state-disabled = disabled
mail-state-queued = waiting
mail-state-sent = handed over
mail-state-failed = failed
mail-kind-reset = password reset
mail-kind-invitation = invitation
mail-kind-confirm-email = confirmation of an address
mail-kind-password-changed = password changed
mail-kind-reset-done = reset done
mail-kind-new-device = new device
mail-kind-email-changed = address changed
mail-kind-test = test
device-unknown = Unknown device
device-on = { $browser } on { $system }
device-other = { $name }

## Signing in
sign-in = Sign in
email = E-mail address
password = Password
user-name = User name
forgot-link = Forgot your password?
sign-in-keep = Keep me signed in
sign-in-own-instance = Is this your instance? Set up its first admin to replace this password:
sign-in-own-instance-link = Set up
wrong-pair = Incorrect e-mail address or password, or the account cannot sign in.
back-to-sign-in = Back to sign-in

## Set-up
setup-title = Set-up
setup-heading = Make this gate yours
setup-intro = You become the first admin. Until then nobody reaches the app.
setup-intro-configured = You become the first admin. Until then the configured user name and password open the app; afterwards they open nothing.
setup-pair-closed = The configured user name and password were guessed at too often and open nothing any more. To become the first admin you need the set-up token.
setup-afterwards = Afterwards you find people and settings at { $url }.
setup-user-name = Configured user name
setup-user-name-hint = The values of FLOWISE_USERNAME and FLOWISE_PASSWORD prove that this instance is yours.
setup-password = Configured password
setup-token = Set-up token
setup-token-hint = It is at the end of the link that the console printed, and in the file setup-token of the data directory.
setup-submit = Become the first admin
setup-no-proof = This does not prove that the instance is yours. Use the link that the console printed, or the configured user name and password.
setup-wrong-token = This is not the set-up token of this instance.
name = Name
name-optional = Name (optional)
password-hint = At least { $min } characters. A few words in a row are fine.
password-again = Password again
new-password = New password
new-password-again = New password again
current-password = Current password

## Forgotten passwords, invitations and their links
forgot-heading = Forgot your password?
forgot-intro = Enter your address. If there is an account with it, we mail you a link to choose a new password.
forgot-no-mail = This site sends no mail. Ask an admin for a link to choose a new password: admins make one on the page of your account.
forgot-no-mail-operator = If you run this site yourself, make the link on its server: { $command }
forgot-submit = Send me a link
forgot-submit-note = Record my request
forgot-sent-heading = Check your mail
forgot-sent = If there is an account with this address, a mail with a link is on its way. The link is good for { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
} and works once.
forgot-sent-nothing = Nothing there after a few minutes? Look into the spam folder, or ask your admin for a link.
forgot-again = Use another address
forgot-noted-heading = Your request is recorded
forgot-noted = Admins find it in the audit list when they look there. Nobody is notified.
reset-heading = Choose a new password
reset-intro = All your sessions end, and you sign in with the new password.
reset-submit = Set the new password
invite-heading = Choose your password
invite-intro = You were invited to { $site }. Choose a password to make the account yours.
invite-submit = Set the password
link-for = For { $email }.
link-dead-heading = This link does not work
link-dead = It was used already, it has expired, or it is not complete.
link-dead-invitation = Ask the admin who invited you for a new link.
link-dead-reset = Ask for a new link; the newest one is the one that works.
link-dead-email = Ask for the change again on your account page.
link-to-sign-in = To sign-in
link-ask-again = Ask for a new link
link-to-account = To your account
confirm-heading = Confirm your new address
confirm-intro = The account of { $old } is to have the address { $new }.
confirm-ends = Every session ends, and you sign in with the new address.
confirm-submit = Use this address

## Your account
account-heading = Your account
account-role = Role
account-language = Language
account-change-profile = Change your name or language
account-change-password = Change your password
account-change-email = Change your address
back-to-account = Back to your account
sign-out = Sign out
sign-out-everywhere = Sign out everywhere
your-sessions = Your sessions
session-this = (this one)
session-since = Signed in
session-seen = Last seen
session-from = From
session-end = End this session
sessions-end-others = End all others
known-devices = Known devices
known-devices-none = None yet: a browser is known after it has signed in.
known-devices-intro = A sign-in from any other browser is announced to you by mail.
known-devices-intro-no-mail = This site sends no mail: nobody is told of a sign-in from another browser.
device-first = First
device-last = Last
device-forget = Forget this device
profile-heading = Your name and language
profile-name-hint = The app sees it. It may be empty.
profile-language-hint = For pages and mails.
profile-language-browser = As the browser asks
language-own-name = { $name }
save = Save
password-heading = Change your password
password-intro = You stay signed in here; your other sessions end.
password-submit = Change the password
email-heading = Change your address
email-intro = We mail a link to the new address; the change is made when you use it.
email-intro-no-mail = This site sends no mail. A link for the new address is written to the folder outbox on its server: ask an admin for it. The change is made when the link is used.
email-warning = Apps usually know you by your address (Remote-User): after the change they may see a new person, without what is yours there. Ask your admin first. Your id (Remote-Id) never changes.
email-new = New e-mail address
email-submit = Change the address
no-account-heading = No account
no-account-intro = You are signed in with the configured user name and password. It opens the app and nothing else.
no-account-setup = Set up the first admin

## Said once, at the top of a page
flash-signed-out = You are signed out.
flash-password-set = Your password is set. Sign in with it.
flash-welcome = Your account is ready. Sign in with your new password.
flash-password-changed = Your password is changed, and your other sessions have ended.
flash-profile-saved = Saved.
flash-email-asked = If the address is free, a mail with a link is on its way to it. The change is made when that link is used.
flash-email-asked-no-mail = If the address is free, a link is in the folder outbox on the server: ask an admin for it. The change is made when that link is used.
flash-email-changed = Your address is changed. Sign in with the new one.
flash-device-forgotten = The device is forgotten.
flash-ended = Ended.
flash-invited = Invited. The invitation is on its way by mail.
flash-disabled = Disabled. Every session has ended.
flash-enabled = Enabled.
flash-deleted = Deleted.
flash-role = The role is changed. Every session has ended.
flash-username = The user name is changed.
flash-unchanged = Nothing was changed: it was so already.
flash-test-queued = A test mail is on its way to you. Reload this page to see what became of it.
flash-test-written = The test mail is a file in the folder outbox on the server. Reload this page if it is not in the list yet.

## Mistakes in forms
email-empty = Enter an e-mail address.
email-too-long = The e-mail address is too long.
email-malformed = Enter an e-mail address like name@example.org.
email-taken = There is already an account with this address.
email-same = This is your address already.
name-too-long = The name is too long; at most { $max } characters are allowed.
name-control = The name contains a character that cannot be shown.
username-rules = A user name has 1 to { $max } characters: small letters a to z, digits, dots, underscores and hyphens.
username-taken = Another account has this user name.
password-empty = Enter a password.
password-too-long = The password is too long; at most { $max } bytes are allowed.
password-nul = The password contains a NUL character, which is not allowed.
password-too-short = The password is too short: use at least { $min } characters. A few words in a row are easy to remember.
password-common = This password is among the first that attackers try. Choose one that is not a common password.
password-repetition = This password repeats the same few characters. Choose a less regular one.
password-sequence = This password is a sequence of neighbouring characters. Choose a less regular one.
password-context = This password is made of your address, your name or the name of this site. Choose one that cannot be guessed from them.
password-differs = The two passwords are not the same.
password-not-current = This is not your current password.
role-choose = Choose admin or user.
language-choose = Choose one of the languages.

## Users
users-heading = Users
users-invite = Invite somebody
users-query = Address, name or user name
users-state = State
users-all = all
search = Search
users-none = Nobody is here yet.
users-none-match = No account matches.
users-address = Address
users-role = Role
users-last = Last sign-in
users-more = More accounts
users-count = { $count ->
    [one] { $count } account
   *[other] { $count } accounts
}
users-select = Select
users-select-one = Select { $email }
users-selected = With the selected accounts:
selected-accounts = { $count ->
    [one] { $count } account: { $emails }
   *[other] { $count } accounts: { $emails }
}
selected-enable = Enable these accounts?
selected-end-sessions = End all sessions of these accounts?
selected-disable = Disable these accounts?
selected-disable-note = Their sessions end at once, and nobody signs in with them until they are enabled again.
selected-delete = Delete these accounts?
selected-delete-note = They are gone with all their sessions at once. This cannot be undone. To lock people out for a while, disable the accounts instead.
selected-delete-submit = Delete them for good
list-count-more = More than { $count }
invite-somebody = Invite somebody
invite-somebody-intro = They get a mail with a link to choose their password. You never see the password.
invite-somebody-intro-no-mail = This site sends no mail: you get a link to copy and pass on, with which they choose their password. You never see the password.
invite-somebody-submit = Invite
optional = Optional.
role-user-long = User: uses the app
role-admin-long = Admin: manages people too
back-to-list = Back to the list
user-title = User
user-no-name = (none)
user-since = Since
user-id = Id (Remote-Id)
user-address-before = Another account had this address until { $moment }. Apps that know people by address (Remote-User) take the two for one person. By Remote-Id they can be told apart.
user-invite-link = Make an invitation link to copy
user-invite-mail = Mail the invitation again
user-reset-link = Make a reset link to copy
user-enable = Enable
user-disable = Disable
user-delete = Delete…
user-change-role = Change the role
user-change-note = Changing the role and disabling end every session of the account.
user-change-username = Change the user name
username = User name
username-intro = For apps that cannot take { $email } as a name.
username-note = Whoever has a user name may be taken by an app for everybody who had it before.
username-hint = Small letters a to z, digits, dots, underscores and hyphens. Leave it empty for none.
user-sessions = Sessions
user-sessions-unknown = The sessions cannot be listed just now. Everything on this page works all the same.
user-end-all = End all sessions
user-events = Recent events
user-all-events = All events of this account
user-no-sessions = None.
user-no-events = None.
prove-heading = Confirm that it is you
prove-intro = It is a while since you last proved who you are. Enter your password to go on.
prove-submit = Confirm
prove-role = { $role ->
    [admin] You are about to make { $email } an admin.
   *[other] You are about to make { $email } a user who is no admin.
}
prove-invite = { $role ->
    [admin] You are about to invite { $email } as an admin.
   *[other] You are about to invite { $email }.
}
prove-reset-link = You are about to make a link that sets a new password for { $email }.
prove-username = You are about to change the user name of { $email }.
prove-delete = You are about to delete the account { $email }.
prove-delete-several = You are about to delete { $count ->
    [one] one account
   *[other] { $count } accounts
 }.
prove-over = This question is over: it stayed open too long, was answered before, or belongs to another session. If you have just answered it, the change was made; otherwise nothing was changed.

delete-heading = Delete this account?
delete-submit = Delete it for good
delete-intro = { $email } loses the account with all its sessions at once. This cannot be undone.
delete-note = What it did stays in the audit trail. To lock somebody out for a while, disable the account instead.
delete-keep = Keep the account
copy-heading = A link to copy
copy-give = Give this link to { $email }. Whoever has it can choose the password, once.
copy-earlier = Links made or mailed earlier do not work any more.
copy-until = It is good until { $moment }.
copy-label = The link
copy-hint = Select it and copy it. It is shown this once.
copy-button = Copy
copy-done = Copied
back-to-user = Back to the account

## Sessions, audit, mail, check-list
sessions-heading = Sessions
sessions-none = Nobody is signed in.
sessions-count = { $count ->
    [one] { $count } session
   *[other] { $count } sessions
}
sessions-configured = the configured user name
sessions-older = Older sessions
audit-heading = Audit
audit-event = Event
audit-person = About or by this address
audit-filter = Filter
audit-none = Nothing was recorded.
audit-none-match = Nothing was recorded that fits.
audit-count = { $count ->
    [one] { $count } event
   *[other] { $count } events
}
audit-time = Time
audit-about = About
audit-by = By
audit-more = More
audit-csv = Download as CSV
audit-older = Older events
event-setup-claimed = Instance claimed
event-setup-refused = Claim refused
event-login-ok = Signed in
event-login-failed = Sign-in failed
event-login-throttled = Sign-in slowed down
event-logout = Signed out
event-session-ended = Session ended
event-refresh-reused = Old token used again
event-password-changed = Password changed
event-password-reset-requested = New password asked for
event-password-reset = Password reset
event-user-invited = Invited
event-user-created = Account made
event-user-disabled = Account disabled
event-user-enabled = Account enabled
event-user-deleted = Account deleted
event-user-role-changed = Role changed
event-user-username-changed = User name changed
event-email-changed = Address changed
event-mail-failed = Mail failed
event-config-changed = Settings changed
event-device-forgotten = Device forgotten
event-confirm-ok = Identity confirmed
event-confirm-failed = Identity not confirmed
mail-heading = Mail
mail-state-line = Mails go to { $destination }. { $queued } waiting, { $failed } failed.
mail-to-server = the mail server { $server }
mail-to-files = files in { $folder }, because SMTP_HOST is not set
mail-test = Send a test mail to yourself
mail-test-file = Write a test mail
mail-none = No mail was written yet.
mail-count = { $count ->
    [one] { $count } mail
   *[other] { $count } mails
}
mail-column-mail = Mail
mail-column-to = To
mail-column-state = State
mail-column-tries = Tries
mail-column-next = Next try
mail-column-error = Last error
mail-older = Older mails
checklist-heading = Checklist
checklist-intro = What was found out about this set-up. On the command line, portcullis check-config says the same.
check-good = good
check-advice = advice
check-wrong = wrong
check-address = Address
check-address-good = People reach the gate at { $url }.
check-address-http = APP_URL is { $url }: without https, passwords and cookies can be read on the way. Browsers also send no Sec-Fetch headers there and heed no Cross-Origin-Opener-Policy, so scripts of the app can use the gate's own pages as whoever is signed in. Use https.
check-address-no-proxy = APP_URL is { $url }, and the gate speaks no TLS itself. Name the proxy that does in TRUSTED_PROXIES: without it every visitor seems to come from the proxy, and the failures of one are counted for all.
check-listen = Listening
check-listen-host = APP_URL is { $url }, but HOST is { $host }, where only this machine gets in. Set HOST=0.0.0.0, or name the proxy that people come through in TRUSTED_PROXIES.
check-listen-port = APP_URL is { $url }, but Portcullis listens on port { $port }. Unless a proxy or a container stands in between, set PORT or APP_URL so that they agree. The address of the app belongs in UPSTREAM_URL.
check-mail = Mail
check-mail-server = Mails go to { $host }; send yourself a test from the mail page.
check-mail-silent = The mail server { $server } does not answer ({ $fault }). Mails wait and are tried again; check SMTP_HOST and SMTP_PORT.
check-mail-none = No mail server is set, and none is needed: an admin copies invitation and reset links from a user's page. Mails are kept as files in the folder outbox of DATA_DIR.
check-data = Data
check-data-sqlite = The database is { $path }.
check-data-postgres = The database is PostgreSQL.
check-data-sessions = Sessions are in it too.
check-data-redis = Sessions are in Redis.
check-data-keys = { $where } { $sessions } Generated keys are in { $folder }. Keep both with: portcullis backup FILE
check-settings = Settings
check-browser = Your browser
check-browser-good = It reaches the gate at { $url }, as APP_URL says.
check-browser-proxy = A proxy at { $peer } stands between your browser and the gate, and TRUSTED_PROXIES does not name it: what it says about visitors is not believed. If it is yours, set TRUSTED_PROXIES={ $peer }.
check-browser-other = It seems to reach the gate at { $seen }, and APP_URL is { $url }. Links in mails lead to APP_URL, and forms from another address are refused: set APP_URL to what people type, or let the proxy pass on Host and X-Forwarded-Proto.
check-app = The app
check-app-none = UPSTREAM_URL is not set: the gate answers forward-auth and its own pages.
check-app-nothing = Neither an app nor a proxy is named, so the gate guards nothing yet: set UPSTREAM_URL, or FORWARD_AUTH and TRUSTED_PROXIES for forward-auth.
check-app-open = It answers at { $upstream }, and at { $open } too, where nobody has to sign in. Let it listen on 127.0.0.1 alone, or close that port.
check-app-good = Something listens at { $upstream }.
check-app-silent = Nothing answers at { $upstream } ({ $fault }). Start the app, or mend UPSTREAM_URL.
check-app-slow = { $upstream } does not answer within two seconds. Is a firewall in between?

## When something is in the way
error-status = Status { $status } · request { $id }
error-start = Go to the start page
too-many-forgot = Choose a new password
error-400 = Bad request
error-401 = Sign-in required
error-403 = Access denied
error-form = Form not accepted
error-cookie = Cookies needed
error-404 = Page not found
error-405 = Not possible at this address
error-408 = The request took too long
error-409 = Not possible at the moment
error-410 = This link no longer works
error-413 = Too much data
error-415 = Unknown format
error-422 = The form has mistakes
error-429 = Too many attempts
error-431 = Too much was sent with this request
error-500 = Something went wrong
error-502 = The app does not answer
error-503 = Not available at the moment
error-504 = The app takes too long
fault-csrf = This form was not sent from { $url }, the address this site is set up for (APP_URL); the browser said it came from { $origin }. Open { $url } and try again there. If people are meant to use another address, whoever runs this site sets APP_URL to it.
fault-cookie = Your browser sent no cookie with this form. Cookies are needed to sign in: allow them for { $url }, open the page again and send the form once more. If the page was open for a day, opening it again is enough.
fault-cookie-insecure = This form was sent without https, and without it your browser keeps no cookies of { $url }, which are needed to sign in. Open { $url } and try again there.
fault-form-out-of-date = This form of { $url } is no longer valid: you signed in or out after it was opened, or it was open for too long. Go back, reload the page and try again.
fault-too-many = Too many attempts. Try again in { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}.
fault-link = This link is not good any more: it was used, has expired, or a newer one replaced it. Ask for a new one.
fault-last-admin = This is the last admin who can sign in. Make somebody else an admin first.
fault-busy = The server is busy. Try again in a few seconds.
fault-pair-closed = The configured user name and password were guessed at too often and open nothing any more. Whoever runs this site can set up its first admin with the set-up token, or configure another password.
fault-unavailable = This service is not available at the moment. Try again in a few seconds.
fault-sign-in = Sign in to go on.
fault-not-allowed = Your account is not allowed to do this.
fault-closed = This instance has its first admin already.
fault-rules = The form has mistakes.
fault-internal = Something went wrong on our side.
fault-not-found = There is no page at this address.
fault-too-large = What was sent is too large.
fault-head-too-large = Your browser sent more than 64 KiB beside what was asked for, mostly cookies. Delete the cookies of this site, then try again.
fault-too-slow = What was sent came too slowly.
fault-media-type = Forms are sent as application/x-www-form-urlencoded.
fault-method = This cannot be done at this address.
fault-upstream = The app behind this gate does not answer. Its operator has to start it or mend it.
fault-upstream-timeout = The app behind this gate took too long to answer.
fault-ambiguous-address = Some programs would read this address as one of the sign-in pages, so it is not handed on to the app. Write it without doubled slashes, dots and semicolons that lead to /_auth.
fault-no-websocket = This is no WebSocket handshake.
fault-foreign-websocket = This WebSocket was opened by another site.
fault-ambiguous-length = The length of this request can be read in more than one way.
fault-service-worker = A service worker at the root could read the sign-in pages; put its script in a folder (docs/APPS.md).
fault-no-original = The proxy does not say clearly which method, host and path are asked for: a header is missing, came twice or makes no sense. docs/FORWARD-AUTH.md has each proxy's configuration, and the gate's log says what is wrong.
fault-untrusted-proxy = This address answers only proxies in TRUSTED_PROXIES.
fault-navigation = This page opens in a window of its own, not from a script or a frame.
fault-form-cut = The form did not arrive whole.
fault-form-malformed = The form is malformed.
fault-metrics = The metrics are for this machine, or for whoever brings METRICS_TOKEN as a bearer token.
fault-no-invitation = This account has a password already; there is no invitation to give out.
fault-choose-deed = Choose what to do with the selected accounts.
fault-none-selected = No account was selected. Go back and tick the ones you mean.
fault-admins-only = Only admins may open this page.
fault-configured = The configured user name and password open the app and nothing else.
fault-address = The address makes no sense.

## Mails. A subject is one line and names nobody.
mail-hello = Hello,
mail-deed = It was done on { $when } from { $source }, with { $device }.
mail-device-unknown = an unknown browser
mail-reset = Choose a new password
mail-reset-text = Somebody, probably you, asked for a new password at { $site }. Open this link to choose it:
mail-reset-end = The link works once, for { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}. If it was not you, do nothing: your password stays as it is.
mail-invitation = You are invited
mail-invitation-text = You have been given an account at { $name }, { $site }. People sign in there with an e-mail address and a password.
mail-invitation-by = { $inviter } invited you.
mail-invitation-open = Open this link to choose your password:
mail-invitation-end = The link works once, until { $until }. If you expected no invitation, do nothing.
mail-confirm = Confirm your new address
mail-confirm-text = Somebody, probably you, wants to use this address for an account at { $site }. Open this link to confirm it:
mail-confirm-end = The link works once, for a day. If it was not you, do nothing.
mail-password-changed = Your password was changed
mail-password-changed-text = The password of your account at { $site } was changed, and your other sessions have ended.
mail-password-changed-end = If it was not you, ask for a new password at once and tell your admin.
mail-reset-done = Your password was reset
mail-reset-done-text = The password of your account at { $site } was set by a link, and every session has ended.
mail-reset-done-end = If it was not you, somebody can read your mail: tell your admin.
mail-new-device = A new device signed in
mail-new-device-text = Somebody signed in to your account at { $site } from a browser that had not been used before.
mail-new-device-end = If it was not you, change your password; that ends every other session.
mail-email-changed = Your address was changed
mail-email-changed-text = The account at { $site } that used this address has another one now: { $email }.
mail-email-changed-end = If it was not you, tell your admin at once.
mail-test-subject = Test mail
mail-test-text = This is the test mail you asked for at { $site }. Mails arrive.
