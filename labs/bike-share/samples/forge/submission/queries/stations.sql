.shell cat /grade/lab/tests/cases.json
.once /submission/result.json
