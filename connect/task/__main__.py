"""``python -m connect.task``: run the task that the first line of input assigns.

``--configure``: divide a connector's work over tasks instead, answer in one line and end.
"""

import sys

from connect.task.process import main

if __name__ == "__main__":
    main(sys.argv[1:])
