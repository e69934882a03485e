"""Each folder talks to one thing outside and translates its words into ours; none decides what happens next."""
