import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Produce (idempotent by default), consume by assignment and administer; one line per thing shown. */
public final class Journey {
    public static void main(String[] arguments) throws Exception {
        Properties login = new Properties();
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            login.setProperty(argument.substring(0, at), argument.substring(at + 1));
        }
        String topic = "java-" + System.nanoTime();
        try (Admin admin = Admin.create(login)) {
            admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all().get();
            System.out.println("cluster " + admin.describeCluster().clusterId().get());
            produce(login, topic);
            TopicPartition first = new TopicPartition(topic, 0);
            System.out.println("latest " + admin.listOffsets(Map.of(first, OffsetSpec.latest()))
                    .partitionResult(first).get().offset());
            consume(login, first);
            admin.deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(40))).all().get();
            System.out.println("earliest " + admin.listOffsets(Map.of(first, OffsetSpec.earliest()))
                    .partitionResult(first).get().offset());
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get();
            System.out.println("partitions " + admin.describeTopics(Set.of(topic))
                    .allTopicNames().get().get(topic).partitions().size());
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            System.out.println("segment.bytes " + admin.describeConfigs(Set.of(resource))
                    .all().get().get(resource).get("segment.bytes").value());
            System.out.println("logdirs " + !admin.describeLogDirs(admin.describeCluster()
                    .nodes().get().stream().map(node -> node.id()).toList())
                    .allDescriptions().get().isEmpty());
            admin.deleteTopics(Set.of(topic)).all().get();
            System.out.println("deleted " + !admin.listTopics().names().get().contains(topic));
        }
    }

    private static void produce(Properties login, String topic) throws Exception {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(login, new StringSerializer(), new StringSerializer())) {
            List<java.util.concurrent.Future<RecordMetadata>> sent = new ArrayList<>();
            for (int n = 0; n < 100; n++) {
                sent.add(producer.send(new ProducerRecord<>(topic, 0, "k" + n, "v" + n)));
            }
            for (int n = 0; n < 100; n++) {
                if (sent.get(n).get().offset() != n) {
                    throw new IllegalStateException("record " + n + " has another offset");
                }
            }
        }
        System.out.println("produced 100");
    }

    private static void consume(Properties login, TopicPartition partition) {
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(login, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            int count = 0;
            long deadline = System.currentTimeMillis() + 30_000;
            while (count < 100 && System.currentTimeMillis() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
                    if (!record.value().equals("v" + count)) {
                        throw new IllegalStateException("offset " + record.offset());
                    }
                    count++;
                }
            }
            System.out.println("consumed " + count);
        }
    }
}
