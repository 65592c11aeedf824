"""Write ``expected`` of every case anew."""

from __future__ import annotations

import json

from tests.stix_models.golden import FILE, cases, found_in

written = [{**case, "expected": found_in(case)} for case in cases()]
FILE.write_text(json.dumps(written, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
