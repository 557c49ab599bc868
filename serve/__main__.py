"""Lets `python -m scarscore.serve` do what `scarscore` does, where the script is not on the path."""

from scarscore.serve.cli import main

if __name__ == "__main__":  # a spawned worker imports this file again and must not start a second batch
    main()
