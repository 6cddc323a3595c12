"""Lists of orders, documents, accounts, earnings, work and rates."""

from billing.tables.accounts import (
    CorrectionTable,
    LedgerTable,
    StaffAccountTable,
    StaffLedgerTable,
    TransferTable,
    WithdrawalTable,
)
from billing.tables.documents import CreditNoteTable, InvoiceTable, ResaleTable, StaffCreditNoteTable, StaffInvoiceTable
from billing.tables.earnings import EarningTable, PendingTable, UnearnedTable
from billing.tables.orders import DueTable, OrderTable, RenewalFailureTable
from billing.tables.rates import RateTable
from billing.tables.work import ExportTable, StaffJobTable

__all__ = [
    "CorrectionTable",
    "CreditNoteTable",
    "DueTable",
    "EarningTable",
    "ExportTable",
    "InvoiceTable",
    "LedgerTable",
    "OrderTable",
    "PendingTable",
    "RateTable",
    "RenewalFailureTable",
    "ResaleTable",
    "StaffAccountTable",
    "StaffCreditNoteTable",
    "StaffInvoiceTable",
    "StaffJobTable",
    "StaffLedgerTable",
    "TransferTable",
    "UnearnedTable",
    "WithdrawalTable",
]
