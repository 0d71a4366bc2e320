"""What a person types and sees: the only place that knows Typer and Rich, prints or exits."""

import gc

gc.set_threshold(100_000)  # before all other imports: a program that answers once has hardly any garbage to look for
