"""The proof of whatever is shown: the frame's bytes, what was read from them, and a bundle that somebody else can read again."""
