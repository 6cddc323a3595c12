"""Pages about relationships and products."""

from django.urls import path

from clients.views import client_side, partner_side, products, reviewing, shared, transfers

app_name = "clients"
urlpatterns = [
    path("account/products/", products.ProductListView.as_view(), name="product_list"),
    path("account/products/<int:pk>/", products.ProductDetailView.as_view(), name="product_detail"),
    path("account/products/<int:pk>/describe/", products.ProductDescribeView.as_view(), name="product_describe"),
    path("account/products/<int:pk>/statistics/", products.ProductStatisticsView.as_view(), name="product_statistics"),
    path("account/products/<int:pk>/transfer/", transfers.ProductTransferView.as_view(), name="product_transfer"),
    path(
        "account/products/transfers/<int:pk>/withdraw/",
        transfers.TransferWithdrawView.as_view(),
        name="transfer_withdraw",
    ),
    path("account/products/offered/", transfers.TransferListView.as_view(), name="transfer_list"),
    path("account/products/offered/<int:pk>/", transfers.TransferAnswerView.as_view(), name="transfer_answer"),
    path("account/products/offered/<int:pk>/refuse/", transfers.TransferRefuseView.as_view(), name="transfer_refuse"),
    path("account/products/offered/link/<str:token>/", transfers.TransferLinkView.as_view(), name="transfer_link"),
    path("account/partners/", client_side.RelationshipListView.as_view(), name="relationship_list"),
    path("account/partners/invite/", client_side.PartnerSearchView.as_view(), name="partner_search"),
    path("account/partners/invite/<int:pk>/", client_side.PartnerInviteView.as_view(), name="partner_invite"),
    path("account/partners/code/", reviewing.RequestCodeView.as_view(), name="request_code"),
    path("account/partners/review/", reviewing.AccessReviewView.as_view(), name="access_review"),
    path("account/partners/<int:pk>/", client_side.RelationshipDetailView.as_view(), name="relationship_detail"),
    path("account/partners/<int:pk>/answer/", client_side.RelationshipAnswerView.as_view(), name="relationship_answer"),
    path("account/partners/<int:pk>/access/", client_side.RelationshipChangeView.as_view(), name="relationship_change"),
    path(
        "account/partners/<int:pk>/confirm/",
        reviewing.RelationshipConfirmView.as_view(),
        name="relationship_confirm",
    ),
    path("account/partners/<int:pk>/narrow/", reviewing.RelationshipNarrowView.as_view(), name="relationship_narrow"),
    path("account/partners/<int:pk>/renew/", reviewing.RelationshipRenewView.as_view(), name="relationship_renew"),
    path("account/partners/<int:pk>/sight/", client_side.RelationshipSightView.as_view(), name="relationship_sight"),
    path("account/partners/<int:pk>/payer/", client_side.RelationshipPayerView.as_view(), name="relationship_payer"),
    path("partner/clients/", partner_side.ClientListView.as_view(), name="client_list"),
    path("partner/clients/add/", partner_side.ClientRequestView.as_view(), name="client_request"),
    path("partner/clients/<int:pk>/", partner_side.ClientDetailView.as_view(), name="client_detail"),
    path("partner/clients/<int:pk>/answer/", partner_side.ClientAnswerView.as_view(), name="client_answer"),
    path("partner/clients/<int:pk>/enter/", partner_side.ClientEnterView.as_view(), name="client_enter"),
    path("partner/clients/leave/", partner_side.ClientLeaveView.as_view(), name="client_leave"),
    path("partner/clients/<int:pk>/assign/", partner_side.ClientAssignView.as_view(), name="client_assign"),
    path(
        "partner/clients/<int:pk>/assignments/<int:assignment_pk>/remove/",
        partner_side.ClientUnassignView.as_view(),
        name="client_unassign",
    ),
    path("relationships/<int:pk>/withdraw/", shared.RelationshipWithdrawView.as_view(), name="relationship_withdraw"),
    path("relationships/<int:pk>/resend/", shared.RelationshipResendView.as_view(), name="relationship_resend"),
    path("relationships/<int:pk>/refuse/", shared.RelationshipRefuseView.as_view(), name="relationship_refuse"),
    path("relationships/<int:pk>/end/", shared.RelationshipEndView.as_view(), name="relationship_end"),
    path("relationships/<int:pk>/receipt/", shared.EndReceiptView.as_view(), name="end_receipt"),
    path("relationships/<int:pk>/receipt.pdf", shared.EndReceiptPdfView.as_view(), name="end_receipt_pdf"),
    path("relationships/link/<str:token>/", shared.RelationshipLinkView.as_view(), name="relationship_link"),
]
