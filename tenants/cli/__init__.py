"""What all management commands share: options, answers as table or JSON, failures and exit codes.

Plumbing only: a command decides nothing that a service does not, and what one command alone needs
stands in that command.
"""
