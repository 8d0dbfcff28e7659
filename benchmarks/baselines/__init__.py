"""What `accuracy.py` measures beside the shipped recipe: methods for `cognomen.protocols.run_protocol`."""
