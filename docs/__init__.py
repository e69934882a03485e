"""What is written for people, and the scripts that write the generated pages. No service imports from here."""
