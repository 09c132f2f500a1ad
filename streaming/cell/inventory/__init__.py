"""What a deployment runs on beside what ``requirements.txt`` pins, found where it runs: the
system's packages, the interpreter, native libraries, the embedded stores' programs.

    python -m streaming.cell.inventory > inventory.json

Needs nothing but what the service needs, so that it runs inside an image; ``./headwater sbom
--inventory FILE`` makes it part of the bill of materials. What cannot be known from here is said.
"""
