"""A partner's work teams: who is in them, which clients they look after, with what at most. Rules 20 and 21."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clients import forms, selectors, services
from clients.filters import PersonFilter, ReachedClientFilter, TeamClientFilter
from clients.models import Relationship, Team
from clients.permissions import ClientPermission
from clients.tables import PersonTable, ReachedClientTable, TeamClientTable, TeamTable
from partnerportal.accounts.choices import Role
from partnerportal.accounts.forms import ConfirmForm
from partnerportal.accounts.models import Membership
from partnerportal.web.views import ActionView, PageView, TableView
from partners.pages import OwnPartner


class TicksPeople(ActionView):
    """A form of people to tick: the buttons for all and none show it again, and send nothing."""

    def people(self) -> QuerySet[Membership]:
        """Whom the form offers."""
        raise NotImplementedError  # a subclass that forgets it fails its first test

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer one's own people."""
        return super().get_form_kwargs() | {"people": self.people()}

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Tick, or send."""
        wanted = request.POST.get("tick")
        if wanted not in {"all", "none"}:
            return super().post(request, *args, **kwargs)
        return self.redraw(members=list(self.people().values_list("pk", flat=True)) if wanted == "all" else [])


class TeamListView(OwnPartner, TableView):
    """One's own organisation's teams."""

    permission = ClientPermission.TEAM_MANAGE
    table_class = TeamTable
    template_name = "clients/team_list.html"

    def get_queryset(self) -> QuerySet[Team]:
        """By name."""
        return selectors.teams_of(acting=self.request.acting).order_by("name", "pk")


class TeamCreateView(OwnPartner, TicksPeople):
    """Make a team."""

    permission = ClientPermission.TEAM_MANAGE
    form_class = forms.TeamCreateForm
    template_name = "clients/team_create.html"

    def people(self) -> QuerySet[Membership]:
        """The collaborators of one's own organisation."""
        members = Membership.objects.visible_to(self.request.acting).filter(role=Role.COLLABORATOR)
        return members.select_related("user").order_by("user__name", "pk")

    def act(self, form: forms.TeamCreateForm) -> str:
        """Make it, and go on to its clients."""
        team = services.make_team(
            organisation_id=self.partner.pk,
            name=form.cleaned_data["name"],
            rights=form.rights,
            reaches_all=form.cleaned_data["reaches_all"],
            membership_ids=[one.pk for one in form.cleaned_data["members"]],
            actor=self.request.acting,
            now=timezone.now(),
        )
        if team.reaches_all:
            messages.success(self.request, _("The team is made. It reaches every client."))
            return reverse("clients:team_detail", args=[team.pk])
        messages.success(self.request, _("The team is made. Now give it its clients."))
        return reverse("clients:team_clients", args=[team.pk])


class OneTeam(OwnPartner):
    """Something about one team of one's own organisation."""

    permission = ClientPermission.TEAM_MANAGE

    def find(self, **kwargs: Any) -> None:
        """A team of one's own organisation, which is a partner."""
        super().find(**kwargs)
        teams = Team.objects.visible_to(self.request.acting).select_related("organisation")
        self.team = get_object_or_404(teams, pk=kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the team."""
        return super().get_context_data(**{"team": self.team} | kwargs)

    @property
    def page(self) -> str:
        """Address of the team's page."""
        return reverse("clients:team_detail", args=[self.team.pk])


class TeamDetailView(OneTeam, PageView):
    """One team: what it may do at most, who is in it, the first of its clients."""

    template_name = "clients/team_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add people and clients."""
        people = Membership.objects.filter(client_teams__team=self.team).select_related("user")
        clients = selectors.clients_for_team(self.team)
        if not self.team.reaches_all:
            clients = clients.filter(is_in_team=True)
        return super().get_context_data(
            people=people.order_by("user__name", "pk"),
            clients=clients.order_by("client_name", "pk")[:10],
            client_count=clients.count(),
            **kwargs,
        )


class TeamChangeView(OneTeam, ActionView):
    """Change a team's name, its rights, and whether it reaches every client."""

    form_class = forms.TeamChangeForm
    template_name = "clients/team_change.html"

    def get_initial(self) -> dict[str, Any]:
        """What holds now."""
        terms = selectors.team_terms(self.team)
        return terms | {"seen": terms}

    def act(self, form: forms.TeamChangeForm) -> str:
        """Save."""
        services.change_team(
            team_id=self.team.pk,
            name=form.cleaned_data["name"],
            rights=form.rights,
            reaches_all=form.cleaned_data["reaches_all"],
            seen=form.cleaned_data["seen"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("The team is changed, from the next click of its people on."))
        return self.page


class TeamMembersView(OneTeam, TicksPeople):
    """Say who is in a team."""

    form_class = forms.TeamMembersForm
    template_name = "clients/team_members.html"

    def people(self) -> QuerySet[Membership]:
        """The collaborators of one's own organisation, and who is in the team whatever their role is by now."""
        members = Membership.objects.visible_to(self.request.acting)
        offered = members.filter(Q(role=Role.COLLABORATOR) | Q(pk__in=self.team.members.values("membership")))
        return offered.select_related("user").order_by("user__name", "pk")

    def get_initial(self) -> dict[str, Any]:
        """Who is in it now."""
        ticked = list(self.team.members.order_by("membership").values_list("membership", flat=True))
        return {"members": ticked, "seen": ticked}

    def act(self, form: forms.TeamMembersForm) -> str:
        """Save."""
        services.set_team_members(
            team_id=self.team.pk,
            membership_ids=[one.pk for one in form.cleaned_data["members"]],
            seen=form.cleaned_data["seen"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("The people of the team are saved."))
        return self.page


class TeamClientsView(OneTeam, TableView):
    """One's own clients to tick, in a list that can be searched: to be given to a team, or taken from it."""

    table_class = TeamClientTable
    filterset_class = TeamClientFilter
    template_name = "clients/team_clients.html"
    table_pagination = {"per_page": 100}

    def get_queryset(self) -> QuerySet[Relationship]:
        """By name."""
        return selectors.clients_for_team(self.team).order_by("client_name", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Let the form say for whom it was drawn (see :class:`ActionView`)."""
        return super().get_context_data(drawn_for=self.request.acting.stamp, **kwargs)


class _TickedClientsView(OneTeam, ActionView):
    """Does something with the clients ticked in the list; without any, or refused, it says so and leads back."""

    form_class = forms.TickedClientsForm
    template_name = "clients/team_clients_ticked.html"
    heading: Any = ""

    def get(self, request: Any, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """The boxes stand in the list."""
        return redirect("clients:team_clients", pk=self.team.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what was about to be done."""
        return super().get_context_data(heading=self.heading, **kwargs)

    @property
    def back(self) -> str:
        """Address of the list, with the filters that stood there; only the query of where one came from is believed."""
        listed = reverse("clients:team_clients", args=[self.team.pk])
        _before, mark, query = self.request.headers.get("referer", "").partition(f"{listed}?")
        return f"{listed}{mark and '?'}{query}"


class TeamClientsGiveView(_TickedClientsView):
    """Give the ticked clients to a team."""

    heading = gettext_lazy("Give clients to the team")

    def act(self, form: forms.TickedClientsForm) -> str:
        """Give; each client reads it in its activity."""
        count = services.give_clients(
            team_id=self.team.pk,
            relationship_ids=form.cleaned_data["clients"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        said = ngettext(
            "%(count)s client is new in the care of the team.",
            "%(count)s clients are new in the care of the team.",
            count,
        )
        messages.success(self.request, said % {"count": count} if count else _("The team had these clients already."))
        return self.back


class TeamClientsTakeView(_TickedClientsView):
    """Take the ticked clients from a team."""

    heading = gettext_lazy("Take clients from the team")

    def act(self, form: forms.TickedClientsForm) -> str:
        """Take; each client reads it in its activity."""
        count = services.take_clients(
            team_id=self.team.pk,
            relationship_ids=form.cleaned_data["clients"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        said = ngettext("%(count)s client is taken from the team.", "%(count)s clients are taken from the team.", count)
        messages.success(self.request, said % {"count": count} if count else _("The team had none of these clients."))
        return self.back


class TeamDeleteView(OneTeam, ActionView):
    """Delete a team; the page says first who loses which reach."""

    form_class = ConfirmForm
    template_name = "clients/team_delete.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Work out what each person loses."""
        return super().get_context_data(consequences=[_loss(one) for one in selectors.losses(self.team)], **kwargs)

    def act(self, form: ConfirmForm) -> str:
        """Delete it."""
        services.delete_team(team_id=self.team.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("The team %(name)s is deleted.") % {"name": self.team.name})
        return reverse("clients:team_list")


def _loss(loss: selectors.Loss) -> str:
    if not loss.gone and not loss.kept:
        return _("%(person)s loses nothing.") % {"person": loss.person}
    gone = ngettext(
        "%(person)s no longer reaches %(count)s client.", "%(person)s no longer reaches %(count)s clients.", loss.gone
    ) % {"person": loss.person, "count": loss.gone}
    if not loss.gone:
        gone = _("%(person)s still reaches every client.") % {"person": loss.person}
    kept = ngettext(
        "%(count)s stays on another way, with the rights of that one.",
        "%(count)s stay on another way, with the rights of that one.",
        loss.kept,
    ) % {"count": loss.kept}
    return f"{gone} {kept}" if loss.kept else gone


class PersonListView(OwnPartner, TableView):
    """One's own people: teams, and how many clients each reaches."""

    permission = ClientPermission.TEAM_MANAGE
    table_class = PersonTable
    filterset_class = PersonFilter
    template_name = "clients/person_list.html"

    def get_queryset(self) -> QuerySet[Membership]:
        """Who leads first."""
        return selectors.people_of(organisation_id=self.partner.pk)


class PersonDetailView(OwnPartner, TableView):
    """The clients that one of one's own people reaches, on which way, with what."""

    permission = ClientPermission.TEAM_MANAGE
    table_class = ReachedClientTable
    filterset_class = ReachedClientFilter
    template_name = "clients/person_detail.html"

    def find(self, **kwargs: Any) -> None:
        """A member of one's own organisation."""
        super().find(**kwargs)
        members = Membership.objects.visible_to(self.request.acting).select_related("user", "organisation")
        self.membership = get_object_or_404(members, pk=kwargs["pk"])

    def get_queryset(self) -> QuerySet[Relationship]:
        """By name."""
        return selectors.clients_reached(self.membership).order_by("client_name", "pk")

    def get_table_kwargs(self) -> dict[str, Any]:
        """Tell the table whose reach it is."""
        return super().get_table_kwargs() | {"membership": self.membership}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the person."""
        return super().get_context_data(person=self.membership, **kwargs)
