"""People, organisations, roles, and for whom somebody acts."""
