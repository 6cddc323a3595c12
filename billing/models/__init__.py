"""Prices, orders, invoices, payments, the prepaid account and its ledger."""

from billing.models.carts import Cart, CartItem
from billing.models.checks import CheckRun
from billing.models.documents import CreditNote, CreditNoteLine, Invoice, NumberSeries, Payment, Resale
from billing.models.earnings import Earning, EarningTotal
from billing.models.incoming import IncomingPayment, StatementLine
from billing.models.ledger import Correction, LedgerEntry, PrepaidAccount, Withdrawal
from billing.models.orders import Coverage, Order, OrderLine, RenewalFailure
from billing.models.prices import DegressiveStep, PartnerRate, Price, Valid, VatRate

__all__ = [
    "Cart",
    "CartItem",
    "CheckRun",
    "Correction",
    "Coverage",
    "CreditNote",
    "CreditNoteLine",
    "DegressiveStep",
    "Earning",
    "EarningTotal",
    "IncomingPayment",
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
    "StatementLine",
    "Valid",
    "VatRate",
    "Withdrawal",
]
