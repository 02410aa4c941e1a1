"""Run a command; print, as one JSON document, its exit code and the most memory that its process had at once."""

import json
import resource
import subprocess
import sys

exit_code = subprocess.run(
    sys.argv[1:], stdout=subprocess.DEVNULL, check=False
).returncode
unit = 1 if sys.platform == "darwin" else 1024
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
json.dump({"exitCode": exit_code, "peakBytes": peak}, sys.stdout)
