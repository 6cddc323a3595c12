"""What the launcher says when it cannot go on."""


class StackError(Exception):
    """Carries one sentence for the person at the terminal: what is wrong, and what to do about it."""
