"""What lies beside the data so that training starts without editing a line: dataset_info.json for LLaMA-Factory, an
axolotl configuration, and the dataset card. Each names the very files that were written.

Keys as in LLaMA-Factory's `src/llamafactory/data/parser.py` (August 2026), axolotl's `src/axolotl/utils/schemas` and
`prompt_strategies/chat_template.py` (July 2026; a `system` beside the messages is taken up by itself), and TRL's
`trl/trainer/sft_config.py` (July 2026; `max_length` is 1024 unless said).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from core.export.catalogue import KINDS
from core.export.manifest import Facts
from core.export.request import ExportRequest
from core.seedformat.mapping import Tree

_CHAT_TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
}
BASE_MODEL = "Qwen/Qwen2.5-7B-Instruct"


def llamafactory(request: ExportRequest, names: Mapping[str, str]) -> str:
    """dataset_info.json for the files by part of the split (empty: the whole); empty where it cannot."""
    described = _described(request)
    if described is None:
        return ""
    entries = {dataset_name(name): {"file_name": name, **described} for name in names.values()}
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


def dataset_name(file: str) -> str:
    """The name under which LLaMA-Factory knows a file."""
    return re.sub(r"[^a-z0-9]+", "_", file.rsplit(".", 1)[0].lower()).strip("_")


def axolotl(request: ExportRequest, names: Mapping[str, str]) -> str:
    """A configuration of axolotl that reads the files; empty where it cannot read the format."""
    fields = _axolotl_fields(request)
    if not fields:
        return ""
    train = names.get("train") or names.get("") or next(iter(names.values()))
    lines = [
        "# axolotl: a LoRA training of these files. Choose the base model; the rest fits as it is.",
        "# Run it in this folder: axolotl train axolotl.yaml",
        f"base_model: {BASE_MODEL}",
        "chat_template: tokenizer_default",
        "datasets:",
        *_dataset(train, fields),
    ]
    if "dev" in names:
        lines += ["test_datasets:", *_dataset(names["dev"], [*fields, "split: train"])]
    lines += [
        "adapter: lora",
        "lora_r: 16",
        "lora_alpha: 32",
        "lora_dropout: 0.05",
        "lora_target_linear: true",
        f"sequence_len: {request.context}",
        "micro_batch_size: 1",
        "gradient_accumulation_steps: 8",
        "num_epochs: 3",
        "learning_rate: 0.0001",
        "optimizer: adamw_torch",
        "lr_scheduler: cosine",
        f"seed: {request.seed}",
        "output_dir: ./lora",
    ]
    return "\n".join(lines) + "\n"


def card(facts: Facts, manifest: Tree, files: Sequence[str]) -> str:
    """README.md: what the dataset is, in figures, and how training starts."""
    request, counts, kind = facts.request, manifest["counts"], KINDS[facts.request.format]
    quality, lengths = manifest["quality"], manifest["token_lengths"]
    lines = [f"# Training data, {manifest['created'][:10]}", ""]
    if manifest["simulated"]:
        lines += [
            f"**{manifest['simulated_conversations']} of {counts['conversations']} conversations are practice results "
            "written by a simulator. They are not for training.**",
            "",
        ]
    lines += [
        f"{counts['conversations']:,} conversations with {counts['turns']:,} turns between a client and an advisor, "
        f"as {kind.title} ({kind.words}).",
        "",
        "| figure | value |",
        "|---|---|",
        f"| records | {counts['records']:,}, one per {request.per} |",
        f"| chosen | {_chosen(manifest)} |",
        f"| system prompt | {'in every record' if request.system else 'left out'} |",
        f"| annotation | {'included' if request.annotation else 'left out'} |",
        f"| quality score | {_quality(quality)} |",
        f"| estimated tokens | mean {lengths['mean']}, longest {lengths['longest']}; "
        f"{lengths['too_long']} above {lengths['context']:,} |",
        "",
    ]
    lines += ["| file | records | conversations | sha256 |", "|---|---|---|---|"]
    shown = manifest["files"][:20]
    lines += [f"| {f['name']} | {f['records']:,} | {f['conversations']:,} | `{f['sha256'][:16]}…` |" for f in shown]
    if len(manifest["files"]) > len(shown):
        lines += ["", f"And {len(manifest['files']) - len(shown):,} more files: see the manifest."]
    for title, values in facts.shares.items():
        lines += ["", f"## {title}", "", "| value | conversations |", "|---|---|"]
        lines += [f"| {_cell(value)} | {number:,} |" for value, number in values]
    if manifest["split"]:
        shares = "/".join(f"{100 * share:g}" for share in request.split or ())
        lines += ["", "## Split", "", f"{shares}, seed {request.seed}; frozen: a conversation never moves, and "]
        lines[-1] += "variations of one conversation are never in two parts."
    lines += ["", "## Start training", "", *_start(request, files)]
    return "\n".join(lines) + "\n"


def _described(request: ExportRequest) -> Tree | None:
    """How LLaMA-Factory reads the format."""
    if request.format in ("openai", "trl") and (request.format, request.per) != ("trl", "turn"):
        return {"formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": _CHAT_TAGS}
    if request.format == "anthropic":
        columns = {"messages": "messages", **({"system": "system"} if request.system else {})}
        return {"formatting": "sharegpt", "columns": columns, "tags": _CHAT_TAGS}
    if request.format == "sharegpt":
        tags = {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"}
        return {
            "formatting": "sharegpt",
            "columns": {"messages": "conversations"},
            "tags": {**tags, "system_tag": "system"},
        }
    if request.format == "alpaca":
        columns = {"prompt": "instruction", "query": "input", "response": "output", "history": "history"}
        return {"columns": {**columns, **({"system": "system"} if request.system else {})}}
    return None


def _axolotl_fields(request: ExportRequest) -> list[str]:
    roles = {"openai": ("role", "content"), "trl": ("role", "content"), "anthropic": ("role", "content")}
    roles["sharegpt"] = ("from", "value")
    if request.format not in roles or (request.format, request.per) == ("trl", "turn"):
        return []
    role, content = roles[request.format]
    messages = "conversations" if request.format == "sharegpt" else "messages"
    fields = ["type: chat_template", f"field_messages: {messages}"]
    fields += ["message_property_mappings:", f"  role: {role}", f"  content: {content}"]
    if request.format == "sharegpt":
        fields += ["roles:", "  system: [system]", "  user: [human]", "  assistant: [gpt]"]
    if request.format == "openai" and request.per == "turn":
        fields.append("message_field_training: weight")
    return [*fields, "roles_to_train: [assistant]", "train_on_eos: turn"]


def _dataset(file: str, fields: Sequence[str]) -> list[str]:
    return [f"  - path: {json.dumps('./' + file)}", "    ds_type: json", *(f"    {field}" for field in fields)]


def _start(request: ExportRequest, files: Sequence[str]) -> list[str]:
    lines: list[str] = []
    if "dataset_info.json" in files:
        name = next(dataset_name(file) for file in files if file.endswith(".jsonl"))
        lines.append(f"- LLaMA-Factory: `dataset_dir: .` and `dataset: {name}` in its settings (dataset_info.json).")
        dev = next((dataset_name(file) for file in files if file.endswith("-dev.jsonl")), "")
        if dev:
            lines.append(f"  `eval_dataset: {dev}` tests on the dev part.")
        if request.per == "turn":  # it knows no weights either
            lines.append("  Set `mask_history: true`, so that each answer is learned once.")
    if "axolotl.yaml" in files:
        lines.append("- axolotl: `axolotl train axolotl.yaml` in this folder.")
    data = next((file for file in files if file.endswith((".jsonl", ".csv"))), "")
    if request.format == "openai":
        lines.append(f"- OpenAI: upload {data} with the purpose fine-tune; it wants at least 10 examples.")
    if request.format == "anthropic":
        lines.append(
            f"- Amazon Bedrock: put {data} into your bucket; how many records it takes is a quota of your account."
        )
    if request.format in ("trl", "openai"):
        length = f"`SFTConfig(max_length={request.context})`: the default of 1024 tokens cuts long conversations"
        lines.append(f'- TRL: `load_dataset("json", data_files="{data}")`, then `SFTTrainer` with {length}.')
    return lines or ["This form is for reading and keeping; openai, sharegpt, trl and alpaca are for trainers."]


def _chosen(manifest: Tree) -> str:
    what = "approved rows" if manifest["approved_only"] else "rows, approved or not"
    return f"{what}{', filter `' + _cell(manifest['filter'][:200]) + '`' if manifest['filter'] else ''}"


def _quality(quality: Tree) -> str:
    if not quality["measured"]:
        return "not measured"
    return f"mean {quality['mean']}, {quality['min']} to {quality['max']} ({quality['measured']:,} measured)"


def _cell(value: object) -> str:
    return str(value or "(none)").replace("|", "\\|").replace("\n", " ").replace("`", "'")
