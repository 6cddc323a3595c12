"""Pages about money."""

from django.urls import path

from billing.views import documents, ordering, orders, partner, renewals, staff, staff_renewals

app_name = "billing"
urlpatterns = [
    path("account/orders/", orders.OrderListView.as_view(), name="order_list"),
    path("account/orders/new/", ordering.OrderPlaceView.as_view(), name="order_place"),
    path("account/orders/renew/", ordering.RenewView.as_view(), name="renew"),
    path("account/due/", renewals.DueListView.as_view(), name="due_list"),
    path("account/products/<int:pk>/renewal/", renewals.ProductRenewalView.as_view(), name="product_renewal"),
    path("account/products/<int:pk>/plan/", renewals.PlanChangeView.as_view(), name="plan_change"),
    path("account/products/<int:pk>/plan/keep/", renewals.PlanKeepView.as_view(), name="plan_keep"),
    path("account/orders/<int:pk>/", orders.OrderDetailView.as_view(), name="order_detail"),
    path("account/orders/lines/<int:pk>/", orders.LineExplainView.as_view(), name="line_explain"),
    path("account/invoices/", documents.InvoiceListView.as_view(), name="invoice_list"),
    path("account/invoices/<int:pk>/", documents.InvoiceDetailView.as_view(), name="invoice_detail"),
    path("account/invoices/<int:pk>/pdf/", documents.InvoicePdfView.as_view(), name="invoice_pdf"),
    path("account/invoices/<int:pk>/pay/", documents.InvoicePayView.as_view(), name="invoice_pay"),
    path("account/prepaid/", documents.PrepaidView.as_view(), name="prepaid"),
    path("partner/earnings/", partner.EarningListView.as_view(), name="earning_list"),
    path("partner/exports/", partner.ExportListView.as_view(), name="export_list"),
    path("partner/clients/<int:pk>/export/", partner.ExportStartView.as_view(), name="export_start"),
    path("partner/exports/<int:pk>/", partner.ExportDetailView.as_view(), name="export_detail"),
    path("partner/exports/<int:pk>/cancel/", partner.ExportCancelView.as_view(), name="export_cancel"),
    path("partner/exports/<int:pk>/download/", partner.ExportDownloadView.as_view(), name="export_download"),
    path("partner/re-invoicing/", partner.ResaleListView.as_view(), name="resale_list"),
    path("partner/re-invoicing/lines/<int:pk>/", partner.ResaleDraftView.as_view(), name="resale_draft"),
    path("partner/re-invoicing/<int:pk>/", partner.ResaleDetailView.as_view(), name="resale_detail"),
    path("partner/re-invoicing/<int:pk>/issue/", partner.ResaleIssueView.as_view(), name="resale_issue"),
    path("partner/re-invoicing/<int:pk>/pdf/", partner.ResalePdfView.as_view(), name="resale_pdf"),
    path("staff/invoices/", staff.StaffInvoiceListView.as_view(), name="staff_invoice_list"),
    path("staff/invoices/<int:pk>/", staff.StaffInvoiceDetailView.as_view(), name="staff_invoice_detail"),
    path("staff/invoices/<int:pk>/payment/", staff.StaffPaymentView.as_view(), name="staff_payment"),
    path("staff/renewals/", staff_renewals.StaffRenewalListView.as_view(), name="staff_renewal_list"),
    path("staff/renewals/<int:pk>/retry/", staff_renewals.StaffRenewalRetryView.as_view(), name="staff_renewal_retry"),
    path("staff/checks/", staff.StaffCheckView.as_view(), name="staff_checks"),
    path("staff/jobs/", staff.StaffJobListView.as_view(), name="staff_job_list"),
    path("staff/jobs/<int:pk>/", staff.StaffJobDetailView.as_view(), name="staff_job_detail"),
    path("staff/jobs/<int:pk>/retry/", staff.StaffJobRetryView.as_view(), name="staff_job_retry"),
]
