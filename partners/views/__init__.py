"""Pages of the application, of partnership, and of staff about both."""
