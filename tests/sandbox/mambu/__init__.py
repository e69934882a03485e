"""The simulated Mambu against what is known of the real one."""
