"""The cluster's side of the Makefile: render, deploy, look, rotate, remove."""
