import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/**
 * Runs Kafka's own transformations and predicates over the cases of a file and writes down what comes out.
 * Arguments: the cases (a JSON array), where the results go (a JSON object by the case's name), and where the
 * settings of each plugin go.
 */
public class RecordTransforms {
    static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    static final JsonConverter SCHEMAS = new JsonConverter();

    public static void main(String[] arguments) throws Exception {
        SCHEMAS.configure(Map.of("schemas.enable", "true"), false);
        ObjectMapper mapper = new ObjectMapper();
        Map<String, JsonNode> results = new TreeMap<>();
        for (JsonNode test : mapper.readTree(new File(arguments[0]))) {
            results.put(test.get("name").asText(), run(test));
        }
        mapper.writerWithDefaultPrettyPrinter().writeValue(new File(arguments[1]), results);
        Map<String, JsonNode> definitions = new TreeMap<>();
        for (JsonNode test : mapper.readTree(new File(arguments[0]))) {
            definitions.put(test.get("plugin").asText(), definition(made(test)));
        }
        mapper.writerWithDefaultPrettyPrinter().writeValue(new File(arguments[2]), definitions);
    }

    static Object made(JsonNode test) throws Exception {
        String folder = "org.apache.kafka.connect.transforms." + (test.get("predicate").asBoolean() ? "predicates." : "");
        return Class.forName(folder + test.get("plugin").asText()).getDeclaredConstructor().newInstance();
    }

    @SuppressWarnings("rawtypes")
    static ArrayNode definition(Object plugin) {
        ConfigDef definition =
            plugin instanceof Predicate ? ((Predicate) plugin).config() : ((Transformation) plugin).config();
        ArrayNode keys = JSON.arrayNode();
        for (ConfigDef.ConfigKey key : definition.configKeys().values()) {
            ObjectNode node = JSON.objectNode();
            node.put("name", key.name);
            node.put("type", key.type.name());
            node.put("importance", key.importance.name());
            node.put("required", key.defaultValue == ConfigDef.NO_DEFAULT_VALUE);
            boolean hasDefault = key.defaultValue != null && key.defaultValue != ConfigDef.NO_DEFAULT_VALUE;
            node.put("default", hasDefault ? ConfigDef.convertToString(key.defaultValue, key.type) : null);
            keys.add(node);
        }
        return keys;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    static JsonNode run(JsonNode test) throws Exception {
        Map<String, String> config = new LinkedHashMap<>();
        test.get("config").fields().forEachRemaining(e -> config.put(e.getKey(), e.getValue().asText()));
        boolean isPredicate = test.get("predicate").asBoolean();
        Object made = made(test);
        try {
            if (isPredicate) {
                ((Predicate) made).config().validate(config).forEach(RecordTransforms::refuse);
                ((Predicate) made).configure(config);
            } else {
                ((Transformation) made).config().validate(config).forEach(RecordTransforms::refuse);
                ((Transformation) made).configure(config);
            }
        } catch (Exception e) {
            return error("config_error", e);
        }
        ConnectRecord record = record(test.get("record"));
        try {
            if (isPredicate) {
                return JSON.booleanNode(((Predicate) made).test(record));
            }
            ConnectRecord result = ((Transformation) made).apply(record);
            return result == null ? JSON.textNode("dropped") : written(result);
        } catch (Exception e) {
            return error("error", e);
        }
    }

    static void refuse(org.apache.kafka.common.config.ConfigValue value) {
        if (!value.errorMessages().isEmpty()) {
            throw new org.apache.kafka.common.config.ConfigException(value.errorMessages().get(0));
        }
    }

    static ObjectNode error(String kind, Exception e) {
        ObjectNode node = JSON.objectNode();
        node.put(kind, e.getClass().getSimpleName());
        node.put("message", String.valueOf(e.getMessage()));
        return node;
    }

    static ConnectRecord<?> record(JsonNode node) {
        Integer partition = node.get("partition").isNull() ? null : node.get("partition").asInt();
        Long timestamp = node.get("timestamp").isNull() ? null : node.get("timestamp").asLong();
        Schema keySchema = schema(node.get("key").get("schema"));
        Schema valueSchema = schema(node.get("value").get("schema"));
        Object key = read(keySchema, node.get("key").get("payload"));
        Object value = read(valueSchema, node.get("value").get("payload"));
        ConnectHeaders headers = new ConnectHeaders();
        for (JsonNode header : node.get("headers")) {
            Schema schema = schema(header.get("schema"));
            headers.add(header.get("key").asText(), read(schema, header.get("payload")), schema);
        }
        String topic = node.get("topic").asText();
        if (node.get("kind").asText().equals("source")) {
            return new SourceRecord(
                Map.of("from", "here"), Map.of("at", 1L), topic, partition, keySchema, key, valueSchema, value,
                timestamp, headers);
        }
        return new SinkRecord(
            topic, partition, keySchema, key, valueSchema, value, node.get("offset").asLong(), timestamp,
            TimestampType.CREATE_TIME, headers);
    }

    static Schema schema(JsonNode node) {
        return node == null || node.isNull() ? null : SCHEMAS.asConnectSchema(node);
    }

    /** Without a schema integers are longs; {"$int": 1} is an Integer, and dates, bytes, decimals are told likewise. */
    static Object read(Schema schema, JsonNode node) {
        if (node.isNull()) return null;
        if (schema == null) return readSchemaless(node);
        if (Decimal.LOGICAL_NAME.equals(schema.name())) return new BigDecimal(node.get("$decimal").asText());
        if (node.has("$date")) return new Date(node.get("$date").asLong());
        switch (schema.type()) {
            case INT8: return (byte) node.asInt();
            case INT16: return (short) node.asInt();
            case INT32: return node.asInt();
            case INT64: return node.asLong();
            case FLOAT32: return (float) node.asDouble();
            case FLOAT64: return node.asDouble();
            case BOOLEAN: return node.asBoolean();
            case STRING: return node.asText();
            case BYTES: return Base64.getDecoder().decode(node.get("$bytes").asText());
            case ARRAY: {
                List<Object> list = new ArrayList<>();
                for (JsonNode item : node) list.add(read(schema.valueSchema(), item));
                return list;
            }
            case MAP: {
                Map<Object, Object> map = new LinkedHashMap<>();
                node.fields().forEachRemaining(e -> map.put(e.getKey(), read(schema.valueSchema(), e.getValue())));
                return map;
            }
            default: {
                Struct struct = new Struct(schema);
                for (Field field : schema.fields()) {
                    if (node.has(field.name())) struct.put(field, read(field.schema(), node.get(field.name())));
                }
                return struct;
            }
        }
    }

    static Object readSchemaless(JsonNode node) {
        if (node.isNull()) return null;
        if (node.has("$date")) return new Date(node.get("$date").asLong());
        if (node.has("$bytes")) return Base64.getDecoder().decode(node.get("$bytes").asText());
        if (node.has("$decimal")) return new BigDecimal(node.get("$decimal").asText());
        if (node.has("$int")) return node.get("$int").asInt();
        if (node.isIntegralNumber()) return node.asLong();
        if (node.isNumber()) return node.asDouble();
        if (node.isBoolean()) return node.asBoolean();
        if (node.isTextual()) return node.asText();
        if (node.isArray()) {
            List<Object> list = new ArrayList<>();
            for (JsonNode item : node) list.add(readSchemaless(item));
            return list;
        }
        Map<String, Object> map = new LinkedHashMap<>();
        node.fields().forEachRemaining(e -> map.put(e.getKey(), readSchemaless(e.getValue())));
        return map;
    }

    static ObjectNode written(ConnectRecord<?> record) {
        ObjectNode node = JSON.objectNode();
        node.put("topic", record.topic());
        node.put("partition", record.kafkaPartition());
        node.put("timestamp", record.timestamp());
        node.set("key", data(record.keySchema(), record.key()));
        node.set("value", data(record.valueSchema(), record.value()));
        ArrayNode headers = node.putArray("headers");
        for (Header header : record.headers()) {
            ObjectNode one = JSON.objectNode();
            one.put("key", header.key());
            one.setAll(data(header.schema(), header.value()));
            headers.add(one);
        }
        return node;
    }

    static ObjectNode data(Schema schema, Object value) {
        ObjectNode node = JSON.objectNode();
        node.set("schema", schema == null ? JSON.nullNode() : SCHEMAS.asJsonSchema(schema));
        node.set("payload", write(value));
        return node;
    }

    static JsonNode write(Object value) {
        if (value == null) return JSON.nullNode();
        if (value instanceof Date) return JSON.objectNode().put("$date", ((Date) value).getTime());
        if (value instanceof byte[]) return JSON.objectNode().put("$bytes", Base64.getEncoder().encodeToString((byte[]) value));
        if (value instanceof ByteBuffer) return write(((ByteBuffer) value).array());
        if (value instanceof BigDecimal) return JSON.objectNode().put("$decimal", ((BigDecimal) value).toPlainString());
        if (value instanceof Boolean) return JSON.booleanNode((Boolean) value);
        if (value instanceof Float) return JSON.numberNode((Float) value);
        if (value instanceof Double) return JSON.numberNode((Double) value);
        if (value instanceof Number) return JSON.numberNode(((Number) value).longValue());
        if (value instanceof String) return JSON.textNode((String) value);
        if (value instanceof List) {
            ArrayNode list = JSON.arrayNode();
            for (Object item : (List<?>) value) list.add(write(item));
            return list;
        }
        ObjectNode node = JSON.objectNode();
        if (value instanceof Struct) {
            for (Field field : ((Struct) value).schema().fields()) {
                node.set(field.name(), write(((Struct) value).getWithoutDefault(field.name())));
            }
            return node;
        }
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
            node.set(String.valueOf(entry.getKey()), write(entry.getValue()));
        }
        return node;
    }
}
