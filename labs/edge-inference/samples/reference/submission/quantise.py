"""Writes model.h: the weights of model.json as whole numbers of 8 bits."""

import json

with open("model.json") as file:
    first, last = json.load(file)["layers"]
scale = max(abs(one) for row in first["weights"] for one in row) / 127
rows = [[round(one / scale) for one in row] for row in first["weights"]]
print(f"enum {{ INPUTS = {len(rows[0])}, HIDDEN = {len(rows)}, OUTPUTS = {len(last['bias'])} }};")
# Pixels stay whole numbers from 0 to 255: the bias of the first layer is brought to their scale.
lists = {
    "static const signed char FIRST[HIDDEN][INPUTS]": [", ".join(map(str, row)) for row in rows],
    "static const int FIRST_BIAS[HIDDEN]": [str(round(one / scale * 255)) for one in first["bias"]],
    "static const float LAST[OUTPUTS][HIDDEN]": [
        ", ".join(f"{one * scale / 255:.9f}f" for one in row) for row in last["weights"]
    ],
    "static const float LAST_BIAS[OUTPUTS]": [f"{one:.6f}f" for one in last["bias"]],
}
for name, values in lists.items():
    inside = ", ".join(f"{{{value}}}" if name.count("[") == 2 else value for value in values)
    print(f"{name} = {{{inside}}};")
