"""uvicorn's websocket connection, which ends where a handshake cannot be read.

The library that reads it has bounds of its own, 8 KiB for a line and 128 lines, and says nothing of
what is past them but that there is an answer to be sent. uvicorn does not look for one: such a
connection would stay open for ever, and the door has let go of it already (``http_connection``).
"""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class WebsocketConnection(WebSocketsSansIOProtocol):
    """uvicorn's ``ws``."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.transport.is_closing():
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()
