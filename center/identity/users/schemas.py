"""What the API says of users and roles, and what it takes."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from center.identity.login.schemas import Code
from center.identity.passwords import MAX_LENGTH
from center.requests import Body

Username = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[a-z][a-z0-9_.-]{1,39}$"),
    Field(examples=["wang.wei"]),
]
DisplayName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
    Field(examples=["王伟"]),
]
Division = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{2,15}$"),
    Field(description="Prefix of a division code: 4304 is the whole city.", examples=["430405"]),
]
Password = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_LENGTH),
    Field(examples=["Correct-Horse-9-Battery"]),
]
RoleKey = Annotated[str, StringConstraints(max_length=40), Field(examples=["operator"])]


class NewUser(Body):
    """A new account; its first log-in asks for another password."""

    username: Username
    display_name: DisplayName
    password: Password


class UserChange(Body):
    """What the system administrator may change; what is left out stays."""

    display_name: DisplayName | None = Field(None, examples=["王伟"])
    disabled: bool | None = Field(None, examples=[True])


class Grants(Body):
    """All roles and divisions of a user, which replace those before."""

    roles: list[RoleKey] = Field(max_length=20, examples=[["analyst"]])
    divisions: list[Division] = Field(max_length=100, examples=[["430405", "430406"]])


class NewPassword(Body):
    """A password set by the system administrator; the user must change it at once."""

    password: Password


class PasswordChange(Body):
    """A new password for oneself."""

    current: Password
    new: Password


class UserRead(BaseModel):
    """An account."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    username: Username
    display_name: DisplayName
    roles: list[str] = Field(validation_alias="role_keys", examples=[["analyst"]])
    divisions: list[str] = Field(examples=[["430405"]])
    disabled: bool
    totp_enabled: bool
    must_change_password: bool
    password_changed_at: datetime
    created_at: datetime
    version: int


class UserDetail(UserRead):
    """An account, and whether it is locked out at this moment."""

    locked_until: datetime | None = None


class RoleRead(BaseModel):
    """A role and what it permits."""

    key: str = Field(examples=["analyst"])
    name_zh: str = Field(examples=["交通分析员"])
    name_en: str = Field(examples=["Traffic analyst"])
    duty: str = Field(
        description="system, security or audit for the three administrators.", examples=["none"]
    )
    permissions: list[str] = Field(examples=[["devices:read", "series:read"]])


class PermissionRead(BaseModel):
    """One permission."""

    model_config = ConfigDict(from_attributes=True)

    key: str = Field(examples=["devices:read"])
    name_zh: str = Field(examples=["查看设备"])
    name_en: str = Field(examples=["See devices"])
    duty: str = Field(examples=["none"])


class Me(BaseModel):
    """The caller as the program sees it."""

    id: int
    username: str = Field(examples=["wang.wei"])
    display_name: str = Field(examples=["王伟"])
    roles: list[str] = Field(examples=[["analyst"]])
    permissions: list[str] = Field(examples=[["devices:read", "series:read"]])
    divisions: list[str] = Field(examples=[["430405"]])
    totp_enabled: bool
    must_change_password: bool
    password_min_length: int = Field(description="Characters.", examples=[12])
    idle_logout_seconds: int = Field(
        description="A session unused so long ends; requests with `X-Background` are no use.",
        examples=[1800],
    )


class TotpEnrolment(BaseModel):
    """A fresh second factor; it counts once a code of it was confirmed."""

    secret: str = Field(
        description="Base 32, to be typed into an authenticator.",
        examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"],
    )
    address: str = Field(
        description="The same as otpauth:// address, for a QR code.",
        examples=["otpauth://totp/wang.wei?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"],
    )


class TotpCode(Body):
    """A one-time code."""

    code: Code = Field(examples=["123456"])


class PasswordProof(Body):
    """The password, to change one's own second factor."""

    password: Password
