"""The command line: a verb is one function with its options; what a verb does is done in the other rooms."""
