"""What each operation of the API reads, refuses and answers, over the world. Knows no HTTP."""
