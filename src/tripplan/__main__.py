"""`python -m tripplan` is the command `tripplan`."""

from tripplan.cli import main

main()
