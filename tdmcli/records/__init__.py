"""The user's patient file: reading and checking it, and giving the domain a history."""
