# English: the language that every other one is compared with.
# A placeholder { $name } must be in every language; plural forms are each language's own matter.
# Voice: short calm sentences, addressed to the reader; "sign in", "sign out", "session", "admin", "account", "address".

## Around every page
menu-label = Pages
menu-apps = Apps
menu-users = Users
menu-groups = Groups
menu-tokens = Tokens
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
home-account = Your account: change your name and password, manage sessions, sign out
home-apps = Apps: where they are, and who is let in
home-more = More
home-users = Users: invite people, end sessions, change roles
home-groups = Groups: who belongs together
home-tokens = Tokens: what scripts and devices may use
home-sessions = Sessions: who is signed in, and from where
home-audit = Audit: what happened, and who did it
home-mail = Mail: what was sent, and what failed
home-checklist = Checklist: is everything set up correctly?
insecure-browser = You opened this page without https, so your browser cannot stay signed in.
other-address = You opened this page at { $origin }, but this site is set up for { $url } (APP_URL). Signing in may not work here.
other-address-works = You opened this page at { $origin }, but this site is set up for { $url } (APP_URL). You can sign in here, but only for this address, and links in mails lead to { $url }.
other-address-open = Open { $url } instead
other-address-remedy = If people should use { $origin }, the operator of this site has to set APP_URL={ $origin } and restart it.
other-address-apps = No app has the address { $origin }. If one should be there, an admin adds it under "Apps".
other-address-local = That address only works on the server itself. For access from other machines, the operator of this site has to set APP_URL={ $origin } and HOST=0.0.0.0 and restart it.
password-show = Show
password-hide = Hide
password-live-length = { $count } of at least { $min } characters
password-live-long = Long enough
password-live-same = The passwords match
password-live-differs = The passwords do not match yet

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

## Names of stored values
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
mail-kind-confirm-email = address confirmation
mail-kind-password-changed = password changed
mail-kind-reset-done = password was reset
mail-kind-new-device = new device
mail-kind-email-changed = address changed
mail-kind-token-made = machine token
mail-kind-factor-added = second factor added
mail-kind-factor-removed = second factor removed
mail-kind-recovery-created = recovery codes
mail-kind-recovery-used = recovery code used
mail-kind-factors-reset = second factors reset
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
sign-in-own-instance = Is this your instance? Set up the first admin to replace this password:
sign-in-own-instance-link = Set up
wrong-pair = Incorrect e-mail address or password, or the account cannot sign in.
wrong-user-name = Incorrect user name or password.
back-to-sign-in = Back to sign-in

## Set-up
setup-title = Set-up
setup-heading = Set up your gate
setup-intro = You will be the first admin. Until then nobody can reach the app.
setup-intro-configured = You will be the first admin. Until then people can reach the app with the configured user name and password; afterwards these no longer work.
setup-pair-closed = There were too many wrong guesses at the configured user name and password, so they no longer work. To become the first admin you need the set-up token.
setup-afterwards = Afterwards you can manage people and settings at { $url }.
setup-user-name = Configured user name
setup-user-name-hint = The values of FLOWISE_USERNAME and FLOWISE_PASSWORD prove that this instance is yours.
setup-password = Configured password
setup-token = Set-up token
setup-token-hint = It is in the file setup-token in the data directory. The link that a start prints ends with it as well.
setup-submit = Become the first admin
setup-no-proof = These are not the user name and password of FLOWISE_USERNAME and FLOWISE_PASSWORD.
setup-wrong-token = This is not the set-up token of this instance.
name = Name
name-optional = Name (optional)
password-hint = At least { $min } characters. A few words in a row work well.
password-again = Repeat password
new-password = New password
new-password-again = Repeat new password
current-password = Current password

## Forgotten passwords, invitations and their links
forgot-heading = Forgot your password?
forgot-intro = Enter your address. If there is an account with it, we will send you a link to choose a new password.
forgot-no-mail = This site does not send mail. Ask an admin for a link to choose a new password: admins can create one on the page of your account.
forgot-no-mail-operator = If you run this site yourself, create the link on its server: { $command }
forgot-submit = Send me a link
forgot-submit-note = Record my request
forgot-sent-heading = Check your mail
forgot-sent = If there is an account with this address, we have sent a mail with a link to it. The link is valid for { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
} and works once.
forgot-sent-nothing = Nothing after a few minutes? Check your spam folder, or ask your admin for a link.
forgot-again = Use another address
forgot-noted-heading = Your request was recorded
forgot-noted = Admins will see it in the audit log when they look there. Nobody is notified.
reset-heading = Choose a new password
reset-intro = All your sessions will end, and you sign in with the new password.
reset-submit = Set new password
invite-heading = Choose your password
invite-intro = You have been invited to { $site }. Choose a password for your account.
invite-submit = Set password
link-for = For { $email }.
link-dead-heading = This link does not work
link-dead = It has already been used, has expired, or is incomplete.
link-dead-invitation = Ask the admin who invited you for a new link.
link-dead-reset = Request a new link; only the newest one works.
link-dead-email = Request the change again on your account page.
link-to-sign-in = Go to sign-in
link-ask-again = Request a new link
link-to-account = Go to your account
confirm-heading = Confirm your new address
confirm-intro = The address of the account { $old } will be changed to { $new }.
confirm-ends = Every session will end, and you sign in with the new address.
confirm-submit = Use this address

## Your account
account-heading = Your account
account-role = Role
account-language = Language
account-change-profile = Change your name or language
account-change-password = Change your password
account-change-email = Change your address
account-tokens = Tokens for scripts and devices
back-to-account = Back to your account
sign-out = Sign out
sign-out-everywhere = Sign out everywhere
your-sessions = Your sessions
session-this = (this one)
session-since = Signed in
session-seen = Last active
session-from = From
session-end = End this session
sessions-end-others = End all other sessions
known-devices = Known devices
known-devices-none = None yet: a browser becomes known when you sign in with it.
known-devices-intro = If somebody signs in from any other browser, we notify you by mail.
known-devices-intro-no-mail = This site does not send mail: nobody is notified of sign-ins from other browsers.
device-first = First used
device-last = Last used
device-forget = Forget this device
profile-heading = Your name and language
profile-name-hint = Shown to the app. May be empty.
profile-language-hint = For pages and mails.
profile-language-browser = Same as the browser
language-own-name = { $name }
save = Save
password-heading = Change your password
password-intro = You stay signed in here; your other sessions will end.
password-submit = Change password
email-heading = Change your address
email-intro = We will send a link to the new address; the change takes effect when you open the link and confirm.
email-intro-no-mail = This site does not send mail. A link for the new address is written to the folder outbox on its server: ask an admin for it. The change takes effect when the link is used.
email-warning = Apps usually identify you by your address (Remote-User): after the change they may treat you as a new person, without your data. Ask your admin first. Your ID (Remote-Id) never changes.
email-new = New e-mail address
email-submit = Change address
no-account-heading = No account
no-account-intro = You are signed in with the configured user name and password, which give access to the app only.
no-account-setup = Set up the first admin

## Messages shown once at the top of a page
flash-signed-out = You have signed out.
flash-password-set = Your password has been set. Sign in with it.
flash-welcome = Your account is ready. Sign in with your new password.
flash-password-changed = Your password has been changed, and your other sessions have ended.
flash-profile-saved = Saved.
flash-email-asked = If the address is available, we have sent a link to it. The change takes effect when that link is used.
flash-email-asked-no-mail = If the address is available, there is a link in the folder outbox on the server: ask an admin for it. The change takes effect when that link is used.
flash-email-changed = Your address has been changed. Sign in with the new one.
flash-device-forgotten = The device has been forgotten.
flash-ended = The sessions have ended.
flash-invited = Invited. The invitation is on its way by mail.
flash-disabled = Disabled. All sessions have ended.
flash-enabled = Enabled.
flash-deleted = Deleted.
flash-role = The role has been changed. All sessions of the account have ended.
flash-username = The user name has been changed.
flash-factor-added = The app for codes has been added.
flash-factor-removed = The second factor has been removed.
flash-factor-renamed = The second factor has a new name.
flash-factors-reset = The second factors have been removed, and all sessions of this person have ended.
flash-token-revoked = The token has been revoked. It is refused from now on.
flash-app-saved = The app has been saved.
flash-rule-saved = The rule has been saved.
flash-user-groups = The groups have been changed.
flash-group-created = The group has been created.
flash-members = The members of the group have been changed.
flash-unchanged = Nothing was changed.
flash-test-queued = A test mail is on its way to you. Reload this page to see whether it was delivered.
flash-test-written = The test mail was written to the folder outbox on the server. Reload this page if it is not in the list yet.

## Errors in forms
email-empty = Enter an e-mail address.
email-too-long = The e-mail address is too long.
email-malformed = Enter an e-mail address like name@example.org.
email-taken = There is already an account with this address.
email-same = This is already your address.
name-too-long = The name is too long; use at most { $max } characters.
name-control = The name contains a character that cannot be shown.
username-rules = A user name has 1 to { $max } characters: lower-case letters a to z, digits, dots, underscores and hyphens.
username-taken = Another account has this user name.
group-rules = A group name has 1 to { $max } characters: lower-case letters a to z, digits, underscores and hyphens.
group-reserved = The names admin, user and new are reserved. Choose another one.
group-taken = There is already a group with this name.
group-unknown = There is no group { $group }.
group-choose = Enter the name of at least one group.
group-no-account = There is no account with the address { $emails }.
password-empty = Enter a password.
password-too-long = The password is too long; use at most { $max } bytes.
password-nul = The password contains a NUL character, which is not allowed.
password-too-short = The password is too short: use at least { $min } characters. A few words in a row are easy to remember.
password-common = This password is too common: attackers try it first. Choose a different one.
password-repetition = This password repeats the same few characters. Choose a less regular one.
password-sequence = This password is a sequence of adjacent characters. Choose a less regular one.
password-context = This password consists of your address, your name or the name of this site. Choose one that cannot be guessed from them.
password-differs = The passwords do not match.
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
users-none = There are no accounts yet.
users-none-match = No matching accounts.
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
selected-join-label = Add to groups…
selected-join = Add these accounts to groups
selected-enable = Enable these accounts?
selected-end-sessions = End all sessions of these accounts?
selected-disable = Disable these accounts?
selected-disable-note = Their sessions end immediately, and nobody can sign in with these accounts until they are enabled again.
selected-delete = Delete these accounts?
selected-delete-note = The accounts and all their sessions are deleted immediately. This cannot be undone. To lock people out temporarily, disable the accounts instead.
selected-delete-submit = Delete permanently
list-count-more = More than { $count }
invite-somebody = Invite somebody
invite-somebody-intro = They will receive a mail with a link to choose their password. You never see the password.
invite-somebody-intro-no-mail = This site does not send mail: you will get a link to copy and pass on, with which they choose their password. You never see the password.
invite-somebody-submit = Invite
optional = Optional.
role-user-long = User: uses the app
role-admin-long = Admin: also manages people
back-to-list = Back to the list
user-title = User
user-no-name = (none)
user-since = Created
user-id = ID (Remote-Id)
user-address-before = Another account had this address until { $moment }. Apps that identify people by address (Remote-User) treat the two as one person. Remote-Id tells them apart.
user-invite-link = Create an invitation link to copy
user-invite-mail = Send the invitation again
user-reset-link = Create a reset link to copy
user-enable = Enable
user-disable = Disable
user-delete = Delete…
user-change-role = Change the role
user-change-note = Changing the role or disabling the account ends all its sessions.
user-change-username = Change the user name
username = User name
username-intro = For apps that do not accept { $email } as a user name.
username-note = An app may treat a person with a user name as anybody who had it before.
username-hint = Lower-case letters a to z, digits, dots, underscores and hyphens. Leave it empty for none.
user-groups = Groups of the account
user-groups-intro = The groups of { $email }. Leave the field empty for none.
user-groups-change = Change groups
user-groups-all = All groups
user-no-groups = (none)
user-sessions = Sessions
user-sessions-unknown = The sessions cannot be listed at the moment. Everything else on this page still works.
user-end-all = End all sessions
user-events = Recent events
user-all-events = All events of this account
user-no-sessions = None.
user-no-events = None.
groups-heading = Groups
groups-intro = Apps receive the groups of a person in the header Remote-Groups.
groups-none = There are no groups yet.
groups-hint = { $count ->
    [0] There are no groups yet.
   *[other] Separated by commas. There are: { $groups }
}
group-new = New group
group-new-submit = Create the group
group-name-hint = Lower-case letters a to z, digits, underscores and hyphens. The name cannot be changed later.
group-title = Group
group-members = Members
group-empty = Nobody is in this group yet.
group-in-users = Show them in the list of users
group-remove = Remove
group-remove-one = Remove { $email }
group-add = Add people
group-add-intro = They become members of the group { $group }.
group-add-emails = E-mail addresses
group-add-hint = One on each line, or separated by commas. Each needs an account.
group-add-submit = Add
group-delete = Delete the group…
group-delete-heading = Delete this group?
group-delete-intro = The group { $group } is deleted, and nobody is a member of it any more. The accounts stay. This cannot be undone.
group-delete-rules = These rules lose the group. What names no other group and nobody else then lets nobody in: { $rules }
group-keep = Keep the group
back-to-group = Back to the group
app-title = App
app-new = New app
app-edit = Change the app
app-delete = Delete the app…
app-delete-heading = Delete this app?
app-delete-intro = { $app } and its rules are deleted, and nobody reaches it through this gate any more. The app itself stays as it is. This cannot be undone.
app-other-port = People have to open { $url }, at another port than this site. If this app is reached at the same port as this site, its address is { $suggestion }.
app-without-proxy = No proxy may ask about this app, as FORWARD_AUTH names none, so nobody can open it. Set FORWARD_AUTH and TRUSTED_PROXIES and restart, or choose the built-in proxy.
app-configured = This app is set in the configuration (APP_URL and UPSTREAM_URL). Its rules can be changed here. To choose what headers it gets, or headers for tokens, or a signed identity, create it on the page Apps: with a host of its own, and with the address of UPSTREAM_URL as its upstream.
app-name-hint = People see it on the start page and when they are refused.
app-addresses = Addresses
app-addresses-hint = What people enter in the browser, such as { $scheme }://wiki.example.org; one on each line. One part of a host name may be *.
app-mode = How people reach it
app-mode-proxy = Through the built-in proxy
app-mode-forward-auth = Through your own proxy, which asks this gate (forward-auth)
app-upstream = Where the app listens
app-upstream-hint = For the built-in proxy: http://10.0.0.5:8080, https://wiki.internal or unix:/run/wiki.sock. Leave it empty for your own proxy.
app-default-access = Where no rule applies
app-default-access-hint = Who is let in to everything that no rule is about.
app-default-signed-in = Everybody who is signed in is let in
app-default-nobody = Nobody is let in
app-off = Switched off: nobody reaches it
app-hidden = Not on the start page
app-more = More settings
app-ca-file = CA file
app-ca-file-hint = For https with an authority of your own, or with a self-signed certificate: the absolute path of that certificate on the server, in PEM. Empty for the authorities of the system.
app-host = Host that the app is sent
app-host-hint = Empty for the address of the app, “upstream” for that of where it listens, or a host name.
app-timeout = Time limit for a response, in seconds
app-timeout-hint = Until the response begins. Empty for the default.
app-max-upload = Largest upload, in MiB
app-max-upload-hint = Empty for no limit.
app-websocket-origins = Other sites that may open WebSockets
app-websocket-origins-hint = Origins such as https://embed.example.org, one on each line. Pages of the app itself always may.
app-session-hours = Longest session there, in hours
app-session-hours-hint = Afterwards a new one begins without a password while the person is still signed in here. Empty for no limit of its own.
app-icon = Icon
app-icon-file = Image file
app-icon-hint = An SVG or PNG image of at most { $size } KiB. It is shown on the start page and in the list of apps.
app-icon-remove = Remove the icon
app-icon-large = The file is too large. Choose one of at most { $size } KiB.
app-icon-type = Choose an SVG or PNG image.
app-preflight = Let CORS preflights through
app-identity = Identity
app-signed-identity = Send the identity as a signed JWT as well
app-signed-identity-on = Also sent as a signed JWT
app-signed-identity-hint = In X-Portcullis-JWT, for apps that verify who sent it. The keys are at /_auth/.well-known/jwks.json.
app-preflight-hint = Browsers send them without cookies before scripts of other sites use the app.
app-headers-heading = What the app is told
app-headers = Headers that say who is signed in
app-headers-remote = Remote-User, Remote-Email, Remote-Name, Remote-Groups, Remote-Id
app-headers-forwarded = X-Forwarded-User, -Email, -Groups, -Preferred-Username
app-headers-auth-request = X-Auth-Request-User, -Email, -Groups, -Preferred-Username
app-headers-authentik = X-authentik-username, -email, -name, -groups, -uid
app-headers-none = None of these, only the names below
app-header-map = More names
app-header-map-hint = What, = and a name, one on each line, such as email = X-Mail. What is one of: user (the address), email, username, id, name, role, groups, groups-piped.
app-fixed-headers = Headers with a fixed value
app-fixed-headers-hint = One on each line, such as Authorization: Basic dXNlcjpwYXNz. Values are stored encrypted and never shown again. A name alone keeps its value; a line that you delete removes the header.
app-token-headers = More headers for tokens
app-token-headers-hint = Names of headers in which clients of this app can send a token, one a line, such as X-Api-Key. X-Portcullis-Token and Authorization are always read.
app-state-good = Accepts connections
app-state-silent = Does not respond ({ $fault })
app-state-tls = Cannot be reached by https ({ $fault })
app-state-off = Switched off
app-state-forward-auth = Behind your own proxy
app-rules = Rules
back = Back
back-to-app = Back to the app
rules-none = There are no rules yet.
rule-intro = The rule with the longest path decides, and one that names methods before one that does not. It lets in whom any of its parts lets in, and nobody else.
rule-new = New rule
rule-edit = Change the rule
rule-delete = Delete the rule…
rule-delete-one = Delete the rule for { $path }
rule-delete-heading = Delete this rule?
rule-delete-intro = Without the rule for { $path } a shorter one decides there, or what the app says where no rule applies: that may let in more people.
rule-path = Path
rule-path-hint = /api is /api and everything below it; / is the whole app.
rule-methods = Methods
rule-methods-hint = Such as GET, POST. Empty for all.
grant-first = Who is let in
grant-next = And also
grant-who-label = Who
who-choose = (choose)
who-no-more = Nobody else
who-public = Anybody, without signing in
who-signed-in = Everybody who is signed in
who-members = Groups and people
who-members-list = Only { $names }
who-nobody = Nobody
grant-people = People
grant-people-hint = Addresses of accounts, one on each line. Only for “groups and people”.
grant-networks = Only from these networks
grant-networks-hint = Such as 10.0.0.0/8, 192.0.2.7. Empty for any.
grant-factor-label = Only with a second factor
grant-factor-hint = Lets in only who proved a second factor when they signed in.
grant-within-label = Only if they proved who they are within so many minutes
grant-within-hint = Empty for any time since the sign-in.
grant-until-label = Only until
grant-until-hint = A date like 2027-01-31 (the end of that day, UTC) or a moment like 2027-01-31T18:00:00Z.
grant-from = from { $value }
grant-within = proved within { $value } minutes
grant-until-moment = until { $value }
grant-factor = with a second factor
explain-heading = Who is let in?
explain-intro = What the gate answers to a request for { $app }, and by which rule.
explain-user = Account
explain-user-hint = Their e-mail address. Empty for somebody who is not signed in.
explain-method = Method
explain-method-hint = Empty for GET.
explain-address-label = Address
explain-address-hint = A whole address, or a path of this app such as /api/items.
explain-from = From this network address
explain-from-hint = Such as 192.0.2.7. Empty for the server itself (127.0.0.1).
explain-from-invalid = Give an IP address, or leave this empty.
explain-age = Minutes since they proved who they are
explain-age-hint = Empty for 0.
explain-age-invalid = Give whole minutes, or leave this empty.
explain-at = At this moment
explain-factor = As if they had given a second factor
explain-submit = Show
explain-rule = By the rule
explain-several = Programs read this path in several ways. The strictest answer counts.
explain-no-rule = No rule applies: what the app says without one.
snippet-heading = Configuration of your own proxy
snippet-intro = The whole configuration of a proxy of your own that asks the gate about { $app }.
snippet-proxy = Proxy
snippet-gate = Where the proxy reaches the gate
snippet-gate-hint = Host and port, such as portcullis:3000. Empty for what is usual with this proxy.
snippet-to = Where the proxy reaches the app
snippet-to-hint = Host and port, such as wiki:8080. Empty for an example that you replace.
snippet-socket = Give a host and a port, such as wiki:8080.
snippet-mode = { $app } is served by the built-in proxy, which needs nothing more. To put it behind a proxy of your own, change how it is reached first.
snippet-address = { $address } stands for many hosts, or is an IPv6 address: a configuration is written for the names of hosts alone.
snippet-ports = The addresses have different ports: give the app one port, or configure each by itself.
snippet-own-port = The app’s address names port { $port }, where the gate itself listens: start the gate on another port (PORT), or give the proxy another address.
snippet-submit = Show
snippet-printed = To be pasted
snippet-forward-auth = FORWARD_AUTH does not name { $name }: add it to the settings of the gate, or this proxy is answered 404.
snippet-trusted-proxies = TRUSTED_PROXIES is empty: add the address of the proxy to the settings of the gate, or it is answered 403.
verdict-let-in = Let in
verdict-sign-in = Has to sign in first
verdict-factor = Needs a second factor
verdict-proof = Has to prove again who they are
verdict-forbidden = Refused
doctor-heading = Ask from outside
doctor-intro = Portcullis sends requests to { $url } as a visitor would, and looks at what the proxy in front makes of them. This takes at most ten seconds. Addresses with a * cannot be asked.
doctor-submit = Ask now
doctor-busy = Another check is running. Try again in a few seconds.
doctor-asked = { $count ->
    [one] One question was asked.
   *[other] { $count } questions were asked.
}
doctor-good = Nothing is wrong.
doctor-line = A line that mends it:
doctor-echo = What arrives at the app can only be seen by the command, which stands in for the app: stop the app, and run this.
doctor-note = For information
doctor-warning = Does not work as it should
doctor-fault = Not safe
doctor-unable = Could not be asked
probe-unreachable = Nobody answers from here: { $what }. Perhaps the address leads to this machine only from outside.
probe-unknown-address = There is no app at { $what }: give the whole address of one, with the scheme of APP_URL.
probe-unclaimed = Nobody can sign in yet: the first admin account has to be created.
probe-late = There was no answer in time: { $what }.
probe-gate-not-reached = { $what } is not answered by Portcullis: the proxy has to send everything below /_auth/ there.
probe-question-refused = Everybody is refused with { $what }: Portcullis does not accept the proxy's questions. Its log says why; often the proxy is missing in TRUSTED_PROXIES, or does not pass on the host.
probe-wrong-dialect = Everybody gets { $what }: the proxy asks at an address that Portcullis does not answer, or as another proxy would. Name the proxy in FORWARD_AUTH, and let it ask at its own address.
probe-anonymous-let-in = Without signing in, the app answers at { $what }: the proxy does not ask there.
probe-answered-unasked = { $what } is answered without a sign-in, and not by Portcullis: perhaps the proxy does not ask there.
probe-navigation-refused = Somebody who opens a page is refused with { $what } and not led to sign-in.
probe-sign-in-elsewhere = Somebody who opens a page is led to { $what }, where nobody can sign in.
probe-script-redirected = A script gets { $what } and is led to the sign-in page; it needs 401 to know that the session has ended.
probe-websocket-open = Without signing in, a WebSocket reaches the app at { $what }.
probe-verify-open = { $what } answers from outside: only the proxy may ask Portcullis about requests.
probe-path-passed = A path in another spelling reaches the app without a sign-in: { $what }.
probe-host-passed = A request that names two hosts reaches the app without a sign-in: { $what }.
probe-forwarded-believed = The proxy lets the client say what was requested: { $what }.
probe-h2c-passed = An upgrade to HTTP/2 reaches the app ({ $what }): whoever makes one speaks past the sign-in.
probe-not-let-in = A machine token of { $what } does not open the app, although the rules allow it: perhaps the proxy does not show it to Portcullis.
probe-no-account = Nothing was asked as somebody who is signed in: there is no account that may enter there ({ $what }).
probe-arrival-unseen = What arrives at the app was not seen: { $what } lets the probe stand in for it.
probe-identity-missing = The app is not told who is there: { $what } does not arrive as Portcullis says it.
probe-identity-spoofed = What a client makes up arrives at the app as its identity: { $what }.
probe-forwarded-spoofed = What a client makes up arrives at the app as a proxy's word: { $what }.
probe-token-passed = The app receives the machine token, in { $what }.
probe-cookie-passed = The app receives the cookie of Portcullis { $what }, with which it could act as the visitor.
probe-authorization-lost = The app's own credentials do not reach it: { $what } is missing or changed.
probe-websocket-cut = A WebSocket does not open for somebody who is signed in: the answer is { $what }.
probe-upload-cut = An upload of 5 MB does not arrive whole: the answer is { $what }.
probe-stream-buffered = Event streams are held back ({ $what }): events arrive late, or only at the end.
prove-heading = Confirm your identity
prove-for-app = The app you were on the way to wants to be sure that it is still you.
prove-intro = You signed in a while ago. Enter your password to continue.
prove-submit = Confirm
prove-cancel = Cancel
prove-role = { $role ->
    [admin] You are about to make { $email } an admin.
   *[other] You are about to make { $email } a user who is no admin.
}
prove-invite = { $role ->
    [admin] You are about to invite { $email } as an admin.
   *[other] You are about to invite { $email }.
}
prove-reset-link = You are about to create a link for setting a new password for { $email }.
prove-username = { $removes ->
    [yes] You are about to remove the user name of { $email }.
   *[other] You are about to give { $email } the user name { $username }.
}
prove-delete = You are about to delete the account { $email }.
prove-delete-several = You are about to delete { $count ->
    [one] one account
   *[other] { $count } accounts
 }.
prove-groups = You are about to change the groups of { $email }.
prove-groups-of-several = { $count ->
    [one] You are about to add one account to groups.
   *[other] You are about to add { $count } accounts to groups.
}
prove-group-new = You are about to create the group { $group }.
prove-group-join = You are about to add { $email } to the group { $group }.
prove-group-delete = You are about to delete the group { $group }.
prove-in-groups = Groups: { $groups }
prove-app-new = You are about to add the app { $app }.
prove-app = You are about to change the app { $app }.
prove-app-delete = You are about to delete the app { $app }.
prove-factor-new = You are about to add a second factor to your account.
prove-factor-remove = You are about to remove a second factor of your account.
prove-recovery-new = You are about to make new recovery codes. The old ones are then refused.
prove-factor-reset = You are about to remove all second factors of { $email } and to end all sessions of this account.
prove-token-new = You are about to make the token { $name }. Whoever has it can use an app without signing in.
prove-link-new = You are about to make a signed link to { $path } in { $app }. Whoever has it can send this request without signing in.
prove-rule = You are about to change who is let in to { $app } at { $path }.
prove-rule-delete = You are about to delete a rule of { $app }.
prove-over = This question has expired: it was open too long, was already answered, or belongs to another session. If you have just answered it, the change was made; otherwise nothing was changed.

delete-heading = Delete this account?
delete-submit = Delete permanently
delete-intro = The account { $email } and all its sessions are deleted immediately. This cannot be undone.
delete-note = What the account did stays in the audit log. To lock somebody out temporarily, disable the account instead.
delete-keep = Keep the account
copy-heading = Link to copy
copy-give = Give this link to { $email }. Anybody who has it can choose the password, once.
copy-earlier = Earlier links no longer work.
copy-until = It is valid until { $moment }.
copy-label = Link
copy-hint = Select and copy it. It is shown only once.
copy-button = Copy
copy-done = Copied
tokens-heading = Tokens
tokens-intro = A token lets a script or a device use an app without signing in. It may do at most what its owner may, and it is refused as soon as it is revoked.
tokens-of = Only those of
tokens-filter = Show
tokens-none = There are no tokens.
tokens-older = Older tokens
token-until = Valid until
token-over = Expired
factors-heading = Second factors
factors-intro = A second factor is something you have besides your password, such as an app on your phone. Whoever knows your password cannot sign in without it.
factors-off = This site does not ask for second factors at the moment.
factors-none = You have none yet.
factor-totp = App for codes
factor-added = Added
factor-new-name = Name of this factor
factor-rename = Rename
factor-remove = Remove
factor-add-totp = Add an app for codes
factor-is-demanded = This site demands a second factor of you. Add another one before you remove this one.
factor-too-many = An account can have { $max } second factors.
factor-heading = Second step
factor-intro = Your password is right. Now enter the code that your app shows, or one of your recovery codes.
factor-code = Code
factor-code-hint = Six digits, which change every 30 seconds; or a recovery code such as 4F7K-9Q2M-TX0B.
factor-wrong-code = This code is not right, or was used before. Wait for the next one and try again.
factor-setup-over = This took too long. Scan the code below and try again.
factor-over = This sign-in is over: it took too long, there were too many wrong codes, or your account was changed. Begin again with your password.
factor-other-account = Begin again, or sign in with another account
totp-heading = Add an app for codes
totp-intro = An app on your phone shows a new code every 30 seconds. You enter it after your password.
totp-demanded = Your password is right. This site demands a second factor as well: an app on your phone that shows a new code every 30 seconds.
totp-get-app = Open an app for one-time codes on your phone. Many password managers are one, too.
totp-scan = Let it scan the picture, or type the key.
totp-type = Enter the code that it shows.
totp-qr = Picture to scan with your app; the key below says the same
totp-key = Key
totp-open = The app is on this device: open it
totp-code = Code
totp-code-hint = The six digits that the app shows now.
totp-name-hint = What you call it, such as “My phone”. May be empty.
totp-submit = Add
recovery-title = Recovery codes
recovery-left = Recovery codes left: { $count }. Each lets you in once if you do not have your phone.
recovery-renew = Make new recovery codes
recovery-heading = Your recovery codes
recovery-intro = If you lose your phone, each of these codes lets you in once, after your password. Print this page or copy the codes to a safe place.
recovery-once = They are shown only now.
recovery-done = I have kept them
user-no-factors = None.
user-reset-factors = Remove all second factors
token-used = Last used
token-unused = Never used
token-revoke = Revoke
token-revoke-one = Revoke { $name }
token-new = New token
token-new-submit = Make token
token-owner = Owner
token-owner-hint = The address of the account whose rights it has at most. The owner is told by mail.
token-name-hint = Such as the device that will use it.
token-field-app = App
token-app-choice = { $app }
token-path-hint = The token is good there and below; empty for the whole app.
token-methods-hint = Such as GET, POST; empty for all. GET covers HEAD.
token-networks-hint = One a line, such as 10.0.0.0/8; empty for any.
token-expires = Valid until
token-expires-hint = A date such as 2027-01-31, which means the end of that day in UTC, or a moment such as 2027-01-31T18:00:00Z; empty for 90 days.
token-made = Token made
token-made-what = { $name } of { $email } is valid until { $moment }.
token-made-use = Send it as “Authorization: Bearer”, or as the password of HTTP Basic with the user name “token”.
token-label = Token
link-new = New signed link
link-new-intro = A signed link is good for one path and one method of { $app }, for example for a webhook. It has at most your rights, and is listed and revoked beside the tokens.
link-new-submit = Make link
link-method = Method
link-method-hint = Such as POST for a webhook; empty for GET.
link-path-hint = Exactly as it will be sent, percent-encoded where needed and without a query; nothing below it.
link-path = Give a path that begins with a slash, with percent-encoding where needed and without a query, at most 1024 characters, and not below /_auth.
link-made = Signed link made
link-made-what = { $name } is valid until { $moment }.
link-made-use = Whoever has this address can send this request. Give it only to the program that needs it.
back-to-user = Back to the account

## Sessions, audit, mail, checklist
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
audit-none = Nothing has been recorded yet.
audit-none-match = No matching events.
audit-count = { $count ->
    [one] { $count } event
   *[other] { $count } events
}
audit-time = Time
audit-about = About
audit-by = By
audit-more = Details
audit-csv = Download as CSV
audit-older = Older events
event-setup-claimed = Instance claimed
event-setup-refused = Claim refused
event-login-ok = Signed in
event-login-failed = Sign-in failed
event-login-throttled = Sign-in throttled
event-logout = Signed out
event-session-ended = Session ended
event-refresh-reused = Old token reused
event-handover-refused = Hand-over to an app refused
event-handover-reused = Code of a hand-over reused
event-factor-added = Second factor added
event-factor-removed = Second factor removed
event-factor-renamed = Second factor renamed
event-factor-reset = Second factors reset
event-factor-failed = Wrong code of a second factor
event-recovery-created = Recovery codes made
event-recovery-used = Recovery code used
event-token-created = Machine token made
event-token-revoked = Machine token revoked
event-link-created = Signed link made
event-link-revoked = Signed link revoked
event-token-refused = Machine token refused
event-password-changed = Password changed
event-password-reset-requested = Password reset requested
event-password-reset = Password reset
event-user-invited = Invited
event-user-created = Account created
event-user-disabled = Account disabled
event-user-enabled = Account enabled
event-user-deleted = Account deleted
event-user-role-changed = Role changed
event-user-username-changed = User name changed
event-group-created = Group created
event-group-deleted = Group deleted
event-group-joined = Added to group
event-group-left = Removed from group
event-email-changed = Address changed
event-mail-failed = Mail failed
event-config-changed = Settings changed
event-device-forgotten = Device forgotten
event-app-created = App created
event-app-changed = App changed
event-app-deleted = App deleted
event-rule-created = Rule created
event-rule-changed = Rule changed
event-key-rotated = Signing key replaced
event-rule-deleted = Rule deleted
event-confirm-ok = Identity confirmed
event-confirm-failed = Identity not confirmed
mail-heading = Mail
mail-state-line = Mails are sent to { $destination }. { $queued } waiting, { $failed } failed.
mail-to-server = the mail server { $server }
mail-to-files = files in { $folder }, because SMTP_HOST is not set
mail-test = Send a test mail to yourself
mail-test-file = Write a test mail
mail-none = There are no mails yet.
mail-count = { $count ->
    [one] { $count } mail
   *[other] { $count } mails
}
mail-column-mail = Mail
mail-column-to = To
mail-column-state = State
mail-column-tries = Attempts
mail-column-next = Next attempt
mail-column-error = Last error
mail-older = Older mails
checklist-heading = Checklist
checklist-intro = The results of checking this set-up. On the command line, portcullis check-config shows the same.
check-good = good
check-advice = advice
check-wrong = wrong
check-address = Address
check-address-good = People reach the gate at { $url }.
check-address-http = APP_URL is { $url }: without https, passwords and cookies can be read in transit. Browsers also omit Sec-Fetch headers and ignore Cross-Origin-Opener-Policy there, so scripts of the app can use the gate's own pages on behalf of the signed-in user. Use https.
check-address-no-proxy = APP_URL is { $url }, but the gate itself does not serve TLS. Name the proxy that does in TRUSTED_PROXIES: without it every visitor seems to come from the proxy, and failed attempts of one visitor count against all.
check-listen = Listening
check-listen-host = APP_URL is { $url }, but HOST is { $host }, which only this machine can reach. Set HOST=0.0.0.0, or name your proxy in TRUSTED_PROXIES.
check-listen-port = APP_URL is { $url }, but Portcullis listens on port { $port }. Unless a proxy or a container stands in between, set PORT or APP_URL so that they agree. The address of the app belongs in UPSTREAM_URL.
check-mail = Mail
check-mail-server = Mails are sent to { $host }; send yourself a test from the mail page.
check-mail-silent = The mail server { $server } does not respond ({ $fault }). Mails are queued and sent later; check SMTP_HOST and SMTP_PORT.
check-mail-none = No mail server is configured, and none is required: admins can copy invitation and reset links from the page of a user. Mails are written to the folder outbox in DATA_DIR.
check-factor = Second factors
check-factor-off = Nobody is asked for a second factor, not even who has one (SECOND_FACTOR=off).
check-factor-optional = Whoever has set up a second factor is asked for it; nobody has to have one. SECOND_FACTOR=admins demands one of admins, everyone of all.
check-factor-admins = Admins have to have a second factor; who has none sets one up at the next sign-in. Others are asked for theirs if they have one.
check-factor-everyone = Everybody has to have a second factor; who has none sets one up at the next sign-in.
check-own-factor = Your second factor
check-own-factor-none = You have none, and you manage this site: whoever guesses your password can do all that you can. Add one on your account page.
check-data = Data
check-data-sqlite = The database is { $path }.
check-data-postgres = The database is PostgreSQL.
check-data-sessions = It also stores the sessions.
check-data-redis = Sessions are in Redis.
check-data-keys = { $where } { $sessions } Generated keys are in { $folder }. Back up both with: portcullis backup FILE
check-settings = Settings
check-browser = Your browser
check-browser-good = It uses { $url }, as configured in APP_URL.
check-browser-proxy = There is a proxy at { $peer } between your browser and the gate that TRUSTED_PROXIES does not name, so its headers about visitors are ignored. If it is yours, set TRUSTED_PROXIES={ $peer }.
check-browser-other = It seems to use { $origin }, but APP_URL is { $url }. Links in mails lead to APP_URL, and forms from another address are refused: set APP_URL to the address people use, or make the proxy pass on Host and X-Forwarded-Proto.
check-app = The app
check-app-none = UPSTREAM_URL is not set: the gate serves forward-auth and its own pages.
check-app-elsewhere = UPSTREAM_URL is not set. Apps that were added on pages, by command or from a file are not looked at here: the page does that.
check-app-nothing = Neither an app nor a proxy is configured, so the gate does not protect anything yet: set UPSTREAM_URL, add an app under "Apps", or set FORWARD_AUTH and TRUSTED_PROXIES for forward-auth.
check-app-open = It responds at { $upstream }, but also at { $open }, where nobody has to sign in. Make it listen on 127.0.0.1 only, or close that port.
check-app-good = The app at { $upstream } accepts connections.
check-apps = The other apps
check-apps-good = All of them that are switched on accept connections.
check-apps-silent = { $app } does not respond at { $upstream } ({ $fault }). Start it, or correct where it listens under "Apps".
check-apps-tls = { $app } cannot be reached by https at { $upstream } ({ $fault }). Correct its certificate, or its CA file under "Apps".
check-app-silent = The app at { $upstream } does not respond ({ $fault }). Start the app, or correct UPSTREAM_URL.
check-app-slow = { $upstream } does not respond within two seconds. Is there a firewall in between?

## Errors
error-status = Status { $status } · request { $id }
error-start = Go to the start page
error-app = Open the app again
too-many-forgot = Choose a new password
error-400 = Bad request
error-401 = Sign-in required
error-403 = Access denied
error-form = Form not accepted
error-cookie = Cookies needed
error-404 = Page not found
error-405 = Not allowed at this address
error-408 = Request timed out
error-409 = Not possible at the moment
error-410 = This link no longer works
error-handover = Sign-in to the app not completed
error-413 = Too much data
error-415 = Unsupported format
error-422 = The form has errors
error-429 = Too many attempts
error-431 = Request headers too large
error-500 = Something went wrong
error-502 = The app does not respond
error-503 = Temporarily unavailable
error-504 = The app takes too long
fault-csrf = This form was not sent from { $url }, the address this site is set up for (APP_URL), but from { $origin }, according to the browser. Open { $url } and try again there. If people should use another address, the operator of this site has to change APP_URL.
fault-cookie = Your browser sent no cookie with this form. Cookies are required to sign in: allow them for { $url }, reload the page and send the form again. If the page had been open for a day, reloading it is enough.
fault-cookie-insecure = This form was sent without https, so your browser does not store the cookies of { $url }, which are required to sign in. Open { $url } and try again there.
fault-form-out-of-date = This form of { $url } is no longer valid: you signed in or out after it was opened, or it was open for too long. Go back, reload the page and try again.
fault-too-many = Too many attempts. Try again in { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}.
fault-link = This link is no longer valid: it was used, has expired, or was replaced by a newer one. Request a new one.
fault-handover = This sign-in to the app could not be completed: it was used already, took too long, or was begun in another browser. Open the app again.
fault-handover-address = This address does not belong to an app here. Open the app by its usual address, or ask whoever runs it.
fault-last-admin = This is the last admin who can sign in. Make somebody else an admin first.
fault-busy = The server is busy. Try again in a few seconds.
fault-pair-closed = There were too many wrong guesses at the configured user name and password, so they no longer work. The operator of this site can set up the first admin with the set-up token, or configure another password.
fault-unavailable = This service is not available at the moment. Try again in a few seconds.
fault-sign-in = Sign in to continue.
fault-not-allowed = Your account is not allowed to do this.
fault-closed = This instance already has its first admin.
fault-changed = This was changed after you opened it, so nothing was saved. Open it in another window to see how it is now, then save again to replace it.
fault-rules = The form has errors.
fault-internal = Something went wrong on our side.
fault-no-app = No app of this site has this address. If one should be here, an admin adds it under "Apps".
fault-token = This token is not valid: it was revoked, has expired, or its owner may not sign in. Make a new one on your account page.
fault-token-scope = This token is not meant for this app, path, method or network. Make one that is.
fault-token-several = The request has two different tokens. Send one.
fault-token-username = With a token as the password, the user name has to be “token” or the address of its owner.
fault-token-rules = The rules of this app do not let a token of this person in here. Ask an admin to change the rules.
fault-token-wait = There were too many wrong tokens from your address, so further ones are not looked up for { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}. A right token is let in all the same.
fault-token-mistyped = A credential in this request begins with pc_ as tokens of Portcullis do, but is none: it was mistyped or cut off, or it belongs to the app. Copy the whole token again, or make a new one on your account page.
fault-not-found = There is no page at this address.
fault-too-large = The request is too large.
fault-head-too-large = Your browser sent more than 64 KiB of headers, mostly cookies. Delete the cookies of this site, then try again.
fault-too-slow = The request took too long to arrive.
fault-media-type = Forms have to be sent as application/x-www-form-urlencoded.
fault-method = This method is not allowed at this address.
fault-upstream = The app behind this gate does not respond. Its operator has to start or repair it.
fault-upstream-timeout = The app behind this gate took too long to respond.
fault-ambiguous-address = Some programs would interpret this address as one of the sign-in pages, so it is not forwarded to the app. Write it without double slashes, dots and semicolons that lead to /_auth.
fault-no-websocket = This is not a valid WebSocket handshake.
fault-foreign-websocket = This WebSocket was opened by another site.
fault-ambiguous-length = The length of this request is ambiguous.
fault-service-worker = A service worker at the root could read the sign-in pages; put its script into a folder (docs/APPS.md).
fault-host = The request does not say clearly which host it is for: the name is missing, came twice, or is not valid.
fault-unknown-host = Nothing is served at this address.
fault-not-for-you = You are signed in as { $who }, and this account may not open this part of { $app }. If you need it, ask an administrator of this site.
fault-for-nobody = Nobody may open this part of { $app }. If you need it, ask an administrator of this site.
fault-needs-factor = This page needs a second factor. Add one on your account page, or sign out and sign in again with the one you have.
address-not-an-origin = { $address } is not an address like { $scheme }://wiki.example.org: scheme, host and perhaps a port, nothing else.
address-other-scheme = { $address } has the other scheme. All addresses begin with { $scheme }://, as APP_URL does.
address-wildcard = { $address }: one * may stand for one whole part of the host name, but not for the last.
address-portal = { $address } is the address of this site itself (APP_URL). The app there is set with UPSTREAM_URL.
address-shared = { $address } has the host of { $app }, at another port, which a proxy of your own cannot tell apart. Give each app a host name of its own.
address-taken = { $address } belongs to { $app } already.
addresses-count = Give 1 to { $max } addresses.
addresses-overlap = { $address } and another of these addresses mean the same host.
app-name-invalid = Give a name of 1 to { $max } characters.
app-name-taken = Another app has this name.
app-host-invalid = Leave this empty, or give “upstream”, or a host name, perhaps with a port.
app-origin-invalid = { $origin } is not an origin like https://embed.example.org.
header-line = “{ $line }” is not understood. Write what the header says, then = and its name, such as email = X-Mail.
header-part = No header can say “{ $part }”. Choose one of: user, email, username, id, name, role, groups, groups-piped.
header-name = A header name begins with a letter and has only letters, digits and up to five hyphens, at most 64 characters in all.
header-reserved = { $header } already has a meaning for browsers, proxies or this gate. Choose another name.
header-twice = { $header } is there twice; upper case, hyphens and underscores make no difference. Give each name once.
header-count = These are too many; at most { $max } are possible.
header-value = The value of { $header } may have only ASCII characters, at most { $max }.
header-value-missing = { $header } has no value yet. Give one after a colon.
setting-of-upstreams = Only the built-in proxy can do this. Leave this empty, or choose the built-in proxy.
upstream-or-forward-auth = Say where the app listens, such as http://10.0.0.5:8080, or choose “Through your own proxy” if that is in front of it.
upstream-of-forward-auth = An app behind your own proxy has no upstream here. Leave this empty, or choose the built-in proxy.
upstream-itself = That is the address of Portcullis itself. Give the address of the app.
upstream-invalid = Give an address like http://10.0.0.5:8080, https://wiki.internal or unix:/run/wiki.sock, without a path.
ca-file-without-https = Only an https upstream has a certificate to check.
ca-file-unreadable = The server cannot read a certificate from this file. Give the absolute path of a PEM file.
number-invalid = Give a whole number from 1 to { $max }, or leave this empty.
choice-invalid = Choose one of the options.
rule-path-slash = A path begins with /.
rule-path-ambiguous = Programs may read this path in different ways. Leave out ?, #, ;, backslashes and encoded slashes.
rule-path-segments = A path has no empty parts, and none that is . or ..
rule-path-long = A path has at most { $max } bytes.
rule-path-reserved = Everything below /_auth belongs to the gate; no rule applies there.
rule-methods-invalid = { $method } is not a method of HTTP or WebDAV that is known here. Give names in capital letters, such as GET, POST, PROPFIND, or leave this empty for all.
rule-tie = This app has a rule for this path already. Change that one, or name methods.
rule-tie-methods = This app has a rule for this path and { $methods } already. Change that one, or name other methods.
grant-who = Choose who is let in.
grants-too-many = A rule names at most { $max } kinds of people. Put some of them into a group.
grant-who-and-names = Groups and people are for “groups and people” alone; that choice needs at least one of them.
grant-public-proof = Somebody who is not signed in cannot prove who they are. Choose “Everybody who is signed in”, or leave this out.
grant-until = Give a date like 2027-01-31, or a moment like 2027-01-31T18:00:00Z.
token-app = Choose one of the apps that the owner of the token may enter.
token-name-empty = Give the token a name, such as the device that will use it.
token-too-many = An account can have { $max } tokens and signed links. Revoke one that is not needed any more.
token-owner-inactive = The account of the owner is not active: it is disabled, or its invitation was not accepted yet.
token-expires-over = This moment is over already.
token-expires-late = A token is good for ten years at most.
grant-group-unknown = There is no group { $group }.
grant-person-unknown = There is no account { $email }.
grant-network = { $network } is not a network like 10.0.0.0/8.
explain-address = Give a whole address, such as https://wiki.example.org/page.
explain-no-app = There is no app at this address.
explain-path = The gate does not pass this path on to any app.
explain-no-account = There is no account with this address, or it is disabled.
fault-no-original = The proxy does not say clearly which method, host and path were requested: a header is missing, duplicated or malformed. docs/FORWARD-AUTH.md has the configuration for each proxy, and the gate's log says what is wrong.
fault-untrusted-proxy = This address is for proxies in TRUSTED_PROXIES only.
fault-navigation = This page has to be opened in a window of its own, not by a script or in a frame.
fault-form-cut = The form did not arrive completely.
fault-form-malformed = The form is malformed.
fault-metrics = The metrics are available on this machine, or with METRICS_TOKEN as a bearer token.
fault-no-invitation = This account already has a password, so there is no invitation to send.
fault-choose-change = Choose what to do with the selected accounts.
fault-none-selected = No account was selected. Go back and select at least one.
fault-admins-only = Only admins may open this page.
fault-configured = The configured user name and password give access to the app only.
fault-address = The address is not valid.

## Mails. A subject is one line and names nobody.
mail-hello = Hello,
mail-event = Date: { $when }. From: { $source }, with { $device }.
mail-device-unknown = an unknown browser
mail-reset = Choose a new password
mail-reset-text = Somebody, probably you, requested a new password at { $site }. Open this link to choose it:
mail-reset-end = The link works once, for { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}. If it was not you, ignore this mail: your password stays the same.
mail-invitation = You are invited
mail-invitation-text = You have been given an account at { $name }, { $site }. You sign in there with an e-mail address and a password.
mail-invitation-by = { $inviter } invited you.
mail-invitation-open = Open this link to choose your password:
mail-invitation-end = The link works once, until { $until }. If you did not expect an invitation, ignore this mail.
mail-confirm = Confirm your new address
mail-confirm-text = Somebody, probably you, wants to use this address for an account at { $site }. Open this link to confirm it:
mail-confirm-end = The link works once, within a day. If it was not you, ignore this mail.
mail-password-changed = Your password was changed
mail-password-changed-text = The password of your account at { $site } was changed, and your other sessions have ended.
mail-password-changed-end = If it was not you, request a new password immediately and tell your admin.
mail-reset-done = Your password was reset
mail-reset-done-text = The password of your account at { $site } was set with a link, and all sessions have ended.
mail-reset-done-end = If it was not you, somebody can read your mail: tell your admin.
mail-new-device = New sign-in to your account
mail-new-device-text = Somebody signed in to your account at { $site } from a browser that had not been used before.
mail-new-device-end = If it was not you, change your password; this ends all other sessions.
mail-email-changed = Your address was changed
mail-email-changed-text = The account at { $site } with this address now has another one: { $email }.
mail-email-changed-end = If it was not you, tell your admin immediately.
mail-token-made = A token was made for your account
mail-token-made-text = An admin has made the token “{ $token }” for your account at { $site }. With it, a script or a device can use the app { $app } on your behalf.
mail-token-made-end = If you did not expect it, revoke it on your account page.
mail-factor-added = A second factor was added to your account
mail-factor-added-text = A second factor was added to your account at { $site }. From now on it is asked for when you sign in.
mail-factor-added-end = If it was not you, change your password immediately and tell your admin.
mail-factor-removed = A second factor was removed from your account
mail-factor-removed-text = A second factor of your account at { $site } was removed.
mail-recovery-created = New recovery codes were made for your account
mail-recovery-created-text = New recovery codes were made for your account at { $site }. The old ones are refused from now on.
mail-recovery-used = A recovery code was used
mail-recovery-used-text = Somebody signed in to your account at { $site } with a recovery code. It cannot be used again.
mail-factors-reset = Your second factors were removed
mail-factors-reset-text = An admin has removed all second factors of your account at { $site }, and your sessions have ended. You sign in with your password alone, until you set up a new one.
mail-factors-reset-end = If you did not ask for it, tell your admin immediately.
mail-test-subject = Test mail
mail-test-text = This is the test mail that you requested at { $site }. Sending mail works.
