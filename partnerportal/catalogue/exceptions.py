"""What the catalogue refuses."""

from partnerportal.kernel.states import Refused


class CatalogueRefused(Refused):
    """A family or an offer cannot be added like this."""
