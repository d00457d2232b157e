"""The graders flag and rubric, and what all read submissions with: python3 -m unittest discover -s Tests/graders"""

import hashlib
import hmac
import json
import os
import tempfile
import unittest
from pathlib import Path

from loading import ROOT, grade, load, tests
from provost_submission import Unreadable, read_submitted, read_submitted_text

(flags,) = load("flag", "flags")
(files,) = load("rubric", "files")

KEY = b"a key of twenty bytes"


class FlagTests(unittest.TestCase):
    def test_flag_is_the_documented_hmac(self):
        code = hmac.new(KEY, b"flag\0my-lab\0web\0minji", hashlib.sha256).digest()[:16]
        stream = hmac.new(KEY, b"owner\0" + code, hashlib.sha256).digest()
        name = bytes(one ^ other for one, other in zip(b"minji", stream))
        self.assertEqual(flags.flag(KEY, "my-lab", "web", "minji"), f"flag{{{code.hex()}{name.hex()}}}")

    def test_owner_is_found_by_the_key_alone(self):
        for person in ("minji", "a", "x" * 64, "김민지"):
            text = flags.flag(KEY, "lab", "web", person, "CTF")
            self.assertTrue(flags.is_flag(text, "CTF"))
            self.assertEqual(flags.owner(KEY, "lab", "web", text, "CTF"), person)
            for other in ((b"another key of twenty", "lab", "web"), (KEY, "lab2", "web"), (KEY, "lab", "pwn")):
                self.assertIsNone(flags.owner(*other, text, "CTF"))

    def test_every_changed_digit_makes_it_nobodys(self):
        text = flags.flag(KEY, "lab", "web", "minji")
        for place in range(5, len(text) - 1):
            digit = "0" if text[place] != "0" else "1"
            self.assertIsNone(flags.owner(KEY, "lab", "web", text[:place] + digit + text[place + 1 :]))

    def test_names_cannot_run_into_each_other(self):
        self.assertNotEqual(flags.mac(KEY, "a", "bc", "d"), flags.mac(KEY, "ab", "c", "d"))
        for lab, person in (("a\0b", "c"), ("a", ""), ("a", "x" * 65)):
            with self.assertRaises(ValueError):
                flags.flag(KEY, lab, "web", person)
        with self.assertRaises(ValueError):
            flags.flag(b"short", "a", "b", "c")

    def test_odd_texts_are_nobodys(self):
        for text in (
            "",
            "flag{}",
            "flag{" + "0" * 33 + "}",
            "flag{" + "ab" * 200 + "}",
            "flag{" + "AB" * 20 + "}",
            "Flag{" + "ab" * 20 + "}",
            "flag{" + "ab" * 20 + "}\n",
        ):
            self.assertFalse(flags.is_flag(text))
            self.assertIsNone(flags.owner(KEY, "lab", "web", text))

    def test_what_the_shipped_lab_hides_can_be_found(self):
        """By the way that its handout tells, without the grader's code."""
        import base64
        import gzip

        starter = ROOT / "labs" / "treasure-hunt" / "starter"
        keys = {
            one["name"]: one["key"]
            for one in json.loads((ROOT / "labs/treasure-hunt/tests/challenges.json").read_text(encoding="utf-8"))
        }
        lines = [line.split() for line in (starter / "server.log").read_text().splitlines()]
        self.assertEqual([line[1] for line in lines if int(line[-1][:-2]) > 5000], [keys["log"]])
        pieces = sorted(
            (path.read_text().split("\n")[:2] for path in (starter / "pieces").iterdir()), key=lambda one: int(one[0].split()[1])
        )
        text = gzip.decompress(base64.b64decode("".join(piece for _, piece in pieces))).decode()
        self.assertTrue(text.endswith(f"The secret is {keys['pieces']}\n"))
        coded = bytes.fromhex((starter / "message.hex").read_text())
        found = [bytes(one ^ key for one in coded) for key in range(256)]
        self.assertEqual(
            [text for text in found if b"The secret is " in text][0].decode().splitlines()[-1], f"The secret is {keys['cipher']}"
        )
        dots = (starter / "picture.pgm").read_bytes().split(b"\n", 3)[3]
        bits = "".join(str(dot & 1) for dot in dots)
        spelled = bytes(int(bits[place : place + 8], 2) for place in range(0, len(bits), 8))
        self.assertIn(f"The secret is {keys['picture']}\n".encode(), spelled)
        self.assertEqual((starter / "stamp.py").read_bytes(), (ROOT / "graders/flag/flags.py").read_bytes())


class FlagGradingTests(unittest.TestCase):
    PARAMETERS = {"file": "flags.txt", "challenges": "tests/c.json", "key": "tests/key", "prefix": "flag", "nobody": "nobody"}
    LAB = {
        "tests/c.json": '[{"name": "web", "points": 60}, {"name": "log", "points": 40, "key": "another key of twenty"}]',
        "tests/key": KEY + b"\n",
    }

    def flag(self, challenge, person, lab="my-lab"):
        return flags.flag(KEY if challenge == "web" else b"another key of twenty", lab, challenge, person)

    def one(self, text, person="minji", lab=None):
        status, reports, errors = grade("flag", {"flags.txt": text} if text is not None else {}, lab=lab or self.LAB,
                                        parameters=self.PARAMETERS, settings={"lab": "my-lab", "person": person})  # fmt: skip
        return status, tests(reports), errors

    def test_own_flags(self):
        _, found, _ = self.one(f"web: {self.flag('web', 'minji')}\nLOG = {self.flag('log', 'minji')}\r\n")
        self.assertEqual([found[name][:2] for name in ("web", "log")], [("pass", 60), ("pass", 40)])
        self.assertEqual(found["flags of other people"], ("pass", 0, 0, "none", True))

    def test_nobodys_submission_uses_the_documented_name(self):
        self.assertEqual(self.one(f"web {self.flag('web', 'nobody')}", person=None)[1]["web"][0], "pass")

    def test_flag_of_another_person_is_told_to_instructors_only(self):
        _, found, _ = self.one(f"web: {self.flag('web', 'junho')}\nlog: {self.flag('web', 'jiho')}")
        self.assertEqual(found["web"][:2], ("fail", 0))
        self.assertEqual(found["flags of other people"], ("fail", 0, 0, "web: the flag of junho; log: the flag of jiho", True))
        self.assertNotIn("junho", found["web"][3])
        self.assertEqual(found["web"][3], self.one(f"web: flag{{{'ab' * 21}}}")[1]["web"][3])

    def test_own_flag_in_the_wrong_place_or_lab(self):
        _, found, _ = self.one(f"log: {self.flag('web', 'minji')}\nweb: {self.flag('web', 'minji', lab='other')}")
        self.assertIn("of another challenge", found["log"][3])
        self.assertEqual((found["web"][1], found["flags of other people"][0]), (0, "pass"))

    def test_anything_can_stand_in_the_file(self):
        for text in (
            None,
            b"",
            b"\xff\xfe\0web: flag{",
            b"web: " + b"A" * 60_000,
            b"x" * 100_000,
            b"web:\n" * 9000,
            "web: flag{\ud55c}".encode(),
        ):
            status, found, errors = self.one(text)
            self.assertEqual((status, found["web"][1], found["log"][1]), (0, 0, 0), errors)

    def test_lab_without_good_keys_is_our_fault(self):
        for lab in ({**self.LAB, "tests/key": b"short"}, {"tests/c.json": self.LAB["tests/c.json"]}, {**self.LAB, "tests/c.json": "[]"},
                    {**self.LAB, "tests/c.json": '[{"name": "Web!", "points": 1}]'}, {**self.LAB, "tests/c.json": "[5]"}):  # fmt: skip
            self.assertNotEqual(self.one("web: x", lab=lab)[0], 0)


class RubricTests(unittest.TestCase):
    PARAMETERS = {"files": ["a.md", "b.pdf"], "criteria": [{"name": "x", "points": 70}, {"name": "y", "points": 30, "about": "Why."}],
                  "words": {"a.md": 3}, "largest": 10}  # fmt: skip

    def one(self, submission, parameters=None, points=100):
        return grade("rubric", submission, lab={}, parameters=parameters or self.PARAMETERS, settings={"points": points})

    def test_complete_work_waits_without_a_score(self):
        status, reports, errors = self.one({"a.md": "one two three", "b.pdf": b"%PDF-1.4\xff"})
        self.assertEqual(status, 0, errors)
        self.assertEqual([words[0] for words in reports if words[0] in ("waiting", "score")], ["waiting"])
        found = tests(reports)
        self.assertEqual(found["file a.md"][:3], ("pass", 0, 0))
        self.assertEqual([found[name][:3] for name in ("x", "y")], [("skip", 0, 70), ("skip", 0, 30)])

    def test_what_is_missing_is_told_and_waits_as_well(self):
        status, reports, errors = self.one({"a.md": "one two"})
        self.assertEqual(status, 0, errors)
        self.assertEqual([words[0] for words in reports if words[0] in ("waiting", "score")], ["waiting"])
        self.assertEqual(tests(reports)["file a.md"][3], "a.md has 2 words; at least 3 are asked for.")
        self.assertEqual(tests(reports)["file b.pdf"][0], "fail")

    def test_criteria_have_to_make_up_the_lab(self):
        self.assertEqual(self.one({}, points=90)[0], 70)
        self.assertEqual(self.one({}, {**self.PARAMETERS, "criteria": [{"name": "x"}]})[0], 70)

    def test_kinds_of_files(self):
        for name, data in (
            ("a.md", b"x"),
            ("a.pdf", b"%PDF-1"),
            ("a.png", b"\x89PNG\r\n\x1a\nx"),
            ("a.json", b"{}"),
            ("a.bin", b"\xff\0"),
            ("a.docx", b"PK\3\4"),
        ):
            self.assertIsNone(files.mistake(name, data), name)
        for name, data in (
            ("a.md", b" \n"),
            ("a.md", b"\xff"),
            ("a.md", b"a\0"),
            ("a.pdf", b"<html>"),
            ("a.json", b"{"),
            ("a.json", b"[" * 100_000),
            ("a.bin", b""),
        ):
            self.assertIsNotNone(files.mistake(name, data), name)


    def test_words_are_counted_as_far_as_they_are_asked_for(self):
        self.assertIsNone(files.mistake("a.md", b"one\ttwo\x1fthree \n", 3))
        self.assertEqual(files.mistake("a.md", b"one two", 2.5), "a.md has 2 words; at least 2.5 are asked for.")
        self.assertIsNone(files.mistake("a.md", b"ab " * 1_000_000, 3))

    def test_json_of_many_things_is_left_to_people(self):
        self.assertIsNone(files.mistake("a.json", b"[" + b"[]," * files.MOST_ITEMS + b"0]"))


class ReadingTests(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.root = self.folder / "submission"
        (self.root / "inner").mkdir(parents=True)
        (self.folder / "secret").write_text("secret")
        (self.root / "inner" / "a.txt").write_bytes(b"\xef\xbb\xbfhello")

    def read(self, name, **options):
        return read_submitted(name, root=self.root, **options)

    def test_files(self):
        self.assertEqual(self.read("inner/a.txt"), b"\xef\xbb\xbfhello")
        self.assertEqual(read_submitted_text("inner/a.txt", root=self.root), "hello")

    def test_no_link_is_followed(self):
        (self.root / "link").symlink_to("../secret")
        (self.root / "out").symlink_to("..")
        (self.root / "here").symlink_to("inner/a.txt")
        (self.root / "there").symlink_to("inner")
        for name in ("link", "out/secret", "here", "there/a.txt"):
            with self.assertRaises(Unreadable):
                self.read(name)
        for name in ("../secret", "/etc/passwd", "inner/../inner/a.txt", "", "inner//a.txt"):
            with self.assertRaises(ValueError):
                self.read(name)

    def test_what_is_no_file_is_told_and_does_not_block(self):
        os.mkfifo(self.root / "pipe")
        for name in ("pipe", "inner", "absent", "absent/a", "inner/a.txt/b"):
            with self.assertRaises(Unreadable):
                self.read(name)

    def test_large_files_are_not_read(self):
        with open(self.root / "large", "wb") as file:
            file.truncate(1 << 40)
        with self.assertRaisesRegex(Unreadable, "larger than 1 KiB"):
            self.read("large", limit=1024)

    def test_descriptors_are_closed(self):
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(20):
            self.test_files()
            with self.assertRaises(Unreadable):
                self.read("inner/absent")
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)


if __name__ == "__main__":
    unittest.main()
