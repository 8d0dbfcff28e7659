"""The parts of `speed.py`: how times are taken, the rivals at their best, and the rows of the table."""
