"""The processes of `jinxi serve`: web server, webhooks, and the supervisor that starts them."""
