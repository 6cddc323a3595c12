"""Text made comparable: sorting and searching names must not depend on the server's collation."""

import unicodedata


def folded(text: str) -> str:
    """Return ``text`` without case and accents: «Bäckerei» and «BACKEREI» become the same."""
    # Decomposed first: a letter of another shape, such as 𝓐, has no case until it is an A.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(sign for sign in decomposed if not unicodedata.combining(sign)).split())
