# German.

## Around every page
menu-label = Seiten
menu-apps = Anwendungen
menu-users = Benutzer
menu-groups = Gruppen
menu-tokens = Tokens
menu-sessions = Sitzungen
menu-audit = Protokoll
menu-mail = E-Mail
menu-checklist = Checkliste
menu-account = Ihr Konto
menu-app = Zur Anwendung
skip = Zum Inhalt springen
problem = Es gibt ein Problem
home-heading = Startseite
home-signed-in = Sie sind angemeldet als { $email }.
home-account = Ihr Konto: Name, Passwort, Sitzungen, abmelden
home-apps = Anwendungen: wo sie sind und wer hineindarf
home-more = Mehr
home-users = Benutzer: einladen, Sitzungen beenden, Rollen ändern
home-groups = Gruppen: wer zusammengehört
home-tokens = Tokens: was Skripte und Geräte verwenden dürfen
home-sessions = Sitzungen: wer angemeldet ist, und von wo
home-audit = Protokoll: was geschehen ist, und durch wen
home-mail = E-Mail: was gesendet wurde, und was nicht
home-checklist = Checkliste: Ist alles gut eingerichtet?
insecure-browser = Sie haben diese Seite ohne https geöffnet; so kann Ihr Browser Sie nicht angemeldet halten.
other-address = Sie haben diese Seite unter { $origin } geöffnet; eingestellt ist diese Website aber für { $url } (APP_URL). Das Anmelden kann hier scheitern.
other-address-works = Sie haben diese Seite unter { $origin } geöffnet, eingerichtet ist sie aber für { $url } (APP_URL). Die Anmeldung funktioniert hier, gilt aber nur für diese Adresse, und Links in E-Mails führen zu { $url }.
other-address-open = Stattdessen { $url } öffnen
other-address-remedy = Soll { $origin } die Adresse sein, setzt der Betreiber dieser Website APP_URL={ $origin } und startet sie neu.
other-address-apps = Keine Anwendung hat die Adresse { $origin }. Soll dort eine sein, fügt sie jemand mit Administratorrechten unter „Anwendungen“ hinzu.
other-address-local = Diese Adresse gilt nur auf dem Server selbst. Für andere Rechner setzt der Betreiber dieser Website APP_URL={ $origin } und HOST=0.0.0.0 und startet sie neu.
password-show = Anzeigen
password-hide = Verbergen
password-live-length = { $count } von mindestens { $min } Zeichen
password-live-long = Lang genug
password-live-same = Beide stimmen überein
password-live-differs = Noch nicht gleich

## Times
time-now = gerade eben
time-minutes-ago = { $count ->
    [one] vor { $count } Minute
   *[other] vor { $count } Minuten
}
time-hours-ago = { $count ->
    [one] vor { $count } Stunde
   *[other] vor { $count } Stunden
}
time-days-ago = { $count ->
    [one] vor { $count } Tag
   *[other] vor { $count } Tagen
}
time-in-minutes = { $count ->
    [one] in { $count } Minute
   *[other] in { $count } Minuten
}
time-in-hours = { $count ->
    [one] in { $count } Stunde
   *[other] in { $count } Stunden
}
time-in-days = { $count ->
    [one] in { $count } Tag
   *[other] in { $count } Tagen
}
date = { $day }. { $month } { $year }
moment = { $date }, { $time } UTC
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
never = nie

## Names of stored values
role-admin = Administrator
role-user = Benutzer
state-active = aktiv
state-invited = eingeladen
state-disabled = gesperrt
mail-state-queued = wartet
mail-state-sent = übergeben
mail-state-failed = gescheitert
mail-kind-reset = neues Passwort
mail-kind-invitation = Einladung
mail-kind-confirm-email = Bestätigung einer Adresse
mail-kind-password-changed = Passwort geändert
mail-kind-reset-done = Passwort neu gesetzt
mail-kind-new-device = neues Gerät
mail-kind-email-changed = Adresse geändert
mail-kind-token-made = Maschinen-Token
mail-kind-test = Test
device-unknown = Unbekanntes Gerät
device-on = { $browser } auf { $system }
device-other = { $name }

## Signing in
sign-in = Anmelden
email = E-Mail-Adresse
password = Passwort
user-name = Benutzername
forgot-link = Passwort vergessen?
sign-in-keep = Angemeldet bleiben
sign-in-own-instance = Gehört diese Instanz Ihnen? Richten Sie den ersten Administrator ein, der dieses Passwort ablöst:
sign-in-own-instance-link = Einrichten
wrong-pair = E-Mail-Adresse oder Passwort ist falsch, oder das Konto kann sich nicht anmelden.
wrong-user-name = Benutzername oder Passwort ist falsch.
back-to-sign-in = Zurück zur Anmeldung

## Set-up
setup-title = Einrichtung
setup-heading = Ihr Tor einrichten
setup-intro = Sie werden der erste Administrator. Bis dahin erreicht niemand die Anwendung.
setup-intro-configured = Sie werden der erste Administrator. Bis dahin öffnen der eingestellte Benutzername und sein Passwort die Anwendung; danach öffnen sie nichts mehr.
setup-pair-closed = Der eingestellte Benutzername und sein Passwort wurden zu oft geraten und öffnen nichts mehr. Um der erste Administrator zu werden, brauchen Sie den Einrichtungscode.
setup-afterwards = Danach finden Sie Benutzer und Einstellungen unter { $url }.
setup-user-name = Eingestellter Benutzername
setup-user-name-hint = Die Werte von FLOWISE_USERNAME und FLOWISE_PASSWORD beweisen, dass die Instanz Ihnen gehört.
setup-password = Eingestelltes Passwort
setup-token = Einrichtungscode
setup-token-hint = Er steht in der Datei setup-token im Datenverzeichnis. Auch der Link, den ein Start ausgibt, endet mit ihm.
setup-submit = Erster Administrator werden
setup-no-proof = Das sind nicht der Benutzername und das Passwort aus FLOWISE_USERNAME und FLOWISE_PASSWORD.
setup-wrong-token = Das ist nicht der Einrichtungscode dieser Instanz.
name = Name
name-optional = Name (freiwillig)
password-hint = Mindestens { $min } Zeichen. Einige Wörter hintereinander sind gut.
password-again = Passwort wiederholen
new-password = Neues Passwort
new-password-again = Neues Passwort wiederholen
current-password = Derzeitiges Passwort

## Forgotten passwords, invitations and their links
forgot-heading = Passwort vergessen?
forgot-intro = Geben Sie Ihre Adresse ein. Wenn es ein Konto dazu gibt, senden wir Ihnen einen Link für ein neues Passwort.
forgot-no-mail = Diese Website verschickt keine E-Mails. Bitten Sie einen Administrator um einen Link für ein neues Passwort: Administratoren erzeugen ihn auf der Seite Ihres Kontos.
forgot-no-mail-operator = Betreiben Sie diese Website selbst, erzeugen Sie den Link auf ihrem Server: { $command }
forgot-submit = Link senden
forgot-submit-note = Anfrage vermerken
forgot-sent-heading = Sehen Sie in Ihre E-Mails
forgot-sent = Wenn es ein Konto mit dieser Adresse gibt, ist eine E-Mail mit einem Link unterwegs. Der Link gilt { $minutes ->
    [one] { $minutes } Minute
   *[other] { $minutes } Minuten
} und nur einmal.
forgot-sent-nothing = Nach einigen Minuten nichts da? Sehen Sie in den Spam-Ordner, oder bitten Sie Ihren Administrator um einen Link.
forgot-again = Andere Adresse verwenden
forgot-noted-heading = Ihre Anfrage ist vermerkt
forgot-noted = Administratoren finden sie im Protokoll, wenn sie dort nachsehen. Benachrichtigt wird niemand.
reset-heading = Neues Passwort wählen
reset-intro = Alle Ihre Sitzungen enden, und Sie melden sich mit dem neuen Passwort an.
reset-submit = Neues Passwort setzen
invite-heading = Passwort wählen
invite-intro = Sie wurden zu { $site } eingeladen. Wählen Sie ein Passwort, damit das Konto Ihnen gehört.
invite-submit = Passwort setzen
link-for = Für { $email }.
link-dead-heading = Dieser Link funktioniert nicht
link-dead = Er wurde schon verwendet, ist abgelaufen oder nicht vollständig.
link-dead-invitation = Bitten Sie den Administrator, der Sie eingeladen hat, um einen neuen Link.
link-dead-reset = Fordern Sie einen neuen Link an; nur der neueste funktioniert.
link-dead-email = Beantragen Sie die Änderung noch einmal auf der Seite Ihres Kontos.
link-to-sign-in = Zur Anmeldung
link-ask-again = Neuen Link anfordern
link-to-account = Zu Ihrem Konto
confirm-heading = Neue Adresse bestätigen
confirm-intro = Das Konto von { $old } soll die Adresse { $new } bekommen.
confirm-ends = Alle Sitzungen enden, und Sie melden sich mit der neuen Adresse an.
confirm-submit = Diese Adresse verwenden

## Your account
account-heading = Ihr Konto
account-role = Rolle
account-language = Sprache
account-change-profile = Name oder Sprache ändern
account-change-password = Passwort ändern
account-change-email = Adresse ändern
account-tokens = Tokens für Skripte und Geräte
back-to-account = Zurück zu Ihrem Konto
sign-out = Abmelden
sign-out-everywhere = Überall abmelden
your-sessions = Ihre Sitzungen
session-this = (diese hier)
session-since = Angemeldet
session-seen = Zuletzt aktiv
session-from = Von
session-end = Diese Sitzung beenden
sessions-end-others = Alle anderen Sitzungen beenden
known-devices = Bekannte Geräte
known-devices-none = Noch keine: Ein Browser ist bekannt, sobald er sich angemeldet hat.
known-devices-intro = Eine Anmeldung von jedem anderen Browser wird Ihnen per E-Mail gemeldet.
known-devices-intro-no-mail = Diese Website verschickt keine E-Mails: Eine Anmeldung von einem anderen Browser wird niemandem gemeldet.
device-first = Zuerst verwendet
device-last = Zuletzt verwendet
device-forget = Dieses Gerät vergessen
profile-heading = Ihr Name und Ihre Sprache
profile-name-hint = Die Anwendung sieht ihn. Er darf leer sein.
profile-language-hint = Für Seiten und E-Mails.
profile-language-browser = Wie der Browser es wünscht
language-own-name = { $name }
save = Speichern
password-heading = Passwort ändern
password-intro = Hier bleiben Sie angemeldet; Ihre anderen Sitzungen enden.
password-submit = Passwort ändern
email-heading = Adresse ändern
email-intro = Wir senden einen Link an die neue Adresse; die Änderung gilt, sobald Sie ihn verwenden.
email-intro-no-mail = Diese Website verschickt keine E-Mails. Ein Link für die neue Adresse wird auf ihrem Server in den Ordner outbox geschrieben: Bitten Sie einen Administrator darum. Die Änderung gilt, sobald der Link verwendet wird.
email-warning = Anwendungen erkennen Sie meist an Ihrer Adresse (Remote-User): Nach der Änderung sehen sie womöglich eine neue Person, ohne das, was Ihnen dort gehört. Fragen Sie vorher Ihren Administrator. Ihre Kennung (Remote-Id) ändert sich nie.
email-new = Neue E-Mail-Adresse
email-submit = Adresse ändern
no-account-heading = Kein Konto
no-account-intro = Sie sind mit dem eingestellten Benutzernamen und Passwort angemeldet. Das öffnet die Anwendung und sonst nichts.
no-account-setup = Ersten Administrator einrichten

## Messages shown once at the top of a page
flash-signed-out = Sie sind abgemeldet.
flash-password-set = Ihr Passwort ist gesetzt. Melden Sie sich damit an.
flash-welcome = Ihr Konto ist bereit. Melden Sie sich mit Ihrem neuen Passwort an.
flash-password-changed = Ihr Passwort ist geändert, und Ihre anderen Sitzungen sind beendet.
flash-profile-saved = Gespeichert.
flash-email-asked = Wenn die Adresse frei ist, ist eine E-Mail mit einem Link an sie unterwegs. Die Änderung gilt, sobald der Link verwendet wird.
flash-email-asked-no-mail = Wenn die Adresse frei ist, liegt ein Link im Ordner outbox auf dem Server: Bitten Sie einen Administrator darum. Die Änderung gilt, sobald der Link verwendet wird.
flash-email-changed = Ihre Adresse ist geändert. Melden Sie sich mit der neuen an.
flash-device-forgotten = Das Gerät ist vergessen.
flash-ended = Die Sitzungen sind beendet.
flash-invited = Eingeladen. Die Einladung ist per E-Mail unterwegs.
flash-disabled = Gesperrt. Alle Sitzungen sind beendet.
flash-enabled = Freigegeben.
flash-deleted = Gelöscht.
flash-role = Die Rolle ist geändert. Alle Sitzungen sind beendet.
flash-username = Der Benutzername ist geändert.
flash-token-revoked = Das Token wurde widerrufen. Es wird ab jetzt abgelehnt.
flash-app-saved = Die Anwendung ist gespeichert.
flash-rule-saved = Die Regel ist gespeichert.
flash-user-groups = Die Gruppen sind geändert.
flash-group-created = Die Gruppe ist angelegt.
flash-members = Die Mitglieder der Gruppe sind geändert.
flash-unchanged = Es wurde nichts geändert.
flash-test-queued = Eine Test-E-Mail ist zu Ihnen unterwegs. Laden Sie diese Seite neu, um zu sehen, was daraus wurde.
flash-test-written = Die Test-E-Mail liegt als Datei im Ordner outbox auf dem Server. Laden Sie diese Seite neu, falls sie noch nicht in der Liste steht.

## Errors in forms
email-empty = Geben Sie eine E-Mail-Adresse ein.
email-too-long = Die E-Mail-Adresse ist zu lang.
email-malformed = Geben Sie eine E-Mail-Adresse wie name@example.org ein.
email-taken = Es gibt schon ein Konto mit dieser Adresse.
email-same = Das ist bereits Ihre Adresse.
name-too-long = Der Name ist zu lang; höchstens { $max } Zeichen sind erlaubt.
name-control = Der Name enthält ein Zeichen, das nicht angezeigt werden kann.
username-rules = Ein Benutzername hat 1 bis { $max } Zeichen: kleine Buchstaben a bis z, Ziffern, Punkte, Unter- und Bindestriche.
username-taken = Ein anderes Konto hat diesen Benutzernamen.
group-rules = Ein Gruppenname hat 1 bis { $max } Zeichen: kleine Buchstaben a bis z, Ziffern, Unter- und Bindestriche.
group-reserved = Die Namen admin, user und new sind vergeben. Wählen Sie einen anderen.
group-taken = Es gibt schon eine Gruppe mit diesem Namen.
group-unknown = Es gibt keine Gruppe { $group }.
group-choose = Geben Sie den Namen mindestens einer Gruppe ein.
group-no-account = Es gibt kein Konto mit der Adresse { $emails }.
password-empty = Geben Sie ein Passwort ein.
password-too-long = Das Passwort ist zu lang; höchstens { $max } Bytes sind erlaubt.
password-nul = Das Passwort enthält ein NUL-Zeichen; das ist nicht erlaubt.
password-too-short = Das Passwort ist zu kurz: Nehmen Sie mindestens { $min } Zeichen. Einige Wörter hintereinander merkt man sich leicht.
password-common = Dieses Passwort probieren Angreifer mit als erstes. Wählen Sie eines, das nicht verbreitet ist.
password-repetition = Dieses Passwort wiederholt dieselben wenigen Zeichen. Wählen Sie ein weniger regelmäßiges.
password-sequence = Dieses Passwort ist eine Folge benachbarter Zeichen. Wählen Sie ein weniger regelmäßiges.
password-context = Dieses Passwort besteht aus Ihrer Adresse, Ihrem Namen oder dem Namen dieser Website. Wählen Sie eines, das sich daraus nicht erraten lässt.
password-differs = Die beiden Passwörter sind nicht gleich.
password-not-current = Das ist nicht Ihr derzeitiges Passwort.
role-choose = Wählen Sie Administrator oder Benutzer.
language-choose = Wählen Sie eine der Sprachen.

## Users
users-heading = Benutzer
users-invite = Jemanden einladen
users-query = Adresse, Name oder Benutzername
users-state = Zustand
users-all = alle
search = Suchen
users-none = Noch ist niemand hier.
users-none-match = Kein Konto passt dazu.
users-address = Adresse
users-role = Rolle
users-last = Letzte Anmeldung
users-more = Weitere Konten
users-count = { $count ->
    [one] { $count } Konto
   *[other] { $count } Konten
}
users-select = Auswählen
users-select-one = { $email } auswählen
users-selected = Mit den ausgewählten Konten:
selected-accounts = { $count ->
    [one] { $count } Konto: { $emails }
   *[other] { $count } Konten: { $emails }
}
selected-join-label = Zu Gruppen hinzufügen…
selected-join = Diese Konten zu Gruppen hinzufügen
selected-enable = Diese Konten freigeben?
selected-end-sessions = Alle Sitzungen dieser Konten beenden?
selected-disable = Diese Konten sperren?
selected-disable-note = Ihre Sitzungen enden sofort, und niemand meldet sich damit an, bis sie wieder freigegeben sind.
selected-delete = Diese Konten löschen?
selected-delete-note = Sie sind mit allen Sitzungen sofort weg. Das lässt sich nicht rückgängig machen. Um Personen eine Weile auszuschließen, sperren Sie die Konten.
selected-delete-submit = Endgültig löschen
list-count-more = Mehr als { $count }
invite-somebody = Jemanden einladen
invite-somebody-intro = Die Person bekommt eine E-Mail mit einem Link, um ihr Passwort zu wählen. Das Passwort sehen Sie nie.
invite-somebody-intro-no-mail = Diese Website verschickt keine E-Mails: Sie bekommen einen Link zum Kopieren und Weitergeben, mit dem die Person ihr Passwort wählt. Das Passwort sehen Sie nie.
invite-somebody-submit = Einladen
optional = Freiwillig.
role-user-long = Benutzer: verwendet die Anwendung
role-admin-long = Administrator: verwaltet auch die Konten
back-to-list = Zurück zur Liste
user-title = Benutzer
user-no-name = (keiner)
user-since = Angelegt
user-id = Kennung (Remote-Id)
user-address-before = Bis { $moment } hatte ein anderes Konto diese Adresse. Anwendungen, die Personen an der Adresse erkennen (Remote-User), halten beide für dieselbe Person. An Remote-Id lassen sie sich unterscheiden.
user-invite-link = Einladungslink zum Kopieren erzeugen
user-invite-mail = Einladung noch einmal senden
user-reset-link = Link für ein neues Passwort erzeugen
user-enable = Freigeben
user-disable = Sperren
user-delete = Löschen…
user-change-role = Rolle ändern
user-change-note = Eine andere Rolle und das Sperren beenden alle Sitzungen des Kontos.
user-change-username = Benutzernamen ändern
username = Benutzername
username-intro = Für Anwendungen, die { $email } nicht als Namen nehmen.
username-note = Eine Anwendung kann den, der einen Benutzernamen hat, für jeden halten, der ihn vorher hatte.
username-hint = Kleine Buchstaben a bis z, Ziffern, Punkte, Unter- und Bindestriche. Leer lassen für keinen.
user-groups = Gruppen des Kontos
user-groups-intro = Die Gruppen von { $email }. Leer lassen für keine.
user-groups-change = Gruppen ändern
user-groups-all = Alle Gruppen
user-no-groups = (keine)
user-sessions = Sitzungen
user-sessions-unknown = Die Sitzungen lassen sich gerade nicht anzeigen. Alles auf dieser Seite geht trotzdem.
user-end-all = Alle Sitzungen beenden
user-events = Letzte Ereignisse
user-all-events = Alle Ereignisse dieses Kontos
user-no-sessions = Keine.
user-no-events = Keine.
groups-heading = Gruppen
groups-intro = Anwendungen erhalten die Gruppen einer Person im Header Remote-Groups.
groups-none = Noch gibt es keine Gruppen.
groups-hint = { $count ->
    [0] Noch gibt es keine Gruppen.
   *[other] Durch Kommas getrennt. Es gibt: { $groups }
}
group-new = Neue Gruppe
group-new-submit = Gruppe anlegen
group-name-hint = Kleine Buchstaben a bis z, Ziffern, Unter- und Bindestriche. Der Name lässt sich später nicht ändern.
group-title = Gruppe
group-members = Mitglieder
group-empty = Noch ist niemand in dieser Gruppe.
group-in-users = In der Liste der Benutzer zeigen
group-remove = Entfernen
group-remove-one = { $email } entfernen
group-add = Personen hinzufügen
group-add-intro = Sie werden Mitglieder der Gruppe { $group }.
group-add-emails = E-Mail-Adressen
group-add-hint = Eine in jeder Zeile oder durch Kommas getrennt. Zu jeder muss es ein Konto geben.
group-add-submit = Hinzufügen
group-delete = Gruppe löschen…
group-delete-heading = Diese Gruppe löschen?
group-delete-intro = Die Gruppe { $group } wird gelöscht, und niemand ist mehr ihr Mitglied. Die Konten bleiben. Das lässt sich nicht rückgängig machen.
group-delete-rules = Diese Regeln verlieren die Gruppe. Was keine andere Gruppe und sonst niemanden nennt, lässt dann niemanden hinein: { $rules }
group-keep = Gruppe behalten
back-to-group = Zurück zur Gruppe
app-title = Anwendung
app-new = Neue Anwendung
app-edit = Anwendung ändern
app-delete = Anwendung löschen…
app-delete-heading = Diese Anwendung löschen?
app-delete-intro = { $app } und ihre Regeln werden gelöscht, und niemand erreicht sie mehr über dieses Tor. Die Anwendung selbst bleibt, wie sie ist. Das lässt sich nicht rückgängig machen.
app-other-port = Diese Anwendung wird unter { $url } geöffnet, also an einem anderen Port als diese Website. Ist sie am selben Port zu erreichen, lautet ihre Adresse { $suggestion }.
app-without-proxy = Kein Proxy darf nach dieser Anwendung fragen, denn FORWARD_AUTH nennt keinen: Niemand kann sie öffnen. Setzen Sie FORWARD_AUTH und TRUSTED_PROXIES und starten Sie neu, oder wählen Sie den eingebauten Proxy.
app-configured = Diese Anwendung steht in der Konfiguration (APP_URL und UPSTREAM_URL). Ihre Regeln lassen sich hier ändern. Um zu wählen, welche Header sie bekommt, in welchen Headern Tokens kommen, oder um ihr eine signierte Identität zu senden, legen Sie sie auf der Seite Anwendungen an: mit einem eigenen Host und mit der Adresse aus UPSTREAM_URL als Upstream.
app-name-hint = Zu sehen auf der Startseite und bei einer Ablehnung.
app-addresses = Adressen
app-addresses-hint = Was im Browser eingegeben wird, zum Beispiel { $scheme }://wiki.example.org; eine in jeder Zeile. Ein Teil eines Hostnamens darf * sein.
app-mode = Wie man sie erreicht
app-mode-proxy = Über den eingebauten Proxy
app-mode-forward-auth = Über Ihren eigenen Proxy, der hier nachfragt (Forward-Auth)
app-upstream = Wo die Anwendung lauscht
app-upstream-hint = Für den eingebauten Proxy: http://10.0.0.5:8080, https://wiki.internal oder unix:/run/wiki.sock. Für den eigenen Proxy leer lassen.
app-default-access = Wo keine Regel gilt
app-default-access-hint = Wer zu allem darf, wofür es keine Regel gibt.
app-default-signed-in = Alle, die angemeldet sind, dürfen hinein
app-default-nobody = Niemand darf hinein
app-off = Abgeschaltet: Niemand erreicht sie
app-hidden = Nicht auf der Startseite
app-more = Weitere Einstellungen
app-ca-file = CA-Datei
app-ca-file-hint = Für https mit eigener Zertifizierungsstelle oder selbst signiertem Zertifikat: der absolute Pfad dieses Zertifikats auf dem Server, in PEM. Leer für die Zertifizierungsstellen des Systems.
app-host = Host, den die Anwendung erhält
app-host-hint = Leer für die Adresse der Anwendung, „upstream“ für die, an der sie lauscht, oder ein Hostname.
app-timeout = Zeitgrenze für eine Antwort, in Sekunden
app-timeout-hint = Bis die Antwort beginnt. Leer für die Voreinstellung.
app-max-upload = Größter Upload, in MiB
app-max-upload-hint = Leer für keine Grenze.
app-websocket-origins = Andere Seiten, die WebSockets öffnen dürfen
app-websocket-origins-hint = Origins wie https://embed.example.org, einer in jeder Zeile. Seiten der Anwendung selbst dürfen es immer.
app-session-hours = Längste Sitzung dort, in Stunden
app-session-hours-hint = Danach beginnt eine neue ohne Passwort, solange die Person hier angemeldet ist. Leer für keine eigene Grenze.
app-icon = Symbol
app-icon-file = Bilddatei
app-icon-hint = Ein SVG- oder PNG-Bild mit höchstens { $size } KiB. Es erscheint auf der Startseite und in der Liste der Anwendungen.
app-icon-remove = Das Symbol entfernen
app-icon-large = Die Datei ist zu groß. Wählen Sie eine mit höchstens { $size } KiB.
app-icon-type = Wählen Sie ein SVG- oder PNG-Bild.
app-preflight = CORS-Preflights durchlassen
app-identity = Identität
app-signed-identity = Die Identität auch als signiertes JWT senden
app-signed-identity-on = Wird auch als signiertes JWT gesendet
app-signed-identity-hint = In X-Portcullis-JWT, für Anwendungen, die prüfen, von wem sie kommt. Die Schlüssel stehen unter /_auth/.well-known/jwks.json.
app-preflight-hint = Browser senden sie ohne Cookies, bevor Skripte anderer Seiten die Anwendung verwenden.
app-headers-heading = Was die Anwendung erfährt
app-headers = Header, die sagen, wer angemeldet ist
app-headers-remote = Remote-User, Remote-Email, Remote-Name, Remote-Groups, Remote-Id
app-headers-forwarded = X-Forwarded-User, -Email, -Groups, -Preferred-Username
app-headers-auth-request = X-Auth-Request-User, -Email, -Groups, -Preferred-Username
app-headers-authentik = X-authentik-username, -email, -name, -groups, -uid
app-headers-none = Keine davon, nur die Namen darunter
app-header-map = Weitere Namen
app-header-map-hint = Was, = und ein Name, je einer in einer Zeile, etwa email = X-Mail. Was ist eines von: user (die Adresse), email, username, id, name, role, groups, groups-piped.
app-fixed-headers = Header mit festem Wert
app-fixed-headers-hint = Je einer in einer Zeile, etwa Authorization: Basic dXNlcjpwYXNz. Werte werden verschlüsselt gespeichert und nie wieder angezeigt. Ein Name allein behält seinen Wert; eine gelöschte Zeile entfernt den Header.
app-token-headers = Weitere Header für Tokens
app-token-headers-hint = Namen von Headern, in denen Clients dieser Anwendung ein Token senden können, einer je Zeile, etwa X-Api-Key. X-Portcullis-Token und Authorization werden immer gelesen.
app-state-good = Nimmt Verbindungen an
app-state-silent = Antwortet nicht ({ $fault })
app-state-tls = Über https nicht erreichbar ({ $fault })
app-state-off = Abgeschaltet
app-state-forward-auth = Hinter Ihrem eigenen Proxy
app-rules = Regeln
back = Zurück
back-to-app = Zurück zur Anwendung
rules-none = Noch gibt es keine Regeln.
rule-intro = Die Regel mit dem längsten Pfad entscheidet, und eine mit Methoden vor einer ohne. Sie lässt herein, wen einer ihrer Teile hereinlässt, und sonst niemanden.
rule-new = Neue Regel
rule-edit = Regel ändern
rule-delete = Regel löschen…
rule-delete-one = Regel für { $path } löschen
rule-delete-heading = Diese Regel löschen?
rule-delete-intro = Ohne die Regel für { $path } entscheidet dort eine kürzere oder das, was die Anwendung ohne Regel vorsieht: Das kann mehr Personen hereinlassen.
rule-path = Pfad
rule-path-hint = /api ist /api und alles darunter; / ist die ganze Anwendung.
rule-methods = Methoden
rule-methods-hint = Zum Beispiel GET, POST. Leer für alle.
grant-first = Wer hereindarf
grant-next = Und außerdem
grant-who-label = Wer
who-choose = (auswählen)
who-no-more = Sonst niemand
who-public = Alle, auch ohne Anmeldung
who-signed-in = Alle, die angemeldet sind
who-members = Gruppen und Personen
who-members-list = Nur { $names }
who-nobody = Niemand
grant-people = Personen
grant-people-hint = Adressen von Konten, eine in jeder Zeile. Nur bei „Gruppen und Personen“.
grant-networks = Nur aus diesen Netzen
grant-networks-hint = Zum Beispiel 10.0.0.0/8, 192.0.2.7. Leer für alle.
grant-factor-label = Nur mit einem zweiten Faktor
grant-factor-hint = Noch kann niemand einen zweiten Faktor angeben: Vorerst lässt das niemanden herein.
grant-within-label = Nur mit einem Nachweis der Identität, der höchstens so viele Minuten alt ist
grant-within-hint = Leer für jede Zeit seit der Anmeldung.
grant-until-label = Nur bis
grant-until-hint = Ein Datum wie 2027-01-31 (das Ende dieses Tages, UTC) oder ein Zeitpunkt wie 2027-01-31T18:00:00Z.
grant-from = aus { $value }
grant-within = Nachweis höchstens { $value } Minuten alt
grant-until-moment = bis { $value }
grant-factor = mit einem zweiten Faktor
explain-heading = Wer darf hinein?
explain-intro = Was das Tor auf eine Anfrage an { $app } antwortet, und nach welcher Regel.
explain-user = Konto
explain-user-hint = Die E-Mail-Adresse. Leer für jemanden, der nicht angemeldet ist.
explain-method = Methode
explain-method-hint = Leer für GET.
explain-address-label = Adresse
explain-address-hint = Eine ganze Adresse oder ein Pfad dieser Anwendung wie /api/items.
explain-from = Von dieser Netzadresse
explain-from-hint = Zum Beispiel 192.0.2.7. Leer für den Server selbst (127.0.0.1).
explain-from-invalid = Geben Sie eine IP-Adresse an oder lassen Sie das Feld leer.
explain-age = Minuten seit dem Nachweis der Identität
explain-age-hint = Leer für 0.
explain-age-invalid = Geben Sie ganze Minuten an oder lassen Sie das Feld leer.
explain-at = Zu diesem Zeitpunkt
explain-factor = Als hätten sie einen zweiten Faktor angegeben
explain-submit = Anzeigen
explain-rule = Nach der Regel
explain-several = Programme lesen diesen Pfad auf mehrere Arten. Die strengste Antwort zählt.
explain-no-rule = Keine Regel gilt: was die Anwendung ohne Regel vorsieht.
snippet-heading = Konfiguration Ihres eigenen Proxys
snippet-intro = Die ganze Konfiguration eines eigenen Proxys, der das Tor nach { $app } fragt.
snippet-proxy = Proxy
snippet-gate = Wo der Proxy das Tor erreicht
snippet-gate-hint = Host und Port, etwa portcullis:3000. Leer für das, was bei diesem Proxy üblich ist.
snippet-to = Wo der Proxy die Anwendung erreicht
snippet-to-hint = Host und Port, etwa wiki:8080. Leer für ein Beispiel, das Sie ersetzen.
snippet-socket = Geben Sie Host und Port an, etwa wiki:8080.
snippet-mode = { $app } wird vom eingebauten Proxy bedient, der nichts weiter braucht. Um die Anwendung hinter einen eigenen Proxy zu stellen, ändern Sie zuerst, wie sie erreicht wird.
snippet-address = { $address } steht für viele Hosts oder ist eine IPv6-Adresse: Eine Konfiguration wird nur für Namen von Hosts geschrieben.
snippet-ports = Die Adressen haben verschiedene Ports: Geben Sie der Anwendung einen Port, oder konfigurieren Sie jeden für sich.
snippet-own-port = Die Adresse der Anwendung nennt den Port { $port }, an dem das Tor selbst lauscht: Starten Sie das Tor an einem anderen Port (PORT), oder geben Sie dem Proxy eine andere Adresse.
snippet-submit = Anzeigen
snippet-printed = Zum Einfügen
snippet-forward-auth = FORWARD_AUTH nennt { $name } nicht: Ergänzen Sie es in den Einstellungen des Tors, sonst erhält dieser Proxy 404.
snippet-trusted-proxies = TRUSTED_PROXIES ist leer: Ergänzen Sie die Adresse des Proxys in den Einstellungen des Tors, sonst erhält er 403.
verdict-let-in = Darf hinein
verdict-sign-in = Muss sich erst anmelden
verdict-factor = Braucht einen zweiten Faktor
verdict-proof = Muss sich neu ausweisen
verdict-forbidden = Abgelehnt
doctor-heading = Von außen fragen
doctor-intro = Portcullis schickt Anfragen an { $url } wie ein Besucher und sieht nach, was der Proxy davor daraus macht. Das dauert höchstens zehn Sekunden. Adressen mit * können nicht gefragt werden.
doctor-submit = Jetzt fragen
doctor-busy = Gerade läuft eine andere Prüfung. Versuchen Sie es in einigen Sekunden noch einmal.
doctor-asked = { $count ->
    [one] Eine Frage wurde gestellt.
   *[other] { $count } Fragen wurden gestellt.
}
doctor-good = Alles ist in Ordnung.
doctor-line = Eine Zeile, die es behebt:
doctor-echo = Was bei der Anwendung ankommt, sieht nur der Befehl, der an ihre Stelle tritt: Halten Sie die Anwendung an und führen Sie ihn aus.
doctor-note = Zur Kenntnis
doctor-warning = Funktioniert nicht wie vorgesehen
doctor-fault = Nicht sicher
doctor-unable = Konnte nicht gefragt werden
probe-unreachable = Von hier aus antwortet niemand: { $what }. Vielleicht führt die Adresse nur von außen zu diesem Rechner.
probe-unknown-address = Unter { $what } gibt es keine Anwendung: Geben Sie die ganze Adresse einer Anwendung an, mit dem Schema von APP_URL.
probe-unclaimed = Noch kann sich niemand anmelden: Das erste Administratorkonto muss angelegt werden.
probe-late = Die Antwort kam nicht rechtzeitig: { $what }.
probe-gate-not-reached = { $what } wird nicht von Portcullis beantwortet: Der Proxy muss alles unterhalb von /_auth/ dorthin schicken.
probe-question-refused = Alle werden mit { $what } abgewiesen: Portcullis nimmt die Fragen des Proxys nicht an. Sein Protokoll nennt den Grund; oft fehlt der Proxy in TRUSTED_PROXIES, oder er gibt den Host nicht weiter.
probe-wrong-dialect = Alle erhalten { $what }: Der Proxy fragt unter einer Adresse, die Portcullis nicht beantwortet, oder so wie ein anderer Proxy. Nennen Sie den Proxy in FORWARD_AUTH und lassen Sie ihn unter seiner eigenen Adresse fragen.
probe-anonymous-let-in = Ohne Anmeldung antwortet die Anwendung unter { $what }: Der Proxy fragt dort nicht.
probe-answered-unasked = { $what } wird ohne Anmeldung beantwortet, und nicht von Portcullis: Vielleicht fragt der Proxy dort nicht.
probe-navigation-refused = Wer eine Seite öffnet, wird mit { $what } abgewiesen und nicht zur Anmeldung geführt.
probe-sign-in-elsewhere = Wer eine Seite öffnet, wird zu { $what } geführt, wo sich niemand anmelden kann.
probe-script-redirected = Ein Skript erhält { $what } und wird zur Anmeldeseite geführt; es braucht 401, um zu erkennen, dass die Sitzung beendet ist.
probe-websocket-open = Ohne Anmeldung erreicht ein WebSocket die Anwendung unter { $what }.
probe-verify-open = { $what } antwortet nach außen: Nur der Proxy darf Portcullis nach Anfragen fragen.
probe-path-passed = Ein Pfad in anderer Schreibweise erreicht die Anwendung ohne Anmeldung: { $what }.
probe-host-passed = Eine Anfrage, die zwei Hosts nennt, erreicht die Anwendung ohne Anmeldung: { $what }.
probe-forwarded-believed = Der Proxy überlässt es dem Client, zu sagen, was angefragt wurde: { $what }.
probe-h2c-passed = Ein Wechsel zu HTTP/2 erreicht die Anwendung ({ $what }): Wer ihn macht, umgeht die Anmeldung.
probe-not-let-in = Ein Token von { $what } öffnet die Anwendung nicht, obwohl die Regeln es erlauben: Vielleicht zeigt der Proxy es Portcullis nicht.
probe-no-account = Als angemeldeter Besucher wurde nichts gefragt: Es gibt kein Konto, das dort hinein darf ({ $what }).
probe-arrival-unseen = Was bei der Anwendung ankommt, war nicht zu sehen: Mit { $what } tritt die Prüfung an ihre Stelle.
probe-identity-missing = Die Anwendung erfährt nicht, wer da ist: { $what } kommt nicht so an, wie Portcullis es sagt.
probe-identity-spoofed = Was ein Client erfindet, kommt bei der Anwendung als seine Identität an: { $what }.
probe-forwarded-spoofed = Was ein Client erfindet, kommt bei der Anwendung als Wort eines Proxys an: { $what }.
probe-token-passed = Die Anwendung erhält das Token, in { $what }.
probe-cookie-passed = Die Anwendung erhält das Cookie { $what } von Portcullis, mit dem sie als der Besucher handeln könnte.
probe-authorization-lost = Die eigenen Zugangsdaten der Anwendung erreichen sie nicht: { $what } fehlt oder ist verändert.
probe-websocket-cut = Ein WebSocket öffnet sich nicht für angemeldete Besucher: Die Antwort ist { $what }.
probe-upload-cut = Ein Upload von 5 MB kommt nicht ganz an: Die Antwort ist { $what }.
probe-stream-buffered = Ereignisströme werden zurückgehalten ({ $what }): Ereignisse kommen spät an oder erst am Ende.
prove-heading = Bestätigen Sie Ihre Identität
prove-for-app = Die Anwendung, zu der Sie wollten, möchte sicher sein, dass Sie es noch sind.
prove-intro = Ihr letzter Nachweis liegt eine Weile zurück. Geben Sie Ihr Passwort ein, um fortzufahren.
prove-submit = Bestätigen
prove-cancel = Abbrechen
prove-role = { $role ->
    [admin] Sie machen gleich { $email } zum Administrator.
   *[other] Sie nehmen { $email } gleich die Rechte eines Administrators.
}
prove-invite = { $role ->
    [admin] Sie laden gleich { $email } als Administrator ein.
   *[other] Sie laden gleich { $email } ein.
}
prove-reset-link = Sie erstellen gleich einen Link, der für { $email } ein neues Passwort setzt.
prove-username = { $removes ->
    [yes] Sie entfernen gleich den Benutzernamen von { $email }.
   *[other] Sie geben { $email } gleich den Benutzernamen { $username }.
}
prove-delete = Sie löschen gleich das Konto { $email }.
prove-delete-several = Sie löschen gleich { $count ->
    [one] ein Konto
   *[other] { $count } Konten
 }.
prove-groups = Sie ändern gleich die Gruppen von { $email }.
prove-groups-of-several = { $count ->
    [one] Sie fügen gleich ein Konto zu Gruppen hinzu.
   *[other] Sie fügen gleich { $count } Konten zu Gruppen hinzu.
}
prove-group-new = Sie legen gleich die Gruppe { $group } an.
prove-group-join = Sie fügen gleich { $email } zur Gruppe { $group } hinzu.
prove-group-delete = Sie löschen gleich die Gruppe { $group }.
prove-in-groups = Gruppen: { $groups }
prove-app-new = Sie legen gleich die Anwendung { $app } an.
prove-app = Sie ändern gleich die Anwendung { $app }.
prove-app-delete = Sie löschen gleich die Anwendung { $app }.
prove-token-new = Sie erstellen gleich das Token { $name }. Wer es hat, kann eine Anwendung ohne Anmeldung verwenden.
prove-link-new = Sie erstellen gleich einen signierten Link zu { $path } in { $app }. Wer ihn hat, kann diese Anfrage ohne Anmeldung senden.
prove-rule = Sie ändern gleich, wer bei { $app } zu { $path } hineindarf.
prove-rule-delete = Sie löschen gleich eine Regel von { $app }.
prove-over = Diese Frage hat sich erledigt: Sie blieb zu lange offen, wurde schon beantwortet oder gehört zu einer anderen Sitzung. Haben Sie sie gerade beantwortet, dann ist die Änderung erfolgt, sonst wurde nichts geändert.

delete-heading = Dieses Konto löschen?
delete-submit = Endgültig löschen
delete-intro = Das Konto { $email } und alle seine Sitzungen werden sofort gelöscht. Das lässt sich nicht rückgängig machen.
delete-note = Was das Konto getan hat, bleibt im Protokoll. Um jemanden eine Weile auszuschließen, sperren Sie das Konto.
delete-keep = Konto behalten
copy-heading = Link zum Kopieren
copy-give = Geben Sie diesen Link { $email }. Wer ihn hat, kann das Passwort wählen, einmal.
copy-earlier = Früher erzeugte oder gesendete Links gelten nicht mehr.
copy-until = Er gilt bis { $moment }.
copy-label = Der Link
copy-hint = Markieren und kopieren Sie ihn. Er wird nur dieses eine Mal gezeigt.
copy-button = Kopieren
copy-done = Kopiert
tokens-heading = Tokens
tokens-intro = Mit einem Token kann ein Skript oder ein Gerät eine Anwendung ohne Anmeldung verwenden. Es darf höchstens, was sein Besitzer darf, und wird abgelehnt, sobald es widerrufen ist.
tokens-of = Nur die von
tokens-filter = Anzeigen
tokens-none = Es gibt keine Tokens.
tokens-older = Ältere Tokens
token-until = Gültig bis
token-over = Abgelaufen
token-used = Zuletzt verwendet
token-unused = Nie verwendet
token-revoke = Widerrufen
token-revoke-one = { $name } widerrufen
token-new = Neues Token
token-new-submit = Token erstellen
token-owner = Besitzer
token-owner-hint = Die Adresse des Kontos, dessen Rechte es höchstens hat. Der Besitzer erfährt es per E-Mail.
token-name-hint = Etwa das Gerät, das es verwenden wird.
token-field-app = Anwendung
token-app-choice = { $app }
token-path-hint = Das Token gilt dort und darunter; leer für die ganze Anwendung.
token-methods-hint = Etwa GET, POST; leer für alle. GET umfasst HEAD.
token-networks-hint = Eines je Zeile, etwa 10.0.0.0/8; leer für alle.
token-expires = Gültig bis
token-expires-hint = Ein Datum wie 2027-01-31, gemeint ist das Ende dieses Tages in UTC, oder ein Zeitpunkt wie 2027-01-31T18:00:00Z; leer für 90 Tage.
token-made = Token erstellt
token-made-what = { $name } von { $email } gilt bis { $moment }.
token-made-use = Senden Sie es als „Authorization: Bearer“ oder als Passwort von HTTP Basic mit dem Benutzernamen „token“.
token-label = Token
link-new = Neuer signierter Link
link-new-intro = Ein signierter Link gilt für einen Pfad und eine Methode von { $app }, etwa für einen Webhook. Er hat höchstens Ihre Rechte und wird neben den Tokens aufgelistet und widerrufen.
link-new-submit = Link erstellen
link-method = Methode
link-method-hint = Etwa POST für einen Webhook; leer für GET.
link-path-hint = Genau so, wie er gesendet wird, wo nötig prozentkodiert und ohne Query; nichts darunter.
link-path = Geben Sie einen Pfad an, der mit einem Schrägstrich beginnt, wo nötig prozentkodiert und ohne Query ist, höchstens 1024 Zeichen hat und nicht unter /_auth liegt.
link-made = Signierter Link erstellt
link-made-what = { $name } gilt bis { $moment }.
link-made-use = Wer diese Adresse hat, kann diese Anfrage senden. Geben Sie sie nur dem Programm, das sie braucht.
back-to-user = Zurück zum Konto

## Sessions, audit, mail, checklist
sessions-heading = Sitzungen
sessions-none = Niemand ist angemeldet.
sessions-count = { $count ->
    [one] { $count } Sitzung
   *[other] { $count } Sitzungen
}
sessions-configured = der eingestellte Benutzername
sessions-older = Ältere Sitzungen
audit-heading = Protokoll
audit-event = Ereignis
audit-person = Über diese Adresse oder von ihr
audit-filter = Filtern
audit-none = Noch wurde nichts aufgezeichnet.
audit-none-match = Nichts Passendes wurde aufgezeichnet.
audit-count = { $count ->
    [one] { $count } Ereignis
   *[other] { $count } Ereignisse
}
audit-time = Zeit
audit-about = Über
audit-by = Durch
audit-more = Einzelheiten
audit-csv = Als CSV herunterladen
audit-older = Ältere Ereignisse
event-setup-claimed = Instanz übernommen
event-setup-refused = Übernahme abgewiesen
event-login-ok = Angemeldet
event-login-failed = Anmeldung gescheitert
event-login-throttled = Anmeldung gebremst
event-logout = Abgemeldet
event-session-ended = Sitzung beendet
event-refresh-reused = Altes Token erneut verwendet
event-handover-refused = Übergabe an eine Anwendung abgelehnt
event-handover-reused = Code einer Übergabe erneut verwendet
event-token-created = Maschinen-Token erstellt
event-token-revoked = Maschinen-Token widerrufen
event-link-created = Signierter Link erstellt
event-link-revoked = Signierter Link widerrufen
event-token-refused = Maschinen-Token abgelehnt
event-password-changed = Passwort geändert
event-password-reset-requested = Neues Passwort angefordert
event-password-reset = Passwort neu gesetzt
event-user-invited = Eingeladen
event-user-created = Konto angelegt
event-user-disabled = Konto gesperrt
event-user-enabled = Konto freigegeben
event-user-deleted = Konto gelöscht
event-user-role-changed = Rolle geändert
event-user-username-changed = Benutzername geändert
event-group-created = Gruppe angelegt
event-group-deleted = Gruppe gelöscht
event-group-joined = Zur Gruppe hinzugefügt
event-group-left = Aus der Gruppe entfernt
event-email-changed = Adresse geändert
event-mail-failed = E-Mail gescheitert
event-config-changed = Einstellungen geändert
event-device-forgotten = Gerät vergessen
event-app-created = Anwendung angelegt
event-app-changed = Anwendung geändert
event-app-deleted = Anwendung gelöscht
event-rule-created = Regel angelegt
event-rule-changed = Regel geändert
event-key-rotated = Signaturschlüssel ersetzt
event-rule-deleted = Regel gelöscht
event-confirm-ok = Identität bestätigt
event-confirm-failed = Identität nicht bestätigt
mail-heading = E-Mail
mail-state-line = E-Mails gehen an { $destination }. Wartend: { $queued }, gescheitert: { $failed }.
mail-to-server = den Mailserver { $server }
mail-to-files = Dateien in { $folder }, weil SMTP_HOST nicht gesetzt ist
mail-test = Eine Test-E-Mail an Sie selbst senden
mail-test-file = Eine Test-E-Mail schreiben
mail-none = Noch wurde keine E-Mail geschrieben.
mail-count = { $count ->
    [one] { $count } E-Mail
   *[other] { $count } E-Mails
}
mail-column-mail = E-Mail
mail-column-to = An
mail-column-state = Zustand
mail-column-tries = Versuche
mail-column-next = Nächster Versuch
mail-column-error = Letzter Fehler
mail-older = Ältere E-Mails
checklist-heading = Checkliste
checklist-intro = Was über diese Einrichtung herausgefunden wurde. Auf der Kommandozeile sagt portcullis check-config dasselbe.
check-good = gut
check-advice = Rat
check-wrong = falsch
check-address = Adresse
check-address-good = Das Tor ist unter { $url } zu erreichen.
check-address-http = APP_URL ist { $url }: Ohne https können Passwörter und Cookies unterwegs gelesen werden. Browser senden dort auch keine Sec-Fetch-Header und beachten Cross-Origin-Opener-Policy nicht, sodass Skripte der Anwendung die Seiten des Tors im Namen der angemeldeten Person benutzen können. Verwenden Sie https.
check-address-no-proxy = APP_URL ist { $url }, und das Tor selbst spricht kein TLS. Nennen Sie den Proxy, der es tut, in TRUSTED_PROXIES: Ohne das scheint jeder Besucher vom Proxy zu kommen, und die Fehlversuche von einem zählen für alle.
check-listen = Erreichbarkeit
check-listen-host = APP_URL ist { $url }, aber HOST ist { $host }: Dort kommt nur dieser Rechner hinein. Setzen Sie HOST=0.0.0.0 oder nennen Sie in TRUSTED_PROXIES den Proxy, über den die Leute kommen.
check-listen-port = APP_URL ist { $url }, aber Portcullis lauscht auf Port { $port }. Wenn kein Proxy oder Container dazwischen steht, stimmen Sie PORT und APP_URL aufeinander ab. Die Adresse der Anwendung gehört in UPSTREAM_URL.
check-mail = E-Mail
check-mail-server = E-Mails gehen an { $host }; senden Sie sich auf der E-Mail-Seite einen Test.
check-mail-silent = Der Mailserver { $server } antwortet nicht ({ $fault }). E-Mails warten und werden wieder versucht; berichtigen Sie SMTP_HOST und SMTP_PORT.
check-mail-none = Kein Mailserver ist eingestellt, und keiner ist nötig: Ein Administrator kopiert Links für Einladungen und neue Passwörter von der Seite eines Benutzers. E-Mails bleiben als Dateien im Ordner outbox von DATA_DIR.
check-data = Daten
check-data-sqlite = Die Datenbank ist { $path }.
check-data-postgres = Die Datenbank ist PostgreSQL.
check-data-sessions = Auch die Sitzungen sind darin.
check-data-redis = Die Sitzungen sind in Redis.
check-data-keys = { $where } { $sessions } Erzeugte Schlüssel sind in { $folder }. Beides sichert: portcullis backup FILE
check-settings = Einstellungen
check-browser = Ihr Browser
check-browser-good = Er verwendet { $url }, wie in APP_URL eingestellt.
check-browser-proxy = Ein Proxy unter { $peer } steht zwischen Ihrem Browser und dem Tor, und TRUSTED_PROXIES nennt ihn nicht: Was er über Besucher sagt, wird nicht geglaubt. Wenn er Ihnen gehört, setzen Sie TRUSTED_PROXIES={ $peer }.
check-browser-other = Er scheint das Tor unter { $origin } zu erreichen, und APP_URL ist { $url }. Links in E-Mails führen zu APP_URL, und Formulare von einer anderen Adresse werden abgewiesen: Setzen Sie APP_URL auf das, was Leute eintippen, oder lassen Sie den Proxy Host und X-Forwarded-Proto weitergeben.
check-app = Die Anwendung
check-app-none = UPSTREAM_URL ist nicht gesetzt: Das Tor beantwortet Forward-Auth und seine eigenen Seiten.
check-app-elsewhere = UPSTREAM_URL ist nicht gesetzt. Anwendungen, die auf Seiten, mit Befehlen oder aus einer Datei angelegt wurden, werden hier nicht geprüft: Das tut die Seite.
check-app-nothing = Weder eine Anwendung noch ein Proxy ist genannt, das Tor bewacht also noch nichts: Setzen Sie UPSTREAM_URL, legen Sie unter „Anwendungen“ eine an, oder setzen Sie FORWARD_AUTH und TRUSTED_PROXIES für Forward-Auth.
check-app-open = Sie antwortet unter { $upstream }, aber auch unter { $open }, wo sich niemand anmelden muss. Lassen Sie sie nur auf 127.0.0.1 lauschen, oder schließen Sie diesen Port.
check-app-good = Die Anwendung unter { $upstream } nimmt Verbindungen an.
check-apps = Die anderen Anwendungen
check-apps-good = Alle, die eingeschaltet sind, nehmen Verbindungen an.
check-apps-silent = { $app } antwortet unter { $upstream } nicht ({ $fault }). Starten Sie die Anwendung oder berichtigen Sie unter „Anwendungen“, wo sie zu erreichen ist.
check-apps-tls = { $app } ist unter { $upstream } über https nicht erreichbar ({ $fault }). Berichtigen Sie das Zertifikat der Anwendung, oder unter „Anwendungen“ ihre CA-Datei.
check-app-silent = Unter { $upstream } antwortet nichts ({ $fault }). Starten Sie die Anwendung, oder berichtigen Sie UPSTREAM_URL.
check-app-slow = { $upstream } antwortet nicht innerhalb von zwei Sekunden. Steht eine Firewall dazwischen?

## Errors
error-status = Status { $status } · Anfrage { $id }
error-start = Zur Startseite
error-app = Die Anwendung noch einmal öffnen
too-many-forgot = Ein neues Passwort wählen
error-400 = Ungültige Anfrage
error-401 = Anmeldung erforderlich
error-403 = Zugriff verweigert
error-form = Formular nicht angenommen
error-cookie = Cookies erforderlich
error-404 = Seite nicht gefunden
error-405 = Unter dieser Adresse nicht erlaubt
error-408 = Zeitüberschreitung bei der Anfrage
error-409 = Im Augenblick nicht möglich
error-410 = Dieser Link gilt nicht mehr
error-handover = Anmeldung bei der Anwendung nicht abgeschlossen
error-413 = Zu viele Daten
error-415 = Nicht unterstütztes Format
error-422 = Das Formular enthält Fehler
error-429 = Zu viele Versuche
error-431 = Die Kopfzeilen der Anfrage sind zu groß
error-500 = Etwas ist schiefgegangen
error-502 = Die Anwendung antwortet nicht
error-503 = Vorübergehend nicht verfügbar
error-504 = Die Anwendung braucht zu lange
fault-csrf = Dieses Formular kam nicht von { $url }, der Adresse, für die diese Website eingestellt ist (APP_URL); der Browser sagt, es komme von { $origin }. Öffnen Sie { $url } und versuchen Sie es dort noch einmal. Soll eine andere Adresse gelten, setzt der Betreiber APP_URL darauf.
fault-cookie = Ihr Browser hat mit diesem Formular kein Cookie gesendet. Zum Anmelden sind Cookies nötig: Erlauben Sie sie für { $url }, öffnen Sie die Seite neu und senden Sie das Formular noch einmal. War die Seite einen Tag lang offen, genügt es, sie neu zu öffnen.
fault-cookie-insecure = Dieses Formular wurde ohne https gesendet; so bewahrt Ihr Browser keine Cookies von { $url } auf, die zum Anmelden nötig sind. Öffnen Sie { $url } und versuchen Sie es dort noch einmal.
fault-form-out-of-date = Dieses Formular von { $url } gilt nicht mehr: Sie haben sich nach dem Öffnen an- oder abgemeldet, oder es war zu lange offen. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
fault-too-many = Zu viele Versuche. Versuchen Sie es in { $minutes ->
    [one] { $minutes } Minute
   *[other] { $minutes } Minuten
} wieder.
fault-link = Dieser Link gilt nicht mehr: Er wurde verwendet, ist abgelaufen, oder ein neuerer hat ihn ersetzt. Fordern Sie einen neuen an.
fault-handover = Diese Anmeldung bei der Anwendung konnte nicht abgeschlossen werden: Sie wurde schon verwendet, hat zu lange gedauert oder wurde in einem anderen Browser begonnen. Öffnen Sie die Anwendung noch einmal.
fault-handover-address = Diese Adresse gehört hier zu keiner Anwendung. Öffnen Sie die Anwendung unter ihrer üblichen Adresse, oder fragen Sie, wer sie betreibt.
fault-last-admin = Das ist der letzte Administrator, der sich anmelden kann. Machen Sie zuerst jemand anderen zum Administrator.
fault-busy = Der Server ist ausgelastet. Versuchen Sie es in ein paar Sekunden noch einmal.
fault-pair-closed = Der eingestellte Benutzername und sein Passwort wurden zu oft geraten und öffnen nichts mehr. Wer diese Seite betreibt, kann mit dem Einrichtungscode den ersten Administrator einrichten oder ein anderes Passwort einstellen.
fault-unavailable = Dieser Dienst ist im Augenblick nicht verfügbar. Versuchen Sie es in einigen Sekunden noch einmal.
fault-sign-in = Melden Sie sich an, um weiterzugehen.
fault-not-allowed = Ihr Konto darf das nicht.
fault-closed = Diese Instanz hat ihren ersten Administrator schon.
fault-changed = Das wurde geändert, nachdem Sie es geöffnet hatten; darum wurde nichts gespeichert. Öffnen Sie es in einem anderen Fenster, um zu sehen, wie es jetzt ist, und speichern Sie dann noch einmal, um es zu ersetzen.
fault-rules = Das Formular enthält Fehler.
fault-internal = Bei uns ist etwas schiefgegangen.
fault-no-app = Keine Anwendung dieser Website hat diese Adresse. Soll hier eine sein, fügt sie jemand mit Administratorrechten unter „Anwendungen“ hinzu.
fault-token = Dieses Token ist nicht gültig: Es wurde widerrufen, ist abgelaufen, oder sein Besitzer darf sich nicht anmelden. Erstellen Sie auf Ihrer Kontoseite ein neues.
fault-token-scope = Dieses Token ist nicht für diese Anwendung, diesen Pfad, diese Methode oder dieses Netz bestimmt. Erstellen Sie eines, das es ist.
fault-token-several = Die Anfrage enthält zwei verschiedene Tokens. Senden Sie nur eines.
fault-token-username = Mit einem Token als Passwort muss der Benutzername „token“ oder die Adresse des Besitzers sein.
fault-token-rules = Die Regeln dieser Anwendung lassen hier kein Token dieser Person zu. Bitten Sie einen Administrator, die Regeln zu ändern.
fault-token-wait = Von Ihrer Adresse kamen zu viele falsche Tokens, deshalb werden weitere { $minutes ->
    [one] { $minutes } Minute
   *[other] { $minutes } Minuten
} lang nicht nachgeschlagen. Ein richtiges Token wird trotzdem eingelassen.
fault-token-mistyped = Zugangsdaten in dieser Anfrage beginnen mit pc_ wie Tokens von Portcullis, sind aber keines: Das Token wurde falsch oder unvollständig übertragen, oder es gehört der Anwendung. Kopieren Sie das ganze Token noch einmal, oder erstellen Sie auf Ihrer Kontoseite ein neues.
fault-not-found = Unter dieser Adresse gibt es keine Seite.
fault-too-large = Die Anfrage ist zu groß.
fault-head-too-large = Ihr Browser hat außer der Anfrage selbst mehr als 64 KiB gesendet, meist sind es Cookies. Löschen Sie die Cookies dieser Website und versuchen Sie es noch einmal.
fault-too-slow = Die Anfrage kam zu langsam an.
fault-media-type = Formulare werden als application/x-www-form-urlencoded gesendet.
fault-method = Diese Methode ist unter dieser Adresse nicht erlaubt.
fault-upstream = Die Anwendung hinter diesem Tor antwortet nicht. Wer sie betreibt, muss sie starten oder in Ordnung bringen.
fault-upstream-timeout = Die Anwendung hinter diesem Tor hat zu lange gebraucht.
fault-ambiguous-address = Manche Programme lesen diese Adresse als eine der Anmeldeseiten, daher wird sie nicht an die Anwendung weitergegeben. Schreiben Sie sie ohne doppelte Schrägstriche, Punkte und Strichpunkte, die zu /_auth führen.
fault-no-websocket = Das ist kein WebSocket-Handshake.
fault-foreign-websocket = Dieser WebSocket wurde von einer anderen Website geöffnet.
fault-ambiguous-length = Die Länge dieser Anfrage ist mehrdeutig.
fault-service-worker = Ein Service Worker an der Wurzel könnte die Anmeldeseiten lesen; legen Sie sein Skript in einen Ordner (docs/APPS.md).
fault-host = Die Anfrage sagt nicht eindeutig, für welchen Host sie ist: Der Name fehlt, kam doppelt oder ist ungültig.
fault-unknown-host = Unter dieser Adresse gibt es nichts.
fault-not-for-you = Sie sind als { $who } angemeldet, und dieses Konto darf diesen Teil von { $app } nicht öffnen. Wenn Sie ihn brauchen, wenden Sie sich an einen Administrator dieser Website.
fault-for-nobody = Niemand darf diesen Teil von { $app } öffnen. Wenn Sie ihn brauchen, wenden Sie sich an einen Administrator dieser Website.
fault-needs-factor = Dieser Teil der Anwendung verlangt eine Anmeldung mit einem zweiten Faktor, die es auf dieser Website noch nicht gibt: Niemand wird eingelassen. Wenn Sie ihn brauchen, bitten Sie einen Administrator dieser Website, die Regel zu ändern.
address-not-an-origin = { $address } ist keine Adresse wie { $scheme }://wiki.example.org: Schema, Host und vielleicht ein Port, sonst nichts.
address-other-scheme = { $address } hat das andere Schema. Alle Adressen beginnen wie APP_URL mit { $scheme }://.
address-wildcard = { $address }: Ein * darf für einen ganzen Teil des Hostnamens stehen, aber nicht für den letzten.
address-shared = { $address } hat den Host von { $app } an einem anderen Port; ein eigener Proxy kann beide nicht unterscheiden. Geben Sie jeder Anwendung einen eigenen Hostnamen.
address-portal = { $address } ist die Adresse dieser Website selbst (APP_URL). Die Anwendung dort wird mit UPSTREAM_URL festgelegt.
address-taken = { $address } gehört schon zu { $app }.
addresses-count = Geben Sie 1 bis { $max } Adressen an.
addresses-overlap = { $address } und eine andere dieser Adressen meinen denselben Host.
app-name-invalid = Geben Sie einen Namen mit 1 bis { $max } Zeichen an.
app-name-taken = Eine andere Anwendung heißt schon so.
app-host-invalid = Lassen Sie das Feld leer, oder geben Sie „upstream“ oder einen Hostnamen an, vielleicht mit Port.
app-origin-invalid = { $origin } ist kein Ursprung wie https://embed.example.org.
header-line = „{ $line }“ ist nicht verständlich. Schreiben Sie, was der Header sagt, dann = und seinen Namen, etwa email = X-Mail.
header-part = Kein Header kann „{ $part }“ sagen. Wählen Sie eines von: user, email, username, id, name, role, groups, groups-piped.
header-name = Ein Headername beginnt mit einem Buchstaben und hat nur Buchstaben, Ziffern und bis zu fünf Bindestriche, zusammen höchstens 64 Zeichen.
header-reserved = { $header } bedeutet für Browser, Proxys oder dieses Gate schon etwas anderes. Wählen Sie einen anderen Namen.
header-twice = { $header } kommt zweimal vor; Großschreibung, Binde- und Unterstriche machen keinen Unterschied. Geben Sie jeden Namen einmal an.
header-count = Das sind zu viele; höchstens { $max } sind möglich.
header-value = Der Wert von { $header } darf nur ASCII-Zeichen haben, höchstens { $max }.
header-value-missing = { $header } hat noch keinen Wert. Geben Sie nach einem Doppelpunkt einen an.
setting-of-upstreams = Das kann nur der eingebaute Proxy. Lassen Sie das Feld leer, oder wählen Sie den eingebauten Proxy.
upstream-or-forward-auth = Geben Sie an, wo die Anwendung lauscht, etwa http://10.0.0.5:8080, oder wählen Sie „Über Ihren eigenen Proxy“, wenn dieser davor steht.
upstream-of-forward-auth = Eine Anwendung hinter Ihrem eigenen Proxy hat hier keine Zieladresse. Lassen Sie das Feld leer, oder wählen Sie den eingebauten Proxy.
upstream-itself = Das ist die Adresse von Portcullis selbst. Geben Sie die Adresse der Anwendung an.
upstream-invalid = Geben Sie eine Adresse wie http://10.0.0.5:8080, https://wiki.internal oder unix:/run/wiki.sock an, ohne Pfad.
ca-file-without-https = Nur eine Zieladresse mit https hat ein Zertifikat, das geprüft wird.
ca-file-unreadable = Der Server kann aus dieser Datei kein Zertifikat lesen. Geben Sie den absoluten Pfad einer PEM-Datei an.
number-invalid = Geben Sie eine ganze Zahl von 1 bis { $max } an, oder lassen Sie das Feld leer.
choice-invalid = Wählen Sie eine der Möglichkeiten.
rule-path-slash = Ein Pfad beginnt mit /.
rule-path-ambiguous = Programme können diesen Pfad verschieden lesen. Lassen Sie ?, #, ;, umgekehrte und kodierte Schrägstriche weg.
rule-path-segments = Ein Pfad hat keine leeren Teile und keinen, der . oder .. ist.
rule-path-long = Ein Pfad hat höchstens { $max } Bytes.
rule-path-reserved = Alles unter /_auth gehört dem Tor; dort gilt keine Regel.
rule-methods-invalid = { $method } ist keine Methode von HTTP oder WebDAV, die hier bekannt ist. Geben Sie Namen in Großbuchstaben an, etwa GET, POST, PROPFIND, oder lassen Sie das Feld für alle leer.
rule-tie = Diese Anwendung hat schon eine Regel für diesen Pfad. Ändern Sie jene, oder nennen Sie Methoden.
rule-tie-methods = Diese Anwendung hat schon eine Regel für diesen Pfad und { $methods }. Ändern Sie jene, oder nennen Sie andere Methoden.
grant-who = Wählen Sie, wer eingelassen wird.
grants-too-many = Eine Regel nennt höchstens { $max } Arten von Personen. Fassen Sie einige zu einer Gruppe zusammen.
grant-who-and-names = Gruppen und Personen gehören nur zu „Gruppen und Personen“; diese Wahl braucht mindestens eine davon.
grant-public-proof = Wer nicht angemeldet ist, kann nicht nachweisen, wer er ist. Wählen Sie „Alle, die angemeldet sind“, oder lassen Sie das weg.
grant-until = Geben Sie ein Datum wie 2027-01-31 oder einen Zeitpunkt wie 2027-01-31T18:00:00Z an.
token-app = Wählen Sie eine der Anwendungen, die der Besitzer des Tokens verwenden darf.
token-name-empty = Geben Sie dem Token einen Namen, etwa den des Geräts, das es verwenden wird.
token-too-many = Ein Konto kann { $max } Tokens und signierte Links haben. Widerrufen Sie etwas, das nicht mehr gebraucht wird.
token-owner-inactive = Das Konto des Besitzers ist nicht aktiv: Es ist deaktiviert, oder die Einladung wurde noch nicht angenommen.
token-expires-over = Dieser Zeitpunkt ist schon vorbei.
token-expires-late = Ein Token gilt höchstens zehn Jahre.
grant-group-unknown = Es gibt keine Gruppe { $group }.
grant-person-unknown = Es gibt kein Konto { $email }.
grant-network = { $network } ist kein Netz wie 10.0.0.0/8.
explain-address = Geben Sie eine ganze Adresse an, etwa https://wiki.example.org/page.
explain-no-app = Unter dieser Adresse gibt es keine Anwendung.
explain-path = Das Tor gibt diesen Pfad an keine Anwendung weiter.
explain-no-account = Es gibt kein Konto mit dieser Adresse, oder es ist deaktiviert.
fault-no-original = Der Proxy sagt nicht eindeutig, nach welcher Methode, welchem Host und welchem Pfad gefragt ist: Eine Kopfzeile fehlt, kam doppelt oder ergibt keinen Sinn. docs/FORWARD-AUTH.md hat die Einstellung für jeden Proxy, und das Protokoll des Tors sagt, was nicht stimmt.
fault-untrusted-proxy = Diese Adresse antwortet nur Proxys in TRUSTED_PROXIES.
fault-navigation = Diese Seite öffnet sich in einem eigenen Fenster, nicht aus einem Skript oder Rahmen.
fault-form-cut = Das Formular kam nicht ganz an.
fault-form-malformed = Das Formular ist fehlerhaft aufgebaut.
fault-metrics = Messwerte gibt es nur für diese Maschine oder für den, der METRICS_TOKEN als Bearer-Token mitbringt.
fault-no-invitation = Dieses Konto hat schon ein Passwort; es gibt keine Einladung auszugeben.
fault-choose-change = Wählen Sie, was mit den ausgewählten Konten geschehen soll.
fault-none-selected = Es war kein Konto ausgewählt. Gehen Sie zurück und haken Sie die gemeinten an.
fault-admins-only = Nur Administratoren dürfen diese Seite öffnen.
fault-configured = Der eingestellte Benutzername und das Passwort öffnen die Anwendung und sonst nichts.
fault-address = Die Adresse ist ungültig.

## Mails. A subject is one line and names nobody.
mail-hello = Guten Tag,
mail-event = Zeit: { $when }. Von: { $source }, mit { $device }.
mail-device-unknown = einem unbekannten Browser
mail-reset = Wählen Sie ein neues Passwort
mail-reset-text = Jemand, wahrscheinlich Sie, hat bei { $site } ein neues Passwort angefordert. Öffnen Sie diesen Link, um es zu wählen:
mail-reset-end = Der Link gilt einmal und { $minutes ->
    [one] { $minutes } Minute
   *[other] { $minutes } Minuten
} lang. Wenn Sie es nicht waren, tun Sie nichts: Ihr Passwort bleibt, wie es ist.
mail-invitation = Sie sind eingeladen
mail-invitation-text = Sie haben ein Konto bei { $name } bekommen, { $site }. Dort meldet man sich mit E-Mail-Adresse und Passwort an.
mail-invitation-by = Eingeladen hat Sie { $inviter }.
mail-invitation-open = Öffnen Sie diesen Link, um Ihr Passwort zu wählen:
mail-invitation-end = Der Link gilt einmal und bis { $until }. Wenn Sie keine Einladung erwartet haben, tun Sie nichts.
mail-confirm = Bestätigen Sie Ihre neue Adresse
mail-confirm-text = Jemand, wahrscheinlich Sie, möchte diese Adresse für ein Konto bei { $site } verwenden. Öffnen Sie diesen Link, um sie zu bestätigen:
mail-confirm-end = Der Link gilt einmal und einen Tag lang. Wenn Sie es nicht waren, tun Sie nichts.
mail-password-changed = Ihr Passwort wurde geändert
mail-password-changed-text = Das Passwort Ihres Kontos bei { $site } wurde geändert, und Ihre anderen Sitzungen sind beendet.
mail-password-changed-end = Wenn Sie es nicht waren, fordern Sie sofort ein neues Passwort an und sagen Sie es Ihrem Administrator.
mail-reset-done = Ihr Passwort wurde neu gesetzt
mail-reset-done-text = Das Passwort Ihres Kontos bei { $site } wurde über einen Link gesetzt, und alle Sitzungen sind beendet.
mail-reset-done-end = Wenn Sie es nicht waren, kann jemand Ihre E-Mails lesen: Sagen Sie es Ihrem Administrator.
mail-new-device = Neue Anmeldung bei Ihrem Konto
mail-new-device-text = Jemand hat sich bei Ihrem Konto bei { $site } mit einem Browser angemeldet, der vorher nicht verwendet wurde.
mail-new-device-end = Wenn Sie es nicht waren, ändern Sie Ihr Passwort; das beendet jede andere Sitzung.
mail-email-changed = Ihre Adresse wurde geändert
mail-email-changed-text = Das Konto bei { $site }, das diese Adresse verwendet hat, hat jetzt eine andere: { $email }.
mail-email-changed-end = Wenn Sie es nicht waren, sagen Sie es sofort Ihrem Administrator.
mail-token-made = Für Ihr Konto wurde ein Token erstellt
mail-token-made-text = Ein Administrator hat das Token „{ $token }“ für Ihr Konto bei { $site } erstellt. Damit kann ein Skript oder ein Gerät in Ihrem Namen die Anwendung { $app } verwenden.
mail-token-made-end = Wenn Sie es nicht erwartet haben, widerrufen Sie es auf Ihrer Kontoseite.
mail-test-subject = Test-E-Mail
mail-test-text = Das ist die Test-E-Mail, um die Sie bei { $site } gebeten haben. E-Mails kommen an.
