"""`python -m cognomen`: the command line, where the `cognomen` command is not on the path."""

from cognomen import _main

_main()
