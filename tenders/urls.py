"""Pages of calls for tenders."""

app_name = "tenders"
urlpatterns: list = []
