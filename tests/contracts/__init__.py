"""What the project promises as a whole: names, imports, layers, words, examples, exit codes."""
