"""Who is a partner: application, approval, threshold, leaving."""
