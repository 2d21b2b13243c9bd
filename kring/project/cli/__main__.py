from __future__ import annotations

import sys

from kring.project.cli.main import main

sys.exit(main())
