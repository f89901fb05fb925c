"""Documents that are made of the code: settings, commands, the tree of folders (`make docs`)."""
