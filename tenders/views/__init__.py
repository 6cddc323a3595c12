"""Pages about calls for tenders."""
