"""The proxies of deploy/, run as they are shipped on ports and in a folder of their own."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from directapp.kernel.clock import utc_now
from support.program import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"


def certificate(folder: Path) -> None:
    """Write a certificate for this machine alone, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = utc_now()
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    signed = made.sign(key, hashes.SHA256())
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))


def nginx(folder: Path, upstream: int, port: int) -> list[str]:
    """Set up nginx with the file as it stands, but for ports, names and paths."""
    certificate(folder)
    said = (DEPLOY / "nginx.conf").read_text()
    for old, new in {
        "server 127.0.0.1:8000": f"server 127.0.0.1:{upstream}",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        "directapp.example": "localhost",
        "/etc/ssl/directapp": str(folder),
        "/var/log/nginx": str(folder),
    }.items():
        assert old in said
        said = said.replace(old, new)
    (folder / "directapp.conf").write_text(said)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    inner = f"{places} include {folder}/directapp.conf;"
    whole = f"daemon off; master_process off; pid {folder}/pid; events {{}} http {{ {inner} }}"
    (folder / "nginx.conf").write_text(whole)
    return ["nginx", "-p", str(folder), "-e", f"{folder}/early.log", "-c", f"{folder}/nginx.conf"]


def caddy(folder: Path, upstream: int, port: int) -> list[str]:
    """Set up Caddy with the file as it stands, told its place by the environment."""
    said = (DEPLOY / "Caddyfile").read_text()
    own = f"admin off\nskip_install_trust\nauto_https disable_redirects\nhttps_port {port}\n"
    own += f"storage file_system {folder}/kept\n"
    (folder / "Caddyfile").write_text(f"{{\n{own}}}\n{said}")
    (folder / "env").write_text(f"DIRECTAPP_DOMAIN=https://localhost:{port}\nDIRECTAPP_UPSTREAM=127.0.0.1:{upstream}\n")
    return ["caddy", "run", "--config", f"{folder}/Caddyfile", "--adapter", "caddyfile", "--envfile", f"{folder}/env"]


SET_UP: dict[str, Callable[[Path, int, int], list[str]]] = {"nginx": nginx, "caddy": caddy}


@contextmanager
def run(command: list[str], folder: Path) -> Iterator[None]:
    """Run a proxy that was set up in a folder."""
    with (folder / "said").open("w") as said:
        program = subprocess.Popen(command, stdout=said, stderr=said, env=os.environ | {"HOME": str(folder)})
    try:
        yield
    finally:
        program.terminate()
        program.wait(20)
