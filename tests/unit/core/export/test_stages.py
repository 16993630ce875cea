"""What an export goes through."""

from core.export.stages import stages


def told(*names):
    return [f"{stage['phase']} {stage['target']}".strip() for stage in stages(names)]


def test_stages_follow_the_worker_adapter_merge_folders_then_each_file_quantised_and_proven():
    assert told("adapter", "merged", "adapter_gguf", "f16", "q4_k_m") == [
        "packing adapter",
        "merging",
        "proving merged",
        "converting adapter_gguf",
        "proving adapter_gguf",
        "converting",
        "proving f16",
        "quantising q4_k_m",
        "proving q4_k_m",
        "scoring",
        "packing",
    ]


def test_an_adapter_alone_is_written_and_packed():
    assert told("adapter") == ["packing adapter", "packing"]


def test_a_target_of_an_earlier_version_is_left_out():
    assert told("q8_0", "gone") == told("q8_0")


def test_titles_name_the_target():
    titles = [stage["title"] for stage in stages(["merged", "q8_0"])]
    assert titles == [
        "Merge adapter and base model",
        "Prove the merged model",
        "Convert to GGUF",
        "Quantise Q8_0",
        "Prove Q8_0",
        "Score on held-out questions",
        "Finish",
    ]
