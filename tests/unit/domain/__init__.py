"""The rules, by tables of cases."""
