"""Who is let in, for how long, and what a refusal tells."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from backend.contracts.commands import RIGHTS, Role
from backend.services.accounts import AccountError, Accounts, LoginRefused
from backend.services.login_throttle import LoginThrottle
from backend.storage.database import Database
from config.model import OperatorConfig
from tests.unit.storage_samples import opened

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


class _Clock:
    def __init__(self) -> None:
        self.at_ms = 1_763_800_000_000

    def __call__(self) -> int:
        return self.at_ms


@asynccontextmanager
async def _accounts(url: str, clock: _Clock) -> AsyncIterator[tuple[Accounts, Database]]:
    async with opened(url) as database:
        accounts = Accounts(database, clock, hasher=CHEAP)
        await accounts.add_user("lan", "mật khẩu dài", Role.DUTY_OFFICER, "Lan Nguyễn")
        yield accounts, database


def test_login_gives_a_token_that_names_the_operator_until_it_expires(database_url: str) -> None:
    async def scenario() -> None:
        clock = _Clock()
        async with _accounts(database_url, clock) as (accounts, _):
            answer = await accounts.login("lan", "mật khẩu dài", "10.0.0.7")
            assert answer.expires_ms == clock.at_ms + 12 * 3_600_000
            assert set(answer.rights) == RIGHTS[Role.DUTY_OFFICER]
            who = await accounts.operator(answer.token)
            assert who is not None
            assert (who.user, who.display_name, who.role) == ("lan", "Lan Nguyễn", Role.DUTY_OFFICER)
            clock.at_ms = answer.expires_ms - 1
            assert await accounts.operator(answer.token) is not None
            clock.at_ms = answer.expires_ms
            assert await accounts.operator(answer.token) is None

    asyncio.run(scenario())


@pytest.mark.parametrize("token", ["", "x", "\ud800", "a" * 5000])
def test_foreign_token_is_nobody(sqlite_url: str, token: str) -> None:
    async def scenario() -> None:
        async with _accounts(sqlite_url, _Clock()) as (accounts, _):
            assert await accounts.operator(token) is None
            assert await accounts.producer(token) is None

    asyncio.run(scenario())


def test_refusals_say_the_same_whatever_was_wrong(database_url: str) -> None:
    async def scenario() -> set[tuple[str, float]]:
        async with _accounts(database_url, _Clock()) as (accounts, _):
            await accounts.add_user("minh", "mật khẩu khác", Role.LEADER)
            await accounts.disable_user("minh")
            await accounts.adopt([OperatorConfig(user="hoa", display_name="Hoa", role=Role.SUPERVISOR)])
            words = set()
            for user, password in [
                ("lan", "wrong password"),
                ("nobody", "wrong password"),
                ("minh", "mật khẩu khác"),
                ("hoa", ""),
                ("", "x"),
            ]:
                with pytest.raises(LoginRefused) as refusal:
                    await accounts.login(user, password, f"origin of {user}")
                words.add((str(refusal.value), refusal.value.retry_after_s))
            return words

    assert asyncio.run(scenario()) == {("unknown user or wrong password", 0.0)}


def test_unknown_user_takes_the_same_work_as_a_wrong_password(sqlite_url: str) -> None:
    """Medians of interleaved attempts with the real cost: no user name can be told by the clock."""

    async def scenario() -> tuple[float, float]:
        async with opened(sqlite_url) as database:
            accounts = Accounts(database, _Clock())
            await accounts.add_user("lan", "mật khẩu dài", Role.DUTY_OFFICER)
            times: dict[str, list[float]] = {"lan": [], "nobody": []}
            for attempt in range(-1, 5):
                for user, kept in times.items():
                    began_s = time.process_time()
                    with pytest.raises(LoginRefused):
                        await accounts.login(user, "wrong", f"origin {attempt}")
                    if attempt >= 0:  # the first one makes the hash that nobody has
                        kept.append(time.process_time() - began_s)
            return sorted(times["lan"])[2], sorted(times["nobody"])[2]

    known_s, unknown_s = asyncio.run(scenario())
    assert known_s > 0.005
    assert 0.5 < unknown_s / known_s < 2.0


def test_disabling_ends_every_session_at_once(database_url: str) -> None:
    async def scenario() -> None:
        async with _accounts(database_url, _Clock()) as (accounts, database):
            tokens = [(await accounts.login("lan", "mật khẩu dài", "a")).token for _ in range(3)]
            # Another process does it, as `user disable` on the command line.
            await Accounts(database, _Clock()).disable_user("lan")
            assert [await accounts.operator(token) for token in tokens] == [None] * 3
            with pytest.raises(AccountError, match="no user 'nobody'"):
                await accounts.disable_user("nobody")
            with pytest.raises(AccountError, match="may sign in"):
                await accounts.local_token("lan")
            (account,) = await accounts.list_users()
            assert (account.disabled, account.has_password) == (True, True)

    asyncio.run(scenario())


def test_setting_a_password_again_ends_sessions_and_enables(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with _accounts(sqlite_url, _Clock()) as (accounts, _):
            token = (await accounts.login("lan", "mật khẩu dài", "a")).token
            await accounts.add_user("lan", "mật khẩu mới", Role.SUPERVISOR)
            assert await accounts.operator(token) is None
            with pytest.raises(LoginRefused):
                await accounts.login("lan", "mật khẩu dài", "a")
            answer = await accounts.login("lan", "mật khẩu mới", "a")
            assert (answer.role, answer.display_name) == (Role.SUPERVISOR, "Lan Nguyễn")

    asyncio.run(scenario())


def test_logout_ends_this_session_only(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with _accounts(sqlite_url, _Clock()) as (accounts, _):
            first = (await accounts.login("lan", "mật khẩu dài", "a")).token
            second = (await accounts.login("lan", "mật khẩu dài", "a")).token
            await accounts.logout(first)
            assert await accounts.operator(first) is None
            assert await accounts.operator(second) is not None

    asyncio.run(scenario())


def test_neither_tokens_nor_passwords_stand_in_the_database(sqlite_url: str) -> None:
    async def scenario() -> tuple[str, list[str]]:
        async with _accounts(sqlite_url, _Clock()) as (accounts, database):
            secrets = [
                (await accounts.login("lan", "mật khẩu dài", "a")).token,
                await accounts.create_producer_token("doste"),
                "mật khẩu dài",
            ]
            tables = ("accounts", "sessions", "producer_tokens")
            dump = ""
            for table in tables:
                query = text(f"SELECT * FROM {table}")
                dump += str(await database.read(lambda connection, query=query: connection.execute(query).all()))  # type: ignore[misc]
            return dump, secrets

    dump, secrets = asyncio.run(scenario())
    assert "$argon2id$" in dump
    assert not [secret for secret in secrets if secret in dump]


def test_ingest_token_names_its_producer_until_revoked(database_url: str) -> None:
    async def scenario() -> None:
        async with _accounts(database_url, _Clock()) as (accounts, _):
            first, second = await accounts.create_producer_token("doste"), await accounts.create_producer_token("doste")
            other = await accounts.create_producer_token("frigate")
            assert [await accounts.producer(token) for token in (first, second, other)] == ["doste", "doste", "frigate"]
            assert await accounts.operator(first) is None
            assert await accounts.revoke_producer_tokens("doste") == 2
            assert [await accounts.producer(token) for token in (first, second, other)] == [None, None, "frigate"]

    asyncio.run(scenario())


def test_site_operators_are_made_once_and_keep_their_password(database_url: str) -> None:
    operators = [
        OperatorConfig(user="lan", display_name="Another name", role=Role.LEADER),
        OperatorConfig(user="hoa", display_name="Hoa", role=Role.AGENCY, agency_id="pccc"),
    ]

    async def scenario() -> None:
        async with _accounts(database_url, _Clock()) as (accounts, _):
            await accounts.adopt(operators)
            await accounts.adopt(operators)
            assert (await accounts.login("lan", "mật khẩu dài", "a")).role is Role.DUTY_OFFICER
            token = await accounts.local_token("hoa")
            who = await accounts.operator(token)
            assert who is not None
            assert (who.role, who.agency_id) == (Role.AGENCY, "pccc")

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("user", "password", "words"),
    [
        ("", "long enough", "right is a-z"),
        ("Lan Nguyễn", "long enough", "right is a-z"),
        ("lan", "short", "has 5 characters; right are 8 or more"),
    ],
)
def test_account_that_will_not_do_says_what_would(sqlite_url: str, user: str, password: str, words: str) -> None:
    async def scenario() -> None:
        async with opened(sqlite_url) as database:
            with pytest.raises(AccountError, match=words):
                await Accounts(database, _Clock(), hasher=CHEAP).add_user(user, password, Role.LEADER)

    asyncio.run(scenario())


def test_hash_of_an_older_cost_is_renewed_at_sign_in(sqlite_url: str) -> None:
    async def scenario() -> tuple[str, str]:
        async with _accounts(sqlite_url, _Clock()) as (accounts, database):

            async def stored() -> str:
                query = text("SELECT password_hash FROM accounts")
                return await database.read(lambda connection: str(connection.execute(query).scalar_one()))

            before = await stored()
            dearer = Accounts(database, _Clock(), hasher=PasswordHasher(time_cost=2, memory_cost=128, parallelism=1))
            await dearer.login("lan", "mật khẩu dài", "a")
            return before, await stored()

    before, after = asyncio.run(scenario())
    assert "m=64,t=1" in before
    assert "m=128,t=2" in after


def test_guessing_is_slowed_for_known_and_unknown_users_alike(sqlite_url: str) -> None:
    async def attempts(accounts: Accounts, user: str, password: str = "wrong") -> float:
        with pytest.raises(LoginRefused) as refusal:
            await accounts.login(user, password, "10.0.0.7")
        return refusal.value.retry_after_s

    async def scenario() -> None:
        clock = _Clock()
        async with _accounts(sqlite_url, clock) as (accounts, _):
            known = [await attempts(accounts, "lan") for _ in range(6)]
            unknown = [await attempts(accounts, "nobody") for _ in range(6)]
            assert known == unknown == [0.0] * 5 + [1.0]
            # Not even the right password while the wait lasts; from another place it is let in.
            assert await attempts(accounts, "lan", "mật khẩu dài") == 1.0
            await accounts.login("lan", "mật khẩu dài", "10.0.0.8")
            clock.at_ms += 1000
            await accounts.login("lan", "mật khẩu dài", "10.0.0.7")
            assert await attempts(accounts, "lan") == 0.0

    asyncio.run(scenario())


def test_a_hundred_attempts_at_once_are_counted_as_they_come(sqlite_url: str) -> None:
    async def scenario() -> list[float]:
        async with _accounts(sqlite_url, _Clock()) as (accounts, _):
            attempts = [accounts.login("lan", f"guess {n}", "10.0.0.7") for n in range(100)]
            answers = await asyncio.gather(*attempts, return_exceptions=True)
            return [answer.retry_after_s for answer in answers if isinstance(answer, LoginRefused)]

    waits = asyncio.run(scenario())
    assert len(waits) == 100
    assert waits.count(0.0) == 5


def test_throttle_grows_to_a_minute_forgets_and_stays_small() -> None:
    clock = _Clock()
    throttle = LoginThrottle(clock)
    waits = []
    for _ in range(14):
        waits.append(throttle.wait_s("lan", "a"))
        throttle.failed("lan", "a")
    assert waits == [0.0] * 5 + [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    clock.at_ms += 901_000
    assert throttle.wait_s("lan", "a") == 0.0
    throttle.failed("lan", "a")
    assert throttle.wait_s("lan", "a") == 0.0
    for number in range(30_000):
        throttle.failed(f"user {number}", f"origin {number}")
    assert len(throttle) <= 10_000


def test_one_origin_trying_many_names_is_slowed() -> None:
    throttle = LoginThrottle(_Clock())
    for number in range(20):
        assert throttle.wait_s(f"user {number}", "a") == 0.0
        throttle.failed(f"user {number}", "a")
    assert throttle.wait_s("user 21", "a") == 1.0
    assert throttle.wait_s("user 21", "b") == 0.0
