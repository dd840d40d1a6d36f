"""Thumbnails: for who may see the picture, small, and no danger however the picture is made."""

import io
import zlib

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from tests.integration.audits import actions
from tests.integration.center.pictures import PICTURE, basic, path
from tests.integration.http import Api


def picture(width: int, height: int, form: str = "JPEG") -> bytes:
    made = io.BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert("RGB").save(made, form)
    return made.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 900 megapixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = (30_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    content = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + content + chunk(b"IEND", b"")


def small(content: bytes) -> str:
    return f"{path(content)}/thumbnail"


def send(client: Api, content: bytes) -> None:
    answer = client.put(path(content), content=content, headers=basic("EP-1"))
    assert answer.status_code == 201, answer.text


def test_nobody_gets_one_without_the_right_to_the_picture(client: Api, device: int) -> None:
    content = picture(640, 360)
    send(client, content)
    assert client.as_role("analyst").get(small(content)).status_code == 403
    elsewhere = client.as_role("operator", divisions=["430421"])
    assert elsewhere.get(small(content)).status_code == 404


def test_who_may_not_see_plates_gets_none_of_pictures_with_them(
    client: Api, device: int, owner, session: Session
) -> None:
    content = picture(640, 360)
    send(client, content)
    owner.execute("UPDATE evidence SET personal = true")
    answer = client.as_role("inspector").get(small(content))
    assert (answer.status_code, answer.json()["code"]) == (403, "plates_withheld")
    assert [row.result for row in actions(session, "plate.reveal")] == ["refused"]


def test_looks_at_many_are_one_entry_of_the_audit_trail(
    client: Api, device: int, owner, session: Session
) -> None:
    pictures = [picture(640, 360 + at) for at in range(3)]
    for content in pictures:
        send(client, content)
    owner.execute("UPDATE evidence SET personal = true")
    operator = client.as_role("operator")
    assert {operator.get(small(content)).status_code for content in pictures} == {200}
    assert [row.object_type for row in actions(session, "plate.reveal")] == ["thumbnails"]


@pytest.mark.parametrize("content", [PICTURE, bomb(), picture(64, 64)[:400]])
def test_what_cannot_be_made_small_is_refused_at_no_cost(
    client: Api, device: int, content: bytes
) -> None:
    send(client, content)
    answer = client.as_role("operator").get(small(content))
    assert (answer.status_code, answer.json()["code"]) == (422, "no_thumbnail")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_made_small_and_may_be_kept_by_the_browser(
    client: Api, device: int, form: str
) -> None:
    content = picture(2560, 1440, form)
    send(client, content)
    operator = client.as_role("operator")
    answer = operator.get(small(content))
    with Image.open(io.BytesIO(answer.content)) as made:
        assert (made.format, made.size) == ("JPEG", (320, 180))
    assert len(answer.content) < 30_000
    assert "immutable" in answer.headers["cache-control"]
    again = operator.get(small(content), headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    whole = operator.get(path(content), headers={"If-None-Match": answer.headers["etag"]})
    assert whole.status_code == 200
