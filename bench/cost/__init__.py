"""What a ticket costs: its CPU, time, Actions and events, beside bare workflows."""
