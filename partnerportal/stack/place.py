"""The folders and the password of one embedded pair.

Two locks on two doors: the sockets' folder is open to the servers' account alone (0700), and both servers ask for a
random password besides. The folder alone would not do: root's servers run as ``nobody``, an account that other
services of the machine may share.
"""

import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from partnerportal.stack import config
from partnerportal.stack.account import Account, server_account
from partnerportal.stack.errors import StackError


@dataclass(frozen=True)
class Place:
    """Where one pair lives."""

    account: Account
    data: Path
    sockets: Path
    reserve: Path
    password: str


def make_state_folder(root: Path) -> Path:
    """Make the pair's folder in ``.local`` and return it; raise when it belongs to somebody else."""
    folder = config.state_folder(root)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "lock").touch()
    except PermissionError:
        message = f"{folder} belongs to another account: run make as that account, or remove {root / '.local'}."
        raise StackError(message) from None
    return folder


def open_place(root: Path) -> Place:
    """Make what is missing of the pair's folders, and return them. The caller holds the pair's lock."""
    account = server_account()
    state = make_state_folder(root)
    sockets = _private_folder(config.socket_folder(root), account)
    return Place(
        account=account,
        data=_data_folder(root, state, account),
        sockets=sockets,
        reserve=config.reserve_folder(root),
        password=config.password(root),
    )


def make_reserve(place: Place) -> Path:
    """Make the folder outside the checkout that the servers' account can reach, and return it."""
    return _private_folder(place.reserve, place.account)


def is_new(root: Path) -> bool:
    """Whether the pair of this checkout has never been started."""
    data = config.state_folder(root) / "data"
    return not data.is_symlink() and not data.exists()


def remove(root: Path) -> None:
    """Remove everything that belongs to the pair of ``root``; nobody may be using it."""
    for folder in (config.socket_folder(root), config.reserve_folder(root)):
        if folder.exists():
            shutil.rmtree(_private_folder(folder, server_account()))
    state = config.state_folder(root)
    data = state / "data"
    if data.is_symlink():
        data.unlink()
    elif data.exists():
        shutil.rmtree(data)


def _data_folder(root: Path, state: Path, account: Account) -> Path:
    """Return the data folder: in ``.local`` where the account can reach it, else a link there to the reserve."""
    data = state / "data"
    reserve = config.reserve_folder(root)
    if data.is_symlink():
        if data.readlink() == reserve:
            return _private_folder(reserve, account)
        data.unlink()  # a copied checkout: the link leads to the original's data
    data.mkdir(mode=0o700, exist_ok=True)
    account.own(data)
    if account.can_enter(data):
        return data
    if any(data.iterdir()):
        message = f"The servers can no longer reach {data}: open the folders above it, or run make demo-reset."
        raise StackError(message)
    data.rmdir()
    data.symlink_to(_private_folder(reserve, account))
    return reserve


def _private_folder(folder: Path, account: Account) -> Path:
    """Make ``folder`` for the account alone; refuse one that somebody else put there before us."""
    try:
        folder.mkdir(mode=0o700)
        account.own(folder)
    except FileExistsError:
        pass
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
        message = f"{folder} is not a private folder of ours: remove it, then try again."
        raise StackError(message)
    return folder
