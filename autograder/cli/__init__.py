"""The command line: a verb is one function, its options and its body together; the work is done in the other rooms."""
