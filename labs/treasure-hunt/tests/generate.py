#!/usr/bin/python3
"""Made what is hidden in starter/ from the keys in challenges.json, and flags of samples. The same seed makes the same files."""

import base64
import gzip
import json
import random
import shutil
import sys
from pathlib import Path

LAB = Path(__file__).resolve().parent.parent
GRADER = LAB.parents[1] / "graders" / "flag"
sys.path.insert(0, str(GRADER))
sys.dont_write_bytecode = True

from flags import flag  # noqa: E402


def log(draw, secret):
    slow = draw.randrange(300, 500)
    lines = []
    for number in range(700):
        took = 7250 if number == slow else draw.randrange(3, 900)
        name = secret if number == slow else f"{draw.getrandbits(128):032x}"
        path = draw.choice(["/", "/labs", "/labs/7", "/login", "/api/notes", "/api/notes/31", "/images/logo.png"])
        lines.append(
            f"2026-03-0{1 + number // 240}T{number // 30 % 24:02}:{number * 2 % 60:02}:{draw.randrange(60):02}Z {name} GET {path} "
            f"{draw.choice([200, 200, 200, 304, 404, 500])} {took}ms"
        )
    (LAB / "starter" / "server.log").write_text("\n".join(lines) + "\n")


def pieces(draw, secret):
    text = "Whoever holds all the pieces may read on.\n" * 20 + f"The secret is {secret}\n"
    coded = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    folder = LAB / "starter" / "pieces"
    folder.mkdir(exist_ok=True)
    size = -(-len(coded) // 12)
    names = draw.sample([f"{one}{other}" for one in "abcdef" for other in "uvwxyz"], 12)
    for number, name in enumerate(names):
        (folder / f"{name}.txt").write_text(f"piece {number + 1} of 12\n{coded[number * size : (number + 1) * size]}\n")


def cipher(draw, secret):
    text = f"배는 새벽 네 시에 떠난다. The boat leaves at four in the morning.\nThe secret is {secret}\n".encode()
    key = draw.randrange(130, 250)
    (LAB / "starter" / "message.hex").write_text(
        "\n".join(bytes(one ^ key for one in text[start : start + 24]).hex() for start in range(0, len(text), 24)) + "\n"
    )


def picture(draw, secret):
    width, height = 64, 48
    pixels = bytearray((x * 3 + y * 2 + draw.randrange(8)) % 256 for y in range(height) for x in range(width))
    bits = "".join(f"{byte:08b}" for byte in f"The secret is {secret}\n".encode())
    for place, bit in enumerate(bits):
        pixels[place] = pixels[place] & 0xFE | int(bit)
    (LAB / "starter" / "picture.pgm").write_bytes(b"P5\n%d %d\n255\n" % (width, height) + bytes(pixels))


def main():
    challenges = {one["name"]: one["key"] for one in json.loads((LAB / "tests" / "challenges.json").read_text(encoding="utf-8"))}
    for number, make in enumerate((log, pieces, cipher, picture)):
        make(random.Random(20260401 + number), challenges[make.__name__])
    shutil.copyfile(GRADER / "flags.py", LAB / "starter" / "stamp.py")

    def write(sample, person, lab="treasure-hunt", swap=False):
        names = list(challenges)
        texts = [flag(challenges[name].encode(), lab, name, person) for name in names]
        if swap:
            texts = texts[1:] + texts[:1]
        folder = LAB / "samples" / sample / "submission"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "flags.txt").write_text("".join(f"{name}: {text}\n" for name, text in zip(names, texts)))

    write("reference", "nobody")
    write("copied", "junho")
    write("swapped", "nobody", swap=True)
    write("other-lab", "nobody", lab="another-hunt")


if __name__ == "__main__":
    main()
