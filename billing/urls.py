"""Pages about money."""

from django.urls import path

from billing.views import documents, ordering, orders, partner, rate_files, rates, simulator, staff

app_name = "billing"
urlpatterns = [
    path("account/orders/", orders.OrderListView.as_view(), name="order_list"),
    path("account/orders/new/", ordering.OrderPlaceView.as_view(), name="order_place"),
    path("account/orders/renew/", ordering.RenewView.as_view(), name="renew"),
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
    path("partner/simulator/", simulator.SimulatorView.as_view(), name="simulator"),
    path("staff/prices/", rates.StaffRateListView.as_view(), name="staff_price_list"),
    path("staff/prices/<slug:what>/", rates.StaffRateListView.as_view(), name="staff_rate_list"),
    path("staff/prices/<slug:what>/import/", rate_files.StaffRateImportView.as_view(), name="staff_rate_import"),
    path("staff/prices/<slug:what>/of/<str:key>/", rates.StaffRateDetailView.as_view(), name="staff_rate_detail"),
    path(
        "staff/prices/<slug:what>/of/<str:key>/change/", rates.StaffRateChangeView.as_view(), name="staff_rate_change"
    ),
    path(
        "staff/prices/<slug:what>/of/<str:key>/withdraw/<str:day>/",
        rates.StaffRateWithdrawView.as_view(),
        name="staff_rate_withdraw",
    ),
    path("staff/invoices/", staff.StaffInvoiceListView.as_view(), name="staff_invoice_list"),
    path("staff/invoices/<int:pk>/", staff.StaffInvoiceDetailView.as_view(), name="staff_invoice_detail"),
    path("staff/invoices/<int:pk>/payment/", staff.StaffPaymentView.as_view(), name="staff_payment"),
    path("staff/checks/", staff.StaffCheckView.as_view(), name="staff_checks"),
    path("staff/jobs/", staff.StaffJobListView.as_view(), name="staff_job_list"),
    path("staff/jobs/<int:pk>/", staff.StaffJobDetailView.as_view(), name="staff_job_detail"),
    path("staff/jobs/<int:pk>/retry/", staff.StaffJobRetryView.as_view(), name="staff_job_retry"),
]
