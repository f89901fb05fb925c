"""A dealer's question whether a person is known, answered without telling who knows."""
