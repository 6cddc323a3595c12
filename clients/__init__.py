"""Who lets which partner do what: relationships, grants, products."""
