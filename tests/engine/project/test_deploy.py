"""The manifest for the Dask operator, by the operator's own schema: a word that it does not know would be dropped."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
import yaml
from distributed.cli import dask_scheduler, dask_worker
from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parents[3] / "deploy"
MANIFEST = yaml.safe_load((FOLDER / "dask-cluster.yaml").read_text())
VALIDATOR = Draft202012Validator(json.loads((FOLDER / "dask-cluster.schema.json").read_text()))
MAINS = {"worker": dask_worker.main, "scheduler": dask_scheduler.main}


def test_the_manifest_is_valid():
    assert (MANIFEST["apiVersion"], MANIFEST["kind"]) == ("kubernetes.dask.org/v1", "DaskCluster")
    assert [error.message for error in VALIDATOR.iter_errors(MANIFEST)] == []


def test_a_word_that_the_operator_does_not_know_is_refused():
    changed = copy.deepcopy(MANIFEST)
    changed["spec"]["worker"]["spec"]["hostUsers"] = False
    assert "hostUsers" in str([error.message for error in VALIDATOR.iter_errors(changed)])


@pytest.mark.parametrize("kind", MAINS)
def test_dask_understands_the_words_of_a_container(kind):
    (container,) = MANIFEST["spec"][kind]["spec"]["containers"]
    assert container["command"] == ["dask", kind]
    assert MAINS[kind].make_context(kind, list(container["args"])).params


@pytest.mark.parametrize("kind", MAINS)
def test_every_container_is_an_ordinary_user_without_capabilities(kind):
    (container,) = MANIFEST["spec"][kind]["spec"]["containers"]
    assert container["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_the_scheduler_is_not_open_to_the_world():
    assert MANIFEST["spec"]["scheduler"]["service"]["type"] == "ClusterIP"
