"""What `accuracy.py` measures beside the shipped recipe: methods for `run_protocol`."""
