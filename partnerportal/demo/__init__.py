"""The demo's invented world: believable, deterministic, loaded through the same services that the pages call."""
