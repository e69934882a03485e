"""`make doctor`: is everything there that Causeway needs, here and in the cluster?"""
