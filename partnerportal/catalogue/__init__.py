"""What the provider sells: families and offers, without prices."""
