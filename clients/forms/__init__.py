"""Well-formed input about partners with access, clients, their people and products."""

from clients.forms.asking import ClaimForm, PartnerSearchForm, RefuseForm, RequestForm
from clients.forms.grants import (
    AS_ASKED,
    PRESETS,
    RIGHT_COLUMNS,
    ChangeAccessForm,
    InviteForm,
    PayerForm,
    TermsForm,
    as_json,
    grid_of,
    initial_terms,
    product_rows,
)
from clients.forms.people import (
    AssignForm,
    RightsForm,
    TeamChangeForm,
    TeamCreateForm,
    TeamForm,
    TeamMembersForm,
    TickedClientsForm,
)
from clients.forms.products import AutomaticForm, CancelForm, DescribeForm, RenewalsForm, TransferForm

__all__ = [
    "AS_ASKED",
    "PRESETS",
    "RIGHT_COLUMNS",
    "AssignForm",
    "AutomaticForm",
    "CancelForm",
    "ChangeAccessForm",
    "ClaimForm",
    "DescribeForm",
    "InviteForm",
    "PartnerSearchForm",
    "PayerForm",
    "RefuseForm",
    "RenewalsForm",
    "RequestForm",
    "RightsForm",
    "TeamChangeForm",
    "TeamCreateForm",
    "TeamForm",
    "TeamMembersForm",
    "TermsForm",
    "TickedClientsForm",
    "TransferForm",
    "as_json",
    "grid_of",
    "initial_terms",
    "product_rows",
]
