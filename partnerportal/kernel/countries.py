"""Countries as VAT law groups them (rule 45)."""

EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
SWISS_VAT = frozenset(("CH", "LI"))


def vat_prefix(country: str) -> str:
    """Return the two letters that VAT numbers of ``country`` begin with."""
    return "EL" if country == "GR" else country
