"""The catalogue of roles keeps the three administrators apart (三员分立)."""

import pytest

from center.identity.catalogue import DutiesMixed, check, read

ADMINISTRATORS = {"sysadmin": "system", "secadmin": "security", "auditor": "audit"}
PERMISSIONS = {
    "users:write": {"zh": "", "en": "", "duty": "system"},
    "audit:read": {"zh": "", "en": "", "duty": "audit"},
    "devices:read": {"zh": "", "en": ""},
}


@pytest.mark.parametrize(
    "role",
    [
        {"zh": "", "en": "", "permissions": ["users:write"]},
        {"zh": "", "en": "", "duty": "system", "permissions": ["users:write", "audit:read"]},
        {"zh": "", "en": "", "duty": "security", "permissions": ["audit:read"]},
    ],
)
def test_a_role_with_a_permission_of_another_duty_is_refused(role: dict[str, object]) -> None:
    with pytest.raises(DutiesMixed):
        check(PERMISSIONS, {"x": role})


def test_the_files_hold_the_roles_of_the_city() -> None:
    roles = {role["key"]: role["duty"] for role in read().roles}
    assert ADMINISTRATORS.items() <= roles.items()
    ordinary = {key for key, duty in roles.items() if duty == "none"}
    assert {"operator", "inspector", "department", "analyst", "commander"} <= ordinary


def test_the_system_administrator_grants_nothing_and_reads_no_audit() -> None:
    held = {pair["permission"] for pair in read().pairs if pair["role"] == "sysadmin"}
    assert held.isdisjoint({"roles:grant", "sessions:revoke", "audit:read", "audit:verify"})


def test_the_security_administrator_makes_no_accounts() -> None:
    held = {pair["permission"] for pair in read().pairs if pair["role"] == "secadmin"}
    assert held.isdisjoint({"users:write", "audit:read"})


def test_the_auditor_reads_the_audit_and_what_alarms_told_and_changes_nothing() -> None:
    held = {pair["permission"] for pair in read().pairs if pair["role"] == "auditor"}
    assert held == {"audit:read", "audit:verify", "alarms:read"}
