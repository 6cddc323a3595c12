"""Pages that read several apps: programme, overviews, eligibility, help, health. Composition happens only here."""
