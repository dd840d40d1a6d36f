"""What the document of the wire says beside types: how to sign in, publish and answer."""

from typing import Any

from ingest import wire

SESSION_SECONDS = 86_400  # at least; longer than a device is usually away

DESCRIPTION = f"""\
What devices and the centre say to each other over MQTT 5, as the centre sees it: it receives what
devices publish, and sends commands.

**Signing in.** The user name is the device's id, the password its credential. Its id is its client
id as well, whatever it says: one session per device. Ask for a session that outlives the connection
(no clean start, a session expiry of a day or more), and subscribe to `command` and `config` at QoS
1 after each connection.

**Status.** Leave a last will on the topic `status`: retained, QoS 1, `{{"state": "offline"}}`.
After each connection publish `{{"state": "online", "boot": 3}}` there, retained; before an orderly
end publish `{{"state": "offline"}}`.

**Publishing.** A device may publish under its own id and kind only, and only the streams of its
kind. Publish at QoS 1 and keep each message until PUBACK says success: reason code 0x10 (no
matching subscribers) and every code from 0x80 on mean that it was not delivered. What is sent at
QoS 0 may be lost: it is refused when too much of it waits. Number messages by
`boot` (grows with every start, never repeats) and `seq` (from 0 without a hole, one counter over
all numbered streams); keep the last ten minutes, and publish again, byte for byte, what a `resend`
names.

**Content.** {wire.JSON}, or {wire.MESSAGEPACK} where the MQTT 5 content type says so: the same
fields, a time being RFC 3339 text or MessagePack's own timestamp. Commands are JSON.

**Commands** may come more than once under the same id: when the broker may have lost them, and
while nothing was heard. Carry out one `id` with one `deadline` once, nothing after the deadline,
and answer with an `event` named `{wire.EVENT_ANSWER}` whose `command` is the id. A name that the
device does not know is answered with `ok` false.

**Pictures** go over HTTP: `PUT /api/v1/evidence/{{sha256}}` with the device's id and credential,
the body being the picture. A message names them by their SHA-256 in `evidence` and may come first.
"""

CONFIG = (
    "Kept free for settings of a device. The centre says nothing here yet; a device that subscribes"
    " needs no further right once it does."
)

CREDENTIAL = {
    "type": "userPassword",
    "description": "The device's id and the credential that its registration has shown once.",
}

# Name: protocol, port, and what it is.
SERVERS = {
    "city": ("secure-mqtt", "8883", "The city's broker (城市消息代理), with TLS."),
    "local": ("mqtt", "11883", "The local stack (本机), on 127.0.0.1 alone."),
}


def server(protocol: str, port: str, text: str) -> dict[str, Any]:
    """A broker of the document, with what a device says when it signs in."""
    will = wire.topic("{kind}", "{device_id}", wire.STATUS_STREAM)
    return {
        "host": "{host}:{port}",
        "protocol": protocol,
        "protocolVersion": "5.0",
        "description": text,
        "variables": {"host": {}, "port": {"default": port}},
        "security": [{"$ref": "#/components/securitySchemes/device"}],
        "bindings": {
            "mqtt": {
                "clientId": "{device_id}",
                "cleanSession": False,
                "sessionExpiryInterval": SESSION_SECONDS,
                "lastWill": {
                    "topic": will,
                    "qos": 1,
                    "message": wire.encode(wire.Status(state="offline")).decode(),
                    "retain": True,
                },
                "bindingVersion": "0.2.0",
            }
        },
    }
