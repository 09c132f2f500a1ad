"""A set of values at one byte each: a producer's sends are counted without gaps."""

from tests.torture.layout import sender_of


class Marks:
    def __init__(self) -> None:
        self._of: dict[int, bytearray] = {}

    def add(self, value: int) -> bool:
        """Whether it was new."""
        producer, sequence = sender_of(value)
        marks = self._of.setdefault(producer, bytearray())
        if len(marks) <= sequence:
            marks.extend(bytes(sequence + 1 - len(marks)))
        is_new = not marks[sequence]
        marks[sequence] = 1
        return is_new

    def __contains__(self, value: int) -> bool:
        producer, sequence = sender_of(value)
        marks = self._of.get(producer, b"")
        return sequence < len(marks) and bool(marks[sequence])
