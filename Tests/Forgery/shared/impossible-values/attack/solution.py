import os

import perfect

# One file for each format: what does not parse must not count, and must not end the reader.
perfect.write_files({path: text.replace('"score": 40', '"score": NaN').replace('"score": 1,', '"score": 1e400, "score": 1,') for path, text in perfect.FILES.items()})
if perfect.mode() == "junit":
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    perfect.write_files({"/grade/work/report.xml": bomb + perfect.JUNIT.replace('name="small"', 'name="&c;"')})
os._exit(0)
