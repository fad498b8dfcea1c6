"""What is made of every record: its rows for a request, its page, its exports."""
