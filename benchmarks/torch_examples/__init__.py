"""The programs of examples/ in plain PyTorch: the same data, sizes, batches and budget, to compare with."""
