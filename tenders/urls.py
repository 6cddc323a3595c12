"""Pages of calls for tenders."""

from django.urls import path

from tenders.views import author, board, partner, staff

app_name = "tenders"
urlpatterns = [
    path("tenders/", board.BoardView.as_view(), name="board"),
    path("tenders/new/", board.PostView.as_view(), name="post"),
    path("tenders/sent/", board.PostSentView.as_view(), name="post_sent"),
    path("tenders/confirm/<str:token>/", board.ConfirmView.as_view(), name="confirm"),
    path("tenders/mine/<str:token>/", author.AuthorDetailView.as_view(), name="author_detail"),
    path("tenders/mine/<str:token>/award/<int:proposal_pk>/", author.AuthorAwardView.as_view(), name="author_award"),
    path("tenders/mine/<str:token>/delete/", author.AuthorDeleteView.as_view(), name="author_delete"),
    path("account/tenders/", author.AccountListView.as_view(), name="account_list"),
    path("account/tenders/new/", author.AccountPostView.as_view(), name="account_post"),
    path("account/tenders/<int:pk>/", author.AccountDetailView.as_view(), name="account_detail"),
    path("account/tenders/<int:pk>/award/<int:proposal_pk>/", author.AccountAwardView.as_view(), name="account_award"),
    path("account/tenders/<int:pk>/delete/", author.AccountDeleteView.as_view(), name="account_delete"),
    path("partner/tenders/", partner.InboxView.as_view(), name="inbox"),
    path("partner/tenders/won/", partner.ContractListView.as_view(), name="contract_list"),
    path("partner/tenders/<int:pk>/", partner.TenderDetailView.as_view(), name="tender_detail"),
    path("partner/tenders/<int:pk>/answer/", partner.ProposalSendView.as_view(), name="proposal_send"),
    path("partner/tenders/<int:pk>/contract/", partner.ContractRecordView.as_view(), name="contract_record"),
    path("staff/tenders/", staff.StaffListView.as_view(), name="staff_list"),
    path("staff/tenders/<int:pk>/", staff.StaffDetailView.as_view(), name="staff_detail"),
]
