"""REST with OpenAPI, tokens, live events, webhooks."""
