"""What `accuracy.py` measures beside `classic`: methods for `run_protocol`."""
