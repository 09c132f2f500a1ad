// Produce and administer as a kafkajs user does; prints one JSON document.
// (kafkajs consumes through groups only: see groups.js.)
const { Kafka, CompressionTypes, logLevel } = require('kafkajs')

const login = JSON.parse(process.env.LOGIN)

function client(mechanism) {
  return new Kafka({
    clientId: 'kafkajs-compat',
    brokers: login.bootstrap_servers.split(','),
    sasl: { mechanism, username: login.api_key, password: login.api_secret },
    ssl: false,
    logLevel: logLevel.ERROR,
  })
}

async function main() {
  const topic = `kafkajs-${Date.now()}`
  const kafka = client('scram-sha-256')
  const admin = kafka.admin()
  await admin.connect()
  const created = await admin.createTopics({
    topics: [{ topic, numPartitions: 3, replicationFactor: 1 }],
  })
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const sent = await producer.send({
    topic,
    compression: CompressionTypes.GZIP,
    messages: Array.from({ length: 50 }, (_, n) => ({ key: `k${n % 5}`, value: `v${n}` })),
  })
  await producer.disconnect()
  const plain = client('plain').producer()
  await plain.connect()
  await plain.send({ topic, messages: [{ value: 'unkeyed' }] })
  await plain.disconnect()
  const offsets = await admin.fetchTopicOffsets(topic)
  const metadata = await admin.fetchTopicMetadata({ topics: [topic] })
  const cluster = await admin.describeCluster()
  await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] })
  const topics = await admin.listTopics()
  await admin.deleteTopics({ topics: [topic] })
  const afterwards = await admin.listTopics()
  await admin.disconnect()
  console.log(JSON.stringify({
    created,
    errors: sent.map((one) => one.errorCode),
    records: offsets.reduce((sum, one) => sum + Number(one.high), 0),
    partitions: metadata.topics[0].partitions.length,
    clusterId: cluster.clusterId,
    listed: topics.includes(topic),
    deleted: !afterwards.includes(topic),
  }))
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
