"""The functions' packages as `sam deploy` uploads them: how large they are, and whether two builds made the same.

Usage: packages.py BUILD            prints each size, and fails when one is over the limit
       packages.py BUILD ANOTHER    compares the packages of ANOTHER with those of BUILD, byte for byte
"""

import hashlib
import sys
import tempfile
from pathlib import Path

from samcli.lib.package.utils import make_zip_with_lambda_permissions

# Small packages start quicker. The project's own limit, not Lambda's, which is ten times that.
LIMIT = 5_000_000


def zipped(package):
    """A package's zip, by SAM's own hand."""
    with tempfile.TemporaryDirectory() as scratch:
        return Path(make_zip_with_lambda_permissions(f"{scratch}/package", package)).read_bytes()


def packages(build):
    """The packages of a build, by the functions' names in the template."""
    return sorted(folder for folder in Path(build).iterdir() if (folder / "bootstrap").is_file())


def sizes(build):
    """Prints the sizes; tells whether all are within the limit."""
    found = [(folder, len(zipped(folder))) for folder in packages(build)]
    for folder, size in found:
        program = (folder / "bootstrap").stat().st_size
        print(f"{folder.name}: bootstrap {program / 1e6:.1f} MB, zipped {size / 1e6:.2f} MB")
    over = [folder.name for folder, size in found if size > LIMIT]
    if over:
        print(f"over {LIMIT / 1e6:.0f} MB zipped: {', '.join(over)}")
    return bool(found) and not over


def compare(build, another):
    """Prints each package's digest; tells whether all are the same in both builds."""
    all_same = True
    for folder in packages(another):
        own = Path(build) / folder.name
        digests = [hashlib.sha256(zipped(package)).hexdigest() for package in (own, folder)]
        programs = [(package / "bootstrap").read_bytes() for package in (own, folder)]
        same = digests[0] == digests[1] and programs[0] == programs[1]
        print(f"{folder.name}: {'the same' if same else 'DIFFERENT'}, zip sha256 {' and '.join(sorted(set(digests)))}")
        all_same &= same
    return all_same


if __name__ == "__main__":
    match sys.argv[1:]:
        case [build]:
            sys.exit(not sizes(build))
        case [build, another]:
            sys.exit(not compare(build, another))
        case _:
            print(__doc__, file=sys.stderr)
            sys.exit(2)
