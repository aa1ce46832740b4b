"""`python -m tripplan` is the command `tripplan`."""

from tripplan.cli.main import main

main()
