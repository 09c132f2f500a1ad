"""What the data plane's commands add to ``tenants.cli``: refusals as failures, topics as documents.

Beside the services, not below them: nothing under ``node`` and nothing that serves may import this.
"""
