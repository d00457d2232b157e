#!/usr/bin/python3
"""Makes cases.json and, with --public, the learners' own: python3 tests/generate.py [--public]

The boxes that are expected are those that were drawn, not what any detector found.
"""

import base64
import json
import random
import sys
from pathlib import Path

LAB = Path(__file__).resolve().parents[1]
PGM = {"Content-Type": "image/x-portable-graymap"}
ERROR = {"error": {"$type": "string", "$length": {"min": 1}}}


def drawn(draw, width, height, count):
    """(pixels, boxes): bright rectangles and discs on a dark floor with noise."""
    pixels = [[60 + draw.gauss(0, 8) for _ in range(width)] for _ in range(height)]
    boxes = []
    while len(boxes) < count:
        side = draw.randint(7, max(7, min(width, height) // 3))
        wide = side if draw.random() < 0.5 else draw.randint(6, side)
        left, top = draw.randint(0, width - wide), draw.randint(0, height - side)
        box = (left, top, left + wide, top + side)
        if any(box[0] < b[2] + 3 and b[0] < box[2] + 3 and box[1] < b[3] + 3 and b[1] < box[3] + 3 for b in boxes):
            continue
        level, is_disc = draw.uniform(170, 235), wide == side
        for y in range(side):
            for x in range(wide):
                if not is_disc or ((2 * x + 1) / side - 1) ** 2 + ((2 * y + 1) / side - 1) ** 2 <= 1:
                    pixels[top + y][left + x] = level + draw.gauss(0, 8)
        boxes.append(box)
    return bytes(min(255, max(0, round(value))) for row in pixels for value in row), boxes


def portable(width, height, pixels, header="P5\n{} {}\n255\n"):
    return header.format(width, height).encode() + pixels


def text(data):
    return base64.b64encode(data).decode()


def expected(boxes):
    """Each box within one pixel, in any order: noise may cost a disc its outermost pixel."""
    near = ({key: {"$near": [value, 1]} for key, value in zip(("x1", "y1", "x2", "y2"), box)} for box in boxes)
    return {"$unordered": [{**one, "score": {"$type": "number", "$min": 0, "$max": 1}} for one in near]}


def cases(seed, is_public):
    draw = random.Random(seed)

    def image(width, height, count, header="P5\n{} {}\n255\n"):
        pixels, boxes = drawn(draw, width, height, count)
        return portable(width, height, pixels, header), boxes

    def detect(data, want, **more):
        return {"request": "POST /detect", "headers": PGM, "body-base64": text(data), "expect": want, **more}

    def found(width, height, boxes):
        return {"status": 200, "json": {"width": width, "height": height, "boxes": expected(boxes)}}

    def works():
        data, boxes = image(24, 24, 1)
        return detect(data, found(24, 24, boxes), required=True)

    def batch(images, want, status=200, **more):
        return {"request": "POST /batch", "json": {"images": [text(one) for one in images]},
                "expect": {"status": status, "json": want}, **more}  # fmt: skip

    example = random.Random("example")
    pixels, boxes = drawn(example, 32, 24, 2)
    tests = [
        {"name": "is ready", "points": 6, "steps": [
            {"request": "GET /health", "required": True, "expect": {"status": 200, "json": {"status": "ok"}}},
            {"request": "GET /health", "expect": {"status": 200, "headers": {"Content-Type": {"$regex": "(?i)application/json *(;.*)?"}},
                                                  "json": {"status": "ok"}}}]},
        {"name": "the example of the handout", "points": 12, "shown": True, "steps": [
            detect(portable(32, 24, pixels), found(32, 24, boxes), required=True),
            detect(portable(32, 24, pixels), found(32, 24, boxes))]},
    ]  # fmt: skip
    steps = [works()]
    for width, height, count in ((48, 48, 3), (40, 56, 2), (64, 32, 4)):
        data, boxes = image(width, height, count)
        steps.append(detect(data, found(width, height, boxes)))
    tests.append({"name": "finds everything", "points": 12, "steps": steps, "hint": "The boxes of detector.py, as objects."})

    steps = [works()]
    for header in ("P5 {} {} 255\n", "P5\n# made by a camera\n{}\n# 5 6\n{}\n255\n", "P5\t{}  {}\r255 "):
        data, boxes = image(33, 21, 2, header)
        steps.append(detect(data, found(33, 21, boxes)))
    tests.append({"name": "reads every header", "points": 8, "steps": steps,
                  "hint": "White space of any kind separates the fields, and comments may stand between them."})  # fmt: skip

    data, _ = image(40, 40, 0)
    tests.append({"name": "nothing is there", "points": 5, "steps": [
        works(), detect(data, {"status": 200, "json": {"boxes": []}})]})  # fmt: skip

    images = [image(draw.randint(24, 40), draw.randint(24, 40), draw.randint(0, 2)) for _ in range(6)]
    want = {"results": [{"boxes": expected(boxes)} for _, boxes in images]}
    tests.append({"name": "takes many at once", "points": 15, "steps": [
        works(),
        batch([one for one, _ in images], want),
        batch([one for one, _ in images[:1]], {"results": want["results"][:1]}),
        batch([images[0][0]] * 16, {"results": [want["results"][0]] * 16})]})  # fmt: skip

    good, other = images[0], images[1]
    mixed = {"results": [{"boxes": expected(good[1])}, ERROR, ERROR, {"boxes": expected(other[1])}]}
    tests.append({"name": "one bad image spoils nothing", "points": 9, "hint": "An object with error stands in its place.", "steps": [
        works(),
        batch([good[0], b"GIF89a", good[0][:-5], other[0]], mixed),
        {"request": "POST /batch", "json": {"images": [text(good[0]), "no base64 !", 5]},
         "expect": {"status": 200, "json": {"results": [{"boxes": expected(good[1])}, ERROR, ERROR]}}}]})  # fmt: skip

    data, _ = image(30, 30, 2)
    steps = [works()]
    for bad in (b"", b"P5", b"P6\n2 2\n255\n" + bytes(12), data[:-1], data + b"x", b"P5\n0 0\n255\n", b"P5\n-3 4\n255\n" + bytes(12),
                b"P5\n2 2\n65535\n" + bytes(8), b"P5\n9999999 9999999\n255\n" + bytes(100), b"P5\n\xd9\xa3 2\n255\n" + bytes(6)):  # fmt: skip
        steps.append(detect(bad, {"status": 400, "json": ERROR}))
    steps.append(works())
    tests.append({"name": "refuses what is no image", "points": 10, "steps": steps})

    big = {"request": "POST /detect", "headers": PGM, "expect": {"status": 413, "json": ERROR},
           "body-repeat": {"before": "P5\n600 600\n255\n", "text": "<", "times": 360_000}}  # fmt: skip
    tests.append({"name": "refuses other requests", "points": 9, "steps": [
        works(),
        {"request": "POST /detect", "headers": {"Content-Type": "image/png"}, "body-base64": text(data), "expect": {"status": 415, "json": ERROR}},
        {"request": "POST /batch", "json": [], "expect": {"status": 400, "json": ERROR}},
        {"request": "POST /batch", "json": {"images": []}, "expect": {"status": 400}},
        batch([good[0]] * 17, ERROR, 400),
        {"request": "POST /batch", "headers": {"Content-Type": "application/json"}, "body": '{"images": [', "expect": {"status": 400}},
        big,
        {"request": "GET /nothing", "expect": {"status": 404, "json": ERROR}},
        {"request": "GET /detect", "expect": {"status": 405, "headers": {"Allow": {"$regex": ".*POST.*"}}}}]})  # fmt: skip

    many = [image(24, 24, 1) for _ in range(3)]
    tests.append({"name": "counts what it does, from each start on", "points": 6, "steps": [
        {"restart": True},
        {"request": "GET /stats", "expect": {"json": {"images": 0, "refused": 0}}},
        detect(many[0][0], {"status": 200}, required=True),
        detect(b"P5", {"status": 400}, required=True),
        batch([many[1][0], b"x", many[2][0]], {"results": {"$length": 3}}, required=True),
        {"request": "GET /stats", "expect": {"status": 200, "json": {"images": 3, "refused": 2}}}]})  # fmt: skip

    data, boxes = image(64, 64, 4)
    tests.append({"name": "is fast", "points": 8, "hint": "Load the model once.", "steps": [{"load": {
        "request": "POST /batch", "json": {"images": [text(data)]}, "number": 10 if is_public else 24, "concurrency": 4, "tries": 3, "seconds": 12,
        "full-ms": 150, "none-ms": 500, "expect": {"status": 200, "json": {"results": [{"boxes": expected(boxes)}]}}}}]})  # fmt: skip
    return {"tests": tests}


def main():
    example = random.Random("example")
    (LAB / "starter" / "example.pgm").write_bytes(portable(32, 24, drawn(example, 32, 24, 2)[0]))
    place, seed = ("public", "public") if "--public" in sys.argv else ("tests", "6b1f0c52d7")
    made = cases(seed, place == "public")
    assert sum(test["points"] for test in made["tests"]) == 100
    (LAB / place / "cases.json").write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
