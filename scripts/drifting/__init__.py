"""What drift.py is made of: reading two documents, comparing them, and saying what was found."""
