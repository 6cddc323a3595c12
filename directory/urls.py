"""Pages of the public directory."""

app_name = "directory"
urlpatterns: list = []
