"""Thin shells: each decodes its one argument and calls one handler."""
