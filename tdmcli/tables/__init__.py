"""The clinical tables of `data/`: where they are, the shape of each row, and the only readers."""
