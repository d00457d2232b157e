#!/usr/bin/python3 -I
"""Makes and reads flags. A program of the standard library alone, so that it can be copied to where flags are put:

    flags.py LAB CHALLENGE PERSON <key        prints the flag of one person

A flag is flag{MAC OWNER}, both in hexadecimal digits without a gap. MAC: the first 16 bytes of HMAC-SHA256(key, "flag" NUL lab
NUL challenge NUL person). OWNER: the person's name, exclusive-or a stream made of key and MAC, so that whoever has the key can
tell whose flag it is, and nobody else.
"""

import hashlib
import hmac
import re
import sys

MAC = 16
LONGEST_NAME = 64


def mac(key, lab, challenge, person):
    message = b"\0".join(part.encode() for part in ("flag", lab, challenge, person))
    return hmac.new(key, message, hashlib.sha256).digest()[:MAC]


def sealed(key, code, name):
    """`name` with the stream that belongs to `code`; the same again undoes it."""
    stream = b"".join(hmac.new(key, b"owner" + bytes([block]) + code, hashlib.sha256).digest() for block in range(2))
    return bytes(one ^ other for one, other in zip(name, stream))


def flag(key, lab, challenge, person, prefix="flag"):
    """The flag of `person`, a slug of at most 64 bytes. `key`: at least 16 bytes."""
    name = person.encode()
    if len(key) < 16 or not 0 < len(name) <= LONGEST_NAME or "\0" in lab + challenge + person:
        raise ValueError("a key has at least 16 bytes, a person 1 to 64, and no name holds NUL")
    code = mac(key, lab, challenge, person)
    return f"{prefix}{{{(code + sealed(key, code, name)).hex()}}}"


def is_flag(text, prefix="flag"):
    """Whether `text` has the form of a flag."""
    most = 2 * (MAC + LONGEST_NAME)
    return re.fullmatch(re.escape(prefix) + r"\{(?:[0-9a-f]{2}){17,%d}\}" % (most // 2), text) is not None


def owner(key, lab, challenge, text, prefix="flag"):
    """The person whose genuine flag of `challenge` this is, or None."""
    if not is_flag(text, prefix):
        return None
    body = bytes.fromhex(text[len(prefix) + 1 : -1])
    code, name = body[:MAC], sealed(key, body[:MAC], body[MAC:])
    try:
        person = name.decode()
    except UnicodeDecodeError:
        return None
    genuine = "\0" not in person and hmac.compare_digest(mac(key, lab, challenge, person), code)
    return person if genuine else None


def main():
    if len(sys.argv) != 4:
        sys.exit(f"usage: {sys.argv[0]} LAB CHALLENGE PERSON <key")
    key = sys.stdin.buffer.read().strip()
    print(flag(key, *sys.argv[1:]))


if __name__ == "__main__":
    main()
