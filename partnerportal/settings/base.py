"""What holds everywhere. Numbers that the programme's staff change are rows in the database, not settings."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from partnerportal.settings import env

ROOT = Path(__file__).resolve().parent.parent.parent

# --- Apps ---------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_countries",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "template_partials.apps.SimpleAppConfig",
    "partnerportal.audit",
    "partnerportal.web",
    "partnerportal.accounts",
    "partnerportal.catalogue",
    "partnerportal.work",
    "partnerportal.stack",
    "partners",
    "clients",
    "billing",
    "tenders",
    "directory",
    "partnerportal.demo",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "partnerportal.web.middleware.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "partnerportal.web.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "partnerportal.accounts.middleware.SeenMiddleware",
    "partnerportal.accounts.middleware.LogInFirstMiddleware",
    "partnerportal.accounts.middleware.SecondFactorMiddleware",
    "partnerportal.accounts.middleware.ActingMiddleware",
    "clients.middleware.ClientSpaceMiddleware",
]
ROOT_URLCONF = "partnerportal.urls"
WSGI_APPLICATION = "partnerportal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", [("django.template.loaders.cached.Loader", _LOADERS)])],
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "partnerportal.web.context.portal",
                "partnerportal.navigation.navigation",
            ],
        },
    },
]
FORM_RENDERER = "partnerportal.web.forms.PortalFormRenderer"

# --- The provider ---------------------------------------------------------------------------------------------------
PROVIDER = {
    "name": env.text("PROVIDER_NAME", "Alpacloud"),
    "legal_name": env.text("PROVIDER_LEGAL_NAME", "Alpacloud SA"),
    "street": env.text("PROVIDER_STREET", "Rue des Acacias 18"),
    "postcode": env.text("PROVIDER_POSTCODE", "1227"),
    "city": env.text("PROVIDER_CITY", "Genève"),
    "country": env.text("PROVIDER_COUNTRY", "CH"),
    "vat_number": env.text("PROVIDER_VAT_NUMBER", "CHE-123.456.788 MWST"),
    "support_mail": env.text("PROVIDER_SUPPORT_MAIL", "partners@alpacloud.example"),
    "site": env.text("PROVIDER_SITE", "http://localhost:8000"),
    # Where invoices and top-ups are paid to, by currency; without it they name no account.
    "bank": env.text("PROVIDER_BANK", ""),
    "iban_chf": env.text("PROVIDER_IBAN_CHF", ""),
    "iban_eur": env.text("PROVIDER_IBAN_EUR", ""),
}

# --- The programme ----------------------------------------------------------------------------------------------------
# Choices of ours where the sources are silent ([C] in the rules). Rates, steps, thresholds and terms are rows instead.
PROGRAMME: dict[str, Any] = {
    "invitation_days": env.number("PROGRAMME_INVITATION_DAYS", 30),  # Q15
    "invitation_reminder_days": env.number("PROGRAMME_INVITATION_REMINDER_DAYS", 7),  # before it expires
    "code_minutes": env.number("PROGRAMME_CODE_MINUTES", 60),  # how long a request code is valid
    "ending_notice_days": (30, 7, 1),  # before an agreed end of access; the longest first
    "access_renewal_months": env.number("PROGRAMME_ACCESS_RENEWAL_MONTHS", 12),  # one click renews for so long
    "unused_days": env.number("PROGRAMME_UNUSED_DAYS", 90),  # then the client is asked: still needed?
    "review_months": env.number("PROGRAMME_REVIEW_MONTHS", 6),  # how often a client looks through who has access
    "grace_days": env.number("PROGRAMME_GRACE_DAYS", 90),  # Q21
    "build_up_months": env.number("PROGRAMME_BUILD_UP_MONTHS", 12),  # Q22
    "tender_days": env.number("PROGRAMME_TENDER_DAYS", 60),  # Q25
    "tender_confirm_days": env.number("PROGRAMME_TENDER_CONFIRM_DAYS", 7),  # Q25: a visitor's draft waits so long
    "tender_extract_length": env.number("PROGRAMME_TENDER_EXTRACT_LENGTH", 200),  # Q24
    "client_degressive": env.flag("PROGRAMME_CLIENT_DEGRESSIVE", default=True),  # Q5
    "max_partner_rate": "0.35",  # rule 39; the database checks it too
    "theme_licence": env.text("PROGRAMME_THEME_LICENCE", "ET-DEMO-4821-7730"),  # rule 59
    "rate_file_kilobytes": env.number("PROGRAMME_RATE_FILE_KILOBYTES", 512),  # of an uploaded list of prices or rates
    "step_hint_units": env.number("PROGRAMME_STEP_HINT_UNITS", 5),  # a quote names a step that is so many units ahead
    "cart_lines": env.number("PROGRAMME_CART_LINES", 50),  # lines that a cart holds at most
    "cart_days": env.number("PROGRAMME_CART_DAYS", 60),  # so long a cart is kept that nobody touches
    "payment_days": env.number("PROGRAMME_PAYMENT_DAYS", 30),
    # Renewals (section 9)
    "renewal_days": env.number("PROGRAMME_RENEWAL_DAYS", 14),  # before a period ends its renewal is placed
    "renewal_notice_days": env.number("PROGRAMME_RENEWAL_NOTICE_DAYS", 14),  # N10: before that, the mail that says so
    "renewal_reminder_days": (60, 30, 14, 7, 1),  # before a period ends; the longest first
    "due_list_months": env.number("PROGRAMME_DUE_LIST_MONTHS", 2),  # how far the list of what is due looks by itself
    "block_days": env.number("PROGRAMME_BLOCK_DAYS", 15),  # from the first unpaid day on
    "terminate_days": env.number("PROGRAMME_TERMINATE_DAYS", 30),  # from the block on
    # Q35, in the account's own currency.
    "top_up_least": env.amount("PROGRAMME_TOP_UP_LEAST", "10"),
    "top_up_most": env.amount("PROGRAMME_TOP_UP_MOST", "10000"),
    "withdrawals": env.flag("PROGRAMME_WITHDRAWALS", default=True),  # contradiction 5 of the sources
    "withdrawal_least": env.amount("PROGRAMME_WITHDRAWAL_LEAST", "50"),
    "correction_alone_up_to": env.amount("PROGRAMME_CORRECTION_ALONE_UP_TO", "100"),  # above it two people
    "correction_alone_days": env.number("PROGRAMME_CORRECTION_ALONE_DAYS", 30),  # add up to it
}

# --- Signing in -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:start"
LOGOUT_REDIRECT_URL = "home:programme"
ACCOUNT_ADAPTER = "partnerportal.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "partnerportal.accounts.forms.SignupDetailsForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_ADAPTER = "partnerportal.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
ACCOUNT_FORMS = {
    "login": "partnerportal.accounts.login_forms.LoginForm",
    "signup": "partnerportal.accounts.login_forms.SignupForm",
    "add_email": "partnerportal.accounts.login_forms.AddEmailForm",
    "change_password": "partnerportal.accounts.login_forms.ChangePasswordForm",
    "reset_password": "partnerportal.accounts.login_forms.ResetPasswordForm",
    "reset_password_from_key": "partnerportal.accounts.login_forms.ResetPasswordKeyForm",
}
MFA_TOTP_ISSUER = PROVIDER["name"]
USERSESSIONS_TRACK_ACTIVITY = True
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_SAMESITE = "Lax"
# Every limit of ours and of allauth is multiplied by this; the browser tests raise it, nothing else does.
RATE_LIMIT_FACTOR = env.number("RATE_LIMIT_FACTOR", 1)
ACCOUNT_RATE_LIMITS: dict[str, Any] | bool = {
    "change_password": f"{5 * RATE_LIMIT_FACTOR}/m/user",
    "change_phone": False,
    "manage_email": f"{10 * RATE_LIMIT_FACTOR}/m/user",
    "reset_password": f"{20 * RATE_LIMIT_FACTOR}/m/ip,{5 * RATE_LIMIT_FACTOR}/m/key",
    "reauthenticate": f"{10 * RATE_LIMIT_FACTOR}/m/user",
    "reset_password_from_key": f"{20 * RATE_LIMIT_FACTOR}/m/ip",
    "signup": f"{20 * RATE_LIMIT_FACTOR}/m/ip",
    "login": f"{30 * RATE_LIMIT_FACTOR}/m/ip",
    "login_failed": f"{10 * RATE_LIMIT_FACTOR}/m/ip,{5 * RATE_LIMIT_FACTOR}/5m/key",
    "confirm_email": f"{RATE_LIMIT_FACTOR}/3m/key",
    "confirm_again": f"{10 * RATE_LIMIT_FACTOR}/h/ip,{2 * RATE_LIMIT_FACTOR}/10m/key",  # ours: key is the mail address
    "keep_typed": f"{30 * RATE_LIMIT_FACTOR}/h/ip",  # ours: forms kept for people whose session has ended
    "ask_client": f"{30 * RATE_LIMIT_FACTOR}/h/user,{100 * RATE_LIMIT_FACTOR}/d/key",  # ours: key is the partner
    "invite_partner": f"{30 * RATE_LIMIT_FACTOR}/h/user",  # ours
    "resend_request": f"{3 * RATE_LIMIT_FACTOR}/h/key",  # ours: key is the relationship
    "offer_product": f"{30 * RATE_LIMIT_FACTOR}/h/user,{5 * RATE_LIMIT_FACTOR}/h/key",  # ours: key is the mail address
    "try_request_code": f"{10 * RATE_LIMIT_FACTOR}/h/user",  # ours: guessing is hopeless
    "post_tender": f"{10 * RATE_LIMIT_FACTOR}/h/ip,{5 * RATE_LIMIT_FACTOR}/h/key",  # ours: key is the mail address
}

# --- Languages and time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("de", _("German")), ("it", _("Italian")), ("es", _("Spanish"))]
TRANSLATED = ["en"]  # complete ones only; a language joins when its catalogue in locale/ is whole
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "Europe/Zurich"
USE_I18N = True
USE_TZ = True
COUNTRIES_FIRST = ["CH", "LI", "FR", "DE", "AT", "IT"]

# --- Files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [ROOT / "static"]
STATIC_ROOT = ROOT / ".local" / "static"
MEDIA_ROOT = ROOT / ".local" / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 30_000  # three boxes for each product of a large client, in one form

# --- Browser security -------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    },
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "partnerportal.web.views.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FILTERS_EMPTY_CHOICE_LABEL = _("All")
DJANGO_TABLES2_TEMPLATE = "tables/table.html"

# --- Work -------------------------------------------------------------------------------------------------------------
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TASK_PUBLISH_RETRY = (
    False  # a page that saved its data never waits for a broker that is away: the sweeper re-queues
)
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BEAT_SCHEDULE = {
    "sweep jobs": {"task": "partnerportal.work.tasks.sweep", "schedule": 10.0},
    "expire invitations": {
        "task": "partnerportal.work.tasks.start_daily",
        "schedule": crontab(hour=2, minute=10),
        "kwargs": {"kind": "clients.expire_invitations"},
    },
    "remind of access": {
        "task": "partnerportal.work.tasks.start_daily",
        "schedule": crontab(hour=6, minute=10),
        "kwargs": {"kind": "clients.remind_of_access"},
    },
    "end agreed access": {
        "task": "partnerportal.work.tasks.start_hourly",
        "schedule": crontab(minute=2),
        "kwargs": {"kind": "clients.end_agreed_access"},
    },
    "expire tenders": {
        "task": "partnerportal.work.tasks.start_daily",
        "schedule": crontab(hour=2, minute=20),
        "kwargs": {"kind": "tenders.expire_tenders"},
    },
    "measure volumes": {
        "task": "partnerportal.work.tasks.start_hourly",
        "schedule": crontab(minute=5),
        "kwargs": {"kind": "billing.measure_volumes"},
    },
    "check invariants": {
        "task": "partnerportal.work.tasks.start_daily",
        "schedule": crontab(hour=4, minute=10),
        "kwargs": {"kind": "billing.check_invariants"},
    },
    "advance renewals": {
        "task": "partnerportal.work.tasks.start_daily",
        "schedule": crontab(hour=0, minute=20),
        "kwargs": {"kind": "billing.advance_renewals"},
    },
    "renew due products": {
        "task": "partnerportal.work.tasks.start_daily",
        "schedule": crontab(hour=1, minute=10),
        "kwargs": {"kind": "billing.renew_due_products"},
    },
    "remind of renewals": {
        "task": "partnerportal.work.tasks.start_daily",
        "schedule": crontab(hour=6, minute=20),
        "kwargs": {"kind": "billing.remind_of_renewals"},
    },
    "clear carts": {
        "task": "partnerportal.work.tasks.start_daily",
        "schedule": crontab(hour=2, minute=40),
        "kwargs": {"kind": "billing.clear_carts"},
    },
    "review thresholds": {
        "task": "partnerportal.work.tasks.start_daily",
        "schedule": crontab(hour=3, minute=10),
        "kwargs": {"kind": "billing.review_thresholds"},
    },
}
RENEWAL_CHUNK = env.number("RENEWAL_CHUNK", 5_000)  # products of one transaction of the renewal run
EXPORT_BATCH = env.number("EXPORT_BATCH", 100)  # rows of an export between two looks at whether it may go on
PAYMENT_BATCH = env.number("PAYMENT_BATCH", 500)  # transfers that are booked in one transaction
WORK_HEARTBEAT_TIMEOUT = timedelta(seconds=30)

# --- Mail and logs ----------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"{PROVIDER['name']} Partners <{PROVIDER['support_mail']}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "partnerportal.web.logs.json_formatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": env.text("LOG_FORMAT", "plain")}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
}
DEMO = False  # only settings.demo turns it on
