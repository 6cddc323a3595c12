"""Who may what about money."""

from clients.choices import Right
from partnerportal.accounts.choices import WHOLE, StaffRole
from partnerportal.accounts.permissions import ALL_STAFF, Holding, Permission

MONEY = frozenset({StaffRole.FINANCE, StaffRole.MANAGER})  # who of the staff moves money


class BillingPermission(Permission):
    """Orders, invoices, prepaid account, earnings, exports."""

    ORDER_VIEW = Holding("billing.order.view", roles=WHOLE, accounting=True, right=Right.VIEW)
    ORDER_PLACE = Holding("billing.order.place", roles=WHOLE, right=Right.ORDER)
    # What is due, and how products go on; amounts stand there for whoever pays them.
    DUE_VIEW = Holding("billing.due.view", roles=WHOLE, accounting=True, right=Right.ORDER)
    AMOUNT_EXPLAIN = Holding("billing.amount.explain", roles=WHOLE, accounting=True, right=Right.ORDER)
    # Rule 28; in a client's space the invoices that one's own organisation pays for that client (rule 25).
    INVOICE_VIEW = Holding("billing.invoice.view", roles=WHOLE, accounting=True, right=Right.BILLING)
    INVOICE_PAY = Holding("billing.invoice.pay", roles=WHOLE, accounting=True)
    PREPAID_VIEW = Holding("billing.prepaid.view", roles=WHOLE, accounting=True)
    WITHDRAWAL_REQUEST = Holding("billing.withdrawal.request", roles=WHOLE)
    EARNING_VIEW = Holding("billing.earning.view", roles=WHOLE, accounting=True)
    EXPORT_START = Holding("billing.export.start", roles=WHOLE, accounting=True)  # rule 50
    RESALE_MANAGE = Holding("billing.resale.manage", roles=WHOLE, accounting=True)
    STAFF_INVOICE_VIEW = Holding("billing.invoice.staff_view", staff=ALL_STAFF)
    STAFF_PAYMENT_SETTLE = Holding("billing.payment.settle", staff=MONEY)
    STAFF_RENEWAL_VIEW = Holding("billing.renewal.staff_view", staff=ALL_STAFF)
    STAFF_RENEWAL_RETRY = Holding("billing.renewal.staff_retry", staff=MONEY)
    STAFF_CREDIT_ISSUE = Holding("billing.credit_note.issue", staff=MONEY)
    STAFF_ACCOUNT_VIEW = Holding("billing.account.staff_view", staff=ALL_STAFF)
    STAFF_ACCOUNT_MOVE = Holding("billing.account.move", staff=MONEY)  # top-ups, corrections, withdrawals
    STAFF_CHECK_VIEW = Holding(
        "billing.check.staff_view", staff=frozenset({StaffRole.FINANCE, StaffRole.MANAGER, StaffRole.AUDITOR})
    )
    STAFF_CHECK_START = Holding("billing.check.start", staff=MONEY)
    STAFF_JOB_VIEW = Holding("billing.job.staff_view", staff=ALL_STAFF)
    STAFF_JOB_RETRY = Holding("billing.job.staff_retry", staff=frozenset({StaffRole.MANAGER, StaffRole.FINANCE}))
    STAFF_RATE_VIEW = Holding("billing.rate.staff_view", staff=ALL_STAFF)
    STAFF_RATE_CHANGE = Holding("billing.rate.change", staff=frozenset({StaffRole.MANAGER, StaffRole.FINANCE}))
    SIMULATE = Holding("billing.price.simulate", roles=WHOLE, accounting=True)
