"""Reports as people read them: pages, terminal, cells; pure views that decide and store nothing."""
