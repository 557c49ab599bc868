"""Whether a photo can be judged at all: `checks.measure` is the door, the other files hold one subject each."""
