"""Words of the directory: what partners help with, what they speak, where they are (Q29)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Skill(models.TextChoices):
    """What a partner helps with."""

    SITES = "SITES", _("Websites")
    SHOPS = "SHOPS", _("Shops")
    DESIGN = "DESIGN", _("Design")
    MIGRATION = "MIGRATION", _("Migration")
    MAIL = "MAIL", _("Mail")
    CLOUD = "CLOUD", _("Cloud")
    MAINTENANCE = "MAINTENANCE", _("Maintenance")
    SECURITY = "SECURITY", _("Security")
    ACCESSIBILITY = "ACCESSIBILITY", _("Accessibility")
    TRAINING = "TRAINING", _("Training")


class Spoken(models.TextChoices):
    """Languages that a partner speaks with its clients."""

    GERMAN = "de", _("German")
    FRENCH = "fr", _("French")
    ITALIAN = "it", _("Italian")
    ROMANSH = "rm", _("Romansh")
    ENGLISH = "en", _("English")
    SPANISH = "es", _("Spanish")
    PORTUGUESE = "pt", _("Portuguese")
    DUTCH = "nl", _("Dutch")


class Canton(models.TextChoices):
    """Swiss cantons by their ISO 3166-2 code: the regions of a Swiss partner. Elsewhere the country is the region."""

    AG = "CH-AG", _("Aargau")
    AR = "CH-AR", _("Appenzell Ausserrhoden")
    AI = "CH-AI", _("Appenzell Innerrhoden")
    BL = "CH-BL", _("Basel-Landschaft")
    BS = "CH-BS", _("Basel-Stadt")
    BE = "CH-BE", _("Bern")
    FR = "CH-FR", _("Fribourg")
    GE = "CH-GE", _("Genève")
    GL = "CH-GL", _("Glarus")
    GR = "CH-GR", _("Graubünden")
    JU = "CH-JU", _("Jura")
    LU = "CH-LU", _("Luzern")
    NE = "CH-NE", _("Neuchâtel")
    NW = "CH-NW", _("Nidwalden")
    OW = "CH-OW", _("Obwalden")
    SH = "CH-SH", _("Schaffhausen")
    SZ = "CH-SZ", _("Schwyz")
    SO = "CH-SO", _("Solothurn")
    SG = "CH-SG", _("St. Gallen")
    TI = "CH-TI", _("Ticino")
    TG = "CH-TG", _("Thurgau")
    UR = "CH-UR", _("Uri")
    VS = "CH-VS", _("Valais")
    VD = "CH-VD", _("Vaud")
    ZG = "CH-ZG", _("Zug")
    ZH = "CH-ZH", _("Zürich")
