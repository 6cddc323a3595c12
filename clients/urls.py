"""Pages about relationships and products."""

from django.urls import path

from clients.views import client_side, partner_side, people, products, shared, teams

app_name = "clients"
urlpatterns = [
    path("account/products/", products.ProductListView.as_view(), name="product_list"),
    path("account/products/<int:pk>/", products.ProductDetailView.as_view(), name="product_detail"),
    path("account/products/<int:pk>/why/", people.ProductWhyView.as_view(), name="product_why"),
    path("account/partners/", client_side.RelationshipListView.as_view(), name="relationship_list"),
    path("account/partners/invite/", client_side.PartnerSearchView.as_view(), name="partner_search"),
    path("account/partners/invite/<int:pk>/", client_side.PartnerInviteView.as_view(), name="partner_invite"),
    path("account/partners/<int:pk>/", client_side.RelationshipDetailView.as_view(), name="relationship_detail"),
    path("account/partners/<int:pk>/answer/", client_side.RelationshipAnswerView.as_view(), name="relationship_answer"),
    path("account/partners/<int:pk>/access/", client_side.RelationshipChangeView.as_view(), name="relationship_change"),
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
    path(
        "partner/clients/<int:pk>/assignments/<int:assignment_pk>/change/",
        people.AssignmentChangeView.as_view(),
        name="client_assignment_change",
    ),
    path("partner/clients/<int:pk>/people/", people.ClientPeopleView.as_view(), name="client_people"),
    path("partner/clients/<int:pk>/people/<int:member_pk>/", people.ClientPersonView.as_view(), name="client_person"),
    path(
        "partner/clients/<int:pk>/people/<int:member_pk>/products/<int:product_pk>/",
        people.ClientWhyView.as_view(),
        name="client_why",
    ),
    path("partner/teams/", teams.TeamListView.as_view(), name="team_list"),
    path("partner/teams/add/", teams.TeamCreateView.as_view(), name="team_create"),
    path("partner/teams/people/", teams.PersonListView.as_view(), name="person_list"),
    path("partner/teams/people/<int:pk>/", teams.PersonDetailView.as_view(), name="person_detail"),
    path("partner/teams/<int:pk>/", teams.TeamDetailView.as_view(), name="team_detail"),
    path("partner/teams/<int:pk>/change/", teams.TeamChangeView.as_view(), name="team_change"),
    path("partner/teams/<int:pk>/people/", teams.TeamMembersView.as_view(), name="team_members"),
    path("partner/teams/<int:pk>/clients/", teams.TeamClientsView.as_view(), name="team_clients"),
    path("partner/teams/<int:pk>/clients/give/", teams.TeamClientsGiveView.as_view(), name="team_clients_give"),
    path("partner/teams/<int:pk>/clients/take/", teams.TeamClientsTakeView.as_view(), name="team_clients_take"),
    path("partner/teams/<int:pk>/delete/", teams.TeamDeleteView.as_view(), name="team_delete"),
    path("relationships/<int:pk>/withdraw/", shared.RelationshipWithdrawView.as_view(), name="relationship_withdraw"),
    path("relationships/<int:pk>/resend/", shared.RelationshipResendView.as_view(), name="relationship_resend"),
    path("relationships/<int:pk>/refuse/", shared.RelationshipRefuseView.as_view(), name="relationship_refuse"),
    path("relationships/<int:pk>/end/", shared.RelationshipEndView.as_view(), name="relationship_end"),
    path("relationships/link/<str:token>/", shared.RelationshipLinkView.as_view(), name="relationship_link"),
]
