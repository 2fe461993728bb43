"""Alerts and dashboards: they ask for what there is, and Prometheus itself tries the alerts."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from directapp.app.watch import metrics
from directapp.telemetry import meters

MONITORING = Path(__file__).parents[2] / "deploy/monitoring"
NAMED = re.compile(r"\bdirectapp_\w+")


def told() -> set[str]:
    """Return the names of everything that is told: what is counted, and what is looked up."""
    assert meters.REQUESTS is not None
    counted = {sample.name for family in REGISTRY.collect() for sample in family.samples}
    families = {f.name for f in REGISTRY.collect() if f.name.startswith("directapp_")}
    suffixed = {f"{name}{end}" for name in families for end in ("", "_total", "_bucket", "_count", "_sum")}
    return counted | suffixed | set(NAMED.findall(Path(metrics.__file__).read_text()))


def load(name: str) -> Any:
    return yaml.safe_load((MONITORING / name).read_text())


def expressions() -> list[str]:
    rules = [rule["expr"] for group in load("alerts.yaml")["groups"] for rule in group["rules"]]
    board = json.loads((MONITORING / "grafana/dashboard.json").read_text())
    return rules + [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def test_what_is_asked_for_is_told() -> None:
    asked = {name for one in expressions() for name in NAMED.findall(one)}
    assert asked
    assert asked - told() == set()


def test_each_alert_says_how_bad_it_is_and_what_it_is_and_is_told_of_in_the_page() -> None:
    alerts = [rule for group in load("alerts.yaml")["groups"] for rule in group["rules"] if "alert" in rule]
    page = (MONITORING.parents[1] / "docs/how-to/watch-it.md").read_text()
    for alert in alerts:
        assert set(alert["labels"]) == {"severity"}
        assert alert["annotations"]["summary"]
        assert f"`{alert['alert']}`" in page
    assert len(alerts) > 15


def test_what_is_recorded_is_what_is_asked_for() -> None:
    recorded = {r["record"] for group in load("alerts.yaml")["groups"] for r in group["rules"] if "record" in r}
    assert recorded == {name for one in expressions() for name in re.findall(r"directapp:[\w:]+", one)}


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not here (on Debian: apt-get install prometheus)")
def test_prometheus_tries_the_alerts() -> None:
    for command in (["check", "rules", "alerts.yaml"], ["test", "rules", "alerts.test.yaml"]):
        done = subprocess.run(["promtool", *command], cwd=MONITORING, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_compose_brings_what_watches_and_mounts_what_there_is() -> None:
    services = yaml.safe_load((MONITORING.parent / "compose.yaml").read_text())["services"]
    for name in ("prometheus", "alertmanager", "grafana"):
        assert services[name]["profiles"] == ["monitoring"]
        mounted = [volume.split(":")[0] for volume in services[name]["volumes"] if volume.startswith("./")]
        missing = {one for one in mounted if not (MONITORING.parent / one).exists()}
        assert missing - {"./monitoring/token"} == set(), "the token is made where it is used"
