"""Values of formats that a pattern cannot say, for requests that the API has to take."""

import base64

import schemathesis
from hypothesis import strategies as st

for name in ("application/offset+octet-stream", "application/vnd.ipld.car"):
    schemathesis.openapi.media_type(name, st.binary(max_size=100))

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def peer_id(key: bytes) -> str:
    """The libp2p peer id of an Ed25519 key of 32 bytes."""
    value = int.from_bytes(bytes.fromhex("002408011220") + key, "big")
    digits = ""
    while value:
        value, digit = divmod(value, 58)
        digits = ALPHABET[digit] + digits
    return "1" + digits


schemathesis.openapi.format(
    "libp2p-peer-id", st.binary(min_size=32, max_size=32).map(peer_id)
)

schemathesis.openapi.format(
    "http-url",
    st.builds(
        "{}://{}.example{}".format,
        st.sampled_from(["http", "https"]),
        st.from_regex(r"\A[a-z][a-z0-9]{0,20}\Z"),
        st.from_regex(r"\A(:[1-9][0-9]{0,3})?(/[a-z0-9/?&=%20._~-]{0,40})?\Z"),
    ),
)

schemathesis.openapi.format(
    "tus-metadata",
    st.dictionaries(
        st.from_regex(r"\A[a-z]{1,20}\Z"), st.binary(max_size=30), min_size=1, max_size=3
    ).map(
        lambda pairs: ",".join(
            f"{name} {base64.b64encode(value).decode()}".strip()
            for name, value in pairs.items()
        )
    ),
)

schemathesis.openapi.format(
    "hive-accounts",
    st.lists(
        st.from_regex(r"\A[a-z][a-z0-9-]{1,14}[a-z0-9]\Z"), min_size=1, max_size=20
    ).map(",".join),
)
