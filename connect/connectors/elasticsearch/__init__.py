"""A sink into Elasticsearch and OpenSearch through ``_bulk``, the API that both share.

``documents`` and ``bulk`` translate, ``window`` decides what is sent when, ``client`` and
``writer`` do it. Nothing of one vendor's client library comes in here.
"""
