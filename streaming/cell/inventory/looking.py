"""One look at everything."""

import platform
import subprocess

from streaming.cell.inventory.found import Inventory
from streaming.cell.inventory.native_code import bundled_files, native_code
from streaming.cell.inventory.stores import store_programs
from streaming.cell.inventory.system_packages import system_packages, system_release


def look() -> Inventory:
    """What is here, where this runs."""
    native, unknown = native_code()
    stores, unknown_stores = store_programs()
    unknown += unknown_stores
    try:
        packages = system_packages()
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        packages = None
        unknown.append(f"The system's packages could not be listed: {error}.")
    else:
        if packages is None:
            unknown.append("The system's packages are not known: no dpkg, rpm or apk is here.")
    unknown.append(f"The kernel is the host's, here {platform.system()} {platform.release()}.")
    return Inventory(
        system=system_release(),
        packages=packages or (),
        native=tuple(native + stores),
        files=tuple(sorted(bundled_files(), key=lambda each: each.path)),
        unknown=tuple(unknown),
    )
