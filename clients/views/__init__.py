"""Pages about relationships: the client's side, the partner's side, both, and products."""
