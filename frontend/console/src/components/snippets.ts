import type { OverviewBody } from "../api/types";

export interface Example {
  name: string;
  code: string;
}

/** How a client reaches this cluster, in four dialects. */
export function snippets(overview: OverviewBody, origin: string): Example[] {
  const { bootstrap_servers: servers, security_protocol: protocol, cluster_id: cluster } = overview;
  return [
    {
      name: "kcat",
      code: [
        `kcat -b ${servers} \\`,
        `  -X security.protocol=${protocol} -X sasl.mechanisms=PLAIN \\`,
        "  -X sasl.username=KEY -X sasl.password=SECRET \\",
        "  -C -t TOPIC -o -5",
      ].join("\n"),
    },
    {
      name: "Python",
      code: [
        "from confluent_kafka import Consumer",
        "",
        "consumer = Consumer({",
        `    "bootstrap.servers": "${servers}",`,
        `    "security.protocol": "${protocol}",`,
        '    "sasl.mechanisms": "PLAIN",',
        '    "sasl.username": "KEY", "sasl.password": "SECRET",',
        '    "group.id": "mine", "auto.offset.reset": "earliest",',
        "})",
      ].join("\n"),
    },
    {
      name: "curl",
      code: [
        "curl -u KEY:SECRET \\",
        `  '${origin}/kafka/v3/clusters/${cluster}/topics/TOPIC/partitions/0/records?offset=0'`,
      ].join("\n"),
    },
    {
      name: "Properties",
      code: [
        `bootstrap.servers=${servers}`,
        `security.protocol=${protocol}`,
        "sasl.mechanism=PLAIN",
        "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\",
        '  username="KEY" password="SECRET";',
      ].join("\n"),
    },
  ];
}
