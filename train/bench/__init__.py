"""The test bench: what happens to a score when the camera, the scars or the colours change, and only they.

`perturb.py` and `healing.py` change real photos in ways that training may use too; `held_back.py` holds the changes
that are kept for testing alone. `measure.py` scores them, `report.py` tells.
"""
