"""What the command ``groups`` is made of: its options, its answers as documents and tables, and the
questions behind each action.

What groups are, and how they are read and reset, is ``streaming.groups``; nothing of that here.
"""
