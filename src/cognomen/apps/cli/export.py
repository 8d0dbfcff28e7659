"""`cognomen export`: a model as an ONNX graph or a PyTorch module.

\b
Examples:
  cognomen export --onnx world.onnx
  cognomen export classic --torch classic_network.py
  cognomen export my-model --onnx my.onnx --torch my_network.py

MODEL is a model folder, or the name of a pretrained model: the one that answers by default, if left out.

\b
Both take the letters of names and give logits and calibrated probabilities:
  ids            (N, T) int64, filled up with any number
  lengths        (N,) int64, the number of each name's letters
  logits         (N, C)
  probabilities  (N, C), under the model's default prior

N-grams and whole names are looked up inside. What surrounds the network is not exported: finding the surname
in a text and spelling it (cognomen.apps.export.letters_of does this), recognising texts that are not names or
are unlike the training names, pooling the parts of a surname in two parts, other priors, groups and sets. See
docs/elsewhere.md.
{EXIT_CODES}
"""

from __future__ import annotations

from pathlib import Path

import click

from cognomen.apps.cli.options import CLASSIFIER, check_replaceable, epilog


@click.command("export", epilog=epilog(__doc__))
@click.argument("model", type=CLASSIFIER, required=False)
@click.option("--onnx", type=click.Path(path_type=Path), metavar="FILE", help="An ONNX graph, FILE.onnx.")
@click.option(
    "--torch",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A PyTorch module, FILE.py, that needs nothing of Cognomen; its weights go to FILE.safetensors.",
)
@click.option("--force", is_flag=True, help="Replace existing files.")
def command(model: str | None, onnx: Path | None, torch: Path | None, force: bool) -> None:
    """Write MODEL for other runtimes, with the same probabilities."""
    from cognomen.apps.export.files import checked_path, write_onnx, write_torch
    from cognomen.classifier.classifier import Classifier

    given = ((onnx, ".onnx"), (torch, ".py"))
    wanted = [checked_path(path, suffix) for path, suffix in given if path is not None]
    if not wanted:
        raise click.UsageError("nothing to write: give --onnx FILE, --torch FILE or both.")
    for path in (*wanted, *([torch.with_suffix(".safetensors")] if torch else [])):
        check_replaceable(path, force)
    classifier, written = Classifier.load(model), []
    if onnx is not None:
        written.append(write_onnx(classifier, onnx))
    if torch is not None:
        written += write_torch(classifier, torch)
    for path in written:
        size = path.stat().st_size
        click.echo(f"{path}: {size / 1e6:.1f} MB" if size >= 1e5 else f"{path}: {size / 1e3:.0f} kB")
