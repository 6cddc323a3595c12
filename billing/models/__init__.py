"""Prices, orders, invoices, payments, the prepaid account and its ledger."""

from billing.models.documents import Invoice, NumberSeries, Payment, Resale
from billing.models.ledger import LedgerEntry, PrepaidAccount
from billing.models.orders import Coverage, Order, OrderLine, RenewalFailure
from billing.models.prices import DegressiveStep, PartnerRate, Price, Valid, VatRate

__all__ = [
    "Coverage",
    "DegressiveStep",
    "Invoice",
    "LedgerEntry",
    "NumberSeries",
    "Order",
    "OrderLine",
    "PartnerRate",
    "Payment",
    "PrepaidAccount",
    "Price",
    "RenewalFailure",
    "Resale",
    "Valid",
    "VatRate",
]
