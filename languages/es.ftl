# Spanish.

## Around every page
menu-label = Páginas
menu-apps = Aplicaciones
menu-users = Usuarios
menu-groups = Grupos
menu-tokens = Tokens
menu-sessions = Sesiones
menu-audit = Registro
menu-mail = Correo
menu-checklist = Comprobaciones
menu-account = Su cuenta
menu-app = A la aplicación
skip = Ir al contenido
problem = Hay un problema
home-heading = Inicio
home-signed-in = Ha iniciado sesión como { $email }.
home-account = Su cuenta: nombre, contraseña, sesiones, cerrar sesión
home-apps = Aplicaciones: dónde están y quién puede entrar
home-more = Más
home-users = Usuarios: invitar, terminar sesiones, cambiar roles
home-groups = Grupos: quién va con quién
home-tokens = Tokens: qué pueden usar scripts y dispositivos
home-sessions = Sesiones: quién ha iniciado sesión y desde dónde
home-audit = Registro: qué ha pasado y quién lo hizo
home-mail = Correo: qué se envió y qué no
home-checklist = Comprobaciones: ¿está todo bien configurado?
insecure-browser = Ha abierto esta página sin https, así que su navegador no puede mantener su sesión.
other-address = Ha abierto esta página en { $origin }, pero este sitio está configurado para { $url } (APP_URL). Es posible que aquí no pueda iniciar sesión.
other-address-works = Ha abierto esta página en { $origin }, pero este sitio está configurado para { $url } (APP_URL). Iniciar sesión funciona aquí, pero solo para esta dirección, y los enlaces de los correos llevan a { $url }.
other-address-open = Abrir { $url } en su lugar
other-address-remedy = Si la dirección debe ser { $origin }, quien administra este sitio define APP_URL={ $origin } y lo reinicia.
other-address-apps = Ninguna aplicación tiene la dirección { $origin }. Si debe haber una, quien administra este sitio la añade en «Aplicaciones».
other-address-local = Esa dirección solo funciona en el propio servidor. Para otros equipos, quien administra este sitio define APP_URL={ $origin } y HOST=0.0.0.0 y lo reinicia.
password-show = Mostrar
password-hide = Ocultar
password-live-length = { $count } de al menos { $min } caracteres
password-live-long = Longitud suficiente
password-live-same = Las dos son iguales
password-live-differs = Todavía no son iguales

## Times
time-now = ahora mismo
time-minutes-ago = { $count ->
    [one] hace { $count } minuto
   *[other] hace { $count } minutos
}
time-hours-ago = { $count ->
    [one] hace { $count } hora
   *[other] hace { $count } horas
}
time-days-ago = { $count ->
    [one] hace { $count } día
   *[other] hace { $count } días
}
time-in-minutes = { $count ->
    [one] dentro de { $count } minuto
   *[other] dentro de { $count } minutos
}
time-in-hours = { $count ->
    [one] dentro de { $count } hora
   *[other] dentro de { $count } horas
}
time-in-days = { $count ->
    [one] dentro de { $count } día
   *[other] dentro de { $count } días
}
date = { $day } de { $month } de { $year }
moment = { $date }, { $time } UTC
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
never = nunca

## Names of stored values
role-admin = administrador
role-user = usuario
state-active = activa
state-invited = invitada
state-disabled = bloqueada
mail-state-queued = en espera
mail-state-sent = procesado
mail-state-failed = fallido
mail-kind-reset = contraseña nueva
mail-kind-invitation = invitación
mail-kind-confirm-email = confirmación de una dirección
mail-kind-password-changed = contraseña cambiada
mail-kind-reset-done = contraseña restablecida
mail-kind-new-device = dispositivo nuevo
mail-kind-email-changed = dirección cambiada
mail-kind-token-made = token de máquina
mail-kind-test = prueba
device-unknown = Dispositivo desconocido
device-on = { $browser } en { $system }
device-other = { $name }

## Signing in
sign-in = Iniciar sesión
email = Dirección de correo
password = Contraseña
user-name = Nombre de usuario
forgot-link = ¿Ha olvidado la contraseña?
sign-in-keep = Mantener la sesión iniciada
sign-in-own-instance = ¿Es suya esta instancia? Cree su primer administrador para sustituir esta contraseña:
sign-in-own-instance-link = Crear
wrong-pair = La dirección de correo y la contraseña no corresponden, o la cuenta no puede iniciar sesión.
wrong-user-name = El nombre de usuario y la contraseña no corresponden.
back-to-sign-in = Volver al inicio de sesión

## Set-up
setup-title = Puesta en marcha
setup-heading = Configure su puerta
setup-intro = Usted será el primer administrador. Hasta entonces nadie llega a la aplicación.
setup-intro-configured = Usted será el primer administrador. Hasta entonces, el nombre y la contraseña configurados abren la aplicación; después no abren nada.
setup-pair-closed = Se ha intentado adivinar demasiadas veces el nombre y la contraseña configurados, y ya no abren nada. Para ser el primer administrador necesita el código de puesta en marcha.
setup-afterwards = Después encontrará los usuarios y los ajustes en { $url }.
setup-user-name = Nombre de usuario configurado
setup-user-name-hint = Los valores de FLOWISE_USERNAME y FLOWISE_PASSWORD prueban que esta instancia es suya.
setup-password = Contraseña configurada
setup-token = Código de puesta en marcha
setup-token-hint = Está en el archivo setup-token de la carpeta de datos. El enlace que se muestra al arrancar también termina con él.
setup-submit = Ser el primer administrador
setup-no-proof = No son el nombre de usuario y la contraseña de FLOWISE_USERNAME y FLOWISE_PASSWORD.
setup-wrong-token = Este no es el código de puesta en marcha de esta instancia.
name = Nombre
name-optional = Nombre (opcional)
password-hint = Al menos { $min } caracteres. Unas cuantas palabras seguidas sirven bien.
password-again = Repita la contraseña
new-password = Contraseña nueva
new-password-again = Repita la contraseña nueva
current-password = Contraseña actual

## Forgotten passwords, invitations and their links
forgot-heading = ¿Ha olvidado la contraseña?
forgot-intro = Escriba su dirección. Si existe una cuenta con ella, le enviamos un enlace para elegir una contraseña nueva.
forgot-no-mail = Este sitio no envía correo. Pida a un administrador un enlace para elegir una contraseña nueva: lo crea en la página de su cuenta.
forgot-no-mail-operator = Si usted mismo administra este sitio, cree el enlace en su servidor: { $command }
forgot-submit = Enviarme un enlace
forgot-submit-note = Registrar mi solicitud
forgot-sent-heading = Mire su correo
forgot-sent = Si existe una cuenta con esta dirección, va en camino un correo con un enlace. El enlace vale durante { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
} y una sola vez.
forgot-sent-nothing = ¿No llega nada tras unos minutos? Mire en la carpeta de correo no deseado, o pida un enlace a su administrador.
forgot-again = Usar otra dirección
forgot-noted-heading = Su solicitud está registrada
forgot-noted = Los administradores la encuentran en el registro cuando lo consultan. No se avisa a nadie.
reset-heading = Elija una contraseña nueva
reset-intro = Todas sus sesiones terminan, y usted inicia sesión con la contraseña nueva.
reset-submit = Guardar la contraseña nueva
invite-heading = Elija su contraseña
invite-intro = Ha recibido una invitación a { $site }. Elija una contraseña para que la cuenta sea suya.
invite-submit = Guardar la contraseña
link-for = Para { $email }.
link-dead-heading = Este enlace no funciona
link-dead = Ya se usó, ha caducado o no está completo.
link-dead-invitation = Pida un enlace nuevo al administrador que le invitó.
link-dead-reset = Pida un enlace nuevo; solo funciona el más reciente.
link-dead-email = Pida el cambio otra vez en la página de su cuenta.
link-to-sign-in = Al inicio de sesión
link-ask-again = Pedir un enlace nuevo
link-to-account = A su cuenta
confirm-heading = Confirme su nueva dirección
confirm-intro = La cuenta de { $old } va a tener la dirección { $new }.
confirm-ends = Todas las sesiones terminan, y usted inicia sesión con la nueva dirección.
confirm-submit = Usar esta dirección

## Your account
account-heading = Su cuenta
account-role = Rol
account-language = Idioma
account-change-profile = Cambiar el nombre o el idioma
account-change-password = Cambiar la contraseña
account-change-email = Cambiar la dirección
account-tokens = Tokens para scripts y dispositivos
back-to-account = Volver a su cuenta
sign-out = Cerrar sesión
sign-out-everywhere = Cerrar sesión en todas partes
your-sessions = Sus sesiones
session-this = (esta)
session-since = Iniciada
session-seen = Última actividad
session-from = Desde
session-end = Terminar esta sesión
sessions-end-others = Terminar todas las demás
known-devices = Dispositivos conocidos
known-devices-none = Ninguno todavía: un navegador es conocido cuando ha iniciado sesión.
known-devices-intro = Un inicio de sesión desde cualquier otro navegador se le anuncia por correo.
known-devices-intro-no-mail = Este sitio no envía correo: no se avisa a nadie de un inicio de sesión desde otro navegador.
device-first = Primera vez
device-last = Última vez
device-forget = Olvidar este dispositivo
profile-heading = Su nombre y su idioma
profile-name-hint = La aplicación lo ve. Puede quedar vacío.
profile-language-hint = Para las páginas y los correos.
profile-language-browser = El que pida el navegador
language-own-name = { $name }
save = Guardar
password-heading = Cambiar la contraseña
password-intro = Aquí la sesión sigue abierta; sus otras sesiones terminan.
password-submit = Cambiar la contraseña
email-heading = Cambiar la dirección
email-intro = Enviamos un enlace a la nueva dirección; el cambio se hace cuando usted lo usa.
email-intro-no-mail = Este sitio no envía correo. Un enlace para la nueva dirección se guarda en la carpeta outbox de su servidor: pídalo a un administrador. El cambio se hace cuando se usa el enlace.
email-warning = Las aplicaciones suelen conocerle por su dirección (Remote-User): tras el cambio pueden ver a una persona nueva, sin lo que es suyo allí. Pregunte antes a su administrador. Su identificador (Remote-Id) no cambia nunca.
email-new = Nueva dirección de correo
email-submit = Cambiar la dirección
no-account-heading = Sin cuenta
no-account-intro = Ha iniciado sesión con el nombre de usuario y la contraseña configurados. Eso abre la aplicación y nada más.
no-account-setup = Crear el primer administrador

## Messages shown once at the top of a page
flash-signed-out = Ha cerrado la sesión.
flash-password-set = Su contraseña está guardada. Inicie sesión con ella.
flash-welcome = Su cuenta está lista. Inicie sesión con su contraseña nueva.
flash-password-changed = Su contraseña ha cambiado, y sus otras sesiones han terminado.
flash-profile-saved = Guardado.
flash-email-asked = Si la dirección está libre, va en camino hacia ella un correo con un enlace. El cambio se hace cuando se usa ese enlace.
flash-email-asked-no-mail = Si la dirección está libre, hay un enlace en la carpeta outbox del servidor: pídalo a un administrador. El cambio se hace cuando se usa ese enlace.
flash-email-changed = Su dirección ha cambiado. Inicie sesión con la nueva.
flash-device-forgotten = El dispositivo está olvidado.
flash-ended = Las sesiones han terminado.
flash-invited = Invitación hecha. Va en camino por correo.
flash-disabled = Cuenta bloqueada. Todas las sesiones han terminado.
flash-enabled = Cuenta desbloqueada.
flash-deleted = Cuenta eliminada.
flash-role = El rol ha cambiado. Todas las sesiones han terminado.
flash-username = El nombre de usuario ha cambiado.
flash-token-revoked = El token ha sido revocado. A partir de ahora se rechaza.
flash-app-saved = La aplicación se ha guardado.
flash-rule-saved = La regla se ha guardado.
flash-user-groups = Los grupos han cambiado.
flash-group-created = El grupo se ha creado.
flash-members = Los miembros del grupo han cambiado.
flash-unchanged = No se ha cambiado nada.
flash-test-queued = Un correo de prueba va en camino hacia usted. Recargue esta página para ver qué ha sido de él.
flash-test-written = El correo de prueba es un archivo de la carpeta outbox del servidor. Recargue esta página si aún no aparece en la lista.

## Errors in forms
email-empty = Escriba una dirección de correo.
email-too-long = La dirección de correo es demasiado larga.
email-malformed = Escriba una dirección de correo como nombre@example.org.
email-taken = Ya existe una cuenta con esta dirección.
email-same = Esa ya es su dirección.
name-too-long = El nombre es demasiado largo; se permiten { $max } caracteres como máximo.
name-control = El nombre contiene un carácter que no se puede mostrar.
username-rules = Un nombre de usuario tiene de 1 a { $max } caracteres: letras minúsculas de la a a la z, cifras, puntos, guiones bajos y guiones.
username-taken = Otra cuenta tiene este nombre de usuario.
group-rules = Un nombre de grupo tiene de 1 a { $max } caracteres: letras minúsculas de la a a la z, cifras, guiones bajos y guiones.
group-reserved = Los nombres admin, user y new están reservados. Elija otro.
group-taken = Ya existe un grupo con este nombre.
group-unknown = No existe el grupo { $group }.
group-choose = Introduzca el nombre de al menos un grupo.
group-no-account = No hay ninguna cuenta con la dirección { $emails }.
password-empty = Escriba una contraseña.
password-too-long = La contraseña es demasiado larga; se permiten { $max } bytes como máximo.
password-nul = La contraseña contiene un carácter NUL, y eso no se permite.
password-too-short = La contraseña es demasiado corta: use al menos { $min } caracteres. Unas cuantas palabras seguidas se recuerdan fácilmente.
password-common = Esta contraseña está entre las primeras que prueban los atacantes. Elija una que no sea común.
password-repetition = Esta contraseña repite los mismos pocos caracteres. Elija una menos regular.
password-sequence = Esta contraseña es una serie de caracteres vecinos. Elija una menos regular.
password-context = Esta contraseña está hecha de su dirección, su nombre o el nombre de este sitio. Elija una que no se adivine a partir de ellos.
password-differs = Las dos contraseñas no son iguales.
password-not-current = Esa no es su contraseña actual.
role-choose = Elija administrador o usuario.
language-choose = Elija uno de los idiomas.

## Users
users-heading = Usuarios
users-invite = Invitar a alguien
users-query = Dirección, nombre o nombre de usuario
users-state = Estado
users-all = todos
search = Buscar
users-none = Todavía no hay nadie.
users-none-match = Ninguna cuenta coincide.
users-address = Dirección
users-role = Rol
users-last = Último inicio de sesión
users-more = Más cuentas
users-count = { $count ->
    [one] { $count } cuenta
   *[other] { $count } cuentas
}
users-select = Seleccionar
users-select-one = Seleccionar { $email }
users-selected = Con las cuentas seleccionadas:
selected-accounts = { $count ->
    [one] { $count } cuenta: { $emails }
   *[other] { $count } cuentas: { $emails }
}
selected-join-label = Añadir a grupos…
selected-join = Añadir estas cuentas a grupos
selected-enable = ¿Desbloquear estas cuentas?
selected-end-sessions = ¿Terminar todas las sesiones de estas cuentas?
selected-disable = ¿Bloquear estas cuentas?
selected-disable-note = Sus sesiones terminan al instante, y nadie inicia sesión con ellas hasta que se desbloqueen.
selected-delete = ¿Eliminar estas cuentas?
selected-delete-note = Desaparecen al instante con todas sus sesiones. No se puede deshacer. Para excluir a alguien por un tiempo, bloquee las cuentas.
selected-delete-submit = Eliminarlas para siempre
list-count-more = Más de { $count }
invite-somebody = Invitar a alguien
invite-somebody-intro = La persona recibe un correo con un enlace para elegir su contraseña. Usted nunca ve la contraseña.
invite-somebody-intro-no-mail = Este sitio no envía correo: usted recibe un enlace para copiar y entregar, con el que la persona elige su contraseña. Usted nunca ve la contraseña.
invite-somebody-submit = Invitar
optional = Opcional.
role-user-long = Usuario: usa la aplicación
role-admin-long = Administrador: gestiona también las cuentas
back-to-list = Volver a la lista
user-title = Usuario
user-no-name = (ninguno)
user-since = Creada
user-id = Identificador (Remote-Id)
user-address-before = Otra cuenta tuvo esta dirección hasta { $moment }. Las aplicaciones que conocen a las personas por su dirección (Remote-User) toman a las dos por la misma persona. Por Remote-Id se distinguen.
user-invite-link = Crear un enlace de invitación para copiar
user-invite-mail = Enviar la invitación otra vez
user-reset-link = Crear un enlace de restablecimiento para copiar
user-enable = Desbloquear
user-disable = Bloquear
user-delete = Eliminar…
user-change-role = Cambiar el rol
user-change-note = Cambiar el rol y bloquear terminan todas las sesiones de la cuenta.
user-change-username = Cambiar el nombre de usuario
username = Nombre de usuario
username-intro = Para aplicaciones que no aceptan { $email } como nombre.
username-note = Una aplicación puede tomar a quien tiene un nombre de usuario por quien lo tuvo antes.
username-hint = Letras minúsculas de la a a la z, cifras, puntos, guiones bajos y guiones. Déjelo vacío para ninguno.
user-groups = Grupos de la cuenta
user-groups-intro = Los grupos de { $email }. Deje el campo vacío para ninguno.
user-groups-change = Cambiar los grupos
user-groups-all = Todos los grupos
user-no-groups = (ninguno)
user-sessions = Sesiones
user-sessions-unknown = Ahora mismo no se puede mostrar la lista de sesiones. Todo lo demás de esta página funciona.
user-end-all = Terminar todas las sesiones
user-events = Eventos recientes
user-all-events = Todos los eventos de esta cuenta
user-no-sessions = Ninguna sesión.
user-no-events = Ningún evento.
groups-heading = Grupos
groups-intro = Las aplicaciones reciben los grupos de una persona en la cabecera Remote-Groups.
groups-none = Todavía no hay grupos.
groups-hint = { $count ->
    [0] Todavía no hay grupos.
   *[other] Separados por comas. Existen: { $groups }
}
group-new = Grupo nuevo
group-new-submit = Crear el grupo
group-name-hint = Letras minúsculas de la a a la z, cifras, guiones bajos y guiones. El nombre no se podrá cambiar.
group-title = Grupo
group-members = Miembros
group-empty = Todavía no hay nadie en este grupo.
group-in-users = Verlos en la lista de usuarios
group-remove = Quitar
group-remove-one = Quitar a { $email }
group-add = Añadir personas
group-add-intro = Serán miembros del grupo { $group }.
group-add-emails = Direcciones de correo
group-add-hint = Una en cada línea o separadas por comas. Cada una debe tener una cuenta.
group-add-submit = Añadir
group-delete = Eliminar el grupo…
group-delete-heading = ¿Eliminar este grupo?
group-delete-intro = El grupo { $group } se elimina y ya nadie será miembro de él. Las cuentas se conservan. No se puede deshacer.
group-delete-rules = Estas reglas pierden el grupo. Lo que no nombra otro grupo ni a nadie más ya no deja entrar a nadie: { $rules }
group-keep = Conservar el grupo
back-to-group = Volver al grupo
app-title = Aplicación
app-new = Aplicación nueva
app-edit = Cambiar la aplicación
app-delete = Eliminar la aplicación…
app-delete-heading = ¿Eliminar esta aplicación?
app-delete-intro = { $app } y sus reglas se eliminan, y ya nadie llegará a ella por esta puerta. La aplicación en sí no cambia. No se puede deshacer.
app-other-port = Esta aplicación se abre en { $url }, es decir, en otro puerto que este sitio. Si se llega a ella por el mismo puerto, su dirección es { $suggestion }.
app-without-proxy = Ningún proxy puede preguntar por esta aplicación, porque FORWARD_AUTH no nombra ninguno: nadie puede abrirla. Defina FORWARD_AUTH y TRUSTED_PROXIES y reinicie, o elija el proxy incorporado.
app-configured = Esta aplicación está en la configuración (APP_URL y UPSTREAM_URL). Sus reglas se pueden cambiar aquí. Para elegir qué cabeceras recibe, las cabeceras para tokens o una identidad firmada, créela en la página Aplicaciones: con un host propio y con la dirección de UPSTREAM_URL como servidor de destino.
app-name-hint = Se ve en la página de inicio y cuando se niega el acceso.
app-addresses = Direcciones
app-addresses-hint = Lo que se escribe en el navegador, por ejemplo { $scheme }://wiki.example.org; una en cada línea. Una parte de un nombre de host puede ser *.
app-mode = Cómo se llega a ella
app-mode-proxy = A través del proxy incorporado
app-mode-forward-auth = A través de su propio proxy, que pregunta aquí (forward-auth)
app-upstream = Dónde escucha la aplicación
app-upstream-hint = Para el proxy incorporado: http://10.0.0.5:8080, https://wiki.internal o unix:/run/wiki.sock. Déjelo vacío para su propio proxy.
app-default-access = Donde no se aplica ninguna regla
app-default-access-hint = Quién entra en todo lo que ninguna regla trata.
app-default-signed-in = Entra cualquiera que haya iniciado sesión
app-default-nobody = Nadie entra
app-off = Desactivada: nadie llega a ella
app-hidden = No está en la página de inicio
app-more = Más ajustes
app-ca-file = Archivo de la autoridad (CA)
app-ca-file-hint = Para https con una autoridad propia o con un certificado autofirmado: la ruta absoluta de ese certificado en el servidor, en PEM. Vacío para las autoridades del sistema.
app-host = Host que recibe la aplicación
app-host-hint = Vacío para la dirección de la aplicación, «upstream» para la de donde escucha, o un nombre de host.
app-timeout = Límite de espera de una respuesta, en segundos
app-timeout-hint = Hasta que empieza la respuesta. Vacío para el valor predeterminado.
app-max-upload = Subida máxima, en MiB
app-max-upload-hint = Vacío para ningún límite.
app-websocket-origins = Otros sitios que pueden abrir WebSockets
app-websocket-origins-hint = Orígenes como https://embed.example.org, uno en cada línea. Las páginas de la propia aplicación siempre pueden.
app-session-hours = Sesión máxima allí, en horas
app-session-hours-hint = Después empieza otra sin contraseña mientras la persona tenga sesión aquí. Vacío para ningún límite propio.
app-icon = Icono
app-icon-file = Archivo de imagen
app-icon-hint = Una imagen SVG o PNG de { $size } KiB como máximo. Aparece en la página de inicio y en la lista de aplicaciones.
app-icon-remove = Quitar el icono
app-icon-large = El archivo es demasiado grande. Elija uno de { $size } KiB como máximo.
app-icon-type = Elija una imagen SVG o PNG.
app-preflight = Dejar pasar las comprobaciones previas de CORS
app-identity = Identidad
app-signed-identity = Enviar también la identidad en un JWT firmado
app-signed-identity-on = Se envía también en un JWT firmado
app-signed-identity-hint = En X-Portcullis-JWT, para aplicaciones que comprueban quién la envió. Las claves están en /_auth/.well-known/jwks.json.
app-preflight-hint = Los navegadores las envían sin cookies antes de que scripts de otros sitios usen la aplicación.
app-headers-heading = Lo que se dice a la aplicación
app-headers = Cabeceras que dicen quién ha iniciado sesión
app-headers-remote = Remote-User, Remote-Email, Remote-Name, Remote-Groups, Remote-Id
app-headers-forwarded = X-Forwarded-User, -Email, -Groups, -Preferred-Username
app-headers-auth-request = X-Auth-Request-User, -Email, -Groups, -Preferred-Username
app-headers-authentik = X-authentik-username, -email, -name, -groups, -uid
app-headers-none = Ninguna de estas, solo los nombres de abajo
app-header-map = Más nombres
app-header-map-hint = Un dato, = y un nombre, uno en cada línea, por ejemplo email = X-Mail. El dato es uno de: user (la dirección), email, username, id, name, role, groups, groups-piped.
app-fixed-headers = Cabeceras con un valor fijo
app-fixed-headers-hint = Una en cada línea, por ejemplo Authorization: Basic dXNlcjpwYXNz. Los valores se guardan cifrados y no se vuelven a mostrar. Un nombre solo conserva su valor; una línea borrada quita la cabecera.
app-token-headers = Más cabeceras para tokens
app-token-headers-hint = Nombres de cabeceras en las que los clientes de esta aplicación pueden enviar un token, una por línea, por ejemplo X-Api-Key. X-Portcullis-Token y Authorization se leen siempre.
app-state-good = Acepta conexiones
app-state-silent = No responde ({ $fault })
app-state-tls = No se puede acceder por https ({ $fault })
app-state-off = Desactivada
app-state-forward-auth = Detrás de su propio proxy
app-rules = Reglas
back = Volver
back-to-app = Volver a la aplicación
rules-none = Todavía no hay reglas.
rule-intro = Decide la regla con la ruta más larga, y una que nombra métodos antes que otra. Deja entrar a quienes alguna de sus partes deja entrar, y a nadie más.
rule-new = Regla nueva
rule-edit = Cambiar la regla
rule-delete = Eliminar la regla…
rule-delete-one = Eliminar la regla de { $path }
rule-delete-heading = ¿Eliminar esta regla?
rule-delete-intro = Sin la regla de { $path } decide allí otra más corta, o lo que la aplicación dice donde no hay regla: eso puede dejar entrar a más personas.
rule-path = Ruta
rule-path-hint = /api es /api y todo lo que hay debajo; / es toda la aplicación.
rule-methods = Métodos
rule-methods-hint = Por ejemplo GET, POST. Vacío para todos.
grant-first = Quién entra
grant-next = Y también
grant-who-label = Quién
who-choose = (elegir)
who-no-more = Nadie más
who-public = Cualquiera, sin iniciar sesión
who-signed-in = Cualquiera que haya iniciado sesión
who-members = Grupos y personas
who-members-list = Solo { $names }
who-nobody = Nadie
grant-people = Personas
grant-people-hint = Direcciones de cuentas, una en cada línea. Solo para «grupos y personas».
grant-networks = Solo desde estas redes
grant-networks-hint = Por ejemplo 10.0.0.0/8, 192.0.2.7. Vacío para todas.
grant-factor-label = Solo con un segundo factor
grant-factor-hint = Nadie puede dar todavía un segundo factor: por ahora, esto no deja entrar a nadie.
grant-within-label = Solo si demostró quién es hace como mucho tantos minutos
grant-within-hint = Vacío para cualquier tiempo desde el inicio de sesión.
grant-until-label = Solo hasta
grant-until-hint = Una fecha como 2027-01-31 (el final de ese día, UTC) o un momento como 2027-01-31T18:00:00Z.
grant-from = desde { $value }
grant-within = demostrado hace como mucho { $value } minutos
grant-until-moment = hasta { $value }
grant-factor = con un segundo factor
explain-heading = ¿Quién entra?
explain-intro = Qué responde la puerta a una petición a { $app }, y por qué regla.
explain-user = Cuenta
explain-user-hint = Su dirección de correo. Vacío para alguien que no ha iniciado sesión.
explain-method = Método
explain-method-hint = Vacío para GET.
explain-address-label = Dirección
explain-address-hint = Una dirección completa o una ruta de esta aplicación, como /api/items.
explain-from = Desde esta dirección de red
explain-from-hint = Por ejemplo 192.0.2.7. Vacío para el propio servidor (127.0.0.1).
explain-from-invalid = Indique una dirección IP o déjelo vacío.
explain-age = Minutos desde que demostró quién es
explain-age-hint = Vacío para 0.
explain-age-invalid = Indique minutos enteros o déjelo vacío.
explain-at = En este momento
explain-factor = Como con un segundo factor
explain-submit = Mostrar
explain-rule = Según la regla
explain-several = Los programas leen esta ruta de varias maneras. Cuenta la respuesta más estricta.
explain-no-rule = No se aplica ninguna regla: lo que dice la aplicación sin ella.
snippet-heading = Configuración de su propio proxy
snippet-intro = La configuración completa de un proxy propio que pregunta a la puerta por { $app }.
snippet-proxy = Proxy
snippet-gate = Dónde llega el proxy a la puerta
snippet-gate-hint = Host y puerto, por ejemplo portcullis:3000. Vacío para lo habitual con este proxy.
snippet-to = Dónde llega el proxy a la aplicación
snippet-to-hint = Host y puerto, por ejemplo wiki:8080. Vacío para un ejemplo que usted sustituirá.
snippet-socket = Indique un host y un puerto, por ejemplo wiki:8080.
snippet-mode = { $app } la sirve el proxy incorporado, que no necesita nada más. Para ponerla detrás de un proxy propio, cambie primero cómo se llega a ella.
snippet-address = { $address } representa muchos hosts o es una dirección IPv6: una configuración se escribe solo para nombres de hosts.
snippet-ports = Las direcciones tienen puertos distintos: dé un solo puerto a la aplicación o configure cada uno por separado.
snippet-own-port = La dirección de la aplicación indica el puerto { $port }, en el que escucha la propia puerta: inicie la puerta en otro puerto (PORT) o dé otra dirección al proxy.
snippet-submit = Mostrar
snippet-printed = Para pegar
snippet-forward-auth = FORWARD_AUTH no nombra { $name }: añádalo a los ajustes de la puerta o este proxy recibirá 404.
snippet-trusted-proxies = TRUSTED_PROXIES está vacío: añada la dirección del proxy a los ajustes de la puerta o recibirá 403.
verdict-let-in = Entra
verdict-sign-in = Tiene que iniciar sesión
verdict-factor = Necesita un segundo factor
verdict-proof = Tiene que demostrar de nuevo quién es
verdict-forbidden = Rechazado
doctor-heading = Preguntar desde fuera
doctor-intro = Portcullis envía solicitudes a { $url } como lo haría un visitante y mira qué hace con ellas el proxy que hay delante. Tarda diez segundos como máximo. No se puede preguntar en direcciones con *.
doctor-submit = Preguntar ahora
doctor-busy = Hay otra comprobación en curso. Vuelva a intentarlo dentro de unos segundos.
doctor-asked = { $count ->
    [one] Se hizo una pregunta.
   *[other] Se hicieron { $count } preguntas.
}
doctor-good = Todo está en orden.
doctor-line = Una línea que lo corrige:
doctor-echo = Lo que llega a la aplicación solo puede verlo la orden, que ocupa su lugar: detenga la aplicación y ejecute esto.
doctor-note = Para su información
doctor-warning = No funciona como debería
doctor-fault = No es seguro
doctor-unable = No se pudo preguntar
probe-unreachable = Desde aquí no responde nadie: { $what }. Quizá la dirección lleve a esta máquina solo desde fuera.
probe-unknown-address = No hay ninguna aplicación en { $what }: indique la dirección completa de una, con el esquema de APP_URL.
probe-unclaimed = Todavía nadie puede iniciar sesión: hay que crear la primera cuenta de administrador.
probe-late = La respuesta no llegó a tiempo: { $what }.
probe-gate-not-reached = Portcullis no es quien responde a { $what }: el proxy tiene que enviarle todo lo que esté por debajo de /_auth/.
probe-question-refused = Se rechaza a todo el mundo con { $what }: Portcullis no acepta las preguntas del proxy. Su registro dice por qué; a menudo el proxy falta en TRUSTED_PROXIES o no transmite el host.
probe-wrong-dialect = Todo el mundo recibe { $what }: el proxy pregunta en una dirección a la que Portcullis no responde, o como lo haría otro proxy. Nombre el proxy en FORWARD_AUTH y haga que pregunte en su propia dirección.
probe-anonymous-let-in = Sin iniciar sesión, la aplicación responde en { $what }: el proxy no pregunta allí.
probe-answered-unasked = { $what } recibe respuesta sin iniciar sesión, y no de Portcullis: quizá el proxy no pregunte allí.
probe-navigation-refused = A quien abre una página se le rechaza con { $what } en lugar de llevarlo al inicio de sesión.
probe-sign-in-elsewhere = A quien abre una página se le lleva a { $what }, donde nadie puede iniciar sesión.
probe-script-redirected = Un script recibe { $what } y se le lleva a la página de inicio de sesión; necesita 401 para saber que la sesión ha terminado.
probe-websocket-open = Sin iniciar sesión, un WebSocket llega a la aplicación en { $what }.
probe-verify-open = { $what } responde desde fuera: solo el proxy puede preguntar a Portcullis por las solicitudes.
probe-path-passed = Una ruta escrita de otra manera llega a la aplicación sin iniciar sesión: { $what }.
probe-host-passed = Una solicitud que nombra dos hosts llega a la aplicación sin iniciar sesión: { $what }.
probe-forwarded-believed = El proxy deja que el cliente diga qué se solicitó: { $what }.
probe-h2c-passed = Un cambio a HTTP/2 llega a la aplicación ({ $what }): quien lo hace elude el inicio de sesión.
probe-not-let-in = Un token de { $what } no abre la aplicación, aunque las reglas lo permiten: quizá el proxy no se lo muestre a Portcullis.
probe-no-account = No se preguntó nada como visitante con sesión iniciada: ninguna cuenta puede entrar allí ({ $what }).
probe-arrival-unseen = No se vio qué llega a la aplicación: con { $what }, la comprobación ocupa su lugar.
probe-identity-missing = La aplicación no sabe quién está ahí: { $what } no llega como lo dice Portcullis.
probe-identity-spoofed = Lo que inventa un cliente llega a la aplicación como su identidad: { $what }.
probe-forwarded-spoofed = Lo que inventa un cliente llega a la aplicación como palabra de un proxy: { $what }.
probe-token-passed = La aplicación recibe el token, en { $what }.
probe-cookie-passed = La aplicación recibe la cookie { $what } de Portcullis, con la que podría actuar en nombre del visitante.
probe-authorization-lost = Las credenciales propias de la aplicación no le llegan: { $what } falta o está cambiado.
probe-websocket-cut = Un WebSocket no se abre para un visitante con sesión iniciada: la respuesta es { $what }.
probe-upload-cut = Un envío de 5 MB no llega entero: la respuesta es { $what }.
probe-stream-buffered = Los flujos de eventos se retienen ({ $what }): los eventos llegan tarde, o solo al final.
prove-heading = Confirme que es usted
prove-for-app = La aplicación a la que iba quiere asegurarse de que sigue siendo usted.
prove-intro = Ha pasado un rato desde la última vez que demostró quién es. Introduzca su contraseña para continuar.
prove-submit = Confirmar
prove-cancel = Cancelar
prove-role = { $role ->
    [admin] Está a punto de dar a { $email } el rol de administrador.
   *[other] Está a punto de dar a { $email } el rol de usuario, sin derechos de administrador.
}
prove-invite = { $role ->
    [admin] Está a punto de invitar a { $email } como administrador.
   *[other] Está a punto de invitar a { $email }.
}
prove-reset-link = Está a punto de crear un enlace que establece una nueva contraseña para { $email }.
prove-username = { $removes ->
    [yes] Está a punto de quitar el nombre de usuario de { $email }.
   *[other] Está a punto de dar a { $email } el nombre de usuario { $username }.
}
prove-delete = Está a punto de eliminar la cuenta { $email }.
prove-delete-several = Está a punto de eliminar { $count ->
    [one] una cuenta
   *[other] { $count } cuentas
 }.
prove-groups = Está a punto de cambiar los grupos de { $email }.
prove-groups-of-several = { $count ->
    [one] Está a punto de añadir una cuenta a grupos.
   *[other] Está a punto de añadir { $count } cuentas a grupos.
}
prove-group-new = Está a punto de crear el grupo { $group }.
prove-group-join = Está a punto de añadir a { $email } al grupo { $group }.
prove-group-delete = Está a punto de eliminar el grupo { $group }.
prove-in-groups = Grupos: { $groups }
prove-app-new = Está a punto de añadir la aplicación { $app }.
prove-app = Está a punto de cambiar la aplicación { $app }.
prove-app-delete = Está a punto de eliminar la aplicación { $app }.
prove-token-new = Está a punto de crear el token { $name }. Quien lo tenga podrá usar una aplicación sin iniciar sesión.
prove-link-new = Está a punto de crear un enlace firmado a { $path } en { $app }. Quien lo tenga podrá enviar esta solicitud sin iniciar sesión.
prove-rule = Está a punto de cambiar quién entra en { $path } de { $app }.
prove-rule-delete = Está a punto de eliminar una regla de { $app }.
prove-over = Esta pregunta ya no es válida: estuvo abierta demasiado tiempo, ya se respondió o pertenece a otra sesión. Si acaba de responderla, el cambio se hizo; si no, no se ha cambiado nada.

delete-heading = ¿Eliminar esta cuenta?
delete-submit = Eliminarla para siempre
delete-intro = La cuenta { $email } y todas sus sesiones se eliminan al instante. No se puede deshacer.
delete-note = Lo que hizo queda en el registro. Para excluir a alguien por un tiempo, bloquee la cuenta.
delete-keep = Conservar la cuenta
copy-heading = Un enlace para copiar
copy-give = Entregue este enlace a { $email }. Quien lo tenga puede elegir la contraseña, una vez.
copy-earlier = Los enlaces creados o enviados antes ya no funcionan.
copy-until = Vale hasta el { $moment }.
copy-label = El enlace
copy-hint = Selecciónelo y cópielo. Solo se muestra esta vez.
copy-button = Copiar
copy-done = Copiado
tokens-heading = Tokens
tokens-intro = Un token permite que un script o un dispositivo use una aplicación sin iniciar sesión. Puede como máximo lo que puede su propietario, y se rechaza en cuanto se revoca.
tokens-of = Solo los de
tokens-filter = Mostrar
tokens-none = No hay tokens.
tokens-older = Tokens más antiguos
token-until = Válido hasta
token-over = Caducado
token-used = Último uso
token-unused = Nunca usado
token-revoke = Revocar
token-revoke-one = Revocar { $name }
token-new = Nuevo token
token-new-submit = Crear token
token-owner = Propietario
token-owner-hint = La dirección de la cuenta cuyos derechos tiene como máximo. Se avisa al propietario por correo.
token-name-hint = Por ejemplo, el dispositivo que lo usará.
token-field-app = Aplicación
token-app-choice = { $app }
token-path-hint = El token vale ahí y por debajo; vacío para toda la aplicación.
token-methods-hint = Por ejemplo GET, POST; vacío para todos. GET incluye HEAD.
token-networks-hint = Una por línea, por ejemplo 10.0.0.0/8; vacío para cualquiera.
token-expires = Válido hasta
token-expires-hint = Una fecha como 2027-01-31, que significa el final de ese día en UTC, o un momento como 2027-01-31T18:00:00Z; vacío para 90 días.
token-made = Token creado
token-made-what = { $name } de { $email } vale hasta { $moment }.
token-made-use = Envíelo como «Authorization: Bearer», o como contraseña de HTTP Basic con el nombre de usuario «token».
token-label = Token
link-new = Nuevo enlace firmado
link-new-intro = Un enlace firmado vale para una ruta y un método de { $app }, por ejemplo para un webhook. Tiene como máximo sus derechos, y se muestra y se revoca junto a los tokens.
link-new-submit = Crear enlace
link-method = Método
link-method-hint = Por ejemplo POST para un webhook; vacío para GET.
link-path-hint = Exactamente como se enviará, con codificación por porcentaje donde haga falta y sin consulta; nada por debajo.
link-path = Indique una ruta que empiece por una barra, con codificación por porcentaje donde haga falta y sin consulta, de 1024 caracteres como máximo y que no esté bajo /_auth.
link-made = Enlace firmado creado
link-made-what = { $name } vale hasta { $moment }.
link-made-use = Quien tenga esta dirección puede enviar esta solicitud. Désela solo al programa que la necesite.
back-to-user = Volver a la cuenta

## Sessions, audit, mail, checklist
sessions-heading = Sesiones
sessions-none = Nadie ha iniciado sesión.
sessions-count = { $count ->
    [one] { $count } sesión
   *[other] { $count } sesiones
}
sessions-configured = el nombre de usuario configurado
sessions-older = Sesiones más antiguas
audit-heading = Registro
audit-event = Evento
audit-person = Sobre esta dirección o por ella
audit-filter = Filtrar
audit-none = No se ha registrado nada.
audit-none-match = No se ha registrado nada que coincida.
audit-count = { $count ->
    [one] { $count } evento
   *[other] { $count } eventos
}
audit-time = Fecha
audit-about = Sobre
audit-by = Por
audit-more = Detalles
audit-csv = Descargar como CSV
audit-older = Eventos más antiguos
event-setup-claimed = Instancia reclamada
event-setup-refused = Reclamación rechazada
event-login-ok = Sesión iniciada
event-login-failed = Inicio de sesión fallido
event-login-throttled = Inicio de sesión frenado
event-logout = Sesión cerrada
event-session-ended = Sesión terminada
event-refresh-reused = Token antiguo usado otra vez
event-handover-refused = Paso a una aplicación rechazado
event-handover-reused = Código de paso usado otra vez
event-token-created = Token de máquina creado
event-token-revoked = Token de máquina revocado
event-link-created = Enlace firmado creado
event-link-revoked = Enlace firmado revocado
event-token-refused = Token de máquina rechazado
event-password-changed = Contraseña cambiada
event-password-reset-requested = Contraseña nueva pedida
event-password-reset = Contraseña restablecida
event-user-invited = Invitación
event-user-created = Cuenta creada
event-user-disabled = Cuenta bloqueada
event-user-enabled = Cuenta desbloqueada
event-user-deleted = Cuenta eliminada
event-user-role-changed = Rol cambiado
event-user-username-changed = Nombre de usuario cambiado
event-group-created = Grupo creado
event-group-deleted = Grupo eliminado
event-group-joined = Añadido al grupo
event-group-left = Quitado del grupo
event-email-changed = Dirección cambiada
event-mail-failed = Error al enviar un correo
event-config-changed = Ajustes cambiados
event-device-forgotten = Dispositivo olvidado
event-app-created = Aplicación creada
event-app-changed = Aplicación cambiada
event-app-deleted = Aplicación eliminada
event-rule-created = Regla creada
event-rule-changed = Regla cambiada
event-key-rotated = Clave de firma sustituida
event-rule-deleted = Regla eliminada
event-confirm-ok = Identidad confirmada
event-confirm-failed = Identidad no confirmada
mail-heading = Correo
mail-state-line = Los correos van a { $destination }. En espera: { $queued }, fallidos: { $failed }.
mail-to-server = el servidor de correo { $server }
mail-to-files = archivos en { $folder }, porque SMTP_HOST no está definido
mail-test = Enviarme un correo de prueba
mail-test-file = Escribir un correo de prueba
mail-none = Todavía no se ha escrito ningún correo.
mail-count = { $count ->
    [one] { $count } correo
   *[other] { $count } correos
}
mail-column-mail = Correo
mail-column-to = Para
mail-column-state = Estado
mail-column-tries = Intentos
mail-column-next = Próximo intento
mail-column-error = Último error
mail-older = Correos más antiguos
checklist-heading = Comprobaciones
checklist-intro = Lo que se ha averiguado de esta instalación. En la línea de órdenes, portcullis check-config dice lo mismo.
check-good = bien
check-advice = consejo
check-wrong = mal
check-address = Dirección
check-address-good = La puerta está en { $url }.
check-address-http = APP_URL es { $url }: sin https, las contraseñas y las cookies se pueden leer por el camino. Además, los navegadores no envían allí cabeceras Sec-Fetch ni respetan Cross-Origin-Opener-Policy, así que los scripts de la aplicación pueden usar las páginas de la puerta en nombre de quien ha iniciado sesión. Use https.
check-address-no-proxy = APP_URL es { $url }, y la puerta misma no habla TLS. Nombre en TRUSTED_PROXIES el proxy que lo hace: sin eso, cada visitante parece venir del proxy, y los fallos de uno cuentan para todos.
check-listen = Escucha
check-listen-host = APP_URL es { $url }, pero HOST es { $host }, donde solo entra esta máquina. Ponga HOST=0.0.0.0 o nombre en TRUSTED_PROXIES el proxy por el que llega la gente.
check-listen-port = APP_URL es { $url }, pero Portcullis escucha en el puerto { $port }. Si no hay un proxy o un contenedor en medio, haga que PORT y APP_URL coincidan. La dirección de la aplicación va en UPSTREAM_URL.
check-mail = Correo
check-mail-server = Los correos van a { $host }; envíese una prueba desde la página de correo.
check-mail-silent = El servidor de correo { $server } no responde ({ $fault }). Los correos esperan y se intentan de nuevo; corrija SMTP_HOST y SMTP_PORT.
check-mail-none = No hay servidor de correo, y no hace falta: un administrador copia los enlaces de invitación y de restablecimiento de la página de un usuario. Los correos quedan como archivos en la carpeta outbox de DATA_DIR.
check-data = Datos
check-data-sqlite = La base de datos es { $path }.
check-data-postgres = La base de datos es PostgreSQL.
check-data-sessions = Las sesiones también están en ella.
check-data-redis = Las sesiones están en Redis.
check-data-keys = { $where } { $sessions } Las claves generadas están en { $folder }. Guarde ambas cosas con: portcullis backup FILE
check-settings = Ajustes
check-browser = Su navegador
check-browser-good = Llega a la puerta por { $url }, como dice APP_URL.
check-browser-proxy = Un proxy en { $peer } está entre su navegador y la puerta, y TRUSTED_PROXIES no lo nombra: lo que dice de los visitantes no se cree. Si es suyo, ponga TRUSTED_PROXIES={ $peer }.
check-browser-other = Parece llegar a la puerta por { $origin }, y APP_URL es { $url }. Los enlaces de los correos llevan a APP_URL, y los formularios de otra dirección se rechazan: ponga en APP_URL lo que la gente escribe, o haga que el proxy transmita Host y X-Forwarded-Proto.
check-app = La aplicación
check-app-none = UPSTREAM_URL no está definido: la puerta responde a forward-auth y sirve sus propias páginas.
check-app-elsewhere = UPSTREAM_URL no está definido. Las aplicaciones añadidas en páginas, por comando o desde un archivo no se examinan aquí: lo hace la página.
check-app-nothing = No se nombra ni una aplicación ni un proxy, así que la puerta aún no guarda nada: ponga UPSTREAM_URL, añada una aplicación en «Aplicaciones», o ponga FORWARD_AUTH y TRUSTED_PROXIES para forward-auth.
check-app-open = Responde en { $upstream }, y también en { $open }, donde nadie tiene que iniciar sesión. Haga que escuche solo en 127.0.0.1, o cierre ese puerto.
check-app-good = La aplicación en { $upstream } acepta conexiones.
check-apps = Las demás aplicaciones
check-apps-good = Todas las que están activadas aceptan conexiones.
check-apps-silent = { $app } no responde en { $upstream } ({ $fault }). Inicie la aplicación o corrija en «Aplicaciones» dónde escucha.
check-apps-tls = No se puede acceder por https a { $app } en { $upstream } ({ $fault }). Corrija su certificado, o el archivo de su autoridad en «Aplicaciones».
check-app-silent = Nada responde en { $upstream } ({ $fault }). Arranque la aplicación, o corrija UPSTREAM_URL.
check-app-slow = { $upstream } no responde en dos segundos. ¿Hay un cortafuegos en medio?

## Errors
error-status = Estado { $status } · petición { $id }
error-start = Ir al inicio
error-app = Abrir la aplicación otra vez
too-many-forgot = Elegir una contraseña nueva
error-400 = Petición no válida
error-401 = Debe iniciar sesión
error-403 = Acceso denegado
error-form = Formulario no aceptado
error-cookie = Se necesitan cookies
error-404 = Página no encontrada
error-405 = No es posible en esta dirección
error-408 = Tiempo de espera de la solicitud agotado
error-409 = No es posible por el momento
error-410 = Este enlace ya no es válido
error-handover = El acceso a la aplicación no se completó
error-413 = Demasiados datos
error-415 = Formato desconocido
error-422 = El formulario tiene errores
error-429 = Demasiados intentos
error-431 = Las cabeceras de la solicitud son demasiado grandes
error-500 = Algo salió mal
error-502 = La aplicación no responde
error-503 = No disponible por el momento
error-504 = La aplicación tarda demasiado
fault-csrf = Este formulario no se envió desde { $url }, la dirección para la que está configurado este sitio (APP_URL); el navegador dice que viene de { $origin }. Abra { $url } e inténtelo allí. Si debe usarse otra dirección, quien administra este sitio pone APP_URL en ella.
fault-cookie = Su navegador no envió ninguna cookie con este formulario. Las cookies son necesarias para iniciar sesión: permítalas para { $url }, abra la página de nuevo y envíe el formulario otra vez. Si la página estuvo abierta un día, basta con abrirla de nuevo.
fault-cookie-insecure = Este formulario se envió sin https, y así su navegador no guarda las cookies de { $url }, necesarias para iniciar sesión. Abra { $url } e inténtelo allí.
fault-form-out-of-date = Este formulario de { $url } ya no es válido: ha iniciado o cerrado sesión después de abrirlo, o estuvo abierto demasiado tiempo. Vuelva atrás, recargue la página e inténtelo otra vez.
fault-too-many = Demasiados intentos. Inténtelo otra vez dentro de { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
}.
fault-link = Este enlace ya no vale: se usó, ha caducado o uno más nuevo lo sustituyó. Pida otro.
fault-handover = Este acceso a la aplicación no se pudo completar: ya se usó, tardó demasiado o empezó en otro navegador. Abra la aplicación otra vez.
fault-handover-address = Esta dirección no pertenece a ninguna aplicación de aquí. Abra la aplicación en su dirección habitual o pregunte a quien la administra.
fault-last-admin = Es el último administrador que puede iniciar sesión. Nombre antes a otra persona.
fault-busy = El servidor está ocupado. Inténtelo de nuevo en unos segundos.
fault-pair-closed = Se ha intentado adivinar demasiadas veces el nombre y la contraseña configurados, y ya no abren nada. Quien administra este sitio puede crear el primer administrador con el código de puesta en marcha o configurar otra contraseña.
fault-unavailable = Este servicio no está disponible por el momento. Inténtelo de nuevo dentro de unos segundos.
fault-sign-in = Inicie sesión para continuar.
fault-not-allowed = Su cuenta no puede hacer esto.
fault-closed = Esta instancia ya tiene su primer administrador.
fault-changed = Esto se modificó después de que usted lo abriera, así que no se ha guardado nada. Ábralo en otra ventana para ver cómo está ahora y guarde otra vez para reemplazarlo.
fault-rules = El formulario tiene errores.
fault-internal = Algo salió mal por nuestra parte.
fault-no-app = Ninguna aplicación de este sitio tiene esta dirección. Si debe haber una aquí, quien administra este sitio la añade en «Aplicaciones».
fault-token = Este token no es válido: fue revocado, ha caducado o su propietario no puede iniciar sesión. Cree uno nuevo en la página de su cuenta.
fault-token-scope = Este token no es para esta aplicación, ruta, método o red. Cree uno que lo sea.
fault-token-several = La solicitud contiene dos tokens distintos. Envíe solo uno.
fault-token-username = Con un token como contraseña, el nombre de usuario debe ser «token» o la dirección de su propietario.
fault-token-rules = Las reglas de esta aplicación no permiten aquí un token de esta persona. Pida a un administrador que cambie las reglas.
fault-token-wait = Llegaron demasiados tokens incorrectos desde su dirección, por lo que los siguientes no se buscarán durante { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
}. Un token correcto se admite de todos modos.
fault-token-mistyped = Una credencial de esta solicitud empieza por pc_ como los tokens de Portcullis, pero no es ninguno: está mal escrita o cortada, o es de la aplicación. Copie otra vez el token entero o cree uno nuevo en la página de su cuenta.
fault-not-found = No hay ninguna página en esta dirección.
fault-too-large = Lo enviado es demasiado grande.
fault-head-too-large = Su navegador envió más de 64 KiB además de la propia solicitud, normalmente cookies. Elimine las cookies de este sitio y vuelva a intentarlo.
fault-too-slow = Lo enviado llegó demasiado despacio.
fault-media-type = Los formularios se envían como application/x-www-form-urlencoded.
fault-method = Eso no se puede hacer en esta dirección.
fault-upstream = La aplicación detrás de esta puerta no responde. Quien la lleva tiene que arrancarla o arreglarla.
fault-upstream-timeout = La aplicación detrás de esta puerta tardó demasiado en responder.
fault-ambiguous-address = Algunos programas leerían esta dirección como una de las páginas de inicio de sesión, así que no se pasa a la aplicación. Escríbala sin barras dobles, puntos ni puntos y coma que lleven a /_auth.
fault-no-websocket = Esto no es una apertura de WebSocket.
fault-foreign-websocket = Este WebSocket lo abrió otro sitio.
fault-ambiguous-length = La longitud de esta petición se puede leer de más de una manera.
fault-service-worker = Un service worker en la raíz podría leer las páginas de inicio de sesión; ponga su script en una carpeta (docs/APPS.md).
fault-host = La solicitud no dice con claridad para qué servidor es: el nombre falta, llegó dos veces o no es válido.
fault-unknown-host = No hay nada en esta dirección.
fault-not-for-you = Ha iniciado sesión como { $who }, y esta cuenta no puede abrir esta parte de { $app }. Si la necesita, diríjase a un administrador de este sitio.
fault-for-nobody = Nadie puede abrir esta parte de { $app }. Si la necesita, diríjase a un administrador de este sitio.
fault-needs-factor = Esta parte de la aplicación exige un inicio de sesión con un segundo factor, que este sitio aún no ofrece: nadie entra. Si la necesita, pida a un administrador de este sitio que cambie la regla.
address-not-an-origin = { $address } no es una dirección como { $scheme }://wiki.example.org: esquema, servidor y quizá un puerto, nada más.
address-other-scheme = { $address } tiene el otro esquema. Todas las direcciones empiezan por { $scheme }://, como APP_URL.
address-wildcard = { $address }: un * puede sustituir una parte entera del nombre del servidor, pero no la última.
address-portal = { $address } es la dirección de este mismo sitio (APP_URL). La aplicación que hay allí se fija con UPSTREAM_URL.
address-shared = { $address } tiene el host de { $app } en otro puerto, y un proxy propio no puede distinguirlos. Dé a cada aplicación su propio nombre de host.
address-taken = { $address } ya pertenece a { $app }.
addresses-count = Indique de 1 a { $max } direcciones.
addresses-overlap = { $address } y otra de estas direcciones significan el mismo servidor.
app-name-invalid = Indique un nombre de 1 a { $max } caracteres.
app-name-taken = Otra aplicación tiene este nombre.
app-host-invalid = Deje este campo vacío, o indique «upstream» o un nombre de servidor, quizá con un puerto.
app-origin-invalid = { $origin } no es un origen como https://embed.example.org.
header-line = No se entiende «{ $line }». Escriba qué dice la cabecera, luego = y su nombre, por ejemplo email = X-Mail.
header-part = Ninguna cabecera puede decir «{ $part }». Elija entre: user, email, username, id, name, role, groups, groups-piped.
header-name = El nombre de una cabecera empieza por una letra y solo tiene letras, cifras y hasta cinco guiones, 64 caracteres como máximo en total.
header-reserved = { $header } ya significa algo para navegadores, proxies o esta puerta. Elija otro nombre.
header-twice = { $header } aparece dos veces; mayúsculas, guiones y guiones bajos no cuentan. Indique cada nombre una sola vez.
header-count = Son demasiadas; como máximo pueden ser { $max }.
header-value = El valor de { $header } solo puede tener caracteres ASCII, como máximo { $max }.
header-value-missing = { $header } aún no tiene valor. Indíquelo después de dos puntos.
setting-of-upstreams = Solo el proxy incorporado puede hacer esto. Deje este campo vacío, o elija el proxy incorporado.
upstream-or-forward-auth = Indique dónde escucha la aplicación, por ejemplo http://10.0.0.5:8080, o elija «A través de su propio proxy» si este está delante.
upstream-of-forward-auth = Una aplicación detrás de su propio proxy no tiene aquí dirección de destino. Deje este campo vacío, o elija el proxy incorporado.
upstream-itself = Esa es la dirección del propio Portcullis. Indique la dirección de la aplicación.
upstream-invalid = Indique una dirección como http://10.0.0.5:8080, https://wiki.internal o unix:/run/wiki.sock, sin ruta.
ca-file-without-https = Solo una dirección de destino https tiene un certificado que comprobar.
ca-file-unreadable = El servidor no puede leer ningún certificado de este archivo. Indique la ruta absoluta de un archivo PEM.
number-invalid = Indique un número entero de 1 a { $max }, o deje este campo vacío.
choice-invalid = Elija una de las opciones.
rule-path-slash = Una ruta empieza por /.
rule-path-ambiguous = Los programas pueden leer esta ruta de maneras distintas. Evite ?, #, ;, barras invertidas y barras codificadas.
rule-path-segments = Una ruta no tiene partes vacías, ni ninguna que sea . o ..
rule-path-long = Una ruta tiene como máximo { $max } bytes.
rule-path-reserved = Todo lo que está bajo /_auth pertenece a la puerta; allí no se aplica ninguna regla.
rule-methods-invalid = { $method } no es un método de HTTP o WebDAV conocido aquí. Indique nombres en mayúsculas, como GET, POST, PROPFIND, o deje este campo vacío para todos.
rule-tie = Esta aplicación ya tiene una regla para esta ruta. Cámbiela, o nombre métodos.
rule-tie-methods = Esta aplicación ya tiene una regla para esta ruta y { $methods }. Cámbiela, o nombre otros métodos.
grant-who = Elija quién tiene acceso.
grants-too-many = Una regla nombra como mucho { $max } clases de personas. Reúna algunas en un grupo.
grant-who-and-names = Los grupos y las personas solo van con «grupos y personas»; esa opción necesita al menos uno.
grant-public-proof = Quien no ha iniciado sesión no puede demostrar quién es. Elija «Cualquiera que haya iniciado sesión», o quite esto.
grant-until = Indique una fecha como 2027-01-31, o un momento como 2027-01-31T18:00:00Z.
token-app = Elija una de las aplicaciones en las que puede entrar el propietario del token.
token-name-empty = Dé un nombre al token, por ejemplo el del dispositivo que lo usará.
token-too-many = Una cuenta puede tener { $max } tokens y enlaces firmados. Revoque alguno que ya no se necesite.
token-owner-inactive = La cuenta del propietario no está activa: está desactivada o aún no ha aceptado su invitación.
token-expires-over = Este momento ya ha pasado.
token-expires-late = Un token vale diez años como máximo.
grant-group-unknown = No hay ningún grupo { $group }.
grant-person-unknown = No hay ninguna cuenta { $email }.
grant-network = { $network } no es una red como 10.0.0.0/8.
explain-address = Indique una dirección completa, como https://wiki.example.org/page.
explain-no-app = No hay ninguna aplicación en esta dirección.
explain-path = La puerta no pasa esta ruta a ninguna aplicación.
explain-no-account = No hay ninguna cuenta con esta dirección, o está desactivada.
fault-no-original = El proxy no dice con claridad qué método, servidor y ruta se piden: falta una cabecera, llegó dos veces o no tiene sentido. docs/FORWARD-AUTH.md tiene la configuración de cada proxy, y el registro de la puerta dice qué falla.
fault-untrusted-proxy = Esta dirección solo responde a los proxies de TRUSTED_PROXIES.
fault-navigation = Esta página se abre en su propia ventana, no desde un script ni un marco.
fault-form-cut = El formulario no llegó entero.
fault-form-malformed = El formulario está mal formado.
fault-metrics = Las medidas son solo para esta máquina, o para quien traiga METRICS_TOKEN como testigo Bearer.
fault-no-invitation = Esta cuenta ya tiene contraseña; no hay invitación que entregar.
fault-choose-change = Elija qué hacer con las cuentas seleccionadas.
fault-none-selected = No se seleccionó ninguna cuenta. Vuelva atrás y marque las que quiera.
fault-admins-only = Solo los administradores pueden abrir esta página.
fault-configured = El nombre de usuario y la contraseña configurados abren la aplicación y nada más.
fault-address = La dirección no tiene sentido.

## Mails. A subject is one line and names nobody.
mail-hello = Hola:
mail-event = Fecha: { $when }. Desde: { $source }, con { $device }.
mail-device-unknown = un navegador desconocido
mail-reset = Elija una contraseña nueva
mail-reset-text = Alguien, probablemente usted, ha pedido una contraseña nueva en { $site }. Abra este enlace para elegirla:
mail-reset-end = El enlace vale una sola vez, durante { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
}. Si no fue usted, no haga nada: su contraseña queda como está.
mail-invitation = Ha recibido una invitación
mail-invitation-text = Le han dado una cuenta en { $name }, { $site }. Allí se inicia sesión con una dirección de correo y una contraseña.
mail-invitation-by = Le ha invitado { $inviter }.
mail-invitation-open = Abra este enlace para elegir su contraseña:
mail-invitation-end = El enlace vale una sola vez, hasta el { $until }. Si no esperaba ninguna invitación, no haga nada.
mail-confirm = Confirme su nueva dirección
mail-confirm-text = Alguien, probablemente usted, quiere usar esta dirección para una cuenta en { $site }. Abra este enlace para confirmarla:
mail-confirm-end = El enlace vale una sola vez, durante un día. Si no fue usted, no haga nada.
mail-password-changed = Su contraseña ha cambiado
mail-password-changed-text = La contraseña de su cuenta en { $site } ha cambiado, y sus otras sesiones han terminado.
mail-password-changed-end = Si no fue usted, pida enseguida una contraseña nueva y avise a su administrador.
mail-reset-done = Su contraseña se ha restablecido
mail-reset-done-text = La contraseña de su cuenta en { $site } se eligió con un enlace, y todas las sesiones han terminado.
mail-reset-done-end = Si no fue usted, alguien puede leer su correo: avise a su administrador.
mail-new-device = Nuevo inicio de sesión en su cuenta
mail-new-device-text = Alguien ha iniciado sesión en su cuenta de { $site } desde un navegador que no se había usado antes.
mail-new-device-end = Si no fue usted, cambie su contraseña; eso termina todas las demás sesiones.
mail-email-changed = Su dirección ha cambiado
mail-email-changed-text = La cuenta de { $site } que usaba esta dirección tiene ahora otra: { $email }.
mail-email-changed-end = Si no fue usted, avise enseguida a su administrador.
mail-token-made = Se ha creado un token para su cuenta
mail-token-made-text = Un administrador ha creado el token «{ $token }» para su cuenta de { $site }. Con él, un script o un dispositivo puede usar la aplicación { $app } en su nombre.
mail-token-made-end = Si no lo esperaba, revóquelo en la página de su cuenta.
mail-test-subject = Correo de prueba
mail-test-text = Este es el correo de prueba que usted pidió en { $site }. Los correos llegan.
