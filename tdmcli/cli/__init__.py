"""What a person types and sees: the only place that knows Typer and Rich, prints or exits."""
