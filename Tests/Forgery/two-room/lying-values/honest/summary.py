# Prints its JSON in another legitimate way: escaped, indented, with exponents.
import json
import subprocess
import sys

done = subprocess.run([sys.executable, "solution.py", *sys.argv[1:]], capture_output=True, text=True)
sys.stderr.write(done.stderr)
if done.stdout:
    print("\n", json.dumps(json.loads(done.stdout), indent=7, sort_keys=True, ensure_ascii=True).replace("\n", "\r\n"), "\n")
sys.exit(done.returncode)
