"""``python -m streaming.cell.inventory``: the inventory as JSON on stdout."""

import sys

from streaming.cell.inventory.looking import look

if __name__ == "__main__":
    sys.stdout.write(look().to_json())
