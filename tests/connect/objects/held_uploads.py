"""Uploads that happen when a test says so, on its own thread."""

from connect.connectors.objects.uploads import Uploads


class Crash(Exception):
    """The process is gone. A store raises it."""


class HeldUploads(Uploads):
    """``waiting`` are those that were begun, the oldest first. Whoever waits for one has the oldest
    happen."""

    def __init__(self, store):
        super().__init__(store)
        self.waiting = []

    def go_on(self, count=1):
        """The store does these. Nobody has heard of it yet."""
        for _ in range(min(count, len(self.waiting))):
            self._run(self.waiting.pop(0))

    def next_ended(self):
        if self._ended.empty():
            self.go_on()
        return super().next_ended()

    def _submit(self, upload):
        self.waiting.append(upload)

    def _run(self, upload):
        upload.is_withdrawn = False  # The store had begun with it by then.
        super()._run(upload)
        cause = upload.error and upload.error.__cause__
        if isinstance(cause, Crash):
            raise cause
