"""Pages about money: orders, documents, the partner's earnings and exports, staff."""
