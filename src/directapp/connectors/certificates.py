"""Certificates: until when the one that a server shows is good."""

import asyncio
import ssl
from datetime import datetime

from cryptography import x509

_SECONDS = 10.0


async def expires_at(host: str, port: int) -> datetime:
    """Return until when the certificate is good that a server shows, whether or not it is trusted (OSError: none)."""
    # What is asked for is the date; whether it is trusted is for whoever calls the server to say.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with asyncio.timeout(_SECONDS):
        _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    try:
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.close()
    return x509.load_der_x509_certificate(shown).not_valid_after_utc
