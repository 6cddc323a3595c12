"""The shapes of views: find (404), permit (403), validate, one call (409 if a rule refuses). Knows no model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView
from django_filters.filterset import filterset_factory
from django_filters.views import FilterView
from django_tables2 import RequestConfig, SingleTableMixin

from partnerportal.kernel.states import IllegalTransition, Refused
from partnerportal.web import typed
from partnerportal.web.downloads import csv_answer
from partnerportal.web.htmx import is_fragment
from partnerportal.web.paging import CappedPaginator, SeekPaginator


class PolicyView:
    """Refuses to run without a permission, and refuses everyone who does not hold it.

    A view that shows one thing finds it in :meth:`find`, which runs first: what is not visible answers 404, so that
    ids cannot be probed; then comes 403.
    """

    permission: Any = None
    # For pages that show everybody's rows to a few (staff): 403 comes before 404, else a stranger could probe ids.
    is_permitted_first = False
    request: Any  # with `acting`, which the middleware puts there

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Find what the page is about before anything is permitted or done."""
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: View comes after it
        if self.is_permitted_first:
            self.permit()
        self.find(**kwargs)

    def permit(self) -> None:
        """Raise 403 unless the permission is held."""
        if self.permission is None:
            message = f"{type(self).__name__} names no permission"
            raise ImproperlyConfigured(message)
        if not self.permission.granted_to(self.request.acting):
            raise PermissionDenied

    if TYPE_CHECKING:  # what the views that come after this mixin have

        def get_context_data(self, **kwargs: Any) -> dict[str, Any]: ...
        def get_form_kwargs(self) -> dict[str, Any]: ...

    def find(self, *args: Any, **kwargs: Any) -> None:
        """Load what the page is about from ``visible_to(request.acting)``, or raise Http404."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer, or raise 403."""
        self.permit()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: View comes after it


class PageView(PolicyView, TemplateView):
    """A page that shows something."""


class TableView(PolicyView, SingleTableMixin, FilterView):
    """A list with search, filters, sorting, paging; htmx gets the table alone."""

    table_pagination = {"per_page": 25}
    paginator_class = CappedPaginator

    def get_filterset_class(self) -> Any:
        """Return the list's filters; a list without any has an empty set of them."""
        return self.filterset_class or filterset_factory(self.get_queryset().model, fields=[])

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        """Answer with the page, or with a file of just what the filters leave."""
        if self.request.GET.get("download") == "csv":
            return csv_answer(context["table"], name=self.request.resolver_match.url_name.replace("_", "-"))
        return super().render_to_response(context, **options)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Let the table know whether filters have narrowed it: empty, it then says that nothing fits."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["table"].is_narrowed = context["filter"].form.has_changed()
        return context

    def get_template_names(self) -> list[str]:
        """Return the page, or for a fragment request the template of the table alone."""
        return ["tables/fragment.html"] if is_fragment(self.request) else super().get_template_names()


class StaffTableView(TableView):
    """A list over everybody's rows: as fast on its last page as on its first."""

    is_permitted_first = True

    def get_table(self, **kwargs: Any) -> Any:
        """Return the table with the page that the address names."""
        table = self.get_table_class()(data=self.get_table_data(), **kwargs)
        RequestConfig(self.request, paginate=False).configure(table)
        page = self.request.GET.get(table.prefixed_page_field)
        table.paginate(SeekPaginator, per_page=self.table_pagination["per_page"], page=page)
        return table


class ActionView(PolicyView, FormView):
    """GET shows what will happen and asks; POST does one thing.

    A subclass gives ``form_class``, ``template_name``, and :meth:`act`, which makes the one call and returns where to
    go. A refusal of a rule comes back as 409 with its sentence beside the field; nothing typed is lost.
    """

    success_message: Any = ""  # may be lazy: it is translated when it is shown

    def get_form(self, form_class: Any = None) -> Any:
        """Let the form carry for whom its page was drawn: another window may switch before it is sent."""
        form = self._stamped(super().get_form(form_class))
        if self.request.method == "GET" and typed.fill(self.request, form, now=timezone.now()):
            messages.warning(
                self.request, _("Your session had ended. Nothing was sent yet: look at it and send it again.")
            )
        return form

    def redraw(self, **changed: Any) -> HttpResponse:
        """Show the form as it was sent, unchecked, with ``changed`` in it: what a button beside a field has done."""
        arguments = self.get_form_kwargs()
        for sent in ("data", "files"):
            arguments.pop(sent, None)
        form = self._stamped(self.get_form_class()(**arguments))
        typed.show(form, self.request.POST)
        form.initial |= changed
        return self.render_to_response(self.get_context_data(form=form))

    def _stamped(self, form: Any) -> Any:
        form.drawn_for = self.request.POST.get("drawn_for") or self._stamp()
        form.drawn_by = typed.mark(self.request.acting)
        return form

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do nothing for anybody else than the page was drawn for."""
        typed.forget(request)  # from here on the form itself carries what was typed
        if request.POST.get("drawn_for", self._stamp()) == self._stamp():
            return super().post(request, *args, **kwargs)
        if request.acting is None:  # a page that needs no log-in, opened while one was signed in
            message = _("Nothing was done: your session has ended since this page was opened. Log in, or open it anew.")
            return self.conflict(self.get_form(), Refused(message))
        message = _(
            "Nothing was done: this page was opened for another organisation, and you act for %(now)s since. "
            "Open this page anew to go on for %(now)s. "
            "If you still may act for the other one, switch back and send it again."
        )
        return self.conflict(self.get_form(), Refused(message % {"now": request.acting.organisation or _("nobody")}))

    def _stamp(self) -> str:
        return self.request.acting.stamp if self.request.acting else ""

    def act(self, form: Any) -> str:
        """Make the one domain call and return the URL to go to."""
        raise NotImplementedError  # a subclass that forgets it fails its first test

    def form_valid(self, form: Any) -> HttpResponse:
        """Act, or answer 409."""
        try:
            target = self.act(form)
        except Refused as refusal:
            return self.conflict(form, refusal)
        if self.success_message:
            messages.success(self.request, self.success_message)
        return redirect(target)

    def conflict(self, form: Any, refusal: Refused) -> HttpResponse:
        """Show the form again with the sentence of the rule that refused."""
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, sentence(refusal))
        return self.render_to_response(self.get_context_data(form=form), status=409)


class TwoStepView(ActionView):
    """Two steps on one page, so that it works without script: the first button shows what would happen, the second one,
    which is named ``confirm``, does what was shown.

    A subclass gives :meth:`prepare`. :attr:`shown` is what the page had carried of it, for the service to compare.
    """

    outdated: type[Refused] | tuple[type[Refused], ...] = ()  # refused: it would be otherwise by now

    def prepare(self, form: Any) -> None:
        """Keep what the page shows of what would happen. Raises what the act would be refused with."""
        raise NotImplementedError  # a subclass that forgets it fails its first test

    def form_valid(self, form: Any) -> HttpResponse:
        """Show it first; the second button does what was shown."""
        return super().form_valid(form) if "confirm" in self.request.POST else self.show(form)

    def show(self, form: Any) -> HttpResponse:
        """Show what would happen."""
        try:
            self.prepare(form)
        except Refused as refusal:
            return self.conflict(form, refusal)
        return self.render_to_response(self.get_context_data(form=form))

    def conflict(self, form: Any, refusal: Refused) -> HttpResponse:
        """Show what would happen now beside the refusal of what was shown."""
        if isinstance(refusal, self.outdated):
            try:
                self.prepare(form)
            except Refused as meanwhile:
                refusal = meanwhile
        return super().conflict(form, refusal)

    @property
    def shown(self) -> str:
        """What the page had shown when the second button was pressed."""
        return self.request.POST.get("shown", "")


def carry(form: Any, **values: str) -> None:
    """Let a form that was sent carry what its page shows now, so that sent once more it says that."""
    sent = form.data.copy()
    for name, value in values.items():
        sent[name] = value
    form.data = sent


def sentence(refusal: Refused) -> str:
    """Return what a person reads about a refusal."""
    if isinstance(refusal, IllegalTransition):
        return _(
            "This is no longer possible: somebody has changed it meanwhile. Reload the page to see where it stands."
        )
    return str(refusal)


def csrf_failure(request: Any, reason: str = "") -> HttpResponse:
    """Say that nothing was sent, and how to go on: log in, or open the page again. What was sent is not trusted."""
    view = getattr(getattr(request.resolver_match, "func", None), "view_class", None)
    page = request.get_full_path() if view is None or hasattr(view, "get") else ""
    return render(request, "403_csrf.html", {"page": page}, status=403)
