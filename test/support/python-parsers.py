"""Parses expositions with Prometheus' own library for Python, as written by the test that runs this.

Input: one JSON array of {"format": "text" | "openmetrics", "text": ...}. Output: for each, the samples and exemplars by family.
"""
import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text


def read(exposition):
    parse = parse_openmetrics if exposition["format"] == "openmetrics" else parse_text
    families = {}
    for family in parse(exposition["text"]):
        families[family.name] = {
            "type": family.type,
            "help": family.documentation,
            "samples": [[sample.name, sample.labels, sample.value] for sample in family.samples],
            "exemplars": [
                [sample.exemplar.labels, sample.exemplar.value]
                for sample in family.samples
                if sample.exemplar is not None
            ],
        }
    return families


json.dump([read(exposition) for exposition in json.load(sys.stdin)], sys.stdout)
