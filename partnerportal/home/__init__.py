"""Pages that read several apps: programme, overviews, eligibility, help, health. Composition happens here and nowhere else."""
