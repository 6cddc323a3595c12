"""Long work as rows: jobs that survive a dead worker."""
