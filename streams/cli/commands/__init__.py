"""The subcommands of `jinxi`, a module for each thing that people come to do."""
