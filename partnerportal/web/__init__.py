"""Shapes of pages: views, tables, components. Knows no model."""
