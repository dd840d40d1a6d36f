"""Accounts and rights: each administrator within his own duty (三员分立)."""

import psycopg
import pytest
from httpx import Response

from tests.integration.http import PASSWORD, Api, add_user

USERS = "/api/v1/users"
ANY = {"If-Match": "*"}


def new_user(username: str = "wang.wei", **more: object) -> dict[str, object]:
    return {"username": username, "display_name": "王伟", "password": "First-Password-1"} | more


def grant(client: Api, user_id: int, *roles: str, divisions: list[str] | None = None) -> Response:
    body = {"roles": list(roles), "divisions": ["430405"] if divisions is None else divisions}
    return client.put(f"{USERS}/{user_id}/grants", json=body, headers=ANY)


class TestDuties:
    """Who may do what."""

    @pytest.mark.parametrize(
        ("role", "method", "path", "body"),
        [
            ("sysadmin", "PUT", "/users/{id}/grants", {"roles": [], "divisions": []}),
            ("sysadmin", "POST", "/users/{id}/unlock", None),
            ("sysadmin", "GET", "/sessions", None),
            ("sysadmin", "GET", "/audit", None),
            ("sysadmin", "PUT", "/security-policy", None),
            ("secadmin", "POST", "/users", new_user()),
            ("secadmin", "PATCH", "/users/{id}", {"disabled": True}),
            ("secadmin", "POST", "/users/{id}/password", {"password": "Another-Password-2"}),
            ("secadmin", "GET", "/audit", None),
            ("auditor", "GET", "/users", None),
            ("auditor", "POST", "/users", new_user()),
            ("auditor", "PUT", "/users/{id}/grants", {"roles": [], "divisions": []}),
            ("operator", "GET", "/users", None),
            ("operator", "GET", "/audit", None),
            ("operator", "GET", "/sessions", None),
        ],
    )
    def test_the_others_business_is_refused(
        self, client: Api, role: str, method: str, path: str, body: object
    ) -> None:
        url = "/api/v1" + path.format(id=add_user("operator").id)
        answer = client.as_role(role).request(method, url, json=body, headers=ANY)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert answer.json()["missing"]

    @pytest.mark.parametrize(
        "pair", [("sysadmin", "secadmin"), ("secadmin", "auditor"), ("sysadmin", "auditor")]
    )
    def test_nobody_holds_two_of_the_three(
        self, client: Api, owner: psycopg.Connection, pair: tuple[str, str]
    ) -> None:
        user = add_user("operator")
        refused = grant(client.as_role("secadmin"), user.id, *pair)
        assert (refused.status_code, refused.json()["code"]) == (409, "duties_conflict")
        insert = """
            INSERT INTO user_roles (user_id, role, duty)
            SELECT %s, key, duty FROM roles WHERE key = %s"""
        owner.execute(insert, [user.id, pair[0]])
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute(insert, [user.id, pair[1]])

    def test_the_database_knows_the_duty_of_a_role(self, owner: psycopg.Connection) -> None:
        user = add_user("sysadmin")
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            owner.execute("INSERT INTO user_roles VALUES (%s, 'auditor', 'none')", [user.id])

    def test_one_of_the_three_may_change_into_another(self, client: Api) -> None:
        user = add_user("sysadmin")
        assert grant(client.as_role("secadmin"), user.id, "auditor").json()["roles"] == ["auditor"]

    @pytest.mark.parametrize("role", ["secadmin", "auditor"])
    def test_the_system_administrator_cannot_become_one_who_watches_him(
        self, client: Api, role: str
    ) -> None:
        watcher, sysadmin = add_user(role), client.as_role("sysadmin")
        reset = sysadmin.post(
            f"{USERS}/{watcher.id}/password", json={"password": "Another-Password-2"}
        )
        disabled = sysadmin.patch(f"{USERS}/{watcher.id}", json={"disabled": True}, headers=ANY)
        assert [reset.json()["code"], disabled.json()["code"]] == ["administrator_protected"] * 2

    def test_nobody_grants_himself_anything(self, client: Api) -> None:
        secadmin = client.as_role("secadmin")
        myself = secadmin.get("/api/v1/me").json()["id"]
        assert grant(secadmin, myself, "operator").json()["code"] == "not_yourself"

    def test_nobody_grants_divisions_he_has_not(self, client: Api) -> None:
        user = add_user()
        district = client.as_role("secadmin", divisions=["430405"])
        refused = grant(district, user.id, "operator", divisions=["430406"])
        assert refused.status_code in (403, 404)
        wider = grant(district, add_user(divisions=[]).id, "operator", divisions=["4304"])
        assert wider.json()["code"] == "outside_scope"


class TestCreate:
    """`POST /users`."""

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("username", "Wang Wei"),
            ("username", "w"),
            ("username", "1wang"),
            ("username", "w" * 41),
            ("username", None),
            ("username", 7),
            ("display_name", ""),
            ("display_name", " "),
            ("display_name", "nul\0inside"),
            ("display_name", "x" * 81),
            ("password", "short"),
            ("password", "wang.wei-Wang.Wei-1"),
            ("password", "x" * 10_000),
            ("roles", ["auditor"]),
        ],
    )
    def test_a_bad_field_is_named(self, client: Api, field: str, value: object) -> None:
        answer = client.as_role("sysadmin").post(USERS, json=new_user() | {field: value})
        assert answer.status_code == 422
        if "errors" in answer.json():
            assert answer.json()["errors"][0]["field"] == f"body.{field}"

    def test_a_taken_name_is_a_conflict(self, client: Api) -> None:
        sysadmin = client.as_role("sysadmin")
        assert sysadmin.post(USERS, json=new_user()).status_code == 201
        again = sysadmin.post(USERS, json=new_user())
        assert (again.status_code, again.json()["code"]) == (409, "username_taken")

    def test_a_new_user_has_no_right_and_must_change_the_password(self, client: Api) -> None:
        made = client.as_role("sysadmin").post(USERS, json=new_user())
        assert made.headers["Location"] == f"{USERS}/{made.json()['id']}"
        assert made.headers["ETag"] == '"1"'
        assert made.json()["roles"] == made.json()["divisions"] == []
        assert "password" not in made.json()
        me = client.log_in("wang.wei", "First-Password-1").get("/api/v1/me").json()
        assert (me["permissions"], me["must_change_password"]) == ([], True)

    def test_three_hands_make_a_working_user(self, client: Api) -> None:
        made = client.as_role("sysadmin").post(USERS, json=new_user()).json()
        assert grant(client.as_role("secadmin"), made["id"], "analyst").status_code == 200
        signed_in = client.log_in("wang.wei", "First-Password-1")
        change = {"current": "First-Password-1", "new": "Second-Password-2"}
        assert signed_in.post("/api/v1/me/password", json=change).status_code == 204
        me = client.log_in("wang.wei", "Second-Password-2").get("/api/v1/me").json()
        assert (me["divisions"], me["roles"]) == (["430405"], ["analyst"])
        assert "series:read" in me["permissions"]


class TestVersions:
    """Nobody overwrites what he has not seen."""

    def test_a_change_without_a_version_is_refused(self, client: Api) -> None:
        url = f"{USERS}/{add_user('operator').id}"
        answer = client.as_role("sysadmin").patch(url, json={"display_name": "李娜"})
        assert answer.status_code == 428

    def test_a_change_of_an_old_version_is_refused(self, client: Api) -> None:
        url, sysadmin = f"{USERS}/{add_user('operator').id}", client.as_role("sysadmin")
        tag = {"If-Match": sysadmin.get(url).headers["ETag"]}
        first = sysadmin.patch(url, json={"display_name": "李娜"}, headers=tag)
        second = sysadmin.patch(url, json={"display_name": "张敏"}, headers=tag)
        assert (first.status_code, second.status_code) == (200, 412)
        assert sysadmin.get(url).json()["display_name"] == "李娜"
        assert first.headers["ETag"] == sysadmin.get(url).headers["ETag"]

    def test_a_change_of_roles_alone_is_a_new_version(self, client: Api) -> None:
        user = add_user("operator", divisions=["430405"])
        secadmin = client.as_role("secadmin")
        before = secadmin.get(f"{USERS}/{user.id}").headers["ETag"]
        assert grant(secadmin, user.id, "analyst").headers["ETag"] != before

    def test_logging_in_is_no_new_version(self, client: Api) -> None:
        user = add_user("operator")
        before = client.as_role("sysadmin").get(f"{USERS}/{user.id}").headers["ETag"]
        client.log_in(user.username)
        assert client.as_role("sysadmin").get(f"{USERS}/{user.id}").headers["ETag"] == before


class TestScope:
    """An administrator of a district sees the users of that district."""

    def test_another_divisions_user_is_not_there(self, client: Api) -> None:
        other = add_user("operator", divisions=["430406"])
        both = add_user("operator", divisions=["430405", "430406"])
        district = client.as_role("sysadmin", divisions=["430405"])
        for user in (other, both):
            url = f"{USERS}/{user.id}"
            assert district.get(url).status_code == 404
            assert district.patch(url, json={}, headers=ANY).status_code == 404

    def test_the_list_holds_ones_own_divisions_and_new_users(self, client: Api) -> None:
        names = {
            add_user(username=f"user{number}", divisions=divisions).username
            for number, divisions in enumerate([["430405"], ["430405001"], []])
        }
        add_user(username="elsewhere", divisions=["430406"])
        district = client.as_role("sysadmin", divisions=["430405"])
        listed = {item["username"] for item in district.get(USERS).json()["items"]}
        assert names <= listed
        assert "elsewhere" not in listed

    def test_without_a_division_one_sees_the_new_ones_alone(self, client: Api) -> None:
        add_user(username="elsewhere", divisions=["430406"])
        names = [
            item["username"]
            for item in client.as_role("sysadmin", divisions=[]).get(USERS).json()["items"]
        ]
        assert "elsewhere" not in names


class TestList:
    """`GET /users`."""

    def test_pages_join_without_hole_or_overlap(self, client: Api) -> None:
        for number in range(7):
            add_user(username=f"user{number}")
        sysadmin, seen, after = client.as_role("sysadmin"), [], None
        for _ in range(10):
            query = {"limit": 3, "q": "user"} | ({"after": after} if after else {})
            page = sysadmin.get(USERS, params=query).json()
            seen += [item["username"] for item in page["items"]]
            if (after := page["next"]) is None:
                break
        assert seen == [f"user{number}" for number in range(7)]

    @pytest.mark.parametrize(
        "query",
        [
            {"limit": 0},
            {"limit": 501},
            {"limit": 10**30},
            {"limit": "many"},
            {"limit": ""},
            {"after": "nonsense"},
            {"after": "x" * 5000},
            {"disabled": "perhaps"},
        ],
    )
    def test_a_bad_query_is_refused(self, client: Api, query: dict[str, object]) -> None:
        assert client.as_role("sysadmin").get(USERS, params=query).status_code == 422

    @pytest.mark.parametrize("q", ["%", "_", "\\", "nul\0", "'", "𠮷", "x" * 80])
    def test_odd_words_find_nothing_and_break_nothing(self, client: Api, q: str) -> None:
        answer = client.as_role("sysadmin").get(USERS, params={"q": q})
        assert answer.status_code in (200, 422)
        assert answer.json().get("items", []) == []

    def test_filters_narrow(self, client: Api, owner: psycopg.Connection) -> None:
        add_user("analyst", username="one")
        add_user("analyst", username="two")
        owner.execute("UPDATE users SET disabled = true WHERE username = 'two'")
        query = {"role": "analyst", "disabled": "false"}
        items = client.as_role("sysadmin").get(USERS, params=query).json()["items"]
        assert [item["username"] for item in items] == ["one"]


@pytest.mark.parametrize("user_id", ["0", "-1", str(2**63), "1" * 400, "x", "1.5", "%00"])
def test_an_odd_number_of_a_user_is_refused(client: Api, user_id: str) -> None:
    assert client.as_role("sysadmin").get(f"{USERS}/{user_id}").status_code in (404, 422)


def test_roles_and_permissions_can_be_read(client: Api) -> None:
    secadmin = client.as_role("secadmin")
    roles = {item["key"]: item for item in secadmin.get("/api/v1/roles").json()["items"]}
    assert roles["auditor"]["permissions"] == [
        "alarms:read",
        "audit:read",
        "audit:verify",
    ]
    permissions = secadmin.get("/api/v1/permissions").json()["items"]
    assert "审计" in next(p["name_zh"] for p in permissions if p["key"] == "audit:read")


def test_the_policy_is_set_by_the_security_administrator(client: Api) -> None:
    secadmin = client.as_role("secadmin")
    now = secadmin.get("/api/v1/security-policy")
    tag = {"If-Match": now.headers["ETag"]}
    wrong = now.json() | {"lockout_failures": 1}
    assert secadmin.put("/api/v1/security-policy", json=wrong, headers=tag).status_code == 422
    wanted = now.json() | {"lockout_failures": 3}
    assert secadmin.put("/api/v1/security-policy", json=wanted, headers=tag).status_code == 200
    assert secadmin.put("/api/v1/security-policy", json=wanted, headers=tag).status_code == 412
    log_in = {"username": "nobody", "password": "wrong"}
    codes = [client.post("/api/v1/auth/token", data=log_in).status_code for _ in range(4)]
    assert codes == [401, 401, 401, 429]


def test_a_reset_password_must_be_changed(client: Api) -> None:
    user = add_user("operator")
    old = client.log_in(user.username)
    reset = client.as_role("sysadmin").post(
        f"{USERS}/{user.id}/password", json={"password": "Another-Password-2"}
    )
    assert reset.status_code == 204
    assert old.get("/api/v1/me").status_code == 401
    me = client.log_in(user.username, "Another-Password-2").get("/api/v1/me").json()
    assert me["must_change_password"] is True
    assert (
        client.post(
            "/api/v1/auth/token", data={"username": user.username, "password": PASSWORD}
        ).status_code
        == 401
    )
