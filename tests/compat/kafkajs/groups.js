// Two consumers of one group share a topic; what they committed is not read again by a third.
const { Kafka } = require('kafkajs')

const login = JSON.parse(process.env.LOGIN)
const [topic, group] = [process.env.TOPIC, process.env.GROUP]
const kafka = new Kafka({
  clientId: 'kafkajs-groups',
  brokers: login.bootstrap_servers.split(','),
  sasl: { mechanism: 'plain', username: login.api_key, password: login.api_secret },
  logLevel: 1
})

const settings = { groupId: group, sessionTimeout: 10000, heartbeatInterval: 500, rebalanceTimeout: 10000 }

const until = async condition => {
  const deadline = Date.now() + 30000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never: ${condition}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

const start = async seen => {
  const consumer = kafka.consumer(settings)
  const member = { consumer, partitions: [] }
  consumer.on(consumer.events.GROUP_JOIN, event => {
    member.partitions = event.payload.memberAssignment[topic] || []
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ partition, message }) => seen.push(`${partition}:${message.value}`)
  })
  return member
}

const main = async () => {
  const producer = kafka.producer()
  await producer.connect()
  const send = tag => producer.send({
    topic,
    messages: Array.from({ length: 40 }, (_, n) => ({ partition: n % 4, value: `${tag}${n}` }))
  })
  await send('a')
  const seen = []
  const members = [await start(seen), await start(seen)]
  await until(() => members.every(member => member.partitions.length === 2))
  await until(() => new Set(seen).size === 40)
  await Promise.all(members.map(member => member.consumer.stop()))
  await Promise.all(members.map(member => member.consumer.disconnect()))
  await send('b')
  const later = []
  const third = await start(later)
  await until(() => later.length >= 40)
  await third.consumer.stop()
  await third.consumer.disconnect()
  const admin = kafka.admin()
  await admin.connect()
  const [{ partitions }] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
  const described = await admin.describeGroups([group])
  const listed = (await admin.listGroups()).groups.map(each => each.groupId)
  await admin.deleteGroups([group])
  const left = (await admin.listGroups()).groups.map(each => each.groupId)
  await admin.disconnect()
  await producer.disconnect()
  console.log(JSON.stringify({
    first: [...new Set(seen)].length,
    later: later.sort(),
    committed: partitions.map(each => Number(each.offset)),
    state: described.groups[0].state,
    listed: listed.includes(group),
    left: left.includes(group)
  }))
}

main().catch(error => {
  console.error(error)
  process.exit(1)
})
