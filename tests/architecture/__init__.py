"""Rules about the code itself: borders, words, and what a reader is promised to find."""
