"""What is paid, by whom, and what the partner earns."""
