"""Makes of what cargo-cyclonedx wrote one list of parts for each program that is shipped, and checks it.

The check does not ask cargo-cyclonedx: what a program links is what cargo says (`cargo tree`), and which
version and which archive that is, what Cargo.lock says. Each of them must be in the list with its
version, its licence and the archive's hash, and nothing may be in the list that Cargo.lock does not
know. A list that misses something is not written.

Usage: sbom.py COPY OUT   (COPY: a copy of this repository in which cargo-cyclonedx was run)
"""

import json
import pathlib
import subprocess
import sys
import tomllib

# What the lists are made for: the architecture that is deployed unless a parameter says otherwise.
TARGET = "x86_64-unknown-linux-gnu"

# What is shipped: the functions, and the operators' command.
SHIPPED = ["functions/*", "infra/mirt"]


def linked(copy, package):
    """What cargo links into the package's programs: pairs of name and version."""
    asked = ["cargo", "tree", "--locked", "--package", package, "--edges", "normal"]
    shown = ["--target", TARGET, "--prefix", "none", "--no-dedupe", "--format", "{p}"]
    tree = subprocess.run(asked + shown, cwd=copy, check=True, capture_output=True, text=True)
    parts = {tuple(line.split()[:2]) for line in tree.stdout.splitlines() if line}
    return {(name, version.removeprefix("v")) for name, version in parts if name != package}


def faults(listed, wanted, locked):
    """What is wrong with a list of parts, a line each."""
    found = []
    parts = {(part["name"], part["version"]): part for part in listed}
    for missing in sorted(wanted - parts.keys()):
        found.append(f"{' '.join(missing)} is linked, and not in the list")
    for key, part in sorted(parts.items()):
        name = " ".join(key)
        if key not in locked:
            found.append(f"{name} is in the list, and not in Cargo.lock")
            continue
        if not any(licence_of(entry) for entry in part.get("licenses", [])):
            found.append(f"{name} has no licence")
        hashes = {entry["content"] for entry in part.get("hashes", []) if entry["alg"] == "SHA-256"}
        if locked[key] and hashes != {locked[key]}:
            found.append(f"{name} has not the hash of Cargo.lock")
    return found


def licence_of(entry):
    licence = entry.get("license", {})
    return entry.get("expression") or licence.get("id") or licence.get("name")


def lock(copy):
    """Cargo.lock: hashes of archives by name and version, none for what is our own."""
    with open(copy / "Cargo.lock", "rb") as file:
        packages = tomllib.load(file)["package"]
    return {(package["name"], package["version"]): package.get("checksum") for package in packages}


def main():
    copy, out = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    locked = lock(copy)
    out.mkdir(parents=True, exist_ok=True)
    folders = sorted(folder for shape in SHIPPED for folder in copy.glob(shape) if folder.is_dir())
    failed = False
    for folder in folders:
        with open(folder / "Cargo.toml", "rb") as file:
            package = tomllib.load(file)["package"]["name"]
        made = sorted(folder.glob("*_bin.cdx.json"))
        if not made:
            print(f"{package}: no list of parts was made", file=sys.stderr)
            failed = True
        for path in made:
            # Where the copy was is nobody's business, and differs from run to run.
            text = path.read_text().replace(f"path+file://{copy}/", "path+file:///")
            listed = json.loads(text)["components"]
            found = faults(listed, linked(copy, package), locked)
            for fault in found:
                print(f"{path.name}: {fault}", file=sys.stderr)
            failed |= bool(found)
            if not found:
                name = path.name.replace("_bin.cdx", ".cdx")
                (out / name).write_text(text)
                print(f"{name}: {len(listed)} parts")
    return 1 if failed or not folders else 0


if __name__ == "__main__":
    sys.exit(main())
