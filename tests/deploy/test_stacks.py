"""The stacks as they are shipped: every setting reaches the application; what serves, works and keeps is all there."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from directapp.app.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
# What compose.yaml sets itself, from .env or from its own network; and those of the image.
OWN = {"DATABASE_URL", "DATABASE_APP_URL", "DIRECTAPP_PUBLIC_URL", "DIRECTAPP_SECRET"}
OF_IMAGE = {"DIRECTAPP_DATA", "DIRECTAPP_HOST", "PORT"}
# Nothing of the demo belongs where people work.
OF_DEMO = {"DIRECTAPP_DEMO", "DIRECTAPP_DEMO_PASSWORD"}


def settings() -> set[str]:
    """Return every variable that the application reads."""
    fields = Settings.model_fields.items()
    return {str(field.validation_alias or f"DIRECTAPP_{name.upper()}") for name, field in fields}


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


def dokploy() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "dokploy.yaml").read_text())
    return loaded


def manifests() -> dict[tuple[str, str], dict[str, Any]]:
    files = yaml.safe_load((DEPLOY / "kubernetes/kustomization.yaml").read_text())["resources"]
    found = [one for file in files for one in yaml.safe_load_all((DEPLOY / "kubernetes" / file).read_text())]
    return {(one["kind"], one["metadata"]["name"]): one for one in found}


def test_every_setting_stands_in_the_file_that_compose_passes_on() -> None:
    told = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (DEPLOY / "example.settings.env").read_text(), re.MULTILINE))
    assert told == settings() - OWN - OF_IMAGE - OF_DEMO


@pytest.mark.parametrize("service", ["upgrade", "app", "worker"])
def test_every_part_of_the_application_is_told_all_of_it(service: str) -> None:
    found = compose()["services"][service]
    assert found["env_file"] == [{"path": "settings.env", "required": False}]
    assert set(found["environment"]) == OWN | {"FORWARDED_ALLOW_IPS"}
    assert "BACKUP" not in str(found["environment"]), "who backs up knows that password, and nobody else"
    assert found["read_only"]
    assert found["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("service", ["database", "upgrade", "app", "worker", "backup"])
def test_dokploy_runs_the_same_parts_without_a_port_of_the_host(service: str) -> None:
    here, there = dokploy()["services"][service], compose()["services"][service]
    its_own = {"networks", "labels", "deploy"}
    assert {k: v for k, v in here.items() if k not in its_own} == {k: v for k, v in there.items() if k not in its_own}
    assert "ports" not in here
    wanted = set(re.findall(r"\$\{(\w+):\?\}", (DEPLOY / "dokploy.yaml").read_text()))
    assert wanted == set(re.findall(r"^(\w+)=", (DEPLOY / "example.env").read_text(), re.MULTILINE))


def test_dokploys_traefik_reaches_the_servers_alone_and_sends_plain_text_to_https() -> None:
    services = dokploy()["services"]
    assert [name for name, one in services.items() if "dokploy-network" in one["networks"]] == ["app"]
    labels = dict(label.split("=", 1) for label in services["app"]["labels"])
    plain = labels["traefik.http.routers.directapp-plain.middlewares"]
    assert labels[f"traefik.http.middlewares.{plain}.redirectscheme.scheme"] == "https"
    assert labels["traefik.http.routers.directapp.entrypoints"] == "websecure"
    assert labels["traefik.http.services.directapp.loadbalancer.healthcheck.path"] == "/server/ready"


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl here to build with")
def test_kustomize_builds_the_whole_with_one_image() -> None:
    built = subprocess.run(["kubectl", "kustomize", DEPLOY / "kubernetes"], capture_output=True, text=True, check=True)
    found = [one for one in yaml.safe_load_all(built.stdout) if one]
    assert {(one["kind"], one["metadata"]["name"]) for one in found} == set(manifests())
    assert set(re.findall(r"image: (directapp\S*)", built.stdout)) == {"directapp:0.1.0"}


def test_secrets_of_a_store_are_those_that_are_asked_for() -> None:
    files = DEPLOY / "kubernetes/secret.example.yaml", DEPLOY / "kubernetes/external-secrets/secrets.yaml"
    by_hand, of_a_store = ({one["metadata"]["name"] for one in yaml.safe_load_all(f.read_text())} for f in files)
    assert by_hand == of_a_store


def test_compose_serves_after_one_has_migrated_and_works_beside() -> None:
    services = compose()["services"]
    assert services["upgrade"]["command"] == ["directapp", "schema", "upgrade"]
    assert services["upgrade"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name, words in {"app": ["run", "--no-worker"], "worker": ["worker"]}.items():
        assert services[name]["command"] == ["directapp", *words]
        assert services[name]["depends_on"] == {"upgrade": {"condition": "service_completed_successfully"}}
    assert "/server/ready" in str(services["app"]["healthcheck"])
    assert services["worker"]["healthcheck"] == {"disable": True}
    wanted = set(re.findall(r"\$\{(\w+):\?\}", (DEPLOY / "compose.yaml").read_text()))
    assert wanted == set(re.findall(r"^(\w+)=", (DEPLOY / "example.env").read_text(), re.MULTILINE))


@pytest.mark.parametrize(("name", "words"), [("directapp", ["run", "--no-worker"]), ("directapp-worker", ["worker"])])
def test_kubernetes_serves_and_works_in_several_and_replaces_them_one_by_one(name: str, words: list[str]) -> None:
    found = manifests()
    spec = found["Deployment", name]["spec"]
    assert "replicas" not in spec, "how many there are is the scaler's"
    scaler = found["HorizontalPodAutoscaler", name]["spec"]
    assert scaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    assert 1 < scaler["minReplicas"] < scaler["maxReplicas"]
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    pod = spec["template"]["spec"]
    (container,), (first,) = pod["containers"], pod["initContainers"]
    assert container["command"] == ["directapp", *words]
    assert first["command"] == ["directapp", "schema", "upgrade"]
    for one in (container, first):
        assert one["envFrom"] == [{"secretRef": {"name": "directapp"}}]
        assert one["securityContext"]["readOnlyRootFilesystem"]
    labels = spec["template"]["metadata"]["labels"]
    assert spec["selector"]["matchLabels"] == labels
    assert found["PodDisruptionBudget", name]["spec"]["selector"]["matchLabels"] == labels
    (spread,) = pod["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"] == labels


def test_only_servers_are_asked_and_only_the_database_takes_them_out() -> None:
    found = manifests()
    labels = found["Deployment", "directapp"]["spec"]["selector"]["matchLabels"]
    assert found["Service", "directapp"]["spec"]["selector"] == labels
    assert found["NetworkPolicy", "directapp"]["spec"]["podSelector"]["matchLabels"] == labels
    (server,) = found["Deployment", "directapp"]["spec"]["template"]["spec"]["containers"]
    probes = {kind: server[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")}
    assert probes == {"startup": "/server/ready", "liveness": "/server/ping", "readiness": "/server/ready"}


def test_kubernetes_backs_up_by_the_same_script_as_everyone() -> None:
    found = manifests()
    assert found["ConfigMap", "directapp-backup"]["data"]["backup.sh"] == (DEPLOY / "backup/backup.sh").read_text()
    pod = found["CronJob", "directapp-backup"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["envFrom"] == [{"secretRef": {"name": "directapp-backup"}}]
    claims = [one["persistentVolumeClaim"]["claimName"] for one in pod["volumes"] if "persistentVolumeClaim" in one]
    assert claims == ["directapp-backups"]
    assert ("PersistentVolumeClaim", "directapp-backups") in found
