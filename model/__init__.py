"""What the networks are, and what their numbers mean. Importing any part of it keeps ONNX Runtime off the network."""

from __future__ import annotations

import os

# From 1.32 on its maker's builds look up and call a collector when a session runs; scarscore opens no connection.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
