"""One suite for every implementation of a port, and our words against those who must understand them."""
