import json

from count import count

CASES = [("three words", "one two three", 3), ("no word", "", 0), ("wide gaps", "  far   apart  ", 2), ("two lines", "first line\nsecond line", 4)]
tests = []
for number, (name, text, words) in enumerate(CASES, 1):
    right = count(text) == words
    tests.append({"name": name, "number": f"1.{number}", "score": 5 if right else 0, "max_score": 5,
                  "output": "" if right else "Not the number of words."})  # fmt: skip
with open("/autograder/results/results.json", "w") as file:
    json.dump({"tests": tests, "execution_time": "0.01", "visibility": "visible"}, file)
