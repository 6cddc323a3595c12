"""The public list of partners."""
