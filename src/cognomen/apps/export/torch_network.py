"""A surname classifier of Cognomen as a plain PyTorch module; its weights are beside it, in .safetensors.

    network = load()
    ids, lengths = encode(["nakamura", "rossi"], network.alphabet)
    network(ids, lengths).probabilities    # (N, C), columns in network.origins order

It needs torch and safetensors, and nothing of Cognomen, whose network it is number for number. What stands
around the network there is not in here: how the surname is found in a text, how the parts of a surname in two
parts are pooled, which texts are not names or unlike all training names, other priors. `encode` reads
names that are spelled plainly.

N counts names, T letters, V letters of the alphabet, H hidden units, C origins, K letters of the longest
n-gram.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import safe_open
from torch import Tensor, nn

FACTOR = 4.0  # the length of a name's vector of n-grams
# The constants of the hash: the golden ratio, and the mixers of SplitMix64; as signed numbers of 64 bits.
STEP, MIX_1, MIX_2 = (
    number - (1 << 64) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)
KEY_BITS = 16
PLAIN_RNN = {"tanh": "tanh", "relu": "relu"}


class Output(NamedTuple):
    """What the network says: logits (N, C), and probabilities (N, C), calibrated, under the default prior."""

    logits: Tensor
    probabilities: Tensor


class SurnameNetwork(nn.Module):
    """Letters in, origins out: embedding, recurrent layers, pooling, a linear map; n-grams beside them."""

    def __init__(self, facts: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        super().__init__()
        self.facts, self.alphabet, self.origins = facts, str(facts["alphabet"]), list(facts["origins"])
        letters, origins = len(self.alphabet) + 1, len(self.origins)
        directions = 2 if facts["direction"] == "both" else 1
        kinds = facts["pooling"].split("+")
        self.embedding = nn.Embedding(letters, facts["embedding_size"])
        self.recurrent = _recurrent(facts)
        self.output = nn.Linear(len(kinds) * directions * facts["hidden_size"], origins)
        self.register_buffer("log_prior", torch.zeros(origins))
        self.ngrams: nn.Module | None = None
        if facts["longest_ngram"]:
            made = HashedNgrams if facts["ngram_rank"] else Ngrams
            own = {name[7:]: value for name, value in tensors.items() if name.startswith("ngrams.")}
            self.ngrams = made(own, end_mark=letters, longest=facts["longest_ngram"])
        self.load_state_dict(tensors)

    def forward(self, ids: Tensor, lengths: Tensor) -> Output:
        """What the network says of N names.

        Args:
            ids: of their letters, (N, T), filled up with any.
            lengths: the number of letters of each name, at least 1, (N,).
        """
        logits = self.output(self._pooled(ids, lengths))
        temperature = torch.full((len(ids), 1), self.facts["temperature"])
        if self.ngrams is not None:
            more, known = self.ngrams(ids, lengths)
            logits = logits + more
            temperature[known] = self.facts["known_temperature"]
        return Output(logits, torch.softmax(logits / temperature + self.log_prior, 1))

    def _pooled(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """The recurrent outputs, one vector for each name, (N, kinds * directions * H)."""
        reverse = self.facts["direction"] == "reverse"
        order = _reversed(ids, lengths) if reverse else ids
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(order), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        y, _ = nn.utils.rnn.pad_packed_sequence(self.recurrent(packed)[0], batch_first=True)  # (N, T, D * H)
        there = (torch.arange(y.shape[1]) < lengths[:, None])[..., None]  # (N, T, 1)
        size, pooled = self.facts["hidden_size"], []
        for kind in self.facts["pooling"].split("+"):
            if kind == "max":
                pooled.append(y.masked_fill(~there, -torch.inf).amax(1))
            elif kind == "mean":
                pooled.append(y.masked_fill(~there, 0).sum(1) / lengths[:, None])
            else:  # the last output of each direction: of the reverse one, the first in the name
                last = y[torch.arange(len(y)), lengths - 1, :size]
                pooled.append(torch.cat([last, y[:, 0, size:]], 1))
        return torch.cat(pooled, 1)


def _recurrent(facts: dict[str, Any]) -> nn.RNNBase:
    """The recurrent layers; their parameters have the names that PyTorch gives them."""
    sizes = (facts["embedding_size"], facts["hidden_size"], facts["num_layers"])
    options: dict[str, Any] = {"batch_first": True, "bidirectional": facts["direction"] == "both"}
    if facts["cell"] == "rnn":
        return nn.RNN(*sizes, nonlinearity=PLAIN_RNN[facts["nonlinearity"]], **options)
    return nn.GRU(*sizes, **options) if facts["cell"] == "gru" else nn.LSTM(*sizes, **options)


def _reversed(ids: Tensor, lengths: Tensor) -> Tensor:
    """Each name from its end."""
    places = torch.arange(ids.shape[1])
    return ids.gather(1, torch.where(places < lengths[:, None], lengths[:, None] - 1 - places, places))


def _marked(ids: Tensor, lengths: Tensor, end_mark: int) -> Tensor:
    """Names with an end mark at both ends, and 0, the unknown letter, beyond: (N, T + 2)."""
    places = torch.arange(ids.shape[1])
    marked = torch.zeros(len(ids), ids.shape[1] + 2, dtype=torch.int64)
    marked[:, 1:-1] = ids * (places < lengths[:, None])
    marked[:, 0] = end_mark
    return marked.scatter(1, lengths[:, None] + 1, end_mark)


def _shifted(x: Tensor) -> Tensor:
    """What stands one place before, 0 at the first: (N, P)."""
    return nn.functional.pad(x, (1, 0))[:, :-1]


def _scale(idf: Tensor) -> Tensor:
    """What makes a name's vector as long as `FACTOR`, (N, 1), from the idf of its n-grams (K, N, P)."""
    return FACTOR / idf.square().sum((0, 2)).clamp(min=1).sqrt()[:, None]


class Ngrams(nn.Module):
    """Logits from the n-grams of up to K letters, which are found in a trie."""

    child: Tensor
    idf: Tensor
    weight: Tensor

    def __init__(self, tensors: dict[str, Tensor], *, end_mark: int, longest: int) -> None:
        super().__init__()
        self.end_mark, self.longest = end_mark, longest
        for name, value in tensors.items():
            self.register_buffer(name, torch.zeros_like(value))

    def forward(self, ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (N, C); and which names have weights of their own, none, (N,)."""
        letters = _marked(ids, lengths, self.end_mark)  # (N, P)
        found = [self.child[-1, letters]]  # letters after the empty n-gram
        for _ in range(1, self.longest):
            found.append(self.child[_shifted(found[-1]).long(), letters])
        rows = torch.stack(found).long()  # (K, N, P)
        idf = self.idf[rows]
        logits = (idf[..., None] * self.weight[rows]).sum((0, 2))  # (N, C)
        return logits * _scale(idf), torch.zeros(len(ids), dtype=torch.bool)


class HashedNgrams(nn.Module):
    """Logits from n-grams of up to K letters and from whole names, which are found by hash."""

    letters: Tensor
    idf: Tensor
    keys: Tensor
    embedding: Tensor
    name_keys: Tensor
    name_codes: Tensor
    name_codebooks: Tensor
    common_codes: Tensor
    common_codebooks: Tensor

    def __init__(self, tensors: dict[str, Tensor], *, end_mark: int, longest: int) -> None:
        super().__init__()
        self.end_mark, self.longest = end_mark, longest
        weight = tensors["output.weight"]
        self.output = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
        for name, value in tensors.items():
            if name != "output.weight":
                self.register_buffer(name, torch.zeros_like(value))

    def forward(self, ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (N, C); and which names have a row of their own, (N,)."""
        marked = _marked(ids, lengths, self.end_mark)  # (N, P)
        rows = self._ngrams(marked)  # (K, N, P)
        idf = self.idf[rows]
        u = (idf[..., None] * self.embedding[rows].float()).sum((0, 2)) * _scale(idf)  # (N, R)
        slots = self._names(marked, lengths)  # (N,)
        known = slots > 0
        return self.output(u + self._name_rows(slots) * known[:, None]), known

    def _name_rows(self, slots: Tensor) -> Tensor:
        """The rows of the names in these slots, (N, R); of any name for slot 0."""
        slot = torch.clamp(slots - 1, min=0)
        per_bucket, first = self.name_keys.shape[1], self.common_codes.shape[1]
        place = slot % per_bucket
        bucket = torch.div(slot, per_bucket, rounding_mode="floor")
        common = self.common_codes[bucket, torch.clamp(place, max=first - 1)]  # (N, T)
        further = _sums(self.common_codebooks, common) * (place < first)[:, None]
        return _sums(self.name_codebooks, self.name_codes[slot]) + further

    def _ngrams(self, marked: Tensor) -> Tensor:
        """The rows of the n-grams of 1 to K letters that end at each place, 0 for unknown ones, (K, N, P)."""
        letters, known = self.letters[marked], marked != 0
        h, whole, found = torch.zeros_like(letters), known, []
        for k in range(self.longest):
            h = _shifted(h) * STEP + letters
            whole = known & _shifted(whole) if k else known
            found.append(_look_up(self.keys, _mix(h + k), whole))
        return torch.stack(found)

    def _names(self, marked: Tensor, lengths: Tensor) -> Tensor:
        """The slots of the whole names, 0 for unknown ones, (N,)."""
        places = torch.arange(marked.shape[1])
        inside = places < lengths[:, None] + 2
        powers = torch.full_like(places, STEP).cumprod(0)  # wraps, as the hash does
        sums = (self.letters[marked] * powers * inside).sum(1)
        return _look_up(self.name_keys, _mix(sums), ((marked != 0) | ~inside).all(1))


def _sums(codebooks: Tensor, codes: Tensor) -> Tensor:
    """The sums of an entry of each codebook (S, K, R), for codes (N, S): (N, R)."""
    return codebooks[torch.arange(codes.shape[1]), codes.long()].float().sum(1)


def _mix(h: Tensor) -> Tensor:
    """Spread every bit over all bits: the finaliser of SplitMix64."""
    h = (h ^ _right(h, 30)) * MIX_1
    h = (h ^ _right(h, 27)) * MIX_2
    return h ^ _right(h, 31)


def _right(h: Tensor, bits: int) -> Tensor:
    """Shift right as unsigned numbers are."""
    return (h >> bits) & ((1 << (64 - bits)) - 1)


def _look_up(keys: Tensor, hashes: Tensor, valid: Tensor) -> Tensor:
    """1 + the slot of each hash in the table of keys (buckets, slots); 0 for one without, or not valid."""
    buckets, slots = keys.shape
    bucket = _right(hashes, KEY_BITS) & (buckets - 1)
    key = (hashes & ((1 << KEY_BITS) - 1)).clamp(min=1)
    same = (keys[bucket] == key[..., None]) & valid[..., None]  # (..., slots)
    return torch.where(same.any(-1), bucket * slots + same.int().argmax(-1) + 1, 0)


def encode(names: list[str], alphabet: str) -> tuple[Tensor, Tensor]:
    """The letters of surnames that are spelled plainly: ids (N, T), 0 for unknown ones; lengths (N,)."""
    ids_of = {letter: number for number, letter in enumerate(alphabet, start=1)}
    stand_in = ids_of.get("〓", 0)  # for the Chinese characters that the alphabet lacks
    spelled = [unicodedata.normalize("NFKD", name).casefold() for name in names]
    rows = [
        [
            ids_of.get(each, stand_in if unicodedata.name(each, "").startswith("CJK UNIFIED") else 0)
            for each in name
            if each in ids_of or not unicodedata.combining(each)
        ]
        for name in spelled
    ]
    lengths = torch.tensor([len(row) for row in rows])
    return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True), lengths


def load(path: str | Path | None = None) -> SurnameNetwork:
    """The network of a .safetensors file; that beside this file if None."""
    with safe_open(path or Path(__file__).with_suffix(".safetensors"), "pt") as file:
        facts = json.loads(file.metadata()["facts"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    return SurnameNetwork(facts, tensors).eval()
