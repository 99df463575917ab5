"""From files to reports: workers, the pool, stored reports, what must be graded again; no points of people here."""
