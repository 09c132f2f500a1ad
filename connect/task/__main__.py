"""``python -m connect.task``: run the task that the first line of input assigns.

``--configure``: divide a connector's work over tasks instead, answer in one line and end.
"""

import sys

from connect.task import lean_imports  # noqa: F401 - before whatever imports what it leaves out
from connect.task.process import main

if __name__ == "__main__":
    main(sys.argv[1:])
