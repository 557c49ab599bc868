"""Photos that show the same picture, found: repeats that a split by photo would put on both of its sides.

Three ways to suspect a pair (`suspect.py`), one way to convict it (`confirm.py`): the same points of the skin, in the
same places. It compares pictures, not people: two shots of one person need not match. Nothing is deleted or grouped
here; what a person has looked at and found true is written into `datasets/groups.toml`, which the reader applies.
"""
