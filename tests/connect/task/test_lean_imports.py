"""What a task's process does without."""

import subprocess
import sys


def test_a_task_s_process_has_no_command_line_of_its_libraries():
    asked = "import connect.task.__main__, sys; print({'rich', 'click', 'httpx'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'httpx'}"
