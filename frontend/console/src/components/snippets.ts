import type { OverviewBody } from "../api/types";

export interface Example {
  name: string;
  code: string;
}

export interface Credentials {
  key: string;
  secret: string;
}

type Connection = Pick<OverviewBody, "bootstrap_servers" | "security_protocol" | "cluster_id">;

const UNKNOWN: Credentials = { key: "KEY", secret: "SECRET" };

/** How five clients reach this cluster: each can be pasted as it is once key and topic are real. */
export function snippets(
  connection: Connection,
  origin: string,
  { key, secret }: Credentials = UNKNOWN,
  topic = "TOPIC",
): Example[] {
  const { bootstrap_servers: servers, security_protocol: protocol } = connection;
  const records = `${origin}/kafka/v3/clusters/${connection.cluster_id}/topics/${topic}/records`;
  return [
    {
      name: "kcat",
      code: [
        `kcat -b ${servers} \\`,
        `  -X security.protocol=${protocol} -X sasl.mechanisms=PLAIN \\`,
        `  -X sasl.username=${key} -X sasl.password=${secret} \\`,
        `  -C -t ${topic} -o -5 -e`,
      ].join("\n"),
    },
    {
      name: "Python",
      code: [
        "# pip install confluent-kafka",
        "from confluent_kafka import Consumer",
        "",
        "consumer = Consumer({",
        `    "bootstrap.servers": "${servers}",`,
        `    "security.protocol": "${protocol}",`,
        '    "sasl.mechanisms": "PLAIN",',
        `    "sasl.username": "${key}",`,
        `    "sasl.password": "${secret}",`,
        '    "group.id": "python-example",',
        '    "auto.offset.reset": "earliest",',
        "})",
        `consumer.subscribe(["${topic}"])`,
        "for message in consumer.consume(5, timeout=30):",
        "    print(message.partition(), message.offset(), message.value())",
        "consumer.close()",
      ].join("\n"),
    },
    {
      name: "Java",
      code: [
        "// org.apache.kafka:kafka-clients",
        "import java.time.Duration;",
        "import java.util.*;",
        "import org.apache.kafka.clients.consumer.KafkaConsumer;",
        "import org.apache.kafka.common.serialization.StringDeserializer;",
        "",
        "class Read {",
        "  public static void main(String[] arguments) {",
        "    var settings = new HashMap<String, Object>();",
        `    settings.put("bootstrap.servers", "${servers}");`,
        `    settings.put("security.protocol", "${protocol}");`,
        '    settings.put("sasl.mechanism", "PLAIN");',
        '    settings.put("sasl.jaas.config",',
        '        "org.apache.kafka.common.security.plain.PlainLoginModule required "',
        `        + "username=\\"${key}\\" password=\\"${secret}\\";");`,
        '    settings.put("group.id", "java-example");',
        '    settings.put("auto.offset.reset", "earliest");',
        "    var text = new StringDeserializer();",
        "    try (var consumer = new KafkaConsumer<>(settings, text, text)) {",
        `      consumer.subscribe(List.of("${topic}"));`,
        "      while (true)",
        "        for (var record : consumer.poll(Duration.ofSeconds(1)))",
        '          System.out.println(record.offset() + " " + record.value());',
        "    }",
        "  }",
        "}",
      ].join("\n"),
    },
    {
      name: "JavaScript",
      code: [
        "// npm install kafkajs",
        'const { Kafka } = require("kafkajs");',
        "",
        "const kafka = new Kafka({",
        `  brokers: ${JSON.stringify(servers.split(","))},`,
        `  ssl: ${protocol.endsWith("SSL")},`,
        "  sasl: {",
        '    mechanism: "plain",',
        `    username: "${key}",`,
        `    password: "${secret}",`,
        "  },",
        "});",
        'const consumer = kafka.consumer({ groupId: "javascript-example" });',
        "",
        "(async () => {",
        "  await consumer.connect();",
        `  await consumer.subscribe({ topic: "${topic}", fromBeginning: true });`,
        "  await consumer.run({",
        "    eachMessage: async ({ partition, message }) =>",
        "      console.log(partition, message.offset, String(message.value)),",
        "  });",
        "})();",
      ].join("\n"),
    },
    {
      name: "curl",
      code: [
        "# write a record, then read from the oldest one on, whatever the partition",
        `curl -sS -u ${key}:${secret} -H 'Content-Type: application/json' \\`,
        `  -d '{"value": {"type": "JSON", "data": {"hello": "world"}}}' \\`,
        `  '${records}'`,
        "",
        `curl -sS -u ${key}:${secret} \\`,
        `  '${records}?from=earliest&max_records=5'`,
      ].join("\n"),
    },
  ];
}
