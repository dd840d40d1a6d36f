"""Logging in: who gets in, who does not, and what each attempt leaves behind."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pyotp
import pytest
from httpx import Response
from sqlalchemy.orm import Session

from center.identity.login.totp import STEP_SECONDS
from center.identity.passwords import turnstile
from center.settings import settings
from tests.integration.audits import actions
from tests.integration.http import PASSWORD, Api, add_user

TOKEN = "/api/v1/auth/token"
PROOF = {"password": PASSWORD}


def log_in(client: Api, username: str, password: str = PASSWORD, **more: str) -> Response:
    return client.post(TOKEN, data={"username": username, "password": password, **more})


def test_an_unknown_user_and_a_wrong_password_look_the_same(client: Api) -> None:
    known = add_user("operator")
    answers = [log_in(client, "nobody", "wrong"), log_in(client, known.username, "wrong")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["code"] == "bad_credentials"


def test_a_disabled_user_looks_like_a_wrong_password(
    client: Api, owner: psycopg.Connection
) -> None:
    user = add_user("operator")
    owner.execute("UPDATE users SET disabled = true WHERE id = %s", [user.id])
    assert log_in(client, user.username).json()["code"] == "bad_credentials"


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"username": "x"},
        {"username": "", "password": ""},
        {"username": "x", "password": "p" * 10_000},
        {"username": "x" * 10_000, "password": "p"},
        {"username": "x", "password": "p", "totp": "not a code"},
        {"username": "x", "password": "p", "grant_type": "client_credentials"},
    ],
)
def test_a_form_that_cannot_be_right_is_refused(client: Api, form: dict[str, str]) -> None:
    assert client.post(TOKEN, data=form).status_code == 422


@pytest.mark.parametrize("username", ["nul\0inside", "' OR 1=1 --", "衡阳", "%", "\ud800"])
def test_odd_names_are_unknown_users(client: Api, username: str) -> None:
    body = b"password=p&username=" + username.encode("utf-8", "surrogatepass")
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post(TOKEN, content=body, headers=kind).status_code in (401, 422)


def test_json_instead_of_a_form_is_refused(client: Api) -> None:
    assert client.post(TOKEN, json={"username": "x", "password": "y"}).status_code == 422


def test_a_user_gets_tokens_and_sees_himself(client: Api) -> None:
    me = client.as_role("operator", divisions=["430405"]).get("/api/v1/me").json()
    assert me["roles"] == ["operator"]
    assert me["divisions"] == ["430405"]
    assert "devices:read" in me["permissions"]
    assert (me["totp_enabled"], me["must_change_password"]) == (False, False)
    assert (me["password_min_length"], me["idle_logout_seconds"]) == (12, 1800)


def test_the_name_may_be_typed_in_capitals(client: Api) -> None:
    assert log_in(client, add_user("operator").username.upper()).status_code == 200


class TestLockOut:
    """Five failures, then five minutes, then ten."""

    def test_the_right_password_is_no_use_then(self, client: Api) -> None:
        user = add_user("operator")
        for _ in range(5):
            assert log_in(client, user.username, "wrong").status_code == 401
        held = log_in(client, user.username)
        assert held.status_code == 429
        assert held.json()["code"] == "locked_out"
        assert 290 <= int(held.headers["Retry-After"]) <= 300

    def test_a_name_that_nobody_has_is_locked_out_alike(self, client: Api) -> None:
        codes = [log_in(client, "nobody", "wrong").status_code for _ in range(6)]
        assert codes == [401] * 5 + [429]

    @pytest.mark.parametrize("spelling", ["{}\0{}", "{}\x1f{}", "{}\u200b{}", " {}{} "])
    def test_odd_spellings_of_a_name_are_counted_as_the_name(
        self, client: Api, spelling: str
    ) -> None:
        name = add_user("operator").username
        odd = spelling.format(name[:1], name[1:].upper())
        assert [log_in(client, odd, "wrong").status_code for _ in range(5)] == [401] * 5
        assert log_in(client, name).status_code == 429

    def test_others_are_not_held_up(self, client: Api) -> None:
        for _ in range(6):
            log_in(client, add_user("operator").username, "wrong")
        assert log_in(client, add_user("operator").username).status_code == 200

    def test_it_ends_by_itself_and_the_next_is_longer(
        self, client: Api, owner: psycopg.Connection
    ) -> None:
        user = add_user("operator")
        for _ in range(5):
            log_in(client, user.username, "wrong")
        owner.execute("UPDATE login_attempts SET until = now()")
        for _ in range(5):
            assert log_in(client, user.username, "wrong").status_code == 401
        assert int(log_in(client, user.username).headers["Retry-After"]) > 500

    def test_a_right_password_in_between_starts_anew(self, client: Api) -> None:
        user = add_user("operator")
        for _ in range(3):
            codes = [log_in(client, user.username, "wrong").status_code for _ in range(4)]
            assert codes == [401] * 4
            assert log_in(client, user.username).status_code == 200

    def test_the_security_administrator_lifts_it(self, client: Api) -> None:
        user = add_user("operator")
        for _ in range(5):
            log_in(client, user.username, "wrong")
        secadmin = client.as_role("secadmin")
        assert secadmin.get(f"/api/v1/users/{user.id}").json()["locked_until"] is not None
        assert secadmin.post(f"/api/v1/users/{user.id}/unlock").status_code == 204
        assert secadmin.get(f"/api/v1/users/{user.id}").json()["locked_until"] is None
        assert log_in(client, user.username).status_code == 200

    def test_many_guesses_at_once_get_no_more_than_the_rule_allows(self, client: Api) -> None:
        user = add_user("operator")
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: log_in(client, user.username, "wrong"), range(40)))
        tried = [answer for answer in answers if answer.status_code == 401]
        assert len(tried) <= 5
        assert {answer.status_code for answer in answers} <= {401, 429}


class TestFlood:
    """Many log-ins at once, of ever other names."""

    @pytest.fixture
    def _small(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        for name, value in {"AT_ONCE": "1", "WAITING": "1"}.items():
            monkeypatch.setenv(f"HENGYANG_PASSWORD_HASHES_{name}", value)
        settings.cache_clear()
        turnstile.cache_clear()
        yield
        turnstile.cache_clear()

    @pytest.mark.usefixtures("_small")
    def test_the_rest_is_sent_away_and_reads_go_on(self, client: Api) -> None:
        reader = client.as_role("operator")
        with ThreadPoolExecutor(16) as pool:
            attempts = [pool.submit(log_in, client, f"name{n}", "wrong") for n in range(120)]
            reads = [reader.get("/api/v1/me").status_code for _ in range(10)]
        answers = [attempt.result() for attempt in attempts]
        assert reads == [200] * 10
        assert {answer.status_code for answer in answers} == {401, 429}
        held = [answer for answer in answers if answer.status_code == 429]
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in held)

    def test_one_address_is_held_up_after_its_share(self, client: Api) -> None:
        codes = [log_in(client, f"name{n}", "wrong").status_code for n in range(62)]
        assert codes == [401] * 60 + [429] * 2


class TestTrace:
    """What the auditor sees."""

    def test_a_failure_is_audited_without_the_password(self, client: Api, session: Session) -> None:
        user = add_user("operator")
        log_in(client, user.username, "my secret")
        log_in(client, "my-password-in-the-wrong-field", "x")
        found = actions(session, "session.create")
        assert [(entry.actor, entry.result) for entry in found] == [
            (user.username, "refused"),
            ("my…", "refused"),
        ]
        assert "secret" not in str(found)

    def test_a_log_in_is_audited(self, client: Api, session: Session) -> None:
        user = add_user("operator")
        answer = log_in(client, user.username)
        (entry,) = actions(session, "session.create")
        assert (entry.actor_id, entry.result, entry.roles) == (user.id, "ok", ["operator"])
        assert entry.request_id == answer.headers["X-Request-Id"]


class TestPasswordAge:
    """Who has another person's or an old password may only change it."""

    def test_a_first_password_must_be_changed(self, client: Api) -> None:
        user = add_user("analyst", must_change_password=True)
        signed_in = client.log_in(user.username)
        refused = signed_in.get("/api/v1/users")
        assert refused.json()["code"] == "password_change_required"
        assert signed_in.get("/api/v1/me").json()["must_change_password"] is True
        change = {"current": PASSWORD, "new": "Another-Password-2"}
        assert signed_in.post("/api/v1/me/password", json=change).status_code == 204
        assert signed_in.get("/api/v1/users").json()["code"] == "forbidden"

    def test_an_old_password_must_be_changed(self, client: Api, owner: psycopg.Connection) -> None:
        user = add_user("secadmin")
        long_ago = datetime.now(UTC) - timedelta(days=91)
        owner.execute("UPDATE users SET password_changed_at = %s", [long_ago])
        refused = client.log_in(user.username).get("/api/v1/users")
        assert refused.json()["code"] == "password_change_required"


class TestOwnPassword:
    """`POST /me/password`."""

    URL = "/api/v1/me/password"

    def test_the_current_one_must_be_right(self, client: Api) -> None:
        signed_in = client.as_role("operator")
        wrong = signed_in.post(self.URL, json={"current": "x", "new": "Another-Password-2"})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")

    def test_guessing_at_it_locks_too(self, client: Api) -> None:
        signed_in = client.as_role("operator")
        body = {"current": "x", "new": "Another-Password-2"}
        codes = [signed_in.post(self.URL, json=body).status_code for _ in range(6)]
        assert codes == [403] * 5 + [429]

    def test_a_weak_one_is_refused(self, client: Api) -> None:
        signed_in = client.as_role("operator")
        weak = signed_in.post(self.URL, json={"current": PASSWORD, "new": "short"})
        told = weak.json()
        assert (weak.status_code, told["code"]) == (422, "password_too_weak")
        assert (told["rule"], told["limit"]) == ("short", 12)

    def test_none_of_the_last_five_may_come_again(self, client: Api) -> None:
        signed_in, current = client.as_role("operator"), PASSWORD
        for number in range(2, 6):
            new = f"Test-Password-{number}"
            answer = signed_in.post(self.URL, json={"current": current, "new": new})
            assert answer.status_code == 204, answer.text
            current = new
        again = signed_in.post(self.URL, json={"current": current, "new": PASSWORD})
        assert (again.json()["code"], again.json()["rule"]) == ("password_too_weak", "used")
        sixth = signed_in.post(self.URL, json={"current": current, "new": "Test-Password-6"})
        assert sixth.status_code == 204
        first = {"current": "Test-Password-6", "new": PASSWORD}
        assert signed_in.post(self.URL, json=first).status_code == 204

    def test_no_more_old_ones_are_kept_than_are_compared(
        self, client: Api, owner: psycopg.Connection
    ) -> None:
        owner.execute("UPDATE security_policy SET password_history = 2")
        signed_in, current = client.as_role("operator"), PASSWORD
        for number in range(2, 7):
            new = f"Test-Password-{number}"
            signed_in.post(self.URL, json={"current": current, "new": new})
            current = new
        assert owner.execute("SELECT count(*) FROM password_history").fetchone() == (2,)

    def test_the_other_sessions_end(self, client: Api) -> None:
        user = add_user("operator")
        here, there = client.log_in(user.username), client.log_in(user.username)
        here.post(self.URL, json={"current": PASSWORD, "new": "Another-Password-2"})
        assert there.get("/api/v1/me").status_code == 401
        assert here.get("/api/v1/me").status_code == 200


def next_code(secret: str) -> str:
    """The code after the present one: taken already, and still taken when a step ends meanwhile."""
    return pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=STEP_SECONDS))


class TestSecondFactor:
    """One-time codes."""

    URL = "/api/v1/me/totp"

    @pytest.fixture
    def secret(self, client: Api, username: str) -> str:
        """The secret of a user who has confirmed the second factor."""
        signed_in = client.log_in(username)
        secret: str = signed_in.post(self.URL, json=PROOF).json()["secret"]
        code = pyotp.TOTP(secret).now()
        confirmed = signed_in.post("/api/v1/me/totp/confirm", json={"code": code})
        assert confirmed.status_code == 204, confirmed.text
        return secret

    @pytest.fixture
    def username(self, client: Api) -> str:
        return add_user("secadmin").username

    def test_a_screen_left_open_gives_nobody_a_second_factor(
        self, client: Api, username: str
    ) -> None:
        signed_in = client.log_in(username)
        assert signed_in.post(self.URL).status_code == 422
        refused = signed_in.post(self.URL, json={"password": "x"})
        assert (refused.status_code, refused.json()["code"]) == (403, "wrong_password")
        assert signed_in.post("/api/v1/me/totp/confirm", json={"code": "000000"}).status_code == 409

    def test_the_way_for_lost_phones_is_not_for_ones_own(
        self, client: Api, username: str, secret: str
    ) -> None:
        signed_in = self.sign_in(client, username, secret)
        me = signed_in.get("/api/v1/me").json()
        refused = signed_in.delete(f"/api/v1/users/{me['id']}/totp")
        assert (refused.status_code, refused.json()["code"]) == (403, "not_yourself")
        assert log_in(client, username).json()["code"] == "second_factor_required"

    def test_the_password_alone_is_not_enough(
        self, client: Api, username: str, secret: str
    ) -> None:
        assert log_in(client, username).json()["code"] == "second_factor_required"

    def test_asking_without_a_code_is_no_failure(
        self, client: Api, username: str, secret: str
    ) -> None:
        codes = [log_in(client, username).status_code for _ in range(12)]
        assert codes == [401] * 12
        assert log_in(client, username, totp=next_code(secret)).status_code == 200

    def test_wrong_codes_lock_out(self, client: Api, username: str, secret: str) -> None:
        codes = [log_in(client, username, totp="000000").status_code for _ in range(6)]
        assert codes == [401] * 5 + [429]

    def test_a_code_opens_once(self, client: Api, username: str, secret: str) -> None:
        code = next_code(secret)
        assert log_in(client, username, totp=code).status_code == 200
        assert log_in(client, username, totp=code).json()["code"] == "second_factor_wrong"

    def test_an_unconfirmed_one_is_not_asked_for(self, client: Api, username: str) -> None:
        signed_in = client.log_in(username)
        assert signed_in.post(self.URL, json=PROOF).status_code == 201
        assert signed_in.post("/api/v1/me/totp/confirm", json={"code": "000000"}).status_code == 403
        assert log_in(client, username).status_code == 200

    def test_a_confirmed_one_is_not_replaced_by_another(
        self, client: Api, username: str, secret: str
    ) -> None:
        signed_in = self.sign_in(client, username, secret)
        assert signed_in.post(self.URL, json=PROOF).json()["code"] == "second_factor_exists"

    def test_it_is_removed_on_proof_of_the_password(
        self, client: Api, username: str, secret: str
    ) -> None:
        signed_in = self.sign_in(client, username, secret)
        wrong = signed_in.request("DELETE", "/api/v1/me/totp", json={"password": "x"})
        assert wrong.status_code == 403
        right = signed_in.request("DELETE", "/api/v1/me/totp", json={"password": PASSWORD})
        assert right.status_code == 204
        assert log_in(client, username).status_code == 200

    def test_a_lost_phone_is_the_security_administrators_business(
        self, client: Api, username: str, secret: str
    ) -> None:
        me = self.sign_in(client, username, secret).get("/api/v1/me").json()
        url = f"/api/v1/users/{me['id']}/totp"
        assert client.as_role("sysadmin").delete(url).status_code == 403
        assert client.as_role("secadmin").delete(url).status_code == 204
        assert log_in(client, username).status_code == 200

    def test_the_secret_is_not_stored_in_clear(
        self, owner: psycopg.Connection, secret: str
    ) -> None:
        stored = owner.execute("SELECT totp_secret FROM users WHERE totp_confirmed").fetchone()
        assert stored is not None
        assert secret.encode() not in stored[0]

    @staticmethod
    def sign_in(client: Api, username: str, secret: str) -> Api:
        answer = log_in(client, username, totp=next_code(secret))
        return client.with_token(answer.json()["access_token"])
