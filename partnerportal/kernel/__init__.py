"""Plain Python that everything else stands on: money, states, CSV. Imports no Django."""
