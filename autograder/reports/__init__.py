"""Pure views of Reports: terminal, feedback page, class page, statistics. Nothing here grades."""
