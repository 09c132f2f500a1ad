"""What the command ``connectors`` is made of: its options, its answers as documents and tables.

What is done is ``connect/services``, what is told ``connect/selectors``; nothing of that here.
"""
