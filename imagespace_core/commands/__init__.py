"""What a user types: each module one subcommand."""
