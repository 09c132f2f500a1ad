"""One file per API: what a broker does with a request of that kind.

A handler is ``async def handle(request, context, node) -> response`` over the generated messages;
it reaches partitions, metadata and verbs through ``node`` and never sees a socket or a version's
byte layout. Produce and Fetch start synchronously instead, see their files. No shared state and no
SQL belong here.
"""
