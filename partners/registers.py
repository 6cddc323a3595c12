"""Company registers by country, checked by python-stdnum; elsewhere free text that staff looks up (rule 1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from stdnum.at import businessid
from stdnum.be import vat as be_vat
from stdnum.ch import uid
from stdnum.de import handelsregisternummer
from stdnum.es import cif
from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret
from stdnum.it import iva
from stdnum.li import peid
from stdnum.lu import tva

from partners.exceptions import NotEligible


@dataclass(frozen=True)
class Register:
    """A country's register: its name for people, an example, and the checks one of which a number must pass."""

    name: str
    example: str
    checks: tuple[Any, ...]


REGISTERS = {
    "CH": Register("UID", "CHE-100.155.212", (uid,)),
    "LI": Register("PEID", "1234567", (peid,)),
    "FR": Register("SIRET / SIREN", "732 829 320 00074", (siret, siren)),
    "DE": Register("Handelsregister", "Aachen HRA 11223", (handelsregisternummer,)),
    "AT": Register("Firmenbuch", "FN 122119m", (businessid,)),
    "IT": Register("Partita IVA", "00743110157", (iva,)),
    "ES": Register("CIF", "A-58818501", (cif,)),
    "BE": Register("KBO / BCE", "0403.019.261", (be_vat,)),
    "LU": Register("TVA", "LU 150 274 42", (tva,)),
}


def checked(*, country: str, number: str) -> str:
    """Return ``number`` in the compact form that tells doubles apart.

    Raises :class:`NotEligible`, beside the field, for a number that the country's register could not have given.
    """
    number = number.strip()
    if not number:
        raise NotEligible(_("Tell the number under which the company is registered."), field="register_number")
    register = REGISTERS.get(country)
    if register is None:
        compact = "".join(letter for letter in number.upper() if letter.isalnum())
        if not compact:
            raise NotEligible(_("A register number has letters or digits."), field="register_number")
        return compact
    for check in register.checks:
        try:
            return _of_the_company(country, check.validate(_bare(country, number)))
        except ValidationError:
            continue
    message = _("This is not a %(register)s number. It looks like this: %(example)s.") % {
        "register": register.name,
        "example": register.example,
    }
    raise NotEligible(message, field="register_number")


def _bare(country: str, number: str) -> str:
    """Return the number without what people write around it: a Swiss one's VAT suffix, a Spanish one's country."""
    if country == "CH":
        return re.sub(r"(?i)\s*(MWST|TVA|IVA|TPV|HR)\.?$", "", number)
    return re.sub(r"(?i)^ES[\s-]*", "", number) if country == "ES" else number


def _of_the_company(country: str, number: str) -> str:
    """Return the part that all establishments of a company share: of a French SIRET, the SIREN."""
    return number[:9] if country == "FR" else number


def is_checked(country: str) -> bool:
    """Tell whether numbers of ``country`` are checked by calculation."""
    return country in REGISTERS
