"""Well-formed input about orders, documents, accounts, earnings and rates."""

from billing.forms.accounts import ClarifyForm, CorrectionForm, RejectionForm, TopUpForm, WithdrawForm
from billing.forms.documents import CreditForm, ExportForm, IssueForm, MarkupForm, PayForm, PaymentNoticeForm
from billing.forms.earnings import EarningsForm
from billing.forms.ordering import (
    CalculatorForm,
    CartForm,
    FewerForm,
    OfferChoiceField,
    OrderForm,
    PlanForm,
    RenewForm,
    SimulatorForm,
    UnitsForm,
    new_key,
)
from billing.forms.rates import CsvFileForm, PriceForm, RateForm, RateListForm, ScaleForm

__all__ = [
    "CalculatorForm",
    "CartForm",
    "ClarifyForm",
    "CorrectionForm",
    "CreditForm",
    "CsvFileForm",
    "EarningsForm",
    "ExportForm",
    "FewerForm",
    "IssueForm",
    "MarkupForm",
    "OfferChoiceField",
    "OrderForm",
    "PayForm",
    "PaymentNoticeForm",
    "PlanForm",
    "PriceForm",
    "RateForm",
    "RateListForm",
    "RejectionForm",
    "RenewForm",
    "ScaleForm",
    "SimulatorForm",
    "TopUpForm",
    "UnitsForm",
    "WithdrawForm",
    "new_key",
]
