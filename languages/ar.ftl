# Arabic.

## Around every page
menu-label = الصفحات
menu-apps = التطبيقات
menu-users = المستخدمون
menu-groups = المجموعات
menu-tokens = الرموز
menu-sessions = الجلسات
menu-audit = السجل
menu-mail = البريد
menu-checklist = قائمة الفحص
menu-account = حسابك
menu-app = إلى التطبيق
skip = تخطَّ إلى المحتوى
problem = هناك مشكلة
home-heading = الصفحة الرئيسية
home-signed-in = سجّلت الدخول باسم { $email }.
home-account = حسابك: الاسم وكلمة المرور والجلسات وتسجيل الخروج
home-factor = احمِ حسابك بمفتاح مرور أو تطبيق رموز
home-apps = التطبيقات: أين هي ومن يُسمح له بالدخول
home-more = المزيد
home-users = المستخدمون: دعوة الناس وإنهاء الجلسات وتغيير الأدوار
home-groups = المجموعات: من ينتمي إلى أي مجموعة
home-tokens = الرموز: ما يجوز للبرامج النصية والأجهزة استعماله
home-sessions = الجلسات: من سجّل الدخول ومن أين
home-audit = السجل: ما حدث ومن فعله
home-mail = البريد: ما أُرسل وما لم يُرسل
home-checklist = قائمة الفحص: هل كل شيء مضبوط جيدًا؟
insecure-browser = فتحت هذه الصفحة دون https، فلا يستطيع متصفحك أن يُبقيك مسجّل الدخول.
other-address = فتحت هذه الصفحة على { $origin }، لكن هذا الموقع مضبوط على { $url } (APP_URL). قد لا ينجح تسجيل الدخول هنا.
other-address-works = لقد فتحت هذه الصفحة على { $origin }، لكن هذا الموقع معدّ للعنوان { $url } (APP_URL). تسجيل الدخول يعمل هنا، لكن لهذا العنوان وحده، والروابط في الرسائل تؤدي إلى { $url }.
other-address-open = افتح { $url } بدلًا من ذلك
other-address-remedy = إن كان المقصود استعمال { $origin } فعلى من يشغّل هذا الموقع أن يضبط APP_URL={ $origin } ويعيد تشغيله.
other-address-apps = لا يوجد تطبيق على العنوان { $origin }. إن كان ينبغي أن يكون هناك تطبيق فعلى أحد المشرفين أن يضيفه ضمن «التطبيقات».
other-address-local = يعمل ذلك العنوان على الخادم نفسه فقط. للأجهزة الأخرى يضبط من يشغّل هذا الموقع APP_URL={ $origin } و HOST=0.0.0.0 ويعيد تشغيله.
password-show = إظهار
password-hide = إخفاء
password-live-length = { $count } من { $min ->
    [few] { $min } أحرف
    [many] { $min } حرفًا
   *[other] { $min } حرف
} على الأقل
password-live-long = الطول كافٍ
password-live-same = الاثنتان متطابقتان
password-live-differs = غير متطابقتين بعد

## Times
time-now = الآن
time-soon = خلال أقل من دقيقة
time-minutes-ago = { $count ->
    [one] قبل دقيقة واحدة
    [two] قبل دقيقتين
    [few] قبل { $count } دقائق
    [many] قبل { $count } دقيقة
   *[other] قبل { $count } دقيقة
}
time-hours-ago = { $count ->
    [one] قبل ساعة واحدة
    [two] قبل ساعتين
    [few] قبل { $count } ساعات
    [many] قبل { $count } ساعة
   *[other] قبل { $count } ساعة
}
time-days-ago = { $count ->
    [one] قبل يوم واحد
    [two] قبل يومين
    [few] قبل { $count } أيام
    [many] قبل { $count } يومًا
   *[other] قبل { $count } يوم
}
time-in-minutes = { $count ->
    [one] بعد دقيقة واحدة
    [two] بعد دقيقتين
    [few] بعد { $count } دقائق
    [many] بعد { $count } دقيقة
   *[other] بعد { $count } دقيقة
}
time-in-hours = { $count ->
    [one] بعد ساعة واحدة
    [two] بعد ساعتين
    [few] بعد { $count } ساعات
    [many] بعد { $count } ساعة
   *[other] بعد { $count } ساعة
}
time-in-days = { $count ->
    [one] بعد يوم واحد
    [two] بعد يومين
    [few] بعد { $count } أيام
    [many] بعد { $count } يومًا
   *[other] بعد { $count } يوم
}
date = { $day } { $month } { $year }
moment = { $date }، { $time } بالتوقيت العالمي
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر
never = أبدًا

## Names of stored values
role-admin = مدير
role-user = مستخدم
state-active = نشط
state-invited = مدعو
state-disabled = معطَّل
mail-state-queued = في الانتظار
mail-state-sent = سُلّم
mail-state-failed = فشلت
mail-kind-reset = كلمة مرور جديدة
mail-kind-invitation = دعوة
mail-kind-confirm-email = تأكيد عنوان
mail-kind-password-changed = تغيّرت كلمة المرور
mail-kind-reset-done = عُيّنت كلمة مرور جديدة
mail-kind-new-device = جهاز جديد
mail-kind-email-changed = تغيّر العنوان
mail-kind-token-made = رمز جهاز
mail-kind-factor-added = إضافة عامل ثانٍ
mail-kind-factor-removed = إزالة عامل ثانٍ
mail-kind-recovery-created = رموز الاسترداد
mail-kind-recovery-used = استخدام رمز استرداد
mail-kind-factor-failed = إجابات خاطئة للعامل الثاني
mail-kind-confirm-failed = إجابات خاطئة في جلسة
mail-kind-factors-reset = إعادة تعيين العوامل الثانية
mail-kind-certificate-ends = شهادة توشك على الانتهاء
mail-kind-test = تجربة
device-unknown = جهاز غير معروف
device-on = { $browser } على { $system }
device-other = { $name }

## Signing in
sign-in = تسجيل الدخول
email = عنوان البريد الإلكتروني
password = كلمة المرور
user-name = اسم المستخدم
forgot-link = هل نسيت كلمة المرور؟
sign-in-keep = إبقائي مسجّل الدخول
sign-in-own-instance = هل هذا الخادم لك؟ أنشئ المدير الأول ليحلّ محلّ كلمة المرور هذه:
sign-in-own-instance-link = الإعداد
wrong-pair = عنوان البريد وكلمة المرور لا يتوافقان، أو لا يمكن لهذا الحساب تسجيل الدخول.
wrong-user-name = اسم المستخدم وكلمة المرور لا يتوافقان.
back-to-sign-in = العودة إلى تسجيل الدخول

## Set-up
setup-title = الإعداد
setup-heading = إعداد بوابتك
setup-intro = ستصبح المدير الأول. وحتى ذلك الحين لا يصل أحد إلى التطبيق.
setup-intro-configured = تصبح أنت المدير الأول. حتى ذلك الحين يفتح اسم المستخدم وكلمة المرور المضبوطان التطبيق، وبعده لا يفتحان شيئًا.
setup-pair-closed = جرت محاولات كثيرة جدًا لتخمين اسم المستخدم وكلمة المرور المضبوطين، فلم يعودا يفتحان شيئًا. لتصبح المدير الأول تحتاج إلى رمز الإعداد.
setup-afterwards = تجد بعد ذلك المستخدمين والإعدادات في { $url }.
setup-user-name = اسم المستخدم المضبوط
setup-user-name-hint = قيمتا FLOWISE_USERNAME وFLOWISE_PASSWORD تثبتان أن هذا الخادم لك.
setup-password = كلمة المرور المضبوطة
setup-token = رمز الإعداد
setup-token-hint = هو في الملف setup-token في مجلد البيانات. وينتهي به أيضًا الرابط الذي يُطبع عند التشغيل.
setup-submit = كن المدير الأول
setup-factor = ثم إضافة مفتاح مرور أو تطبيق رموز إلى الحساب
setup-no-proof = ليسا اسم المستخدم وكلمة المرور في FLOWISE_USERNAME و FLOWISE_PASSWORD.
setup-wrong-token = هذا ليس رمز إعداد هذا الخادم.
name = الاسم
name-optional = الاسم (اختياري)
password-hint = { $min ->
    [few] { $min } أحرف
    [many] { $min } حرفًا
   *[other] { $min } حرف
} على الأقل. بضع كلمات متتالية تكفي.
password-again = كلمة المرور مرة أخرى
new-password = كلمة المرور الجديدة
new-password-again = كلمة المرور الجديدة مرة أخرى
current-password = كلمة المرور الحالية

## Forgotten passwords, invitations and their links
forgot-heading = هل نسيت كلمة المرور؟
forgot-intro = أدخل عنوانك. إن وُجد حساب به أرسلنا إليك رابطًا لاختيار كلمة مرور جديدة.
forgot-no-mail = لا يرسل هذا الموقع بريدًا. اطلب من أحد المديرين رابطًا لاختيار كلمة مرور جديدة: ينشئه المدير في صفحة حسابك.
forgot-no-mail-operator = إن كنت أنت من يشغّل هذا الموقع فأنشئ الرابط على خادمه: { $command }
forgot-submit = أرسلوا إليّ رابطًا
forgot-submit-note = سجّل طلبي
forgot-sent-heading = تفقّد بريدك
forgot-sent = إن وُجد حساب بهذا العنوان فإن رسالة برابط في طريقها إليك. يصلح الرابط { $minutes ->
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $minutes } دقائق
    [many] { $minutes } دقيقة
   *[other] { $minutes } دقيقة
} ولمرة واحدة.
forgot-sent-nothing = لم يصل شيء بعد بضع دقائق؟ انظر في مجلد البريد المزعج، أو اطلب رابطًا من المدير.
forgot-again = استعمال عنوان آخر
forgot-noted-heading = سُجّل طلبك
forgot-noted = يجده المديرون في السجل عندما يطّلعون عليه. لا يُبلَّغ أحد.
reset-heading = اختر كلمة مرور جديدة
reset-intro = تنتهي كل جلساتك، ثم تسجّل الدخول بكلمة المرور الجديدة.
reset-submit = تعيين كلمة المرور الجديدة
invite-heading = اختر كلمة مرورك
invite-intro = دُعيت إلى { $site }. اختر كلمة مرور ليصبح الحساب لك.
invite-submit = تعيين كلمة المرور
link-for = لأجل { $email }.
link-dead-heading = هذا الرابط لا يعمل
link-dead = استُعمل من قبل، أو انتهت صلاحيته، أو أنه ناقص.
link-dead-invitation = اطلب رابطًا جديدًا من المدير الذي دعاك.
link-dead-reset = اطلب رابطًا جديدًا؛ الأحدث وحده يعمل.
link-dead-email = اطلب التغيير مرة أخرى في صفحة حسابك.
link-to-sign-in = إلى تسجيل الدخول
link-ask-again = طلب رابط جديد
link-to-account = إلى حسابك
confirm-heading = أكّد عنوانك الجديد
confirm-intro = سيصبح للحساب { $old } العنوان { $new }.
confirm-ends = تنتهي كل الجلسات، ثم تسجّل الدخول بالعنوان الجديد.
confirm-submit = استعمال هذا العنوان

## Your account
account-heading = حسابك
account-role = الدور
account-language = اللغة
account-change-profile = تغيير الاسم أو اللغة
account-change-password = تغيير كلمة المرور
account-change-email = تغيير العنوان
account-tokens = رموز للبرامج النصية والأجهزة
back-to-account = العودة إلى حسابك
sign-out = تسجيل الخروج
sign-out-everywhere = تسجيل الخروج من كل مكان
your-sessions = جلساتك
session-this = (هذه)
session-since = بدأت
session-seen = آخر نشاط
session-from = من
session-end = إنهاء هذه الجلسة
sessions-end-others = إنهاء كل الجلسات الأخرى
known-devices = الأجهزة المعروفة
known-devices-none = لا شيء بعد: يصبح المتصفح معروفًا بعد أن يسجّل الدخول.
known-devices-intro = يُعلَن لك بالبريد كل تسجيل دخول من أي متصفح آخر.
known-devices-intro-no-mail = هذا الموقع لا يرسل بريدًا: لا يُبلَّغ أحد بتسجيل دخول من متصفح آخر.
device-first = أول مرة
device-last = آخر مرة
device-forget = نسيان هذا الجهاز
profile-heading = اسمك ولغتك
profile-name-hint = يراه التطبيق. يمكن تركه فارغًا.
profile-language-hint = للصفحات والرسائل.
profile-language-browser = كما يطلب المتصفح
language-own-name = { $name }
save = حفظ
password-heading = تغيير كلمة المرور
password-intro = تبقى مسجّل الدخول هنا؛ وتنتهي جلساتك الأخرى.
password-submit = تغيير كلمة المرور
email-heading = تغيير العنوان
email-intro = نرسل رابطًا إلى العنوان الجديد؛ ويتم التغيير حين تستعمله.
email-intro-no-mail = لا يرسل هذا الموقع بريدًا. يُكتب رابط للعنوان الجديد في المجلد outbox على خادمه: اطلبه من أحد المديرين. يتم التغيير حين يُستعمل الرابط.
email-warning = تعرفك التطبيقات عادةً بعنوانك (Remote-User): بعد التغيير قد ترى فيك شخصًا جديدًا ليس له ما هو لك هناك. اسأل مديرك أولًا. أما معرّفك (Remote-Id) فلا يتغير أبدًا.
email-new = عنوان البريد الجديد
email-submit = تغيير العنوان
no-account-heading = لا حساب
no-account-intro = سجّلت الدخول باسم المستخدم وكلمة المرور المضبوطين. هذا يفتح التطبيق ولا شيء غيره.
no-account-setup = إعداد المدير الأول

## Messages shown once at the top of a page
flash-signed-out = سجّلت الخروج.
flash-password-set = عُيّنت كلمة مرورك. سجّل الدخول بها.
flash-welcome = حسابك جاهز. سجّل الدخول بكلمة مرورك الجديدة.
flash-password-changed = تغيّرت كلمة مرورك، وانتهت جلساتك الأخرى.
flash-profile-saved = تم الحفظ.
flash-email-asked = إن كان العنوان متاحًا فإن رسالة برابط في طريقها إليه. يتم التغيير حين يُستعمل ذلك الرابط.
flash-email-asked-no-mail = إن كان العنوان متاحًا فهناك رابط في المجلد outbox على الخادم: اطلبه من أحد المديرين. يتم التغيير حين يُستعمل ذلك الرابط.
flash-email-changed = تغيّر عنوانك. سجّل الدخول بالعنوان الجديد.
flash-device-forgotten = نُسي الجهاز.
flash-ended = انتهت الجلسات.
flash-invited = تمت الدعوة. الرسالة في طريقها بالبريد.
flash-disabled = عُطّل الحساب. انتهت كل الجلسات.
flash-enabled = فُعّل الحساب.
flash-deleted = حُذف الحساب.
flash-role = تغيّر الدور. انتهت كل الجلسات.
flash-username = تغيّر اسم المستخدم.
flash-factor-added = أُضيف العامل الثاني.
flash-factor-setup-over = لم تعد تلك الصورة صالحة. انظر أدناه هل أضيف التطبيق، أو ابدأ من جديد. رموز الاسترداد التي أُنشئت معه عُرضت مرة واحدة فقط: أنشئ رموزًا جديدة إن لم تحتفظ بها.
flash-factor-removed = تمت إزالة العامل الثاني.
flash-factor-renamed = أصبح للعامل الثاني اسم جديد.
flash-factors-reset = أزيلت العوامل الثانية وانتهت جميع جلسات هذا الشخص.
flash-recovery-shown = أُنشئت هذه الرموز من قبل ولا تعرض إلا مرة واحدة. أنشئ رموزًا جديدة إن لم تحتفظ بها.
flash-trusted-forgotten = سيطلب العامل الثاني من جديد في ذلك المتصفح.
flash-token-revoked = أُلغي الرمز، ويُرفض من الآن.
flash-app-saved = حُفظ التطبيق.
flash-rule-saved = حُفظت القاعدة.
flash-user-groups = تغيّرت المجموعات.
flash-group-created = أُنشئت المجموعة.
flash-members = تغيّر أعضاء المجموعة.
flash-unchanged = لم يتغيّر شيء.
flash-test-queued = رسالة تجربة في طريقها إليك. أعد تحميل هذه الصفحة لترى ما جرى لها.
flash-test-written = رسالة التجربة ملف في المجلد outbox على الخادم. أعد تحميل هذه الصفحة إن لم تظهر في القائمة بعد.

## Errors in forms
email-empty = أدخل عنوان بريد إلكتروني.
email-too-long = عنوان البريد طويل جدًا.
email-malformed = أدخل عنوان بريد مثل name@example.org.
email-taken = يوجد حساب بهذا العنوان.
email-same = هذا هو عنوانك الحالي.
name-too-long = الاسم طويل جدًا؛ الحد الأقصى { $max } حرف.
name-control = في الاسم حرف لا يمكن عرضه.
username-rules = اسم المستخدم من 1 إلى { $max } حرفًا: حروف لاتينية صغيرة من a إلى z وأرقام ونقاط وشرطات سفلية وشرطات.
username-taken = لحساب آخر اسم المستخدم هذا.
group-rules = اسم المجموعة من 1 إلى { $max } حرفًا: حروف لاتينية صغيرة من a إلى z وأرقام وشرطات سفلية وشرطات.
group-reserved = الأسماء admin وuser وnew محجوزة. اختر اسمًا آخر.
group-taken = توجد مجموعة بهذا الاسم من قبل.
group-unknown = لا توجد مجموعة باسم { $group }.
group-choose = أدخل اسم مجموعة واحدة على الأقل.
group-no-account = لا يوجد حساب بالعنوان { $emails }.
password-empty = أدخل كلمة مرور.
password-too-long = كلمة المرور طويلة جدًا؛ الحد الأقصى { $max } بايت.
password-nul = في كلمة المرور حرف NUL، وهذا غير مسموح.
password-too-short = كلمة المرور قصيرة جدًا: استعمل { $min ->
    [few] { $min } أحرف
    [many] { $min } حرفًا
   *[other] { $min } حرف
} على الأقل. بضع كلمات متتالية يسهل تذكّرها.
password-common = من السهل تخمين كلمة المرور هذه: يجرّب المهاجمون أمثالها أولًا. اختر غيرها، مثل أربع كلمات لا علاقة بينها.
password-repetition = تكرّر كلمة المرور هذه الحروف القليلة نفسها. اختر واحدة أقل انتظامًا.
password-sequence = كلمة المرور هذه سلسلة من حروف متجاورة. اختر واحدة أقل انتظامًا.
password-context = كلمة المرور هذه مكوّنة من عنوانك أو اسمك أو اسم هذا الموقع. اختر واحدة لا تُخمَّن منها.
password-differs = كلمتا المرور غير متطابقتين.
password-not-current = ليست هذه كلمة مرورك الحالية.
role-choose = اختر مديرًا أو مستخدمًا.
language-choose = اختر واحدة من اللغات.

## Users
users-heading = المستخدمون
users-invite = دعوة شخص
users-query = العنوان أو الاسم أو اسم المستخدم
users-state = الحالة
users-all = الكل
search = بحث
users-none = لا أحد هنا بعد.
users-none-match = لا أحد يطابق.
users-address = العنوان
users-role = الدور
users-last = آخر تسجيل دخول
users-more = حسابات أخرى
users-count = { $count ->
    [one] حساب واحد
    [two] حسابان
    [few] { $count } حسابات
    [many] { $count } حسابًا
   *[other] { $count } حساب
}
users-select = اختيار
users-select-one = اختيار { $email }
users-selected = بالحسابات المختارة:
selected-accounts = { $count ->
    [one] حساب واحد: { $emails }
    [two] حسابان: { $emails }
    [few] { $count } حسابات: { $emails }
    [many] { $count } حسابًا: { $emails }
   *[other] { $count } حساب: { $emails }
}
selected-join-label = إضافة إلى مجموعات…
selected-join = إضافة هذه الحسابات إلى مجموعات
selected-enable = هل تفعّل هذه الحسابات؟
selected-end-sessions = هل تنهي كل جلسات هذه الحسابات؟
selected-disable = هل تعطّل هذه الحسابات؟
selected-disable-note = تنتهي جلساتها فورًا، ولا يسجّل أحد الدخول بها حتى تُفعَّل من جديد.
selected-delete = هل تحذف هذه الحسابات؟
selected-delete-note = تزول فورًا مع كل جلساتها. لا يمكن التراجع عن هذا. لإبعاد أشخاص لفترة عطّل الحسابات بدلًا من ذلك.
selected-delete-submit = حذف نهائي
list-count-more = أكثر من { $count }
invite-somebody = دعوة شخص
invite-somebody-intro = يتلقى الشخص رسالة برابط ليختار كلمة مروره. لن ترى كلمة المرور أبدًا.
invite-somebody-intro-no-mail = لا يرسل هذا الموقع بريدًا: تحصل على رابط تنسخه وتسلّمه، يختار به الشخص كلمة مروره. لن ترى كلمة المرور أبدًا.
invite-somebody-submit = دعوة
optional = اختياري.
role-user-long = مستخدم: يستعمل التطبيق
role-admin-long = مدير: يدير الحسابات أيضًا
back-to-list = العودة إلى القائمة
user-title = مستخدم
user-no-name = (لا شيء)
user-since = أُنشئ
user-id = المعرّف (Remote-Id)
user-address-before = كان هذا العنوان لحساب آخر حتى { $moment }. التطبيقات التي تعرف الأشخاص بعناوينهم (Remote-User) تعدّ الاثنين شخصًا واحدًا، ويمكن التمييز بينهما بقيمة Remote-Id.
user-invite-link = إنشاء رابط دعوة للنسخ
user-invite-mail = إرسال الدعوة مرة أخرى
user-reset-link = إنشاء رابط لكلمة مرور جديدة للنسخ
user-enable = تفعيل
user-disable = تعطيل
user-delete = حذف…
user-change-role = تغيير الدور
user-change-note = تغيير الدور والتعطيل ينهيان كل جلسات الحساب.
user-change-username = تغيير اسم المستخدم
username = اسم المستخدم
username-intro = للتطبيقات التي لا تقبل { $email } اسمًا.
username-note = قد يظن التطبيق أن صاحب اسم المستخدم هو من كان يحمله قبله.
username-hint = حروف لاتينية صغيرة من a إلى z وأرقام ونقاط وشرطات سفلية وشرطات. اتركه فارغًا إن لم يكن هناك اسم.
user-groups = مجموعات الحساب
user-groups-intro = مجموعات { $email }. اترك الحقل فارغًا إن لم تكن هناك مجموعة.
user-groups-change = تغيير المجموعات
user-groups-all = كل المجموعات
user-no-groups = (لا يوجد)
user-sessions = الجلسات
user-sessions-unknown = لا يمكن عرض الجلسات الآن. كل ما في هذه الصفحة يعمل رغم ذلك.
user-end-all = إنهاء كل الجلسات
user-events = أحداث حديثة
user-all-events = كل أحداث هذا الحساب
user-no-sessions = لا جلسات.
user-no-events = لا أحداث.
groups-heading = المجموعات
groups-intro = تصل مجموعات الشخص إلى التطبيقات في الترويسة Remote-Groups.
groups-none = لا توجد مجموعات بعد.
groups-hint = { $count ->
    [0] لا توجد مجموعات بعد.
   *[other] افصل بينها بفواصل. المجموعات الموجودة: { $groups }
}
group-new = مجموعة جديدة
group-new-submit = إنشاء المجموعة
group-name-hint = حروف لاتينية صغيرة من a إلى z وأرقام وشرطات سفلية وشرطات. لا يمكن تغيير الاسم لاحقًا.
group-title = مجموعة
group-members = الأعضاء
group-empty = لا أحد في هذه المجموعة بعد.
group-in-users = عرضهم في قائمة المستخدمين
group-remove = إزالة
group-remove-one = إزالة { $email }
group-add = إضافة أشخاص
group-add-intro = سيصبحون أعضاء في المجموعة { $group }.
group-add-emails = عناوين البريد الإلكتروني
group-add-hint = عنوان في كل سطر، أو افصل بينها بفواصل. لا بد أن يكون لكل عنوان حساب.
group-add-submit = إضافة
group-delete = حذف المجموعة…
group-delete-heading = هل تريد حذف هذه المجموعة؟
group-delete-intro = تُحذف المجموعة { $group } ولا يبقى فيها أحد. تبقى الحسابات. لا يمكن التراجع عن ذلك.
group-delete-rules = تفقد هذه القواعد المجموعة. وما لا يسمّي مجموعة أخرى ولا شخصًا آخر لا يسمح عندئذ لأحد: { $rules }
group-keep = الإبقاء على المجموعة
back-to-group = العودة إلى المجموعة
app-title = تطبيق
app-new = تطبيق جديد
app-edit = تغيير التطبيق
app-delete = حذف التطبيق…
app-delete-heading = هل تريد حذف هذا التطبيق؟
app-delete-intro = يُحذف { $app } وقواعده ولا يصل إليه أحد بعد ذلك عبر هذه البوابة. يبقى التطبيق نفسه كما هو. لا يمكن التراجع عن ذلك.
app-other-port = يُفتح هذا التطبيق على { $url }، أي على منفذ غير منفذ هذا الموقع. إن كان يُفتح على المنفذ نفسه فعنوانه { $suggestion }.
app-without-proxy = لا يجوز لأي وكيل أن يسأل عن هذا التطبيق لأن FORWARD_AUTH لا يسمّي أي وكيل، فلا يستطيع أحد فتحه. اضبط FORWARD_AUTH وTRUSTED_PROXIES ثم أعد التشغيل، أو اختر الوكيل المدمج.
app-configured = هذا التطبيق محدد في الإعدادات (APP_URL وUPSTREAM_URL). يمكن تغيير قواعده هنا. لاختيار الترويسات التي يتلقاها أو ترويسات الرموز أو الهوية الموقَّعة، أنشئه في صفحة التطبيقات بمضيف خاص به، وبعنوان UPSTREAM_URL عنوانًا للخادم.
app-name-hint = يظهر في صفحة البداية وعند الرفض.
app-addresses = العناوين
app-addresses-hint = ما يُكتب في المتصفح، مثل { $scheme }://wiki.example.org، عنوان في كل سطر. يجوز أن يكون جزء من اسم المضيف *.
app-mode = كيف يوصل إليه
app-mode-proxy = عبر الوكيل المدمج
app-mode-forward-auth = عبر وكيلك الخاص الذي يسأل هذه البوابة (forward-auth)
app-upstream = أين يستمع التطبيق
app-upstream-hint = للوكيل المدمج: http://10.0.0.5:8080 أو https://wiki.internal أو unix:/run/wiki.sock. اتركه فارغًا لوكيلك الخاص.
app-default-access = حيث لا تنطبق قاعدة
app-default-access-hint = من يُسمح له بكل ما لا تتناوله قاعدة.
app-default-signed-in = يُسمح لكل من سجّل الدخول
app-default-nobody = لا يُسمح لأحد
app-off = معطّل: لا يصل إليه أحد
app-hidden = ليس في صفحة البداية
app-more = إعدادات أخرى
app-ca-file = ملف سلطة التصديق (CA)
app-ca-file-hint = لـ https مع سلطة تصديق خاصة أو شهادة ذاتية التوقيع: المسار الكامل لشهادتها على الخادم بصيغة PEM. اتركه فارغًا لسلطات النظام.
app-host = المضيف المرسل إلى التطبيق
app-host-hint = فارغ لعنوان التطبيق، أو «upstream» لعنوان استماعه، أو اسم مضيف.
app-timeout = مهلة الرد بالثواني
app-timeout-hint = حتى يبدأ الرد. فارغ للقيمة المعتادة.
app-max-upload = أكبر رفع بالميبيبايت
app-max-upload-hint = فارغ لعدم وجود حد.
app-websocket-origins = مواقع أخرى يجوز لها فتح WebSocket
app-websocket-origins-hint = أصول مثل https://embed.example.org، أصل في كل سطر. صفحات التطبيق نفسه يجوز لها دائمًا.
app-session-hours = أطول جلسة فيه بالساعات
app-session-hours-hint = بعدها تبدأ جلسة جديدة بلا كلمة مرور ما دام الشخص مسجلًا هنا. فارغ لعدم وجود حد خاص.
app-icon = الأيقونة
app-icon-file = ملف الصورة
app-icon-hint = صورة SVG أو PNG لا يزيد حجمها على { $size } كيبيبايت. تظهر في صفحة البداية وفي قائمة التطبيقات.
app-icon-remove = إزالة الأيقونة
app-icon-large = الملف كبير جدًا. اختر ملفًا لا يزيد حجمه على { $size } كيبيبايت.
app-icon-type = اختر صورة SVG أو PNG.
app-preflight = السماح بطلبات CORS التمهيدية
app-identity = الهوية
app-signed-identity = إرسال الهوية أيضًا في رمز JWT موقَّع
app-signed-identity-on = تُرسَل أيضًا في رمز JWT موقَّع
app-signed-identity-hint = في الترويسة X-Portcullis-JWT، للتطبيقات التي تتحقق ممن أرسلها. المفاتيح في /_auth/.well-known/jwks.json.
app-preflight-hint = ترسلها المتصفحات بلا ملفات تعريف ارتباط قبل أن تستخدم برامج مواقع أخرى التطبيق.
app-headers-heading = ما يُخبَر به التطبيق
app-headers = الترويسات التي تبيّن من سجّل الدخول
app-headers-remote = Remote-User, Remote-Email, Remote-Name, Remote-Groups, Remote-Id
app-headers-forwarded = X-Forwarded-User, -Email, -Groups, -Preferred-Username
app-headers-auth-request = X-Auth-Request-User, -Email, -Groups, -Preferred-Username
app-headers-authentik = X-authentik-username, -email, -name, -groups, -uid
app-headers-none = لا شيء منها، بل الأسماء أدناه فقط
app-header-map = أسماء أخرى
app-header-map-hint = المعلومة ثم = ثم اسم، واحد في كل سطر، مثل email = X-Mail. المعلومة واحدة من: user (العنوان)، email، username، id، name، role، groups، groups-piped.
app-fixed-headers = ترويسات بقيمة ثابتة
app-fixed-headers-hint = واحدة في كل سطر، مثل Authorization: Basic dXNlcjpwYXNz. تُحفظ القيم مشفّرة ولا تُعرض مرة أخرى. الاسم وحده يُبقي قيمته، والسطر المحذوف يزيل الترويسة.
app-token-headers = ترويسات أخرى للرموز
app-token-headers-hint = أسماء ترويسات يمكن لعملاء هذا التطبيق إرسال رمز فيها، واحد في كل سطر، مثل X-Api-Key. تُقرأ X-Portcullis-Token وAuthorization دائمًا.
app-state-good = يقبل الاتصالات
app-state-silent = لا يستجيب ({ $fault })
app-state-tls = لا يمكن الوصول إليه عبر https ({ $fault })
app-state-off = معطّل
app-state-forward-auth = خلف وكيلك الخاص
app-rules = القواعد
back = رجوع
back-to-app = العودة إلى التطبيق
rules-none = لا توجد قواعد بعد.
rule-intro = القاعدة ذات أطول مسار هي التي تحكم، والتي تسمّي طرقًا قبل التي لا تسمّيها. تسمح لمن يسمح له أي جزء منها ولا تسمح لغيره.
rule-new = قاعدة جديدة
rule-edit = تغيير القاعدة
rule-delete = حذف القاعدة…
rule-delete-one = حذف قاعدة { $path }
rule-delete-heading = هل تريد حذف هذه القاعدة؟
rule-delete-intro = بدون قاعدة { $path } تحكم هناك قاعدة أقصر أو ما يحدده التطبيق حيث لا قاعدة: وقد يسمح ذلك لعدد أكبر من الأشخاص.
rule-path = المسار
rule-path-hint = المسار /api يعني /api وكل ما تحته، و/ يعني التطبيق كله.
rule-methods = الطرق
rule-methods-hint = مثل GET وPOST. فارغ للجميع.
grant-first = من يُسمح له
grant-next = وأيضًا
grant-who-label = من
who-choose = (اختر)
who-no-more = لا أحد غيرهم
who-public = أي شخص دون تسجيل الدخول
who-signed-in = كل من سجّل الدخول
who-members = مجموعات وأشخاص
who-members-list = فقط { $names }
who-nobody = لا أحد
grant-people = الأشخاص
grant-people-hint = عناوين الحسابات، عنوان في كل سطر. فقط مع «مجموعات وأشخاص».
grant-networks = فقط من هذه الشبكات
grant-networks-hint = مثل 10.0.0.0/8 و192.0.2.7. فارغ لأي شبكة.
grant-factor-label = فقط بعامل ثانٍ
grant-factor-hint = لا يسمح بالدخول إلا لمن أثبت عاملًا ثانيًا في هذه الجلسة. ويُطلب ذلك من الآخرين أولًا.
grant-within-label = فقط إذا أثبت هويته خلال هذا العدد من الدقائق
grant-within-hint = اتركه فارغًا لأي وقت منذ تسجيل الدخول. ومع العامل الثاني، العامل نفسه هو ما يجب إثباته خلال هذه المدة.
grant-until-label = فقط حتى
grant-until-hint = تاريخ مثل 2027-01-31 (نهاية ذلك اليوم بتوقيت UTC) أو لحظة مثل 2027-01-31T18:00:00Z.
grant-from = من { $value }
grant-within = أثبت هويته خلال { $value } دقيقة
grant-until-moment = حتى { $value }
grant-factor = بعامل ثانٍ
explain-heading = من يُسمح له بالدخول؟
explain-intro = بماذا تجيب البوابة على طلب إلى { $app }، ووفق أي قاعدة.
explain-user = الحساب
explain-user-hint = عنوان البريد الإلكتروني. فارغ لمن لم يسجّل الدخول.
explain-method = الطريقة
explain-method-hint = فارغ لـ GET.
explain-address-label = العنوان
explain-address-hint = عنوان كامل، أو مسار في هذا التطبيق مثل /api/items.
explain-from = من عنوان الشبكة هذا
explain-from-hint = مثل 192.0.2.7. فارغ للخادم نفسه (127.0.0.1).
explain-from-invalid = أدخل عنوان IP أو اتركه فارغًا.
explain-age = الدقائق منذ إثبات الهوية
explain-age-hint = فارغ لـ 0.
explain-age-invalid = أدخل دقائق صحيحة أو اتركه فارغًا.
explain-at = في هذه اللحظة
explain-factor = كما لو قُدّم عامل ثانٍ
explain-submit = عرض
explain-rule = وفق القاعدة
explain-several = تقرأ البرامج هذا المسار بطرق مختلفة، ويُعتدّ بأشدّ جواب.
explain-no-rule = لا تنطبق قاعدة: ما يحدده التطبيق بدونها.
snippet-heading = إعدادات الوكيل الخاص بك
snippet-intro = الإعدادات الكاملة لوكيل خاص بك يسأل البوابة عن { $app }.
snippet-proxy = الوكيل
snippet-gate = أين يصل الوكيل إلى البوابة
snippet-gate-hint = المضيف والمنفذ، مثل portcullis:3000. اتركه فارغًا لما هو معتاد مع هذا الوكيل.
snippet-to = أين يصل الوكيل إلى التطبيق
snippet-to-hint = المضيف والمنفذ، مثل wiki:8080. اتركه فارغًا للحصول على مثال تستبدله.
snippet-socket = اكتب مضيفًا ومنفذًا، مثل wiki:8080.
snippet-mode = يخدم الوكيلُ المدمج { $app } ولا يحتاج إلى شيء آخر. لوضعه خلف وكيل خاص بك، غيّر أولًا طريقة الوصول إليه.
snippet-address = يمثّل { $address } عدة مضيفين أو هو عنوان IPv6: لا تُكتب الإعدادات إلا لأسماء المضيفين.
snippet-ports = للعناوين منافذ مختلفة: أعطِ التطبيق منفذًا واحدًا، أو اضبط كلًّا منها على حدة.
snippet-own-port = يشير عنوان التطبيق إلى المنفذ { $port } الذي تستمع عليه البوابة نفسها: شغّل البوابة على منفذ آخر (PORT)، أو أعطِ الوكيل عنوانًا آخر.
snippet-submit = عرض
snippet-printed = للصق
snippet-forward-auth = لا يذكر FORWARD_AUTH القيمة { $name }: أضفها إلى إعدادات البوابة، وإلا تلقى هذا الوكيل 404.
snippet-trusted-proxies = TRUSTED_PROXIES فارغ: أضف عنوان الوكيل إلى إعدادات البوابة، وإلا تلقى 403.
snippet-own-https = تتحدث هذه البوابة https بنفسها على منفذ خاص بها، والوكيل بهذا الإعداد يسألها عبر http غير مشفّر: خلف وكيل كهذا احذف ACME_EMAIL وTLS_CERT_FILE وTLS_KEY_FILE.
verdict-let-in = يُسمح له
verdict-sign-in = عليه تسجيل الدخول أولًا
verdict-factor = يحتاج إلى عامل ثانٍ
verdict-proof = عليه إثبات هويته من جديد
verdict-forbidden = مرفوض
doctor-heading = السؤال من الخارج
doctor-intro = يرسل Portcullis طلبات إلى { $url } كما يفعل الزائر، وينظر فيما يفعله الوكيل الذي أمامه بها. يستغرق ذلك عشر ثوانٍ على الأكثر. لا يمكن سؤال العناوين التي فيها *.
doctor-submit = اسأل الآن
doctor-busy = هناك فحص آخر جارٍ. أعد المحاولة بعد بضع ثوانٍ.
doctor-asked = { $count ->
    [zero] لم يُطرح أي سؤال.
    [one] طُرح سؤال واحد.
    [two] طُرح سؤالان.
    [few] طُرحت { $count } أسئلة.
    [many] طُرح { $count } سؤالًا.
   *[other] طُرح { $count } سؤال.
}
doctor-good = كل شيء على ما يرام.
doctor-line = سطر يصلح ذلك:
doctor-echo = ما يصل إلى التطبيق لا يراه إلا الأمر الذي يحل محله: أوقف التطبيق ونفّذ هذا.
doctor-note = للعلم
doctor-warning = لا يعمل كما ينبغي
doctor-fault = غير آمن
doctor-unable = تعذّر السؤال
probe-unreachable = لا أحد يجيب من هنا: { $what }. ربما لا يؤدي العنوان إلى هذا الجهاز إلا من الخارج.
probe-unknown-address = لا يوجد تطبيق عند { $what }: أدخل العنوان الكامل لأحد التطبيقات، بمخطط APP_URL.
probe-unclaimed = لا يستطيع أحد تسجيل الدخول بعد: يجب إنشاء حساب المسؤول الأول.
probe-late = لم تصل الإجابة في الوقت المناسب: { $what }.
probe-gate-not-reached = ليس Portcullis من يجيب عند { $what }: يجب أن يرسل الوكيل إليه كل ما تحت /_auth/.
probe-question-refused = يُرفض الجميع بالرمز { $what }: لا يقبل Portcullis أسئلة الوكيل. يذكر سجله السبب؛ كثيرًا ما يكون الوكيل غائبًا عن TRUSTED_PROXIES أو لا ينقل اسم المضيف.
probe-wrong-dialect = يتلقى الجميع { $what }: يسأل الوكيل عند عنوان لا يجيب عنده Portcullis، أو كما يسأل وكيل آخر. اذكر الوكيل في FORWARD_AUTH واجعله يسأل عند عنوانه.
probe-anonymous-let-in = يجيب التطبيق عند { $what } دون تسجيل دخول: لا يسأل الوكيل هناك.
probe-answered-unasked = يُجاب عند { $what } دون تسجيل دخول، وليس من Portcullis: ربما لا يسأل الوكيل هناك.
probe-navigation-refused = من يفتح صفحة يُرفض بالرمز { $what } ولا يُقاد إلى تسجيل الدخول.
probe-sign-in-elsewhere = من يفتح صفحة يُقاد إلى { $what }، حيث لا يستطيع أحد تسجيل الدخول.
probe-script-redirected = يتلقى البرنامج النصي { $what } ويُقاد إلى صفحة تسجيل الدخول؛ إنه يحتاج إلى 401 ليعرف أن الجلسة انتهت.
probe-websocket-open = يصل اتصال WebSocket إلى التطبيق عند { $what } دون تسجيل دخول.
probe-verify-open = يجيب { $what } من الخارج: لا يحق إلا للوكيل أن يسأل Portcullis عن الطلبات.
probe-verify-unjudged = لا يمكن أن يُعرف من هنا هل يجيب { $what } من الخارج: يسمّي TRUSTED_PROXIES عنوان هذا الجهاز، وله أن يسأل.
probe-path-passed = يصل مسار مكتوب بطريقة أخرى إلى التطبيق دون تسجيل دخول: { $what }.
probe-host-passed = يصل طلب يذكر مضيفين إلى التطبيق دون تسجيل دخول: { $what }.
probe-forwarded-believed = يترك الوكيل للعميل أن يقول ما طُلب: { $what }.
probe-h2c-passed = يصل الانتقال إلى HTTP/2 إلى التطبيق ({ $what }): من يفعل ذلك يتجاوز تسجيل الدخول.
probe-not-let-in = لا يفتح رمز { $what } التطبيق مع أن القواعد تسمح بذلك: ربما لا يُظهره الوكيل لـ Portcullis.
probe-no-account = لم يُسأل شيء بصفة زائر سجّل دخوله: لا يوجد حساب يحق له الدخول هناك ({ $what }).
probe-arrival-unseen = لم يُرَ ما يصل إلى التطبيق: مع { $what } يحل الفحص محله.
probe-identity-missing = لا يُخبَر التطبيق بمن هناك: لا يصل { $what } كما يقوله Portcullis.
probe-identity-spoofed = ما يختلقه العميل يصل إلى التطبيق على أنه هويته: { $what }.
probe-forwarded-spoofed = ما يختلقه العميل يصل إلى التطبيق على أنه قول وكيل: { $what }.
probe-token-passed = يتلقى التطبيق الرمز في { $what }.
probe-cookie-passed = يتلقى التطبيق ملف تعريف الارتباط { $what } الخاص بـ Portcullis، ويمكنه به أن يتصرف باسم الزائر.
probe-authorization-lost = بيانات الاعتماد الخاصة بالتطبيق لا تصل إليه: { $what } غائب أو مُغيَّر.
probe-old-http = يُسأل التطبيق عبر { $what }، وبه لا يُفتح أي WebSocket: على الوكيل أن يسأله عبر HTTP/1.1.
probe-websocket-cut = لا يُفتح اتصال WebSocket لمن سجّل دخوله: الإجابة هي { $what }.
probe-upload-cut = لا يصل رفع بحجم 5 ميغابايت كاملًا: الإجابة هي { $what }.
probe-stream-buffered = تُحجز تدفقات الأحداث ({ $what }): تصل الأحداث متأخرة أو في النهاية فقط.
prove-heading = أكِّد أنك أنت
prove-for-page = مضى وقت على تسجيل دخولك. أكّد أنك أنت قبل المتابعة.
prove-for-app = يريد التطبيق الذي كنت في طريقك إليه أن يتأكد من أنك ما زلت أنت.
prove-intro = مضى بعض الوقت منذ آخر إثبات لهويتك. أدخل كلمة المرور للمتابعة.
prove-or-code = يكفي أيضًا عاملك الثاني: مفتاح مرور إن كان لديك، أو رمز. اترك كلمة المرور فارغة عندئذ.
prove-needs-factor = يلزم العامل الثاني هنا. استخدم مفتاح مرور إن كان لديك، أو أدخل رمزًا: رمز تطبيق أو أحد رموز الاسترداد.
prove-code-missing = أدخل رمزًا.
prove-missing = أدخل كلمة المرور أو رمزًا.
prove-no-factor = ما أردت فتحه يتطلب عاملًا ثانيًا، وليس لديك أي عامل بعد. أضف واحدًا ثم افتحه من جديد.
prove-factor-off = ما أردت فتحه يتطلب عاملًا ثانيًا، لكن هذا الموقع لا يطلب العوامل الثانية حاليًا. اسأل من يديره.
prove-go-on = افتحه من جديد
prove-submit = تأكيد
prove-cancel = إلغاء
prove-role = { $role ->
    [admin] أنت على وشك جعل { $email } مديرًا.
   *[other] أنت على وشك جعل { $email } مستخدمًا عاديًا بلا صلاحيات مدير.
}
prove-invite = { $role ->
    [admin] أنت على وشك دعوة { $email } بصفة مدير.
   *[other] أنت على وشك دعوة { $email }.
}
prove-reset-link = أنت على وشك إنشاء رابط يضبط كلمة مرور جديدة لحساب { $email }.
prove-username = { $removes ->
    [yes] أنت على وشك إزالة اسم المستخدم لحساب { $email }.
   *[other] أنت على وشك منح حساب { $email } اسم المستخدم { $username }.
}
prove-delete = أنت على وشك حذف الحساب { $email }.
prove-delete-several = أنت على وشك حذف { $count ->
    [one] حساب واحد
    [two] حسابين
    [few] { $count } حسابات
   *[other] { $count } حساب
 }.
prove-groups = أنت على وشك تغيير مجموعات { $email }.
prove-groups-of-several = { $count ->
    [one] أنت على وشك إضافة حساب واحد إلى مجموعات.
   *[other] أنت على وشك إضافة حسابات عددها { $count } إلى مجموعات.
}
prove-group-new = أنت على وشك إنشاء المجموعة { $group }.
prove-group-join = أنت على وشك إضافة { $email } إلى المجموعة { $group }.
prove-group-delete = أنت على وشك حذف المجموعة { $group }.
prove-in-groups = المجموعات: { $groups }
prove-app-new = أنت على وشك إضافة التطبيق { $app }.
prove-app = أنت على وشك تغيير التطبيق { $app }.
prove-app-delete = أنت على وشك حذف التطبيق { $app }.
prove-factor-new = أنت على وشك إضافة عامل ثانٍ إلى حسابك.
prove-factor-remove = أنت على وشك إزالة عامل ثانٍ من حسابك.
prove-recovery-new = أنت على وشك إنشاء رموز استرداد جديدة. سترفض القديمة بعد ذلك.
prove-factor-reset = أنت على وشك إزالة جميع العوامل الثانية للحساب { $email } وإنهاء جميع جلساته.
prove-token-new = أنت على وشك إنشاء الرمز { $name }. من يملكه يستطيع استعمال تطبيق من دون تسجيل الدخول.
prove-link-new = أنت على وشك إنشاء رابط موقّع إلى { $path } في { $app }. من يملكه يستطيع إرسال هذا الطلب من دون تسجيل الدخول.
prove-rule = أنت على وشك تغيير من يُسمح له بـ { $path } في { $app }.
prove-rule-delete = أنت على وشك حذف قاعدة من { $app }.
prove-over = انتهت صلاحية هذا السؤال: بقي مفتوحًا مدة طويلة، أو أُجيب عنه من قبل، أو يخص جلسة أخرى. إن كنت قد أجبت عنه للتو فقد تم التغيير، وإلا فلم يتغيّر شيء.

delete-heading = هل تحذف هذا الحساب؟
delete-submit = حذف نهائي
delete-intro = يُحذف الحساب { $email } مع كل جلساته فورًا. لا يمكن التراجع عن هذا.
delete-note = يبقى ما فعله في السجل. لإبعاد شخص لفترة عطّل الحساب بدلًا من ذلك.
delete-keep = إبقاء الحساب
copy-heading = رابط للنسخ
copy-give = سلّم هذا الرابط إلى { $email }. من كان عنده يستطيع اختيار كلمة المرور، مرة واحدة.
copy-earlier = الروابط التي أُنشئت أو أُرسلت من قبل لا تعمل بعد الآن.
copy-until = يصلح حتى { $moment }.
copy-label = الرابط
copy-hint = حدّده وانسخه. لا يظهر إلا هذه المرة.
copy-button = نسخ
copy-done = نُسخ
tokens-heading = الرموز
tokens-intro = يتيح الرمز لبرنامج نصي أو جهاز استعمال تطبيق من دون تسجيل الدخول. لا يتجاوز حقوق صاحبه، ويُرفض فور إلغائه.
tokens-of = رموز هذا الشخص فقط
tokens-filter = عرض
tokens-none = لا توجد رموز.
tokens-older = رموز أقدم
token-until = صالح حتى
token-over = انتهت صلاحيته
factors-heading = العوامل الثانية
factors-intro = العامل الثاني شيء تملكه إلى جانب كلمة المرور: مفتاح مرور، أو تطبيق يعرض رموزًا. لا يستطيع من يعرف كلمة مرورك تسجيل الدخول من دونه.
factors-off = لا يطلب هذا الموقع عوامل ثانية حاليًا: تكفي كلمة المرور وحدها. ما زال بإمكانك تسجيل الدخول بمفتاح مرور.
factor-prove-first = لم تثبت عاملك الثاني منذ تسجيل دخولك هنا. حاول مرة أخرى وأجب به. إن لم يُطلب منك فسجّل الخروج ثم سجّل الدخول بمفتاح مرور، أو اطلب ممن يدير هذا الموقع إزالة عواملك الثانية.
factors-none = ليس لديك أي منها بعد.
factor-totp = تطبيق رموز
factor-added = أضيف
factor-new-name = اسم هذا العامل
factor-rename = إعادة التسمية
factor-remove = إزالة
factor-remove-heading = هل تريد إزالة هذا العامل الثاني؟
factor-remove-what = { $kind }: { $name }
factor-remove-last = هذا آخر عامل لديك. لن يبقى لحسابك عامل ثانٍ: كلمة المرور وحدها تفتحه، ولا تعود رموز الاسترداد صالحة، ولا يسمح لك بالدخول ما يشترط عاملًا ثانيًا.
factor-remove-others = لن تسجل الدخول به بعد ذلك؛ تبقى عواملك الثانية الأخرى ورموز الاسترداد. وتطلب المتصفحات الموثوقة عاملًا ثانيًا من جديد.
factor-keep = إبقاؤه
factor-add-totp = إضافة تطبيق رموز
factor-is-demanded = يشترط هذا الموقع عليك عاملًا ثانيًا. أضف عاملًا آخر قبل إزالة هذا.
factor-too-many = يمكن أن يكون للحساب { $max } من العوامل الثانية.
factor-heading = الخطوة الثانية
factor-intro = كلمة المرور صحيحة. أدخل الآن الرمز الذي يعرضه تطبيقك أو أحد رموز الاسترداد.
factor-lost = ليس في متناولك عاملك الثاني ولا رمز استرداد؟ اطلب ممن يدير هذا الموقع إزالة عواملك الثانية. كلمة مرور جديدة لا تفيد.
factor-code = الرمز
factor-code-hint = ستة أرقام يعرضها تطبيق وتتغير كل 30 ثانية، أو رمز استرداد مثل 4F7K-9Q2M-TX0B.
factor-wrong-code = هذا الرمز غير صحيح أو سبق استخدامه. انتظر الرمز التالي وحاول مرة أخرى.
factor-wrong-recovery = رمز الاسترداد هذا غير صحيح أو سبق استخدامه. جرّب رمزًا آخر.
totp-wrong-code = هذا الرمز غير صحيح. تحقق من أنه رمز أحدث إدخال في تطبيقك ومن أن هاتفك يضبط الوقت تلقائيًا.
factor-setup-over = استغرق ذلك وقتًا طويلًا. امسح الرمز أدناه وحاول مرة أخرى.
factor-over = انتهى تسجيل الدخول هذا: استغرق وقتًا طويلًا أو كثرت الإجابات الخاطئة أو تغيّر حسابك. ابدأ من جديد.
factor-trust = لا تسأل مجددًا في هذا المتصفح لمدة 30 يومًا
factor-trust-hint = فقط على جهاز لا يستخدمه غيرك: عندئذ تفتح كلمة المرور وحدها حسابك عليه.
factor-other-account = ابدأ من جديد أو سجّل الدخول بحساب آخر
enrol-heading = إعداد عامل ثانٍ
enrol-intro = كلمة المرور صحيحة. يشترط هذا الموقع أيضًا عاملًا ثانيًا: تطبيقًا يعرض رموزًا أو مفتاح مرور. أعدّ ما تفضّله منهما.
totp-heading = إضافة تطبيق رموز
totp-intro = يعرض تطبيق في هاتفك رمزًا جديدًا كل 30 ثانية، وتدخله بعد كلمة المرور.
totp-demanded = كلمة المرور صحيحة. يشترط هذا الموقع أيضًا عاملًا ثانيًا: تطبيق في هاتفك يعرض رمزًا جديدًا كل 30 ثانية.
totp-get-app = افتح في هاتفك تطبيقًا للرموز أحادية الاستخدام. إن لم يكن لديك واحد فابحث عن «authenticator» في متجر التطبيقات، وكثير من برامج كلمات المرور تقوم بذلك أيضًا.
totp-scan = دعه يمسح الصورة أو اكتب المفتاح.
totp-type = أدخل الرمز الذي يعرضه.
totp-qr = صورة لمسحها بتطبيقك، والمفتاح أدناه يؤدي الغرض نفسه
totp-key = المفتاح
totp-open = التطبيق على هذا الجهاز: افتحه
totp-code = الرمز
totp-code-hint = الأرقام الستة التي يعرضها التطبيق الآن.
totp-name = اسم هذا التطبيق أو الهاتف (اختياري)
totp-name-hint = مثل «هاتفي»، لتمييزه عن غيره.
totp-submit = إضافة
factor-passkey = مفتاح مرور
factor-add-passkey = إضافة مفتاح مرور
factor-intro-passkey = كلمة المرور صحيحة. استخدم الآن مفتاح المرور، أو أدخل رمزًا: أحد رموز الاسترداد، أو رمز تطبيق إن كنت قد أضفت واحدًا.
passkey-heading = إضافة مفتاح مرور
passkey-intro = يُحفظ مفتاح المرور في هذا الجهاز أو هاتفك أو مفتاح أمان أو مدير كلمات المرور. تسجّل الدخول به ببصمة الإصبع أو الوجه أو رمز PIN، من دون كلمة مرور، ولا يستطيع أحد أن يخدعك لتسليمه.
passkey-name = اسم مفتاح المرور هذا (اختياري)
passkey-name-hint = مثل «حاسوبي المحمول»، لتمييز المفاتيح بعضها من بعض.
passkey-make = إنشاء مفتاح مرور
passkey-sign-in = تسجيل الدخول بمفتاح مرور
passkey-use = استخدام مفتاح مرور
passkey-instead = أو مفتاح مرور
passkey-back = العودة إلى عواملك الثانية
passkey-needs-script = تحتاج مفاتيح المرور إلى JavaScript، وهي معطّلة في هذا المتصفح.
passkey-needs-name = عنوان هذا الموقع أرقام. مفاتيح المرور تخص اسمًا، لذلك لا توجد هنا.
passkey-needs-https = يُفتح هذا الموقع من دون https. لا تنشئ المتصفحات مفاتيح مرور إلا مع https، لذلك لا توجد هنا.
passkey-none = لا توجد مفاتيح مرور في هذا المتصفح.
passkey-failed = لم يُستخدم أي مفتاح مرور. حاول مرة أخرى، أو اختر طريقة أخرى.
passkey-there = يوجد مفتاح مرور لهذا الحساب بالفعل: استخدمه، أو اختر جهازًا آخر.
passkey-over = بقيت هذه الصفحة مفتوحة مدة أطول مما يسمح به مفتاح المرور. اختر طريقة أخرى، أو ابدأ من جديد.
passkey-not-made = تعذّرت إضافة مفتاح المرور هذا. حاول مرة أخرى.
passkey-known = مفتاح المرور هذا مستخدم بالفعل.
passkey-synced = يمكن مزامنته بين أجهزتك
passkey-on-one-device = على جهاز واحد فقط
passkey-elsewhere = لا فائدة منه هنا: أُنشئ من أجل { $host }، ولهذا الموقع الآن اسم آخر. أزله وأضف مفتاحًا جديدًا.
passkey-expired = استغرق هذا وقتًا طويلًا، أو أُرسل مرتين. حاول مرة أخرى.
passkey-sent-twice = أُرسل مفتاح المرور هذا مرتين: انظر هل هو في قائمتك بالفعل. رموز الاسترداد التي أُنشئت معه عُرضت مرة واحدة فقط: أنشئ رموزًا جديدة إن لم تحتفظ بها.
passkey-wrong = لم يُقبل مفتاح المرور هذا. حاول مرة أخرى، أو استخدم رمزًا.
passkey-refused-heading = لم يُسجَّل الدخول
passkey-refused = لم يُقبل مفتاح المرور هذا. ربما أُزيل هنا، أو بقيت الصفحة مفتوحة طويلًا، أو لم يطلب جهازك بصمة ولا وجهًا ولا رمز PIN. حاول مرة أخرى، أو سجّل الدخول بكلمة المرور.
recovery-title = رموز الاسترداد
recovery-left = رموز الاسترداد المتبقية: { $count }. يتيح لك كل منها الدخول مرة واحدة بعد كلمة المرور إن لم يكن عاملك الثاني في متناولك.
recovery-renew = إنشاء رموز استرداد جديدة
recovery-renew-heading = هل تريد إنشاء رموز استرداد جديدة؟
recovery-renew-intro = تُنشأ عشرة رموز استرداد جديدة. أما القديمة، والمتبقي منها { $count }، فلا تعود صالحة.
recovery-keep = إبقاء القديمة
recovery-heading = رموز الاسترداد الخاصة بك
recovery-added = أُضيف العامل الثاني.
recovery-intro = إذا فقدت هاتفك أو عاملك الثاني الآخر، يتيح لك كل رمز من هذه الرموز الدخول مرة واحدة بعد كلمة المرور. اطبع هذه الصفحة أو انسخ الرموز إلى مكان آمن.
recovery-once = لا تعرض إلا مرة واحدة: إعادة تحميل الصفحة لا تعيدها.
recovery-of = لـ { $email } في { $site }، أُنشئت { $moment }
recovery-copy = كنص للنسخ
recovery-done = لقد احتفظت بها
trusted-title = المتصفحات الموثوقة
trusted-forget = اطلب العامل من جديد
user-no-factors = لا يوجد.
user-reset-factors = إزالة جميع العوامل الثانية
factors-reset-heading = هل تريد إزالة جميع العوامل الثانية؟
factors-reset-intro = تُزال جميع العوامل الثانية ورموز الاسترداد للحساب { $email } وتنتهي جميع جلساته. كلمة المرور وحدها تفتحه بعد ذلك.
factors-reset-note = تأكد ممن يطلب منك ذلك: فهذه هي الطريق لتجاوز العامل الثاني. ويُبلَّغ الشخص بالبريد.
factors-reset-keep = إبقاؤها
token-used = آخر استعمال
token-unused = لم يُستعمل قط
token-revoke = إلغاء
token-revoke-one = إلغاء { $name }
token-new = رمز جديد
token-new-submit = إنشاء الرمز
token-owner = الصاحب
token-owner-hint = عنوان الحساب الذي لا يتجاوز الرمز حقوقه. يُبلَّغ صاحبه بالبريد.
token-name-hint = مثل الجهاز الذي سيستعمله.
token-field-app = التطبيق
token-app-choice = { $app }
token-path-hint = يصلح الرمز عنده وما تحته؛ اتركه فارغًا للتطبيق كله.
token-methods-hint = مثل GET وPOST؛ اتركه فارغًا للكل. وGET تشمل HEAD.
token-networks-hint = شبكة في كل سطر، مثل 10.0.0.0/8؛ اتركه فارغًا للكل.
token-expires = صالح حتى
token-expires-hint = تاريخ مثل 2027-01-31 ويعني نهاية ذلك اليوم بالتوقيت العالمي، أو لحظة مثل 2027-01-31T18:00:00Z؛ اتركه فارغًا لمدة 90 يومًا.
token-made = أُنشئ الرمز
token-made-what = { $name } الخاص بـ { $email } صالح حتى { $moment }.
token-made-use = أرسله على أنه «Authorization: Bearer»، أو ككلمة مرور HTTP Basic مع اسم المستخدم «token».
token-label = الرمز
link-new = رابط موقّع جديد
link-new-intro = يصلح الرابط الموقّع لمسار واحد وطريقة واحدة في { $app }، مثلًا لخطاف ويب. لا يتجاوز حقوقك، ويُعرض ويُلغى مع الرموز.
link-new-submit = إنشاء الرابط
link-method = الطريقة
link-method-hint = مثل POST لخطاف ويب؛ اتركها فارغة لطريقة GET.
link-path-hint = كما سيُرسل تمامًا، مرمّزًا بالنسبة المئوية عند الحاجة ومن دون استعلام؛ ولا شيء تحته.
link-path = أدخل مسارًا يبدأ بشرطة مائلة، مرمّزًا بالنسبة المئوية عند الحاجة ومن دون استعلام، 1024 محرفًا على الأكثر، وليس تحت /_auth.
link-made = أُنشئ الرابط الموقّع
link-made-what = { $name } صالح حتى { $moment }.
link-made-use = من يملك هذا العنوان يستطيع إرسال هذا الطلب. لا تعطه إلا للبرنامج الذي يحتاج إليه.
back-to-user = العودة إلى الحساب

## Sessions, audit, mail, checklist
sessions-heading = الجلسات
sessions-none = لا أحد مسجّل الدخول.
sessions-count = { $count ->
    [one] جلسة واحدة
    [two] جلستان
    [few] { $count } جلسات
    [many] { $count } جلسة
   *[other] { $count } جلسة
}
sessions-configured = اسم المستخدم المضبوط
sessions-older = جلسات أقدم
audit-heading = السجل
audit-event = الحدث
audit-person = عن هذا العنوان أو منه
audit-filter = تصفية
audit-none = لم يُسجَّل شيء.
audit-none-match = لم يُسجَّل ما يطابق.
audit-count = { $count ->
    [one] حدث واحد
    [two] حدثان
    [few] { $count } أحداث
    [many] { $count } حدثًا
   *[other] { $count } حدث
}
audit-time = الوقت
audit-about = عن
audit-by = بواسطة
audit-more = تفاصيل
audit-csv = تنزيل بصيغة CSV
audit-older = أحداث أقدم
event-setup-claimed = تم تملّك الخادم
event-setup-refused = رُفض التملّك
event-login-ok = تسجيل دخول
event-login-failed = فشل تسجيل الدخول
event-login-throttled = أُبطئ تسجيل الدخول
event-logout = تسجيل خروج
event-session-ended = انتهت جلسة
event-refresh-reused = استُعمل رمز قديم مرة أخرى
event-handover-refused = رُفض الانتقال إلى تطبيق
event-handover-reused = استُعمل رمز الانتقال مرة أخرى
event-factor-added = أضيف عامل ثانٍ
event-factor-removed = أزيل عامل ثانٍ
event-factor-renamed = تغير اسم عامل ثانٍ
event-factor-reset = أعيد تعيين العوامل الثانية
event-factor-asked = طُلب العامل الثاني
event-factor-failed = إجابة خاطئة لعامل ثانٍ
event-passkey-copied = ربما نُسخ مفتاح المرور
event-recovery-created = أنشئت رموز استرداد
event-recovery-used = استخدم رمز استرداد
event-trusted-added = أصبح المتصفح موثوقًا
event-trusted-forgotten = نُسي متصفح موثوق
event-token-created = أُنشئ رمز جهاز
event-token-revoked = أُلغي رمز جهاز
event-link-created = أُنشئ رابط موقّع
event-link-revoked = أُلغي رابط موقّع
event-token-refused = رُفض رمز جهاز
event-password-changed = تغيّرت كلمة المرور
event-password-reset-requested = طُلبت كلمة مرور جديدة
event-password-reset = عُيّنت كلمة مرور جديدة
event-user-invited = دعوة
event-user-created = أُنشئ حساب
event-user-disabled = عُطّل حساب
event-user-enabled = فُعّل حساب
event-user-deleted = حُذف حساب
event-user-role-changed = تغيّر الدور
event-user-username-changed = تغيّر اسم المستخدم
event-group-created = أُنشئت مجموعة
event-group-deleted = حُذفت مجموعة
event-group-joined = أُضيف إلى المجموعة
event-group-left = أُزيل من المجموعة
event-email-changed = تغيّر العنوان
event-mail-failed = فشلت رسالة
event-config-changed = تغيّرت الإعدادات
event-device-forgotten = نُسي جهاز
event-app-created = أُنشئ تطبيق
event-app-changed = غُيّر تطبيق
event-app-deleted = حُذف تطبيق
event-rule-created = أُنشئت قاعدة
event-rule-changed = غُيّرت قاعدة
event-key-rotated = استُبدل مفتاح التوقيع
event-secret-changed = غُيّر سرّ هذه النسخة
event-rule-deleted = حُذفت قاعدة
event-certificate-ordered = صدرت الشهادة
event-certificate-renewed = جُدّدت الشهادة
event-certificate-failed = تعذّر طلب الشهادة
event-confirm-ok = تم تأكيد الهوية
event-confirm-failed = لم تُؤكَّد الهوية
mail-heading = البريد
mail-state-line = تذهب الرسائل إلى { $destination }. في الانتظار: { $queued }، فشلت: { $failed }.
mail-to-server = خادم البريد { $server }
mail-to-files = ملفات في { $folder }، لأن SMTP_HOST غير مضبوط
mail-test = أرسل رسالة تجربة إلى نفسك
mail-test-file = اكتب رسالة تجربة
mail-none = لم تُكتب أي رسالة بعد.
mail-count = { $count ->
    [one] رسالة واحدة
    [two] رسالتان
    [few] { $count } رسائل
    [many] { $count } رسالة
   *[other] { $count } رسالة
}
mail-column-mail = الرسالة
mail-column-to = إلى
mail-column-state = الحالة
mail-column-tries = المحاولات
mail-column-next = المحاولة التالية
mail-column-error = آخر خطأ
mail-older = رسائل أقدم
checklist-heading = قائمة الفحص
checklist-intro = ما عُرف عن هذا الإعداد. في سطر الأوامر يقول portcullis check-config الشيء نفسه.
check-good = جيد
check-advice = نصيحة
check-wrong = خطأ
check-address = العنوان
check-address-good = تُبلغ البوابة عبر { $url }.
check-address-http = قيمة APP_URL هي { $url }: بدون https يمكن قراءة كلمات المرور وملفات الارتباط في الطريق. كما أن المتصفحات لا ترسل هناك ترويسات Sec-Fetch ولا تراعي Cross-Origin-Opener-Policy، فتستطيع نصوص التطبيق البرمجية استعمال صفحات البوابة باسم من سجّل الدخول. استعمل https.
check-address-no-proxy = قيمة APP_URL هي { $url }. هل أمام البوابة وكيل يتحدث https؟ سمِّه في TRUSTED_PROXIES: بدونه يبدو كل زائر قادمًا من الوكيل، وتُحسب إخفاقات واحد على الجميع. ألا يوجد؟ تستطيع البوابة ذلك بنفسها: اضبط ACME_EMAIL، أو TLS_CERT_FILE وTLS_KEY_FILE.
check-listen = الاستماع
check-listen-host = قيمة APP_URL هي { $url }، لكن قيمة HOST هي { $host }، ولا يصل إليها إلا هذا الجهاز. عيّن HOST=0.0.0.0، أو اذكر في TRUSTED_PROXIES الوكيل الذي يأتي الناس عبره.
check-listen-port = قيمة APP_URL هي { $url }، لكن Portcullis يستمع على المنفذ { $port }. ما لم يكن بينهما وكيل أو حاوية، اجعل PORT وAPP_URL متوافقين. أما عنوان التطبيق فمكانه UPSTREAM_URL.
check-listen-https = قيمة APP_URL هي { $url }، لكن Portcullis يستقبل https على المنفذ { $port }. إن لم يكن هناك موجّه أو حاوية تصل بينهما، فاضبط HTTPS_PORT أو APP_URL ليتطابقا.
check-mail = البريد
check-mail-server = تذهب الرسائل إلى { $host }؛ أرسل إلى نفسك تجربة من صفحة البريد.
check-mail-silent = لا يجيب خادم البريد { $server } ({ $fault }). تنتظر الرسائل ويُعاد إرسالها؛ صحّح SMTP_HOST وSMTP_PORT.
check-mail-none = لا خادم بريد مضبوط، ولا حاجة إليه: ينسخ المدير روابط الدعوة وكلمات المرور الجديدة من صفحة المستخدم. تبقى الرسائل ملفات في المجلد outbox داخل DATA_DIR.
check-factor = العوامل الثانية
check-factor-off = لا يطلب عامل ثانٍ من أحد، حتى ممن لديه عامل (SECOND_FACTOR=off).
check-factor-optional = يطلب العامل الثاني ممن أعدّه، ولا يشترط على أحد. SECOND_FACTOR=admins يشترطه على المشرفين و everyone على الجميع.
check-factor-admins = يجب أن يكون للمشرفين عامل ثانٍ، ومن ليس لديه يعدّه عند تسجيل الدخول التالي. يطلب من الآخرين عاملهم إن وجد.
check-factor-everyone = يجب أن يكون للجميع عامل ثانٍ، ومن ليس لديه يعدّه عند تسجيل الدخول التالي.
check-own-factor = عاملك الثاني
check-own-factor-none = ليس لديك أي منها وأنت تدير هذا الموقع: من يخمّن كلمة مرورك يستطيع كل ما تستطيعه. أضف واحدًا في صفحة حسابك.
check-passkeys = مفاتيح المرور
check-passkeys-lost = قيمة APP_URL هي { $url }، ولا تعمل مفاتيح المرور إلا على المضيف الذي أُنشئت له. عدد مفاتيح المرور التي أُنشئت من أجل { $hosts }: { $count }. أعِد APP_URL إلى ما كانت عليه، أو دع الناس يسجّلون الدخول بطريقة أخرى ويزيلون المفاتيح القديمة وينشئون مفاتيح جديدة.
check-data = البيانات
check-data-sqlite = قاعدة البيانات هي { $path }.
check-data-postgres = قاعدة البيانات هي PostgreSQL.
check-data-sessions = والجلسات فيها أيضًا.
check-data-redis = والجلسات في Redis.
check-data-keys = { $where } { $sessions } المفاتيح المولّدة في { $folder }. احفظ الاثنين بالأمر: portcullis backup FILE
check-settings = الإعدادات
check-browser = متصفحك
check-browser-good = يصل إلى البوابة عبر { $url }، كما تقول APP_URL.
check-browser-proxy = يقف وكيل عند { $peer } بين متصفحك والبوابة، ولا تسمّيه TRUSTED_PROXIES: لا يُصدَّق ما يقوله عن الزوار. إن كان لك فاضبط ⁦TRUSTED_PROXIES={ $peer }⁩.
check-browser-other = يبدو أنه يصل إلى البوابة عبر { $origin }، وقيمة APP_URL هي { $url }. روابط الرسائل تقود إلى APP_URL، والنماذج من عنوان آخر مرفوضة: اضبط APP_URL على ما يكتبه الناس، أو اجعل الوكيل يمرّر Host وX-Forwarded-Proto.
check-app = التطبيق
check-app-none = UPSTREAM_URL غير مضبوط: تجيب البوابة عن forward-auth وعن صفحاتها وحدها.
check-app-elsewhere = UPSTREAM_URL غير مضبوط. التطبيقات المضافة من الصفحات أو بالأوامر أو من ملف لا تُفحص هنا، بل تفحصها الصفحة.
check-app-nothing = لم يُذكر تطبيق ولا وكيل، فالبوابة لا تحرس شيئًا بعد: اضبط UPSTREAM_URL، أو أضف تطبيقًا ضمن «التطبيقات»، أو اضبط FORWARD_AUTH وTRUSTED_PROXIES لأجل forward-auth.
check-app-open = يجيب عند { $upstream }، وعند { $open } أيضًا حيث لا يحتاج أحد إلى تسجيل الدخول. اجعله يستمع على 127.0.0.1 وحده، أو أغلق ذلك المنفذ.
check-app-good = التطبيق عند { $upstream } يقبل الاتصالات.
check-certificates = الشهادات
check-certificates-good = لكل اسم شهادة من سلطة التصديق.
check-certificates-ordered = يجري طلب الشهادة للاسم { $name }.
check-certificates-missing = لا توجد شهادة للاسم { $name }: { $fault }. المحاولة التالية: { $next }.
check-certificates-unproved = لا توجد شهادة للاسم { $name }: { $fault }. يجب أن تتمكن سلطة التصديق من الوصول إلى هذا الخادم عبر المنفذين 443 و80 لهذا الاسم. المحاولة التالية: { $next }.
check-certificates-ends = تنتهي شهادة { $name } ({ $until }) ولم يمكن تجديدها: { $fault }. المحاولة التالية: { $next }.
check-certificates-private = لا تصدر أي سلطة تصديق شهادة للاسم { $name } لأنه ليس اسمًا عامًا. أعطِ التطبيق عنوانًا آخر، أو استخدم لكل العناوين شهادات من ملفات (TLS_CERT_FILE بدل ACME_EMAIL).
check-certificates-wildcard = لا تُطلب شهادات للعناوين التي فيها *: { $names }. أضف العناوين الدقيقة إلى التطبيقات، أو استخدم لكل العناوين شهادات من ملفات (TLS_CERT_FILE بدل ACME_EMAIL).
check-certificates-files = لكل عنوان شهادة في TLS_CERT_FILE.
check-certificates-none = لا توجد في TLS_CERT_FILE شهادة للاسم { $name }: لا تستطيع المتصفحات فتحه. أضف شهادة، أو أعطِ التطبيق عنوانًا آخر.
check-certificates-over = انتهت شهادة { $name } ({ $until }): ترفضها المتصفحات. استبدل ملفات TLS_CERT_FILE وTLS_KEY_FILE.
check-certificates-early = شهادة { $name } ليست سارية بعد: ترفضها المتصفحات. هل ساعة هذا الجهاز صحيحة؟
check-certificates-soon = تنتهي شهادة { $name } { $until }. استبدل ملفات TLS_CERT_FILE وTLS_KEY_FILE قبل ذلك.
check-apps = التطبيقات الأخرى
check-apps-good = كل التطبيقات المفعّلة تقبل الاتصالات.
check-apps-silent = لا يستجيب { $app } على { $upstream } ({ $fault }). شغّله أو صحّح عنوانه ضمن «التطبيقات».
check-apps-tls = لا يمكن الوصول إلى { $app } عبر https على { $upstream } ({ $fault }). صحّح شهادته، أو ملف سلطة التصديق ضمن «التطبيقات».
check-app-silent = لا أحد يجيب عند { $upstream } ({ $fault }). شغّل التطبيق، أو صحّح UPSTREAM_URL.
check-app-slow = لا يجيب { $upstream } خلال ثانيتين. هل بينهما جدار ناري؟

## Errors
error-status = الحالة { $status } · الطلب { $id }
error-start = إلى الصفحة الرئيسية
error-app = افتح التطبيق من جديد
too-many-forgot = اختيار كلمة مرور جديدة
error-400 = طلب غير صالح
error-401 = يلزم تسجيل الدخول
error-403 = الوصول مرفوض
error-form = لم يُقبل النموذج
error-cookie = ملفات تعريف الارتباط مطلوبة
error-404 = الصفحة غير موجودة
error-405 = غير ممكن عند هذا العنوان
error-408 = انتهت مهلة الطلب
error-409 = غير ممكن في هذه اللحظة
error-410 = لم يعد هذا الرابط صالحًا
error-handover = لم يكتمل الدخول إلى التطبيق
error-413 = بيانات أكثر من اللازم
error-415 = صيغة غير معروفة
error-422 = في النموذج أخطاء
error-429 = محاولات كثيرة جدًا
error-431 = ترويسات الطلب أكبر من اللازم
error-500 = حدث خطأ
error-502 = التطبيق لا يجيب
error-503 = غير متاح في هذه اللحظة
error-504 = يستغرق التطبيق وقتًا طويلًا
fault-csrf = لم يُرسل هذا النموذج من { $url }، وهو العنوان المضبوط لهذا الموقع (APP_URL)؛ يقول المتصفح إنه جاء من { $origin }. افتح { $url } وحاول هناك مرة أخرى. إن كان المقصود استعمال عنوان آخر فعلى من يشغّل الموقع أن يضبط APP_URL عليه.
fault-cookie = لم يرسل متصفحك أي ملف تعريف ارتباط مع هذا النموذج. ملفات تعريف الارتباط لازمة لتسجيل الدخول: اسمح بها لـ { $url }، وافتح الصفحة من جديد، ثم أرسل النموذج مرة أخرى. إن بقيت الصفحة مفتوحة يومًا فيكفي فتحها من جديد.
fault-cookie-insecure = أُرسل هذا النموذج دون https، ودونه لا يحفظ متصفحك ملفات تعريف الارتباط الخاصة بـ { $url } واللازمة لتسجيل الدخول. افتح { $url } وحاول هناك مرة أخرى.
fault-form-out-of-date = لم يعد نموذج { $url } هذا صالحًا: سجّلت الدخول أو الخروج بعد فتحه، أو بقي مفتوحًا مدة طويلة. عُد، وأعد تحميل الصفحة، ثم حاول مرة أخرى.
fault-too-many = محاولات كثيرة جدًا. حاول مرة أخرى بعد { $minutes ->
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $minutes } دقائق
    [many] { $minutes } دقيقة
   *[other] { $minutes } دقيقة
}.
fault-link = لم يعد هذا الرابط صالحًا: استُعمل، أو انتهت صلاحيته، أو حلّ محلّه رابط أحدث. اطلب رابطًا جديدًا.
fault-handover = تعذّر إكمال هذا الدخول إلى التطبيق: استُعمل من قبل، أو استغرق وقتًا طويلًا، أو بدأ في متصفح آخر. افتح التطبيق من جديد.
fault-handover-address = هذا العنوان لا يخص أي تطبيق هنا. افتح التطبيق بعنوانه المعتاد، أو اسأل من يديره.
fault-last-admin = هذا آخر مدير يستطيع تسجيل الدخول. اجعل شخصًا آخر مديرًا أولًا.
fault-busy = الخادم مشغول. حاول مجددًا بعد بضع ثوانٍ.
fault-pair-closed = جرت محاولات كثيرة جدًا لتخمين اسم المستخدم وكلمة المرور المضبوطين، فلم يعودا يفتحان شيئًا. يستطيع من يدير هذا الموقع إنشاء المدير الأول برمز الإعداد أو ضبط كلمة مرور أخرى.
fault-unavailable = هذه الخدمة غير متاحة في هذه اللحظة. حاول مرة أخرى بعد بضع ثوانٍ.
fault-sign-in = سجّل الدخول للمتابعة.
fault-not-allowed = لا يُسمح لحسابك بهذا.
fault-closed = لهذا الخادم مديره الأول.
fault-changed = جرى تعديل هذا بعد أن فتحته، فلم يُحفظ شيء. افتحه في نافذة أخرى لترى حاله الآن، ثم احفظ مرة أخرى ليحل ما كتبته محله.
fault-rules = في النموذج أخطاء.
fault-internal = حدث خطأ من جهتنا.
fault-no-app = لا تطبيق في هذا الموقع له هذا العنوان. إن كان ينبغي أن يكون هنا تطبيق فعلى أحد المشرفين أن يضيفه ضمن «التطبيقات».
fault-token = هذا الرمز غير صالح: أُلغي أو انتهت صلاحيته أو لا يُسمح لصاحبه بتسجيل الدخول. أنشئ رمزًا جديدًا من صفحة حسابك.
fault-token-scope = هذا الرمز غير مخصص لهذا التطبيق أو المسار أو الطريقة أو الشبكة. أنشئ رمزًا مناسبًا.
fault-token-several = يحتوي الطلب على رمزين مختلفين. أرسل رمزًا واحدًا.
fault-token-username = عند استعمال رمز ككلمة مرور، يجب أن يكون اسم المستخدم «token» أو عنوان صاحبه.
fault-token-rules = قواعد هذا التطبيق لا تسمح هنا برمز لهذا الشخص. اطلب من مشرف تغيير القواعد.
fault-token-wait = وصلت رموز خاطئة كثيرة من عنوانك، لذلك لن يُبحث عن رموز أخرى لمدة { $minutes ->
    [zero] { $minutes } دقيقة
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $minutes } دقائق
    [many] { $minutes } دقيقة
   *[other] { $minutes } دقيقة
}. أما الرمز الصحيح فيُقبل رغم ذلك.
fault-token-mistyped = تبدأ بيانات الدخول في هذا الطلب بـ pc_ مثل رموز Portcullis لكنها ليست رمزًا: كُتبت خطأً أو نُقلت ناقصة، أو أنها تخص التطبيق. انسخ الرمز كاملًا مرة أخرى، أو أنشئ رمزًا جديدًا من صفحة حسابك.
fault-not-found = لا توجد صفحة عند هذا العنوان.
fault-too-large = ما أُرسل كبير جدًا.
fault-head-too-large = أرسل متصفحك أكثر من 64 كيبيبايت إلى جانب الطلب نفسه، وغالبًا ما تكون ملفات تعريف الارتباط. احذف ملفات تعريف الارتباط الخاصة بهذا الموقع ثم حاول مرة أخرى.
fault-too-slow = وصل ما أُرسل ببطء شديد.
fault-media-type = تُرسل النماذج بصيغة application/x-www-form-urlencoded.
fault-method = لا يمكن فعل هذا عند هذا العنوان.
fault-upstream = التطبيق خلف هذه البوابة لا يجيب. على مشغّله أن يبدأه أو يصلحه.
fault-upstream-timeout = استغرق التطبيق خلف هذه البوابة وقتًا طويلًا حتى يجيب.
fault-ambiguous-address = قد تقرأ بعض البرامج هذا العنوان على أنه إحدى صفحات تسجيل الدخول، لذلك لا يُمرَّر إلى التطبيق. اكتبه بلا شرطات مائلة مكررة ولا نقاط ولا فواصل منقوطة تؤدي إلى /_auth.
fault-no-websocket = هذه ليست مصافحة WebSocket.
fault-foreign-websocket = فتح موقع آخر هذا الـ WebSocket.
fault-ambiguous-length = يمكن قراءة طول هذا الطلب بأكثر من طريقة.
fault-service-worker = يستطيع service worker في الجذر قراءة صفحات تسجيل الدخول؛ ضع ملفه في مجلد (docs/APPS.md).
fault-host = لا يوضح الطلب لأي مضيف هو: الاسم ناقص أو جاء مرتين أو غير صالح.
fault-unknown-host = لا يوجد شيء في هذا العنوان.
fault-not-for-you = أنت مسجل الدخول باسم { $who }، ولا يُسمح لهذا الحساب بفتح هذا الجزء من { $app }. إن كنت تحتاج إليه فاطلب من أحد مديري هذا الموقع.
fault-for-nobody = لا يُسمح لأحد بفتح هذا الجزء من { $app }. إن كنت تحتاج إليه فاطلب من أحد مديري هذا الموقع.
fault-needs-factor = يتطلب هذا عاملًا ثانيًا أُثبت منذ تسجيل دخولك. افتحه صفحةً مستقلة في متصفحك: عندئذ يُطلب منك عاملك الثاني. إن لم يكن لديك أي عامل فأضف واحدًا في صفحة حسابك.
address-not-an-origin = ليس { $address } عنوانًا مثل { $scheme }://wiki.example.org: مخطط ومضيف وربما منفذ، لا غير.
address-other-scheme = لـ { $address } المخطط الآخر. تبدأ جميع العناوين بـ { $scheme }:// مثل APP_URL.
address-wildcard = { $address }: يجوز أن تحل * واحدة محل جزء كامل من اسم المضيف، ولكن ليس الجزء الأخير.
address-portal = { $address } هو عنوان هذا الموقع نفسه (APP_URL). يُحدَّد التطبيق هناك بـ UPSTREAM_URL.
address-shared = للعنوان { $address } مضيف { $app } نفسه على منفذ آخر، ولا يستطيع وكيلك التمييز بينهما. امنح كل تطبيق اسم مضيف خاصًا به.
address-taken = { $address } يخص { $app } بالفعل.
addresses-count = أدخل من 1 إلى { $max } من العناوين.
addresses-overlap = { $address } وعنوان آخر من هذه العناوين يعنيان المضيف نفسه.
app-name-invalid = أدخل اسمًا من 1 إلى { $max } حرفًا.
app-name-taken = لتطبيق آخر هذا الاسم.
app-host-invalid = اترك هذا الحقل فارغًا، أو اكتب “upstream” أو اسم مضيف وربما منفذًا.
app-origin-invalid = ليس { $origin } أصلًا مثل https://embed.example.org.
header-line = النص «{ $line }» غير مفهوم. اكتب ما تبيّنه الترويسة ثم = ثم اسمها، مثل email = X-Mail.
header-part = لا يمكن لترويسة أن تبيّن «{ $part }». اختر من: user، email، username، id، name، role، groups، groups-piped.
header-name = يبدأ اسم الترويسة بحرف لاتيني ولا يحوي إلا حروفًا لاتينية وأرقامًا وخمس شرطات على الأكثر، و64 محرفًا على الأكثر إجمالًا.
header-reserved = للاسم { $header } معنى آخر لدى المتصفحات أو الوسطاء أو هذه البوابة. اختر اسمًا آخر.
header-twice = الاسم { $header } مكرر؛ لا فرق بين الأحرف الكبيرة والصغيرة ولا بين الشرطة والشرطة السفلية. اكتب كل اسم مرة واحدة.
header-count = العدد كبير؛ الحد الأقصى { $max }.
header-value = لا يجوز أن تحوي قيمة { $header } إلا محارف ASCII، و{ $max } على الأكثر.
header-value-missing = لا قيمة بعد للترويسة { $header }. اكتبها بعد نقطتين.
setting-of-upstreams = لا يستطيع ذلك إلا الوكيل المدمج. اترك هذا الحقل فارغًا، أو اختر الوكيل المدمج.
upstream-or-forward-auth = اذكر أين يستمع التطبيق، مثل http://10.0.0.5:8080، أو اختر «عبر وكيلك الخاص» إذا كان أمامه.
upstream-of-forward-auth = ليس للتطبيق خلف الوكيل الخاص بك عنوان هدف هنا. اترك هذا الحقل فارغًا، أو اختر الوكيل المدمج.
upstream-itself = هذا عنوان Portcullis نفسه. أدخل عنوان التطبيق.
upstream-invalid = أدخل عنوانًا مثل http://10.0.0.5:8080 أو https://wiki.internal أو unix:/run/wiki.sock من دون مسار.
ca-file-without-https = لا يوجد ما يُتحقق منه من الشهادات إلا لعنوان هدف https.
ca-file-unreadable = لا يستطيع الخادم قراءة شهادة من هذا الملف. أدخل المسار المطلق لملف PEM.
number-invalid = أدخل عددًا صحيحًا من 1 إلى { $max }، أو اترك هذا الحقل فارغًا.
choice-invalid = اختر أحد الخيارات.
rule-path-slash = يبدأ المسار بـ /.
rule-path-ambiguous = قد تقرأ البرامج هذا المسار بطرق مختلفة. تجنب ? و # و ; والشرطات المعكوسة والشرطات المرمَّزة.
rule-path-segments = ليس في المسار أجزاء فارغة، ولا جزء هو . أو ..
rule-path-long = طول المسار { $max } بايت على الأكثر.
rule-path-reserved = كل ما تحت /_auth يخص البوابة؛ لا تسري أي قاعدة هناك.
rule-methods-invalid = ليست { $method } طريقة معروفة هنا من طرق HTTP أو WebDAV. أدخل أسماء بأحرف كبيرة مثل GET و POST و PROPFIND، أو اترك هذا الحقل فارغًا للكل.
rule-tie = لهذا التطبيق قاعدة لهذا المسار بالفعل. غيّرها، أو اذكر طرقًا.
rule-tie-methods = لهذا التطبيق قاعدة لهذا المسار و { $methods } بالفعل. غيّرها، أو اذكر طرقًا أخرى.
grant-who = اختر من يُسمح له بالدخول.
grants-too-many = تسمّي القاعدة { $max } أنواع من الأشخاص على الأكثر. اجمع بعضهم في مجموعة.
grant-who-and-names = المجموعات والأشخاص لخيار «مجموعات وأشخاص» وحده؛ وهو يحتاج إلى واحد منها على الأقل.
grant-public-proof = من لم يسجل الدخول لا يستطيع إثبات هويته. اختر «كل من سجّل الدخول»، أو احذف هذا الشرط.
grant-until = أدخل تاريخًا مثل 2027-01-31 أو لحظة مثل 2027-01-31T18:00:00Z.
token-app = اختر أحد التطبيقات التي يُسمح لصاحب الرمز بدخولها.
token-name-empty = أعطِ الرمز اسمًا، مثل اسم الجهاز الذي سيستعمله.
token-too-many = يمكن أن يكون للحساب { $max } من الرموز والروابط الموقّعة. ألغِ ما لم تعد هناك حاجة إليه.
token-owner-inactive = حساب صاحب الرمز غير نشط: إما أنه معطّل أو لم تُقبل دعوته بعد.
token-expires-over = لقد مضى هذا الوقت بالفعل.
token-expires-late = تمتد صلاحية الرمز عشر سنوات على الأكثر.
grant-group-unknown = لا توجد مجموعة { $group }.
grant-person-unknown = لا يوجد حساب { $email }.
grant-network = ليس { $network } شبكة مثل 10.0.0.0/8.
explain-address = أدخل عنوانًا كاملًا مثل https://wiki.example.org/page.
explain-no-app = لا يوجد تطبيق في هذا العنوان.
explain-path = لا تمرر البوابة هذا المسار إلى أي تطبيق.
explain-no-account = لا يوجد حساب بهذا العنوان، أو هو معطَّل.
fault-no-original = لا يقول الوكيل بوضوح أي طريقة ومضيف ومسار مطلوب: ترويسة ناقصة أو جاءت مرتين أو لا معنى لها. في docs/FORWARD-AUTH.md إعداد كل وكيل، ويقول سجل البوابة ما الخطأ.
fault-untrusted-proxy = لا يجيب هذا العنوان إلا الوكلاء المذكورين في TRUSTED_PROXIES.
fault-navigation = تُفتح هذه الصفحة في نافذة خاصة بها، لا من برنامج نصي ولا من إطار.
fault-form-cut = لم يصل النموذج كاملًا.
fault-form-malformed = النموذج غير سليم.
fault-metrics = القياسات لهذا الجهاز وحده، أو لمن يحمل METRICS_TOKEN بوصفه رمز Bearer.
fault-no-invitation = لهذا الحساب كلمة مرور؛ لا دعوة تُعطى.
fault-choose-change = اختر ما يُفعل بالحسابات المختارة.
fault-none-selected = لم يُختر أي حساب. ارجع وحدّد الحسابات التي تقصدها.
fault-admins-only = لا يفتح هذه الصفحة إلا المديرون.
fault-configured = اسم المستخدم وكلمة المرور المضبوطان يفتحان التطبيق ولا شيء غيره.
fault-address = العنوان غير مفهوم.

## Mails. A subject is one line and names nobody.
mail-hello = مرحبًا،
mail-event = الوقت: { $when }. من: { $source }، باستعمال { $device }.
mail-device-unknown = متصفح غير معروف
mail-reset = اختر كلمة مرور جديدة
mail-reset-text = طلب شخص، لعله أنت، كلمة مرور جديدة في { $site }. افتح هذا الرابط لتختارها:
mail-reset-end = يعمل الرابط مرة واحدة، خلال { $minutes ->
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $minutes } دقائق
    [many] { $minutes } دقيقة
   *[other] { $minutes } دقيقة
}. إن لم تكن أنت فلا تفعل شيئًا: تبقى كلمة مرورك كما هي.
mail-invitation = أنت مدعو
mail-invitation-text = مُنحت حسابًا في { $name }، { $site }. يكون الدخول إليه بعنوان بريد وكلمة مرور.
mail-invitation-by = جاءتك الدعوة من { $inviter }.
mail-invitation-open = افتح هذا الرابط لتختار كلمة مرورك:
mail-invitation-end = يعمل الرابط مرة واحدة، حتى { $until }. إن لم تكن تنتظر دعوة فلا تفعل شيئًا.
mail-confirm = أكّد عنوانك الجديد
mail-confirm-text = يريد شخص، لعله أنت، استعمال هذا العنوان لحساب في { $site }. افتح هذا الرابط لتأكيده:
mail-confirm-end = يعمل الرابط مرة واحدة، خلال يوم. إن لم تكن أنت فلا تفعل شيئًا.
mail-password-changed = تغيّرت كلمة مرورك
mail-password-changed-text = تغيّرت كلمة مرور حسابك في { $site }، وانتهت جلساتك الأخرى.
mail-password-changed-end = إن لم تكن أنت فاطلب كلمة مرور جديدة فورًا وأخبر المدير.
mail-reset-done = عُيّنت لك كلمة مرور جديدة
mail-reset-done-text = عُيّنت كلمة مرور حسابك في { $site } برابط، وانتهت كل الجلسات.
mail-reset-done-end = إن لم تكن أنت فهناك من يستطيع قراءة بريدك: أخبر المدير.
mail-new-device = تسجيل دخول جديد إلى حسابك
mail-new-device-text = سجّل شخص الدخول إلى حسابك في { $site } من متصفح لم يُستعمل من قبل.
mail-new-device-end = إن لم تكن أنت فغيّر كلمة مرورك؛ فهذا ينهي كل جلسة أخرى. لكنه لا يزيل مفتاح مرور لغيرك: انظر في صفحة «العوامل الثانية» في حسابك وأزل ما ليس لك، أو اطلب من المدير إزالة جميع عواملك الثانية.
mail-email-changed = تغيّر عنوانك
mail-email-changed-text = للحساب في { $site } الذي كان يستعمل هذا العنوان عنوان آخر الآن: { $email }.
mail-email-changed-end = إن لم تكن أنت فأخبر المدير فورًا.
mail-token-made = أُنشئ رمز لحسابك
mail-token-made-text = أنشأ مشرف الرمز «{ $token }» لحسابك في { $site }. به يستطيع برنامج نصي أو جهاز استعمال التطبيق { $app } باسمك.
mail-token-made-end = إن لم تكن تتوقعه فألغِه من صفحة حسابك.
mail-factor-added = أضيف عامل ثانٍ إلى حسابك
mail-factor-added-text = أضيف عامل ثانٍ إلى حسابك في { $site }.
mail-factor-added-end = إن لم تكن أنت من فعل ذلك، فغيّر كلمة المرور فورًا وأخبر المشرف. كلمة مرور جديدة لا تزيل مفتاح مرور أو تطبيقًا لغيرك: انظر في صفحة «العوامل الثانية» في حسابك وأزل ما ليس لك، أو اطلب من مشرف إزالة جميع عواملك الثانية.
mail-factor-removed = أزيل عامل ثانٍ من حسابك
mail-factor-removed-text = أزيل عامل ثانٍ من حسابك في { $site }.
mail-recovery-created = أنشئت رموز استرداد جديدة لحسابك
mail-recovery-created-text = أنشئت رموز استرداد جديدة لحسابك في { $site }. سترفض القديمة من الآن فصاعدًا.
mail-recovery-used = استخدم رمز استرداد
mail-recovery-used-text = استُخدم رمز استرداد لحسابك في { $site }. لا يمكن استخدامه مرة أخرى.
mail-factor-failed = أحدهم يعرف كلمة مرورك
mail-factor-failed-text = أدخل أحدهم كلمة المرور الصحيحة لحسابك في { $site } ثم قدّم خمس إجابات خاطئة لعاملك الثاني، برموز أو بمفاتيح مرور. أُنهي تسجيل الدخول ولم يُفتح شيء.
mail-factor-failed-end = إن لم تكن أنت، فغيّر كلمة المرور فورًا: شخص آخر يعرفها.
mail-confirm-failed = أُدخلت رموز خاطئة في حسابك
mail-confirm-failed-text = في إحدى جلسات حسابك في { $site }، طُلب من أحدهم تأكيد هويته فقدّم خمس إجابات خاطئة لعاملك الثاني، برموز أو بمفاتيح مرور. لم يتغير شيء.
mail-factors-reset = أزيلت عواملك الثانية
mail-factors-reset-text = أزال أحد القائمين على الموقع جميع العوامل الثانية لحسابك في { $site } وانتهت جلساتك.
mail-factors-reset-end = إن لم تطلب ذلك، فأخبر المشرف فورًا.
mail-certificate-ends = شهادة تنتهي قريبًا
mail-certificate-ends-text = شهادة { $host } صالحة حتى { $end } ولم تُجدَّد حتى الآن. من دون شهادة جديدة سترفض المتصفحات فتح { $host }.
mail-certificate-ends-end = تذكر صفحة «قائمة التحقق» في { $site } السبب وما ينبغي فعله.
mail-test-subject = رسالة تجربة
mail-test-text = هذه رسالة التجربة التي طلبتها في { $site }. الرسائل تصل.
