"""One file a question: each reads tables and records, calls the domain and returns an Answer."""
