"""What `accuracy.py` measures beside the shipped config: methods for `run_protocol`."""
