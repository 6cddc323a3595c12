"""Who did what, for whom, when: the trail that outlives its people."""
