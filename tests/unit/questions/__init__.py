"""Questions: edges, laws, slack, days."""
