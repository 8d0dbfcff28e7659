"""The study: experiments on what is claimed of recurrent networks.

from cognomen.study import EXPERIMENTS
print(EXPERIMENTS["program"].run().sentence)
"""

from cognomen.study.experiment import Experiment, Findings, Settings, Table
from cognomen.study.registry import EXPERIMENTS, find_experiment

__all__ = ["EXPERIMENTS", "Experiment", "Findings", "Settings", "Table", "find_experiment"]
