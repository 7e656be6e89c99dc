# French.

## Around every page
menu-label = Pages
menu-apps = Applications
menu-users = Utilisateurs
menu-groups = Groupes
menu-tokens = Jetons
menu-sessions = Sessions
menu-audit = Journal
menu-mail = E-mails
menu-checklist = Vérifications
menu-account = Votre compte
menu-app = Vers l'application
skip = Aller au contenu
problem = Il y a un problème
home-heading = Accueil
home-signed-in = Vous êtes connecté en tant que { $email }.
home-account = Votre compte : nom, mot de passe, sessions, déconnexion
home-apps = Applications : où elles sont et qui peut y entrer
home-more = Autres pages
home-users = Utilisateurs : inviter, terminer des sessions, changer des rôles
home-groups = Groupes : qui va avec qui
home-tokens = Jetons : ce que scripts et appareils peuvent utiliser
home-sessions = Sessions : qui est connecté, et d'où
home-audit = Journal : ce qui s'est passé, et qui l'a fait
home-mail = E-mails : ce qui a été envoyé, et ce qui ne l'a pas été
home-checklist = Vérifications : tout est-il bien réglé ?
insecure-browser = Vous avez ouvert cette page sans https : votre navigateur ne peut pas maintenir votre connexion.
other-address = Vous avez ouvert cette page à l'adresse { $origin }, mais ce site est configuré pour { $url } (APP_URL). La connexion peut échouer ici.
other-address-works = Vous avez ouvert cette page à l'adresse { $origin }, mais ce site est configuré pour { $url } (APP_URL). La connexion fonctionne ici, mais pour cette adresse seulement, et les liens des e-mails mènent à { $url }.
other-address-open = Ouvrir plutôt { $url }
other-address-remedy = Si { $origin } doit être l'adresse, la personne qui gère ce site définit APP_URL={ $origin } et le redémarre.
other-address-apps = Aucune application n'a l'adresse { $origin }. S'il doit y en avoir une, une personne qui administre ce site l'ajoute sous « Applications ».
other-address-local = Cette adresse ne fonctionne que sur le serveur lui-même. Pour d'autres machines, la personne qui gère ce site définit APP_URL={ $origin } et HOST=0.0.0.0 et le redémarre.
password-show = Afficher
password-hide = Masquer
password-live-length = { $count } sur { $min } caractères au moins
password-live-long = Assez long
password-live-same = Les deux sont identiques
password-live-differs = Pas encore identiques

## Times
time-now = à l'instant
time-minutes-ago = { $count ->
    [one] il y a { $count } minute
   *[other] il y a { $count } minutes
}
time-hours-ago = { $count ->
    [one] il y a { $count } heure
   *[other] il y a { $count } heures
}
time-days-ago = { $count ->
    [one] il y a { $count } jour
   *[other] il y a { $count } jours
}
time-in-minutes = { $count ->
    [one] dans { $count } minute
   *[other] dans { $count } minutes
}
time-in-hours = { $count ->
    [one] dans { $count } heure
   *[other] dans { $count } heures
}
time-in-days = { $count ->
    [one] dans { $count } jour
   *[other] dans { $count } jours
}
date = { $day } { $month } { $year }
moment = { $date }, { $time } UTC
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
never = jamais

## Names of stored values
role-admin = administrateur
role-user = utilisateur
state-active = actif
state-invited = invité
state-disabled = désactivé
mail-state-queued = en attente
mail-state-sent = transmis
mail-state-failed = en échec
mail-kind-reset = nouveau mot de passe
mail-kind-invitation = invitation
mail-kind-confirm-email = confirmation d'une adresse
mail-kind-password-changed = mot de passe modifié
mail-kind-reset-done = mot de passe réinitialisé
mail-kind-new-device = nouvel appareil
mail-kind-email-changed = adresse modifiée
mail-kind-token-made = jeton de machine
mail-kind-test = essai
device-unknown = Appareil inconnu
device-on = { $browser } sur { $system }
device-other = { $name }

## Signing in
sign-in = Se connecter
email = Adresse e-mail
password = Mot de passe
user-name = Nom d'utilisateur
forgot-link = Mot de passe oublié ?
sign-in-keep = Rester connecté
sign-in-own-instance = Cette instance est à vous ? Créez son premier administrateur pour remplacer ce mot de passe :
sign-in-own-instance-link = Créer
wrong-pair = L'adresse e-mail et le mot de passe ne vont pas ensemble, ou le compte ne peut pas se connecter.
wrong-user-name = Le nom d'utilisateur et le mot de passe ne vont pas ensemble.
back-to-sign-in = Retour à la connexion

## Set-up
setup-title = Mise en service
setup-heading = Configurez votre porte
setup-intro = Vous devenez le premier administrateur. D'ici là, personne n'atteint l'application.
setup-intro-configured = Vous devenez le premier administrateur. D'ici là, le nom et le mot de passe configurés ouvrent l'application ; ensuite, ils n'ouvrent plus rien.
setup-pair-closed = Trop de tentatives ont été faites sur le nom et le mot de passe configurés : ils n'ouvrent plus rien. Pour devenir le premier administrateur, il vous faut le code de mise en service.
setup-afterwards = Vous trouverez ensuite les utilisateurs et les réglages à l'adresse { $url }.
setup-user-name = Nom d'utilisateur configuré
setup-user-name-hint = Les valeurs de FLOWISE_USERNAME et FLOWISE_PASSWORD prouvent que cette instance est à vous.
setup-password = Mot de passe configuré
setup-token = Code de mise en service
setup-token-hint = Il se trouve dans le fichier setup-token du dossier des données. Le lien affiché au démarrage se termine aussi par lui.
setup-submit = Devenir le premier administrateur
setup-no-proof = Ce ne sont pas le nom d'utilisateur et le mot de passe de FLOWISE_USERNAME et FLOWISE_PASSWORD.
setup-wrong-token = Ce n'est pas le code de mise en service de cette instance.
name = Nom
name-optional = Nom (facultatif)
password-hint = Au moins { $min } caractères. Quelques mots à la suite conviennent bien.
password-again = Mot de passe, encore une fois
new-password = Nouveau mot de passe
new-password-again = Nouveau mot de passe, encore une fois
current-password = Mot de passe actuel

## Forgotten passwords, invitations and their links
forgot-heading = Mot de passe oublié ?
forgot-intro = Saisissez votre adresse. S'il existe un compte avec elle, nous vous envoyons un lien pour choisir un nouveau mot de passe.
forgot-no-mail = Ce site n'envoie pas d'e-mails. Demandez à un administrateur un lien pour choisir un nouveau mot de passe : il le crée sur la page de votre compte.
forgot-no-mail-operator = Si vous gérez vous-même ce site, créez le lien sur son serveur : { $command }
forgot-submit = M'envoyer un lien
forgot-submit-note = Enregistrer ma demande
forgot-sent-heading = Consultez vos e-mails
forgot-sent = S'il existe un compte avec cette adresse, un e-mail avec un lien est en route. Le lien est valable { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
} et sert une seule fois.
forgot-sent-nothing = Rien au bout de quelques minutes ? Regardez dans les indésirables, ou demandez un lien à votre administrateur.
forgot-again = Utiliser une autre adresse
forgot-noted-heading = Votre demande est enregistrée
forgot-noted = Les administrateurs la trouvent dans le journal quand ils le consultent. Personne n'est averti.
reset-heading = Choisissez un nouveau mot de passe
reset-intro = Toutes vos sessions se terminent, et vous vous connectez avec le nouveau mot de passe.
reset-submit = Définir le nouveau mot de passe
invite-heading = Choisissez votre mot de passe
invite-intro = Vous êtes invité sur { $site }. Choisissez un mot de passe pour que le compte soit à vous.
invite-submit = Définir le mot de passe
link-for = Pour { $email }.
link-dead-heading = Ce lien ne fonctionne pas
link-dead = Il a déjà servi, il a expiré, ou il n'est pas complet.
link-dead-invitation = Demandez un nouveau lien à l'administrateur qui vous a invité.
link-dead-reset = Demandez un nouveau lien ; seul le plus récent fonctionne.
link-dead-email = Demandez à nouveau le changement sur la page de votre compte.
link-to-sign-in = Vers la connexion
link-ask-again = Demander un nouveau lien
link-to-account = Vers votre compte
confirm-heading = Confirmez votre nouvelle adresse
confirm-intro = Le compte { $old } passera à l'adresse { $new }.
confirm-ends = Toutes les sessions se terminent, et vous vous connectez avec la nouvelle adresse.
confirm-submit = Utiliser cette adresse

## Your account
account-heading = Votre compte
account-role = Rôle
account-language = Langue
account-change-profile = Changer de nom ou de langue
account-change-password = Changer de mot de passe
account-change-email = Changer d'adresse
account-tokens = Jetons pour scripts et appareils
back-to-account = Retour à votre compte
sign-out = Se déconnecter
sign-out-everywhere = Se déconnecter partout
your-sessions = Vos sessions
session-this = (celle-ci)
session-since = Connexion
session-seen = Dernière activité
session-from = Adresse
session-end = Terminer cette session
sessions-end-others = Terminer toutes les autres
known-devices = Appareils connus
known-devices-none = Aucun pour l'instant : un navigateur est connu dès qu'il s'est connecté.
known-devices-intro = Une connexion depuis tout autre navigateur vous est annoncée par e-mail.
known-devices-intro-no-mail = Ce site n'envoie pas d'e-mails : personne n'est averti d'une connexion depuis un autre navigateur.
device-first = Première fois
device-last = Dernière fois
device-forget = Oublier cet appareil
profile-heading = Votre nom et votre langue
profile-name-hint = L'application le voit. Il peut rester vide.
profile-language-hint = Pour les pages et les e-mails.
profile-language-browser = Celle que demande le navigateur
language-own-name = { $name }
save = Enregistrer
password-heading = Changer de mot de passe
password-intro = Vous restez connecté ici ; vos autres sessions se terminent.
password-submit = Changer le mot de passe
email-heading = Changer d'adresse
email-intro = Nous envoyons un lien à la nouvelle adresse ; le changement se fait quand vous l'utilisez.
email-intro-no-mail = Ce site n'envoie pas d'e-mails. Un lien pour la nouvelle adresse est écrit dans le dossier outbox de son serveur : demandez-le à un administrateur. Le changement se fait quand le lien est utilisé.
email-warning = Les applications vous reconnaissent en général à votre adresse (Remote-User) : après le changement, elles peuvent voir une nouvelle personne, sans ce qui vous y appartient. Demandez d'abord à votre administrateur. Votre identifiant (Remote-Id) ne change jamais.
email-new = Nouvelle adresse e-mail
email-submit = Changer l'adresse
no-account-heading = Pas de compte
no-account-intro = Vous êtes connecté avec le nom d'utilisateur et le mot de passe configurés. Cela ouvre l'application et rien d'autre.
no-account-setup = Créer le premier administrateur

## Messages shown once at the top of a page
flash-signed-out = Vous êtes déconnecté.
flash-password-set = Votre mot de passe est défini. Connectez-vous avec lui.
flash-welcome = Votre compte est prêt. Connectez-vous avec votre nouveau mot de passe.
flash-password-changed = Votre mot de passe est changé, et vos autres sessions sont terminées.
flash-profile-saved = Enregistré.
flash-email-asked = Si l'adresse est libre, un e-mail avec un lien est en route vers elle. Le changement se fait quand ce lien est utilisé.
flash-email-asked-no-mail = Si l'adresse est libre, un lien se trouve dans le dossier outbox du serveur : demandez-le à un administrateur. Le changement se fait quand ce lien est utilisé.
flash-email-changed = Votre adresse est changée. Connectez-vous avec la nouvelle.
flash-device-forgotten = L'appareil est oublié.
flash-ended = Les sessions sont terminées.
flash-invited = Invité. L'invitation est en route par e-mail.
flash-disabled = Désactivé. Toutes les sessions sont terminées.
flash-enabled = Activé.
flash-deleted = Supprimé.
flash-role = Le rôle est changé. Toutes les sessions sont terminées.
flash-username = Le nom d'utilisateur est changé.
flash-token-revoked = Le jeton a été révoqué. Il est désormais refusé.
flash-app-saved = L’application est enregistrée.
flash-rule-saved = La règle est enregistrée.
flash-user-groups = Les groupes sont modifiés.
flash-group-created = Le groupe est créé.
flash-members = Les membres du groupe sont modifiés.
flash-unchanged = Rien n’a été modifié.
flash-test-queued = Un e-mail d'essai est en route vers vous. Rechargez cette page pour voir ce qu'il est devenu.
flash-test-written = L'e-mail d'essai est un fichier du dossier outbox sur le serveur. Rechargez cette page s'il n'est pas encore dans la liste.

## Errors in forms
email-empty = Saisissez une adresse e-mail.
email-too-long = L'adresse e-mail est trop longue.
email-malformed = Saisissez une adresse e-mail comme nom@example.org.
email-taken = Il existe déjà un compte avec cette adresse.
email-same = C'est déjà votre adresse.
name-too-long = Le nom est trop long ; { $max } caractères au plus sont permis.
name-control = Le nom contient un caractère qui ne peut pas être affiché.
username-rules = Un nom d'utilisateur a de 1 à { $max } caractères : lettres minuscules de a à z, chiffres, points, tirets bas et traits d'union.
username-taken = Un autre compte a ce nom d'utilisateur.
group-rules = Un nom de groupe a de 1 à { $max } caractères : lettres minuscules de a à z, chiffres, tirets bas et traits d'union.
group-reserved = Les noms admin, user et new sont réservés. Choisissez-en un autre.
group-taken = Il existe déjà un groupe de ce nom.
group-unknown = Il n'y a pas de groupe { $group }.
group-choose = Saisissez le nom d’au moins un groupe.
group-no-account = Il n'y a pas de compte avec l'adresse { $emails }.
password-empty = Saisissez un mot de passe.
password-too-long = Le mot de passe est trop long ; { $max } octets au plus sont permis.
password-nul = Le mot de passe contient un caractère NUL, ce qui n'est pas permis.
password-too-short = Le mot de passe est trop court : utilisez au moins { $min } caractères. Quelques mots à la suite se retiennent facilement.
password-common = Ce mot de passe est parmi les premiers que les attaquants essaient. Choisissez-en un moins courant.
password-repetition = Ce mot de passe répète les mêmes quelques caractères. Choisissez-en un moins régulier.
password-sequence = Ce mot de passe est une suite de caractères voisins. Choisissez-en un moins régulier.
password-context = Ce mot de passe est fait de votre adresse, de votre nom ou du nom de ce site. Choisissez-en un qu'on ne puisse pas en déduire.
password-differs = Les deux mots de passe ne sont pas identiques.
password-not-current = Ce n'est pas votre mot de passe actuel.
role-choose = Choisissez administrateur ou utilisateur.
language-choose = Choisissez une des langues.

## Users
users-heading = Utilisateurs
users-invite = Inviter quelqu'un
users-query = Adresse, nom ou nom d'utilisateur
users-state = État
users-all = tous
search = Chercher
users-none = Il n'y a encore personne.
users-none-match = Aucun compte ne correspond.
users-address = Adresse
users-role = Rôle
users-last = Dernière connexion
users-more = Comptes suivants
users-count = { $count ->
    [one] { $count } compte
   *[other] { $count } comptes
}
users-select = Sélectionner
users-select-one = Sélectionner { $email }
users-selected = Avec les comptes sélectionnés :
selected-accounts = { $count ->
    [one] { $count } compte : { $emails }
   *[other] { $count } comptes : { $emails }
}
selected-join-label = Ajouter à des groupes…
selected-join = Ajouter ces comptes à des groupes
selected-enable = Activer ces comptes ?
selected-end-sessions = Terminer toutes les sessions de ces comptes ?
selected-disable = Désactiver ces comptes ?
selected-disable-note = Leurs sessions se terminent aussitôt, et personne ne se connecte avec eux tant qu'ils ne sont pas réactivés.
selected-delete = Supprimer ces comptes ?
selected-delete-note = Ils disparaissent aussitôt avec toutes leurs sessions. C'est irréversible. Pour exclure des personnes un moment, désactivez plutôt les comptes.
selected-delete-submit = Supprimer définitivement
list-count-more = Plus de { $count }
invite-somebody = Inviter quelqu'un
invite-somebody-intro = La personne reçoit un e-mail avec un lien pour choisir son mot de passe. Vous ne voyez jamais le mot de passe.
invite-somebody-intro-no-mail = Ce site n'envoie pas d'e-mails : vous recevez un lien à copier et à transmettre, avec lequel la personne choisit son mot de passe. Vous ne voyez jamais le mot de passe.
invite-somebody-submit = Inviter
optional = Facultatif.
role-user-long = Utilisateur : se sert de l'application
role-admin-long = Administrateur : gère aussi les comptes
back-to-list = Retour à la liste
user-title = Utilisateur
user-no-name = (aucun)
user-since = Créé
user-id = Identifiant (Remote-Id)
user-address-before = Un autre compte avait cette adresse jusqu'au { $moment }. Les applications qui reconnaissent les personnes à leur adresse (Remote-User) prennent les deux pour la même personne. Remote-Id permet de les distinguer.
user-invite-link = Créer un lien d'invitation à copier
user-invite-mail = Envoyer à nouveau l'invitation
user-reset-link = Créer un lien de réinitialisation à copier
user-enable = Activer
user-disable = Désactiver
user-delete = Supprimer…
user-change-role = Changer le rôle
user-change-note = Changer le rôle et désactiver terminent toutes les sessions du compte.
user-change-username = Changer le nom d'utilisateur
username = Nom d'utilisateur
username-intro = Pour les applications qui n'acceptent pas { $email } comme nom.
username-note = Une application peut prendre la personne qui a un nom d'utilisateur pour celle qui l'avait avant.
username-hint = Lettres minuscules de a à z, chiffres, points, tirets bas et traits d'union. Laissez vide pour aucun.
user-groups = Groupes du compte
user-groups-intro = Les groupes de { $email }. Laissez le champ vide pour aucun.
user-groups-change = Changer les groupes
user-groups-all = Tous les groupes
user-no-groups = (aucun)
user-sessions = Sessions
user-sessions-unknown = Les sessions ne peuvent pas être affichées pour le moment. Tout le reste de cette page fonctionne.
user-end-all = Terminer toutes les sessions
user-events = Événements récents
user-all-events = Tous les événements de ce compte
user-no-sessions = Aucune session.
user-no-events = Aucun événement.
groups-heading = Groupes
groups-intro = Les applications reçoivent les groupes d’une personne dans l’en-tête Remote-Groups.
groups-none = Il n’y a pas encore de groupes.
groups-hint = { $count ->
    [0] Il n’y a pas encore de groupes.
   *[other] Séparés par des virgules. Il y a : { $groups }
}
group-new = Nouveau groupe
group-new-submit = Créer le groupe
group-name-hint = Lettres minuscules de a à z, chiffres, tirets bas et traits d’union. Le nom ne pourra pas être changé.
group-title = Groupe
group-members = Membres
group-empty = Personne n’est encore dans ce groupe.
group-in-users = Les voir dans la liste des utilisateurs
group-remove = Retirer
group-remove-one = Retirer { $email }
group-add = Ajouter des personnes
group-add-intro = Elles deviennent membres du groupe { $group }.
group-add-emails = Adresses e-mail
group-add-hint = Une par ligne, ou séparées par des virgules. Chacune doit avoir un compte.
group-add-submit = Ajouter
group-delete = Supprimer le groupe…
group-delete-heading = Supprimer ce groupe ?
group-delete-intro = Le groupe { $group } est supprimé et plus personne n’en est membre. Les comptes restent. C’est irréversible.
group-delete-rules = Ces règles perdent le groupe. Ce qui ne nomme aucun autre groupe ni personne d’autre ne laisse alors entrer personne : { $rules }
group-keep = Garder le groupe
back-to-group = Retour au groupe
app-title = Application
app-new = Nouvelle application
app-edit = Modifier l’application
app-delete = Supprimer l’application…
app-delete-heading = Supprimer cette application ?
app-delete-intro = { $app } et ses règles sont supprimées, et plus personne n’y accède par cette porte. L’application elle-même ne change pas. C’est irréversible.
app-other-port = Cette application s'ouvre à { $url }, donc à un autre port que ce site. Si elle est accessible au même port, son adresse est { $suggestion }.
app-without-proxy = Aucun proxy ne peut interroger cette porte sur cette application, car FORWARD_AUTH n’en nomme aucun : personne ne peut l’ouvrir. Définissez FORWARD_AUTH et TRUSTED_PROXIES et redémarrez, ou choisissez le proxy intégré.
app-configured = Cette application est définie dans la configuration (APP_URL et UPSTREAM_URL). Ses règles peuvent être modifiées ici. Pour choisir les en-têtes qu’elle reçoit, les en-têtes des jetons ou une identité signée, créez-la sur la page Applications : avec un hôte à elle et l’adresse de UPSTREAM_URL comme serveur amont.
app-name-hint = Visible sur la page d’accueil et en cas de refus.
app-addresses = Adresses
app-addresses-hint = Ce que l’on saisit dans le navigateur, par exemple { $scheme }://wiki.example.org ; une par ligne. Une partie d’un nom d’hôte peut être *.
app-mode = Comment on y accède
app-mode-proxy = Par le proxy intégré
app-mode-forward-auth = Par votre propre proxy, qui interroge cette porte (forward-auth)
app-upstream = Où l’application écoute
app-upstream-hint = Pour le proxy intégré : http://10.0.0.5:8080, https://wiki.internal ou unix:/run/wiki.sock. Laissez vide pour votre propre proxy.
app-default-access = Là où aucune règle ne s’applique
app-default-access-hint = Qui peut accéder à tout ce qu’aucune règle ne concerne.
app-default-signed-in = Toute personne connectée peut entrer
app-default-nobody = Personne ne peut entrer
app-off = Désactivée : personne n’y accède
app-hidden = Absente de la page d’accueil
app-more = Autres réglages
app-ca-file = Fichier de l’autorité (CA)
app-ca-file-hint = Pour https avec votre propre autorité ou un certificat autosigné : le chemin absolu de ce certificat sur le serveur, au format PEM. Vide pour les autorités du système.
app-host = Hôte transmis à l’application
app-host-hint = Vide pour l’adresse de l’application, « upstream » pour celle où elle écoute, ou un nom d’hôte.
app-timeout = Délai de réponse, en secondes
app-timeout-hint = Jusqu’au début de la réponse. Vide pour la valeur par défaut.
app-max-upload = Envoi maximal, en Mio
app-max-upload-hint = Vide pour aucune limite.
app-websocket-origins = Autres sites autorisés à ouvrir des WebSockets
app-websocket-origins-hint = Origines comme https://embed.example.org, une par ligne. Les pages de l’application le peuvent toujours.
app-session-hours = Durée maximale d’une session, en heures
app-session-hours-hint = Ensuite, une nouvelle commence sans mot de passe tant que la personne est connectée ici. Vide pour aucune limite propre.
app-icon = Icône
app-icon-file = Fichier image
app-icon-hint = Une image SVG ou PNG de { $size } Kio au plus. Elle apparaît sur la page d’accueil et dans la liste des applications.
app-icon-remove = Supprimer l’icône
app-icon-large = Le fichier est trop volumineux. Choisissez-en un de { $size } Kio au plus.
app-icon-type = Choisissez une image SVG ou PNG.
app-preflight = Laisser passer les requêtes CORS préliminaires
app-identity = Identité
app-signed-identity = Envoyer aussi l’identité dans un JWT signé
app-signed-identity-on = Envoyée aussi dans un JWT signé
app-signed-identity-hint = Dans X-Portcullis-JWT, pour les applications qui vérifient d’où elle vient. Les clés sont à /_auth/.well-known/jwks.json.
app-preflight-hint = Les navigateurs les envoient sans cookies avant que les scripts d’autres sites n’utilisent l’application.
app-headers-heading = Ce que l’application apprend
app-headers = En-têtes qui disent qui est connecté
app-headers-remote = Remote-User, Remote-Email, Remote-Name, Remote-Groups, Remote-Id
app-headers-forwarded = X-Forwarded-User, -Email, -Groups, -Preferred-Username
app-headers-auth-request = X-Auth-Request-User, -Email, -Groups, -Preferred-Username
app-headers-authentik = X-authentik-username, -email, -name, -groups, -uid
app-headers-none = Aucun de ceux-ci, seulement les noms ci-dessous
app-header-map = Autres noms
app-header-map-hint = Une information, = et un nom, un par ligne, par exemple email = X-Mail. L’information est l’une de : user (l’adresse), email, username, id, name, role, groups, groups-piped.
app-fixed-headers = En-têtes à valeur fixe
app-fixed-headers-hint = Un par ligne, par exemple Authorization: Basic dXNlcjpwYXNz. Les valeurs sont chiffrées et ne sont plus jamais affichées. Un nom seul garde sa valeur ; une ligne supprimée retire l’en-tête.
app-token-headers = Autres en-têtes pour les jetons
app-token-headers-hint = Noms d’en-têtes dans lesquels les clients de cette application peuvent envoyer un jeton, un par ligne, par exemple X-Api-Key. X-Portcullis-Token et Authorization sont toujours lus.
app-state-good = Accepte les connexions
app-state-silent = Ne répond pas ({ $fault })
app-state-tls = Inaccessible en https ({ $fault })
app-state-off = Désactivée
app-state-forward-auth = Derrière votre propre proxy
app-rules = Règles
back = Retour
back-to-app = Retour à l’application
rules-none = Il n’y a pas encore de règles.
rule-intro = La règle au chemin le plus long décide, et une règle qui nomme des méthodes avant une autre. Elle laisse entrer ceux qu’une de ses parties laisse entrer, et personne d’autre.
rule-new = Nouvelle règle
rule-edit = Modifier la règle
rule-delete = Supprimer la règle…
rule-delete-one = Supprimer la règle pour { $path }
rule-delete-heading = Supprimer cette règle ?
rule-delete-intro = Sans la règle pour { $path }, une règle plus courte décide, ou ce que l’application prévoit sans règle : cela peut laisser entrer plus de monde.
rule-path = Chemin
rule-path-hint = /api est /api et tout ce qui est en dessous ; / est toute l’application.
rule-methods = Méthodes
rule-methods-hint = Par exemple GET, POST. Vide pour toutes.
grant-first = Qui peut entrer
grant-next = Et aussi
grant-who-label = Qui
who-choose = (choisir)
who-no-more = Personne d’autre
who-public = Tout le monde, sans connexion
who-signed-in = Toute personne connectée
who-members = Groupes et personnes
who-members-list = Seulement { $names }
who-nobody = Personne
grant-people = Personnes
grant-people-hint = Adresses de comptes, une par ligne. Seulement pour « groupes et personnes ».
grant-networks = Seulement depuis ces réseaux
grant-networks-hint = Par exemple 10.0.0.0/8, 192.0.2.7. Vide pour tous.
grant-factor-label = Seulement avec un second facteur
grant-factor-hint = Personne ne peut encore donner un second facteur : pour l’instant, cela n’admet personne.
grant-within-label = Seulement avec une preuve d’identité datant d’au plus tant de minutes
grant-within-hint = Vide pour tout délai depuis la connexion.
grant-until-label = Seulement jusqu’au
grant-until-hint = Une date comme 2027-01-31 (la fin de ce jour, UTC) ou un moment comme 2027-01-31T18:00:00Z.
grant-from = depuis { $value }
grant-within = preuve datant d’au plus { $value } minutes
grant-until-moment = jusqu’au { $value }
grant-factor = avec un second facteur
explain-heading = Qui peut entrer ?
explain-intro = Ce que la porte répond à une requête pour { $app }, et selon quelle règle.
explain-user = Compte
explain-user-hint = Son adresse e-mail. Vide pour quelqu’un qui n’est pas connecté.
explain-method = Méthode
explain-method-hint = Vide pour GET.
explain-address-label = Adresse
explain-address-hint = Une adresse complète, ou un chemin de cette application comme /api/items.
explain-from = Depuis cette adresse réseau
explain-from-hint = Par exemple 192.0.2.7. Vide pour le serveur lui-même (127.0.0.1).
explain-from-invalid = Indiquez une adresse IP ou laissez vide.
explain-age = Minutes depuis la preuve d’identité
explain-age-hint = Vide pour 0.
explain-age-invalid = Indiquez des minutes entières ou laissez vide.
explain-at = À ce moment
explain-factor = Comme avec un second facteur
explain-submit = Afficher
explain-rule = Selon la règle
explain-several = Les programmes lisent ce chemin de plusieurs façons. La réponse la plus stricte compte.
explain-no-rule = Aucune règle ne s’applique : ce que l’application prévoit sans règle.
snippet-heading = Configuration de votre propre proxy
snippet-intro = La configuration complète d’un proxy à vous qui interroge la porte au sujet de { $app }.
snippet-proxy = Proxy
snippet-gate = Où le proxy joint la porte
snippet-gate-hint = Hôte et port, par exemple portcullis:3000. Vide pour ce qui est habituel avec ce proxy.
snippet-to = Où le proxy joint l’application
snippet-to-hint = Hôte et port, par exemple wiki:8080. Vide pour un exemple que vous remplacerez.
snippet-socket = Indiquez un hôte et un port, par exemple wiki:8080.
snippet-mode = { $app } est servie par le proxy intégré, qui n’a besoin de rien de plus. Pour la placer derrière votre propre proxy, changez d’abord la manière de la joindre.
snippet-address = { $address } désigne plusieurs hôtes ou est une adresse IPv6 : une configuration ne s’écrit que pour des noms d’hôtes.
snippet-ports = Les adresses ont des ports différents : donnez un seul port à l’application, ou configurez chacun à part.
snippet-own-port = L’adresse de l’application désigne le port { $port }, où la porte elle-même écoute : démarrez la porte sur un autre port (PORT), ou donnez une autre adresse au proxy.
snippet-submit = Afficher
snippet-printed = À coller
snippet-forward-auth = FORWARD_AUTH ne nomme pas { $name } : ajoutez-le aux réglages de la porte, sinon ce proxy reçoit 404.
snippet-trusted-proxies = TRUSTED_PROXIES est vide : ajoutez l’adresse du proxy aux réglages de la porte, sinon il reçoit 403.
verdict-let-in = Peut entrer
verdict-sign-in = Doit d’abord se connecter
verdict-factor = A besoin d’un second facteur
verdict-proof = Doit prouver de nouveau son identité
verdict-forbidden = Refusé
doctor-heading = Interroger de l’extérieur
doctor-intro = Portcullis envoie des requêtes à { $url } comme le ferait un visiteur, et regarde ce qu’en fait le proxy placé devant. Cela prend au plus dix secondes. Les adresses qui contiennent * ne peuvent pas être interrogées.
doctor-submit = Interroger maintenant
doctor-busy = Une autre vérification est en cours. Réessayez dans quelques secondes.
doctor-asked = { $count ->
    [one] Une question a été posée.
   *[other] { $count } questions ont été posées.
}
doctor-good = Tout est en ordre.
doctor-line = Une ligne qui corrige cela :
doctor-echo = Seule la commande, qui prend la place de l’application, peut voir ce qui lui parvient : arrêtez l’application et exécutez ceci.
doctor-note = Pour information
doctor-warning = Ne fonctionne pas comme prévu
doctor-fault = Pas sûr
doctor-unable = N’a pas pu être interrogé
probe-unreachable = Personne ne répond d’ici : { $what }. Peut-être l’adresse ne mène-t-elle à cette machine que de l’extérieur.
probe-unknown-address = Il n’y a pas d’application à { $what } : donnez l’adresse complète d’une application, avec le schéma d’APP_URL.
probe-unclaimed = Personne ne peut encore se connecter : le premier compte administrateur doit être créé.
probe-late = La réponse n’est pas arrivée à temps : { $what }.
probe-gate-not-reached = Ce n’est pas Portcullis qui répond à { $what } : le proxy doit lui envoyer tout ce qui est sous /_auth/.
probe-question-refused = Tout le monde est refusé avec { $what } : Portcullis n’accepte pas les questions du proxy. Son journal dit pourquoi ; souvent le proxy manque dans TRUSTED_PROXIES ou ne transmet pas l’hôte.
probe-wrong-dialect = Tout le monde reçoit { $what } : le proxy pose ses questions à une adresse à laquelle Portcullis ne répond pas, ou comme le ferait un autre proxy. Nommez le proxy dans FORWARD_AUTH et faites-le interroger sa propre adresse.
probe-anonymous-let-in = Sans connexion, l’application répond à { $what } : le proxy n’y pose pas de question.
probe-answered-unasked = { $what } reçoit une réponse sans connexion, et pas de Portcullis : peut-être le proxy n’y pose-t-il pas de question.
probe-navigation-refused = Qui ouvre une page est refusé avec { $what } au lieu d’être mené à la connexion.
probe-sign-in-elsewhere = Qui ouvre une page est mené à { $what }, où personne ne peut se connecter.
probe-script-redirected = Un script reçoit { $what } et est mené à la page de connexion ; il lui faut 401 pour savoir que la session est terminée.
probe-websocket-open = Sans connexion, un WebSocket atteint l’application à { $what }.
probe-verify-open = { $what } répond à l’extérieur : seul le proxy peut interroger Portcullis sur les requêtes.
probe-path-passed = Un chemin écrit autrement atteint l’application sans connexion : { $what }.
probe-host-passed = Une requête qui nomme deux hôtes atteint l’application sans connexion : { $what }.
probe-forwarded-believed = Le proxy laisse le client dire ce qui a été demandé : { $what }.
probe-h2c-passed = Un passage à HTTP/2 atteint l’application ({ $what }) : qui le fait contourne la connexion.
probe-not-let-in = Un jeton de { $what } n’ouvre pas l’application, bien que les règles le permettent : peut-être le proxy ne le montre-t-il pas à Portcullis.
probe-no-account = Rien n’a été demandé en tant que visiteur connecté : aucun compte ne peut y entrer ({ $what }).
probe-arrival-unseen = Ce qui parvient à l’application n’a pas été vu : avec { $what }, la vérification prend sa place.
probe-identity-missing = L’application n’apprend pas qui est là : { $what } n’arrive pas comme Portcullis le dit.
probe-identity-spoofed = Ce qu’un client invente parvient à l’application comme son identité : { $what }.
probe-forwarded-spoofed = Ce qu’un client invente parvient à l’application comme la parole d’un proxy : { $what }.
probe-token-passed = L’application reçoit le jeton, dans { $what }.
probe-cookie-passed = L’application reçoit le cookie { $what } de Portcullis, avec lequel elle pourrait agir au nom du visiteur.
probe-authorization-lost = Les identifiants propres à l’application ne lui parviennent pas : { $what } manque ou est modifié.
probe-websocket-cut = Un WebSocket ne s’ouvre pas pour un visiteur connecté : la réponse est { $what }.
probe-upload-cut = Un envoi de 5 Mo n’arrive pas en entier : la réponse est { $what }.
probe-stream-buffered = Les flux d’événements sont retenus ({ $what }) : les événements arrivent tard, ou seulement à la fin.
prove-heading = Confirmez que c’est bien vous
prove-for-app = L'application vers laquelle vous alliez veut s'assurer que c'est toujours vous.
prove-intro = Votre dernière preuve d’identité remonte à un moment. Saisissez votre mot de passe pour continuer.
prove-submit = Confirmer
prove-cancel = Annuler
prove-role = { $role ->
    [admin] Vous êtes sur le point de donner à { $email } le rôle d’administrateur.
   *[other] Vous êtes sur le point de donner à { $email } le rôle d’utilisateur, sans droits d’administrateur.
}
prove-invite = { $role ->
    [admin] Vous êtes sur le point d’inviter { $email } comme administrateur.
   *[other] Vous êtes sur le point d’inviter { $email }.
}
prove-reset-link = Vous êtes sur le point de créer un lien qui définit un nouveau mot de passe pour { $email }.
prove-username = { $removes ->
    [yes] Vous êtes sur le point de retirer le nom d'utilisateur de { $email }.
   *[other] Vous êtes sur le point de donner à { $email } le nom d'utilisateur { $username }.
}
prove-delete = Vous êtes sur le point de supprimer le compte { $email }.
prove-delete-several = Vous êtes sur le point de supprimer { $count ->
    [one] un compte
   *[other] { $count } comptes
 }.
prove-groups = Vous êtes sur le point de changer les groupes de { $email }.
prove-groups-of-several = { $count ->
    [one] Vous êtes sur le point d’ajouter un compte à des groupes.
   *[other] Vous êtes sur le point d’ajouter { $count } comptes à des groupes.
}
prove-group-new = Vous êtes sur le point de créer le groupe { $group }.
prove-group-join = Vous êtes sur le point d’ajouter { $email } au groupe { $group }.
prove-group-delete = Vous êtes sur le point de supprimer le groupe { $group }.
prove-in-groups = Groupes : { $groups }
prove-app-new = Vous êtes sur le point d’ajouter l’application { $app }.
prove-app = Vous êtes sur le point de modifier l’application { $app }.
prove-app-delete = Vous êtes sur le point de supprimer l’application { $app }.
prove-token-new = Vous êtes sur le point de créer le jeton { $name }. Qui le possède peut utiliser une application sans se connecter.
prove-link-new = Vous êtes sur le point de créer un lien signé vers { $path } dans { $app }. Qui le possède peut envoyer cette requête sans se connecter.
prove-rule = Vous êtes sur le point de changer qui peut accéder à { $path } dans { $app }.
prove-rule-delete = Vous êtes sur le point de supprimer une règle de { $app }.
prove-over = Cette question n’est plus valable : elle est restée ouverte trop longtemps, a déjà reçu sa réponse ou appartient à une autre session. Si vous venez d’y répondre, la modification a été faite ; sinon, rien n’a été modifié.

delete-heading = Supprimer ce compte ?
delete-submit = Supprimer définitivement
delete-intro = Le compte { $email } et toutes ses sessions sont supprimés aussitôt. C'est irréversible.
delete-note = Ce que le compte a fait reste dans le journal. Pour exclure quelqu'un un moment, désactivez plutôt le compte.
delete-keep = Garder le compte
copy-heading = Un lien à copier
copy-give = Donnez ce lien à { $email }. Qui l'a peut choisir le mot de passe, une fois.
copy-earlier = Les liens créés ou envoyés auparavant ne fonctionnent plus.
copy-until = Il est valable jusqu'au { $moment }.
copy-label = Le lien
copy-hint = Sélectionnez-le et copiez-le. Il n'est montré que cette fois.
copy-button = Copier
copy-done = Copié
tokens-heading = Jetons
tokens-intro = Un jeton permet à un script ou à un appareil d’utiliser une application sans se connecter. Il a au plus les droits de son propriétaire, et il est refusé dès qu’il est révoqué.
tokens-of = Seulement ceux de
tokens-filter = Afficher
tokens-none = Il n’y a pas de jetons.
tokens-older = Jetons plus anciens
token-until = Valable jusqu’à
token-over = Expiré
token-used = Dernière utilisation
token-unused = Jamais utilisé
token-revoke = Révoquer
token-revoke-one = Révoquer { $name }
token-new = Nouveau jeton
token-new-submit = Créer le jeton
token-owner = Propriétaire
token-owner-hint = L’adresse du compte dont il a au plus les droits. Le propriétaire en est informé par e-mail.
token-name-hint = Par exemple l’appareil qui l’utilisera.
token-field-app = Application
token-app-choice = { $app }
token-path-hint = Le jeton est valable là et au-dessous ; vide pour toute l’application.
token-methods-hint = Par exemple GET, POST ; vide pour toutes. GET comprend HEAD.
token-networks-hint = Un par ligne, par exemple 10.0.0.0/8 ; vide pour tous.
token-expires = Valable jusqu’à
token-expires-hint = Une date comme 2027-01-31, c’est-à-dire la fin de ce jour en UTC, ou un moment comme 2027-01-31T18:00:00Z ; vide pour 90 jours.
token-made = Jeton créé
token-made-what = { $name } de { $email } est valable jusqu’à { $moment }.
token-made-use = Envoyez-le comme « Authorization: Bearer », ou comme mot de passe de HTTP Basic avec le nom d’utilisateur « token ».
token-label = Jeton
link-new = Nouveau lien signé
link-new-intro = Un lien signé est valable pour un chemin et une méthode de { $app }, par exemple pour un webhook. Il a au plus vos droits ; il est listé et révoqué à côté des jetons.
link-new-submit = Créer le lien
link-method = Méthode
link-method-hint = Par exemple POST pour un webhook ; vide pour GET.
link-path-hint = Exactement comme il sera envoyé, encodé en pourcentage si nécessaire et sans requête ; rien au-dessous.
link-path = Indiquez un chemin qui commence par une barre oblique, encodé en pourcentage si nécessaire et sans requête, de 1024 caractères au plus, et qui n’est pas sous /_auth.
link-made = Lien signé créé
link-made-what = { $name } est valable jusqu’à { $moment }.
link-made-use = Qui possède cette adresse peut envoyer cette requête. Ne la donnez qu’au programme qui en a besoin.
back-to-user = Retour au compte

## Sessions, audit, mail, checklist
sessions-heading = Sessions
sessions-none = Personne n'est connecté.
sessions-count = { $count ->
    [one] { $count } session
   *[other] { $count } sessions
}
sessions-configured = le nom d'utilisateur configuré
sessions-older = Sessions plus anciennes
audit-heading = Journal
audit-event = Événement
audit-person = Sur cette adresse ou par elle
audit-filter = Filtrer
audit-none = Rien n'a été enregistré.
audit-none-match = Rien d'enregistré ne correspond.
audit-count = { $count ->
    [one] { $count } événement
   *[other] { $count } événements
}
audit-time = Date
audit-about = Concerne
audit-by = Par
audit-more = Détails
audit-csv = Télécharger en CSV
audit-older = Événements plus anciens
event-setup-claimed = Instance prise en main
event-setup-refused = Prise en main refusée
event-login-ok = Connexion
event-login-failed = Connexion échouée
event-login-throttled = Connexion ralentie
event-logout = Déconnexion
event-session-ended = Session terminée
event-refresh-reused = Ancien jeton réutilisé
event-handover-refused = Passage vers une application refusé
event-handover-reused = Code de passage réutilisé
event-token-created = Jeton de machine créé
event-token-revoked = Jeton de machine révoqué
event-link-created = Lien signé créé
event-link-revoked = Lien signé révoqué
event-token-refused = Jeton de machine refusé
event-password-changed = Mot de passe modifié
event-password-reset-requested = Nouveau mot de passe demandé
event-password-reset = Mot de passe réinitialisé
event-user-invited = Invitation
event-user-created = Compte créé
event-user-disabled = Compte désactivé
event-user-enabled = Compte activé
event-user-deleted = Compte supprimé
event-user-role-changed = Rôle modifié
event-user-username-changed = Nom d'utilisateur modifié
event-group-created = Groupe créé
event-group-deleted = Groupe supprimé
event-group-joined = Ajouté au groupe
event-group-left = Retiré du groupe
event-email-changed = Adresse modifiée
event-mail-failed = Échec d'un e-mail
event-config-changed = Réglages modifiés
event-device-forgotten = Appareil oublié
event-app-created = Application créée
event-app-changed = Application modifiée
event-app-deleted = Application supprimée
event-rule-created = Règle créée
event-rule-changed = Règle modifiée
event-key-rotated = Clé de signature remplacée
event-rule-deleted = Règle supprimée
event-confirm-ok = Identité confirmée
event-confirm-failed = Identité non confirmée
mail-heading = E-mails
mail-state-line = Les e-mails vont vers { $destination }. En attente : { $queued }, en échec : { $failed }.
mail-to-server = le serveur { $server }
mail-to-files = des fichiers dans { $folder }, car SMTP_HOST n'est pas défini
mail-test = M'envoyer un e-mail d'essai
mail-test-file = Écrire un e-mail d'essai
mail-none = Aucun e-mail n'a encore été écrit.
mail-count = { $count ->
    [one] { $count } e-mail
   *[other] { $count } e-mails
}
mail-column-mail = E-mail
mail-column-to = À
mail-column-state = État
mail-column-tries = Tentatives
mail-column-next = Prochaine tentative
mail-column-error = Dernière erreur
mail-older = E-mails plus anciens
checklist-heading = Vérifications
checklist-intro = Ce qui a été constaté sur cette installation. En ligne de commande, portcullis check-config dit la même chose.
check-good = bien
check-advice = conseil
check-wrong = erreur
check-address = Adresse
check-address-good = Adresse d'accès : { $url }.
check-address-http = APP_URL est { $url } : sans https, mots de passe et cookies peuvent être lus en chemin. De plus, les navigateurs n'y envoient pas d'en-têtes Sec-Fetch et n'y respectent pas Cross-Origin-Opener-Policy : les scripts de l'application peuvent utiliser les pages de la porte au nom de la personne connectée. Utilisez https.
check-address-no-proxy = APP_URL est { $url }, et la porte elle-même ne parle pas TLS. Nommez dans TRUSTED_PROXIES le proxy qui le fait : sans cela, tout visiteur semble venir du proxy, et les échecs d'un seul comptent pour tous.
check-listen = Écoute
check-listen-host = APP_URL est { $url }, mais HOST est { $host }, où seule cette machine peut entrer. Indiquez HOST=0.0.0.0, ou nommez dans TRUSTED_PROXIES le proxy par lequel les gens arrivent.
check-listen-port = APP_URL est { $url }, mais Portcullis écoute sur le port { $port }. Sauf si un proxy ou un conteneur se trouve entre les deux, accordez PORT et APP_URL. L’adresse de l’application se place dans UPSTREAM_URL.
check-mail = E-mails
check-mail-server = Les e-mails vont vers { $host } ; envoyez-vous un essai depuis la page des e-mails.
check-mail-silent = Le serveur d'e-mail { $server } ne répond pas ({ $fault }). Les e-mails attendent et sont réessayés ; corrigez SMTP_HOST et SMTP_PORT.
check-mail-none = Aucun serveur d'e-mail n'est défini, et aucun n'est nécessaire : un administrateur copie les liens d'invitation et de réinitialisation depuis la page d'un utilisateur. Les e-mails restent des fichiers dans le dossier outbox de DATA_DIR.
check-data = Données
check-data-sqlite = La base de données est { $path }.
check-data-postgres = La base de données est PostgreSQL.
check-data-sessions = Les sessions y sont aussi.
check-data-redis = Les sessions sont dans Redis.
check-data-keys = { $where } { $sessions } Les clés générées sont dans { $folder }. Sauvegardez les deux avec : portcullis backup FILE
check-settings = Réglages
check-browser = Votre navigateur
check-browser-good = Il atteint la porte à { $url }, comme le dit APP_URL.
check-browser-proxy = Un proxy à { $peer } se trouve entre votre navigateur et la porte, et TRUSTED_PROXIES ne le nomme pas : ce qu'il dit des visiteurs n'est pas cru. S'il est à vous, définissez TRUSTED_PROXIES={ $peer }.
check-browser-other = Il semble atteindre la porte à { $origin }, et APP_URL est { $url }. Les liens des e-mails mènent à APP_URL, et les formulaires d'une autre adresse sont refusés : réglez APP_URL sur ce que les gens saisissent, ou faites transmettre Host et X-Forwarded-Proto par le proxy.
check-app = L'application
check-app-none = UPSTREAM_URL n'est pas défini : la porte répond au forward-auth et sert ses propres pages.
check-app-elsewhere = UPSTREAM_URL n'est pas défini. Les applications ajoutées sur les pages, par commande ou depuis un fichier ne sont pas examinées ici : la page le fait.
check-app-nothing = Ni application ni proxy ne sont nommés, la porte ne garde donc encore rien : définissez UPSTREAM_URL, ajoutez une application sous « Applications », ou définissez FORWARD_AUTH et TRUSTED_PROXIES pour le forward-auth.
check-app-open = Elle répond à { $upstream }, mais aussi à { $open }, où personne n'a besoin de se connecter. Faites-la écouter sur 127.0.0.1 seulement, ou fermez ce port.
check-app-good = L'application à { $upstream } accepte les connexions.
check-apps = Les autres applications
check-apps-good = Toutes celles qui sont activées acceptent les connexions.
check-apps-silent = { $app } ne répond pas à { $upstream } ({ $fault }). Démarrez-la, ou corrigez son adresse interne sous « Applications ».
check-apps-tls = { $app } est inaccessible en https à { $upstream } ({ $fault }). Corrigez son certificat, ou le fichier de son autorité sous « Applications ».
check-app-silent = Rien ne répond à { $upstream } ({ $fault }). Démarrez l'application, ou corrigez UPSTREAM_URL.
check-app-slow = { $upstream } ne répond pas en deux secondes. Y a-t-il un pare-feu entre les deux ?

## Errors
error-status = Statut { $status } · requête { $id }
error-start = Vers l'accueil
error-app = Rouvrir l'application
too-many-forgot = Choisir un nouveau mot de passe
error-400 = Requête incorrecte
error-401 = Connexion requise
error-403 = Accès refusé
error-form = Formulaire refusé
error-cookie = Cookies nécessaires
error-404 = Page introuvable
error-405 = Impossible à cette adresse
error-408 = Délai de la requête dépassé
error-409 = Impossible pour le moment
error-410 = Ce lien n'est plus valable
error-handover = Connexion à l'application inachevée
error-413 = Trop de données
error-415 = Format inconnu
error-422 = Le formulaire contient des erreurs
error-429 = Trop de tentatives
error-431 = En-têtes de la requête trop volumineux
error-500 = Quelque chose s'est mal passé
error-502 = L'application ne répond pas
error-503 = Indisponible pour le moment
error-504 = L'application prend trop de temps
fault-csrf = Ce formulaire n'a pas été envoyé depuis { $url }, l'adresse pour laquelle ce site est configuré (APP_URL) ; le navigateur dit qu'il vient de { $origin }. Ouvrez { $url } et réessayez là-bas. Si une autre adresse doit servir, la personne qui gère ce site y règle APP_URL.
fault-cookie = Votre navigateur n'a envoyé aucun cookie avec ce formulaire. Les cookies sont nécessaires pour se connecter : autorisez-les pour { $url }, rouvrez la page et renvoyez le formulaire. Si la page est restée ouverte une journée, il suffit de la rouvrir.
fault-cookie-insecure = Ce formulaire a été envoyé sans https ; votre navigateur ne conserve alors aucun cookie de { $url }, nécessaire pour se connecter. Ouvrez { $url } et réessayez là-bas.
fault-form-out-of-date = Ce formulaire de { $url } n'est plus valable : vous vous êtes connecté ou déconnecté après l'avoir ouvert, ou il est resté ouvert trop longtemps. Revenez en arrière, rechargez la page et réessayez.
fault-too-many = Trop de tentatives. Réessayez dans { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}.
fault-link = Ce lien n'est plus valable : il a servi, a expiré, ou un plus récent l'a remplacé. Demandez-en un nouveau.
fault-handover = Cette connexion à l'application n'a pas pu aboutir : elle a déjà servi, a duré trop longtemps ou a été commencée dans un autre navigateur. Rouvrez l'application.
fault-handover-address = Cette adresse n'appartient à aucune application ici. Ouvrez l'application à son adresse habituelle, ou demandez à la personne qui la gère.
fault-last-admin = C'est le dernier administrateur qui peut se connecter. Nommez d'abord quelqu'un d'autre.
fault-busy = Le serveur est occupé. Réessayez dans quelques secondes.
fault-pair-closed = Trop de tentatives ont été faites sur le nom et le mot de passe configurés : ils n'ouvrent plus rien. La personne qui gère ce site peut créer le premier administrateur avec le code de mise en service, ou configurer un autre mot de passe.
fault-unavailable = Ce service est indisponible pour le moment. Réessayez dans quelques secondes.
fault-sign-in = Connectez-vous pour continuer.
fault-not-allowed = Votre compte n'a pas le droit de faire cela.
fault-closed = Cette instance a déjà son premier administrateur.
fault-changed = Cela a été modifié après que vous l'avez ouvert ; rien n'a donc été enregistré. Ouvrez-le dans une autre fenêtre pour voir son état actuel, puis enregistrez à nouveau pour le remplacer.
fault-rules = Le formulaire contient des erreurs.
fault-internal = Quelque chose s'est mal passé chez nous.
fault-no-app = Aucune application de ce site n'a cette adresse. S'il doit y en avoir une ici, une personne qui administre ce site l'ajoute sous « Applications ».
fault-token = Ce jeton n’est pas valide : il a été révoqué, a expiré, ou son propriétaire ne peut pas se connecter. Créez-en un nouveau sur la page de votre compte.
fault-token-scope = Ce jeton n’est pas destiné à cette application, ce chemin, cette méthode ou ce réseau. Créez-en un qui le soit.
fault-token-several = La requête contient deux jetons différents. N’en envoyez qu’un.
fault-token-username = Avec un jeton comme mot de passe, le nom d’utilisateur doit être « token » ou l’adresse de son propriétaire.
fault-token-rules = Les règles de cette application n’autorisent pas ici un jeton de cette personne. Demandez à un administrateur de modifier les règles.
fault-token-wait = Trop de jetons erronés sont venus de votre adresse ; les suivants ne sont plus recherchés pendant { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}. Un jeton correct est tout de même accepté.
fault-token-mistyped = Un identifiant de cette requête commence par pc_ comme les jetons de Portcullis, mais n’en est pas un : il a été mal saisi ou tronqué, ou il appartient à l’application. Copiez de nouveau le jeton entier, ou créez-en un nouveau sur la page de votre compte.
fault-not-found = Il n'y a pas de page à cette adresse.
fault-too-large = Ce qui a été envoyé est trop grand.
fault-head-too-large = Votre navigateur a envoyé plus de 64 Kio en plus de la demande elle-même, le plus souvent des cookies. Supprimez les cookies de ce site, puis réessayez.
fault-too-slow = Ce qui a été envoyé est arrivé trop lentement.
fault-media-type = Les formulaires s'envoient en application/x-www-form-urlencoded.
fault-method = Cela ne peut pas se faire à cette adresse.
fault-upstream = L'application derrière cette porte ne répond pas. Son exploitant doit la démarrer ou la réparer.
fault-upstream-timeout = L'application derrière cette porte a mis trop de temps à répondre.
fault-ambiguous-address = Certains programmes liraient cette adresse comme celle d'une page de connexion ; elle n'est donc pas transmise à l'application. Écrivez-la sans barres obliques doublées, points ni points-virgules qui mènent à /_auth.
fault-no-websocket = Ce n'est pas une ouverture de WebSocket.
fault-foreign-websocket = Ce WebSocket a été ouvert par un autre site.
fault-ambiguous-length = La longueur de cette requête peut se lire de plusieurs façons.
fault-service-worker = Un service worker à la racine pourrait lire les pages de connexion ; placez son script dans un dossier (docs/APPS.md).
fault-host = La requête ne dit pas clairement à quel hôte elle s'adresse : le nom manque, est arrivé deux fois ou n'est pas valide.
fault-unknown-host = Il n'y a rien à cette adresse.
fault-not-for-you = Vous êtes connecté en tant que { $who }, et ce compte ne peut pas ouvrir cette partie de { $app }. Si vous en avez besoin, adressez-vous à un administrateur de ce site.
fault-for-nobody = Personne ne peut ouvrir cette partie de { $app }. Si vous en avez besoin, adressez-vous à un administrateur de ce site.
fault-needs-factor = Cette partie de l'application demande une connexion avec un second facteur, que ce site ne propose pas encore : personne n'est admis. Si vous en avez besoin, demandez à un administrateur de ce site de changer la règle.
address-not-an-origin = { $address } n'est pas une adresse comme { $scheme }://wiki.example.org : schéma, hôte et éventuellement un port, rien d'autre.
address-other-scheme = { $address } a l'autre schéma. Toutes les adresses commencent par { $scheme }://, comme APP_URL.
address-wildcard = { $address } : un * peut remplacer une partie entière du nom d'hôte, mais pas la dernière.
address-portal = { $address } est l'adresse de ce site lui-même (APP_URL). L'application qui s'y trouve se règle avec UPSTREAM_URL.
address-shared = { $address } a l'hôte de { $app }, à un autre port, ce qu'un proxy à vous ne peut pas distinguer. Donnez à chaque application son propre nom d'hôte.
address-taken = { $address } appartient déjà à { $app }.
addresses-count = Indiquez de 1 à { $max } adresses.
addresses-overlap = { $address } et une autre de ces adresses désignent le même hôte.
app-name-invalid = Indiquez un nom de 1 à { $max } caractères.
app-name-taken = Une autre application porte ce nom.
app-host-invalid = Laissez ce champ vide, ou indiquez « upstream » ou un nom d'hôte, éventuellement avec un port.
app-origin-invalid = { $origin } n'est pas une origine comme https://embed.example.org.
header-line = « { $line } » n’est pas compris. Écrivez ce que dit l’en-tête, puis = et son nom, par exemple email = X-Mail.
header-part = Aucun en-tête ne peut dire « { $part } ». Choisissez parmi : user, email, username, id, name, role, groups, groups-piped.
header-name = Un nom d’en-tête commence par une lettre et n’a que des lettres, des chiffres et jusqu’à cinq traits d’union, 64 caractères au plus en tout.
header-reserved = { $header } a déjà un sens pour les navigateurs, les proxys ou cette passerelle. Choisissez un autre nom.
header-twice = { $header } apparaît deux fois ; majuscules, traits d’union et traits bas ne font pas de différence. Indiquez chaque nom une seule fois.
header-count = Il y en a trop ; { $max } au plus sont possibles.
header-value = La valeur de { $header } ne peut avoir que des caractères ASCII, { $max } au plus.
header-value-missing = { $header } n’a pas encore de valeur. Indiquez-en une après un deux-points.
setting-of-upstreams = Seul le proxy intégré sait faire cela. Laissez ce champ vide, ou choisissez le proxy intégré.
upstream-or-forward-auth = Indiquez où l'application écoute, par exemple http://10.0.0.5:8080, ou choisissez « Par votre propre proxy » s'il est devant elle.
upstream-of-forward-auth = Une application derrière votre propre proxy n'a pas d'adresse cible ici. Laissez ce champ vide, ou choisissez le proxy intégré.
upstream-itself = C'est l'adresse de Portcullis lui-même. Indiquez celle de l'application.
upstream-invalid = Indiquez une adresse comme http://10.0.0.5:8080, https://wiki.internal ou unix:/run/wiki.sock, sans chemin.
ca-file-without-https = Seule une adresse cible en https a un certificat à vérifier.
ca-file-unreadable = Le serveur ne peut lire aucun certificat dans ce fichier. Indiquez le chemin absolu d'un fichier PEM.
number-invalid = Indiquez un nombre entier de 1 à { $max }, ou laissez ce champ vide.
choice-invalid = Choisissez l'une des possibilités.
rule-path-slash = Un chemin commence par /.
rule-path-ambiguous = Des programmes peuvent lire ce chemin de façons différentes. Évitez ?, #, ;, les barres inverses et les barres encodées.
rule-path-segments = Un chemin n'a pas de partie vide, ni de partie qui soit . ou ..
rule-path-long = Un chemin compte au plus { $max } octets.
rule-path-reserved = Tout ce qui est sous /_auth appartient à la porte ; aucune règle ne s'y applique.
rule-methods-invalid = { $method } n’est pas une méthode HTTP ou WebDAV connue ici. Indiquez des noms en majuscules, comme GET, POST, PROPFIND, ou laissez ce champ vide pour toutes.
rule-tie = Cette application a déjà une règle pour ce chemin. Modifiez-la, ou nommez des méthodes.
rule-tie-methods = Cette application a déjà une règle pour ce chemin et { $methods }. Modifiez-la, ou nommez d'autres méthodes.
grant-who = Choisissez qui est admis.
grants-too-many = Une règle nomme au plus { $max } sortes de personnes. Réunissez-en certaines dans un groupe.
grant-who-and-names = Les groupes et les personnes ne vont qu'avec « groupes et personnes » ; ce choix en demande au moins un.
grant-public-proof = Qui n'est pas connecté ne peut pas prouver son identité. Choisissez « Toute personne connectée », ou retirez cela.
grant-until = Indiquez une date comme 2027-01-31, ou un moment comme 2027-01-31T18:00:00Z.
token-app = Choisissez une des applications auxquelles le propriétaire du jeton a accès.
token-name-empty = Donnez un nom au jeton, par exemple celui de l’appareil qui l’utilisera.
token-too-many = Un compte peut avoir { $max } jetons et liens signés. Révoquez-en un dont on n’a plus besoin.
token-owner-inactive = Le compte du propriétaire n’est pas actif : il est désactivé, ou son invitation n’a pas encore été acceptée.
token-expires-over = Ce moment est déjà passé.
token-expires-late = Un jeton est valable dix ans au plus.
grant-group-unknown = Il n'y a pas de groupe { $group }.
grant-person-unknown = Il n'y a pas de compte { $email }.
grant-network = { $network } n'est pas un réseau comme 10.0.0.0/8.
explain-address = Indiquez une adresse entière, comme https://wiki.example.org/page.
explain-no-app = Il n'y a pas d'application à cette adresse.
explain-path = La porte ne transmet ce chemin à aucune application.
explain-no-account = Il n'y a pas de compte avec cette adresse, ou il est désactivé.
fault-no-original = Le proxy ne dit pas clairement quels méthode, hôte et chemin sont demandés : un en-tête manque, est arrivé deux fois ou n'a pas de sens. docs/FORWARD-AUTH.md contient la configuration de chaque proxy, et le journal de la porte dit ce qui ne va pas.
fault-untrusted-proxy = Cette adresse ne répond qu'aux proxys de TRUSTED_PROXIES.
fault-navigation = Cette page s'ouvre dans sa propre fenêtre, pas depuis un script ou un cadre.
fault-form-cut = Le formulaire n'est pas arrivé en entier.
fault-form-malformed = Le formulaire est mal formé.
fault-metrics = Les mesures sont réservées à cette machine, ou à qui apporte METRICS_TOKEN comme jeton Bearer.
fault-no-invitation = Ce compte a déjà un mot de passe ; il n'y a pas d'invitation à donner.
fault-choose-change = Choisissez ce qu'il faut faire des comptes sélectionnés.
fault-none-selected = Aucun compte n'était sélectionné. Revenez en arrière et cochez ceux que vous voulez.
fault-admins-only = Seuls les administrateurs peuvent ouvrir cette page.
fault-configured = Le nom d'utilisateur et le mot de passe configurés ouvrent l'application et rien d'autre.
fault-address = L'adresse n'a pas de sens.

## Mails. A subject is one line and names nobody.
mail-hello = Bonjour,
mail-event = Date : { $when }. Depuis : { $source }, avec { $device }.
mail-device-unknown = un navigateur inconnu
mail-reset = Choisissez un nouveau mot de passe
mail-reset-text = Quelqu'un, sans doute vous, a demandé un nouveau mot de passe sur { $site }. Ouvrez ce lien pour le choisir :
mail-reset-end = Le lien sert une seule fois, pendant { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}. Si ce n'était pas vous, ne faites rien : votre mot de passe reste tel quel.
mail-invitation = Vous êtes invité
mail-invitation-text = Un compte vous a été donné sur { $name }, { $site }. On s'y connecte avec une adresse e-mail et un mot de passe.
mail-invitation-by = L'invitation vient de { $inviter }.
mail-invitation-open = Ouvrez ce lien pour choisir votre mot de passe :
mail-invitation-end = Le lien sert une seule fois, jusqu'au { $until }. Si vous n'attendiez pas d'invitation, ne faites rien.
mail-confirm = Confirmez votre nouvelle adresse
mail-confirm-text = Quelqu'un, sans doute vous, veut utiliser cette adresse pour un compte sur { $site }. Ouvrez ce lien pour la confirmer :
mail-confirm-end = Le lien sert une seule fois, pendant un jour. Si ce n'était pas vous, ne faites rien.
mail-password-changed = Votre mot de passe a été modifié
mail-password-changed-text = Le mot de passe de votre compte sur { $site } a été modifié, et vos autres sessions sont terminées.
mail-password-changed-end = Si ce n'était pas vous, demandez aussitôt un nouveau mot de passe et prévenez votre administrateur.
mail-reset-done = Votre mot de passe a été réinitialisé
mail-reset-done-text = Le mot de passe de votre compte sur { $site } a été défini par un lien, et toutes les sessions sont terminées.
mail-reset-done-end = Si ce n'était pas vous, quelqu'un peut lire vos e-mails : prévenez votre administrateur.
mail-new-device = Nouvelle connexion à votre compte
mail-new-device-text = Quelqu'un s'est connecté à votre compte sur { $site } depuis un navigateur jamais utilisé auparavant.
mail-new-device-end = Si ce n'était pas vous, changez de mot de passe ; cela termine toutes les autres sessions.
mail-email-changed = Votre adresse a été modifiée
mail-email-changed-text = Le compte sur { $site } qui utilisait cette adresse en a maintenant une autre : { $email }.
mail-email-changed-end = Si ce n'était pas vous, prévenez aussitôt votre administrateur.
mail-token-made = Un jeton a été créé pour votre compte
mail-token-made-text = Un administrateur a créé le jeton « { $token } » pour votre compte sur { $site }. Avec lui, un script ou un appareil peut utiliser l’application { $app } en votre nom.
mail-token-made-end = Si vous ne vous y attendiez pas, révoquez-le sur la page de votre compte.
mail-test-subject = E-mail d'essai
mail-test-text = Voici l'e-mail d'essai que vous avez demandé sur { $site }. Les e-mails arrivent.
