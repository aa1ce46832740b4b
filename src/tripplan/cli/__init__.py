"""Words on a command line: the command `tripplan`."""
