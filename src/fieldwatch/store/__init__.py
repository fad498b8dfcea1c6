"""What Fieldwatch keeps: sites, sensors, facts with their evidence, assets, findings, what people decided, and who did what."""
