"""A schema registry in memory."""

from connect.spi.errors import DataError


class MemoryRegistry:
    def __init__(self):
        self.schemas = []
        self.subjects = {}
        self.asked = 0

    def register(self, subject, schema):
        self.asked += 1
        if schema not in self.schemas:
            self.schemas.append(schema)
        schema_id = self.schemas.index(schema) + 1
        self.subjects.setdefault(subject, set()).add(schema_id)
        return schema_id

    def lookup(self, subject, schema):
        self.asked += 1
        if schema not in self.schemas:
            raise DataError("Schema not found")
        schema_id = self.schemas.index(schema) + 1
        if schema_id not in self.subjects.get(subject, ()):
            raise DataError("Subject not found")
        return schema_id

    def by_id(self, schema_id):
        self.asked += 1
        if not 0 < schema_id <= len(self.schemas):
            raise DataError("Schema not found")
        return self.schemas[schema_id - 1]

    def by_version(self, subject, version):
        return self.by_id(sorted(self.subjects[subject])[version - 1])
