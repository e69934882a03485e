"""The operator's command line: look at what waits, and deal with it. The console offers the same by its pages."""
