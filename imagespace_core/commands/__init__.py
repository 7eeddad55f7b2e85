"""The subcommands of `imagespace`, one module each."""
