"""What a tenant may ask of the web processes: requests, live sockets, bytes to them.

Records themselves are limited by the brokers, whose word the edge passes on; what brokers count is
not counted here again. Which limits a tenant has is `tenants`' to say.
"""
