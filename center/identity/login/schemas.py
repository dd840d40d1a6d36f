"""What a person sends to log in."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from center.identity.passwords import MAX_LENGTH


def _one_form(name: str) -> str:
    """One spelling for the brakes and the look-up: else each odd one would be counted apart."""
    return "".join(c for c in name if c.isprintable()).strip().lower()


GivenName = Annotated[
    str, Field(min_length=1, max_length=200, examples=["operator"]), AfterValidator(_one_form)
]
Code = Annotated[str, StringConstraints(pattern=r"^ *\d{3} ?\d{3} *$")]


class LogIn(BaseModel):
    """The OAuth2 password form, with a one-time code where the user has a second factor."""

    model_config = ConfigDict(extra="ignore")  # OAuth2 clients send scope, client_id and more

    username: GivenName
    password: str = Field(min_length=1, max_length=MAX_LENGTH, examples=["Correct-Horse-9-Battery"])
    grant_type: Literal["password"] = "password"
    totp: Code | None = Field(None, description="Six digits.", examples=["123456"])
