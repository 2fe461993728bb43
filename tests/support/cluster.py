"""A PostgreSQL elsewhere, of the distribution's programs, with a superuser as an operator is."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[2]
PASSWORDS = {f"DIRECTAPP_{role}_PASSWORD": f"{role.lower()}-4711" for role in ("OWNER", "APP", "BACKUP")}


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL elsewhere: its programs, its folder and port; ``run`` works as the operator of that machine."""

    programs: Path
    folder: Path
    port: int

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def dsn(self, role: str, database: str = "directapp") -> str:
        """Return the address of a database for one of the three roles."""
        secret = PASSWORDS[f"DIRECTAPP_{role.upper()}_PASSWORD"]
        return f"postgresql://directapp_{role}:{secret}@127.0.0.1:{self.port}/{database}"

    def run(self, *words: str, **more: str) -> str:
        """Run a program as the user that PostgreSQL runs as; return what it said."""
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DIRECTAPP_", "DATABASE_"))}
        told = {"PGHOST": str(self.folder), "PGPORT": str(self.port), "PGUSER": "postgres", "HOME": str(self.folder)}
        path = f"{self.programs}:{kept['PATH']}"
        done = subprocess.run(
            [*as_user, *words],
            cwd=self.folder,
            env=kept | told | {"PATH": path} | more,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def sql(self, *statements: str, database: str = "directapp") -> str:
        """Run statements as the superuser, each by itself."""
        words = [word for one in statements for word in ("--command", one)]
        return self.run("psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--dbname", database, *words)

    def make_database(self, name: str) -> None:
        """Make an empty database of the owner, as `deploy/postgres/init-roles.sh` makes the first one."""
        self.sql(
            f"CREATE DATABASE {name} OWNER directapp_owner ENCODING 'UTF8' TEMPLATE template0",
            f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
            f"GRANT CONNECT ON DATABASE {name} TO directapp_app, directapp_backup",
            database="postgres",
        )

    def start(self) -> None:
        told = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self.run("pg_ctl", "--pgdata", str(self.data), "--wait", f"--log={self.folder}/log", "-o", told, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "--pgdata", str(self.data), "--wait", "--mode=fast", "stop")
