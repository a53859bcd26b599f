"""What a new user meets: the start page, the demo project, a tour of five steps."""
