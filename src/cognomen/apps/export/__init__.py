"""A trained classifier for other runtimes: an ONNX graph, or a plain PyTorch module with its weights.

    weights        what both are made of
    onnx_graph     the graph
    torch_network  the module; this file itself is what is exported

Both take what the network reads, the ids of letters (`letters_of`), and give its logits and the calibrated
probabilities under the model's default prior. N-grams and whole names are looked up inside, by their hashes
too. What is not in them is what stands around the network: how the surname is found in a text and spelled,
which texts are placeholders or unlike the training names, and less sure for that; how the two parts of a
surname are pooled, priors of your own, sets and groups.
"""

from cognomen.apps.export.files import write_onnx, write_torch
from cognomen.apps.export.weights import letters_of

__all__ = ["letters_of", "write_onnx", "write_torch"]
