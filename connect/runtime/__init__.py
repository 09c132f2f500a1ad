"""What a connector stands on inside its process: egress, stages, dead letters, a registry's client.

Nothing here knows Django, a database or one connector in particular.
"""
