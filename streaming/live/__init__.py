"""Websockets that show records the moment they are committed.

One shared tail per topic reads from the brokers and encodes each batch once; every subscriber takes
it at its own pace (``subscription`` decides, ``session`` does). Records never go through a channel
layer. Nothing about HTTP requests belongs here.
"""
